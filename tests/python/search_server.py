"""A server that answers what a collection asks of Elasticsearch: tests/retrieve/fake_search_server.h in Python, as
small as these tests allow. The C++ tests have what real servers refuse."""

from __future__ import annotations

import http.server
import json
import math
import pathlib
import re
import ssl
import subprocess
import threading
from collections.abc import Callable
from typing import Any

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


class Listening:
    """An HTTP server on a free port, or with a certificate an HTTPS server, whose answers a function writes."""

    def __init__(self, answer: Answer, secret: tuple[pathlib.Path, pathlib.Path] | None = None) -> None:
        self.headers: list[dict[str, str]] = []
        headers = self.headers

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_one(self) -> None:
                headers.append({name.lower(): value for name, value in self.headers.items()})
                answer(self)

            do_GET = do_POST = do_PUT = do_CONNECT = handle_one

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_port}"
        if secret is not None:
            self.host = f"localhost:{self.server.server_port}"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*secret)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that refuse it
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def self_signed(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """The files of a certificate of `localhost` and of its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        capture_output=True, check=True,
    )  # fmt: skip
    return certificate, key


def reply(handler: http.server.BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


class SearchServer:
    """Indices by their name. As in the real ones, searches see what was written before the last refresh."""

    def __init__(self) -> None:
        self.mappings: dict[str, Any] = {}
        self.stored: dict[str, dict[str, Any]] = {}
        self.visible: dict[str, dict[str, Any]] = {}
        self.lock = threading.Lock()

    def __call__(self, handler: http.server.BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        with self.lock:
            status, answer = self.answer(handler.command, re.sub("^http://[^/]*", "", handler.path), body)
        reply(handler, status, json.dumps(answer).encode())

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        if target == "/":
            return 200, {"version": {"number": "8.11.1"}, "tagline": "You Know, for Search"}
        path, _, _ = target.partition("?")
        _, index, *rest = path.split("/")
        action = rest[0] if rest else ""
        if method == "PUT":
            self.mappings[index], self.stored[index], self.visible[index] = json.loads(body)["mappings"], {}, {}
            return 200, {"acknowledged": True}
        if index not in self.mappings:
            return 404, {"error": {"type": "index_not_found_exception", "reason": f"no such index [{index}]"}}
        visible = self.visible[index]
        if action == "_mapping":
            return 200, {index: {"mappings": self.mappings[index]}}
        if action == "_refresh":
            self.visible[index] = json.loads(json.dumps(self.stored[index]))
            return 200, {}
        if action == "_bulk":
            return 200, self.bulk(index, body)
        request = json.loads(body) if body else {"query": {"match_all": {}}}
        if action == "_search":
            return 200, search(visible, request)
        found = matching(visible, request["query"])
        if action == "_count":
            return 200, {"count": len(found)}
        assert action == "_delete_by_query", action
        for name in found:
            self.stored[index].pop(name)
        self.visible[index] = json.loads(json.dumps(self.stored[index]))
        return 200, {"deleted": len(found), "failures": []}

    def bulk(self, index: str, body: bytes) -> Any:
        lines = [json.loads(line) for line in body.decode().splitlines()]
        items = []
        for action, given in zip(lines[::2], lines[1::2]):
            ((name, about),) = action.items()
            if name == "index":
                self.stored[index][about["_id"]] = given
            else:
                self.stored[index][about["_id"]].update(given["doc"])
            items.append({name: {"_id": about["_id"], "status": 200}})
        return {"errors": False, "items": items}


def words(text: str) -> list[str]:
    return re.findall("[a-z0-9]+", text.lower())


def bm25(visible: dict[str, Any], field: str, query: str) -> dict[str, float]:
    lengths = {name: len(words(row[field])) for name, row in visible.items()}
    scores: dict[str, float] = {}
    for word in words(query):
        counts = {name: words(row[field]).count(word) for name, row in visible.items()}
        having = sum(count > 0 for count in counts.values())
        idf = math.log(1 + (len(visible) - having + 0.5) / (having + 0.5))
        for name, n in counts.items():
            if n:
                norm = 1.2 * (0.25 + 0.75 * lengths[name] * len(visible) / sum(lengths.values()))
                scores[name] = scores.get(name, 0) + idf * n / (n + norm)
    return scores


def matching(visible: dict[str, Any], query: dict[str, Any]) -> dict[str, float]:
    """The scores of the passages that a query finds."""
    ((kind, given),) = query.items()
    if kind == "match":
        ((field, inner),) = given.items()
        boost = inner.get("boost", 1)
        return {name: score * boost for name, score in bm25(visible, field, inner["query"]).items()}
    if kind == "multi_match":
        found: dict[str, float] = {}
        for field in given["fields"]:
            found = {**bm25(visible, field, given["query"]), **found}
        return found
    if kind == "bool":
        found = {} if "should" in given else dict.fromkeys(visible, 0.0)
        for clause in given.get("should", []):
            for name, score in matching(visible, clause).items():
                found[name] = found.get(name, 0) + score
        for clause in given.get("filter", []):
            allowed = matching(visible, clause)
            found = {name: score for name, score in found.items() if name in allowed}
        return found
    return {name: 1.0 for name, row in visible.items() if holds(kind, given, name, row)}


def holds(kind: str, given: Any, name: str, row: dict[str, Any]) -> bool:
    if kind == "match_all":
        return True
    if kind == "ids":
        return name in given["values"]
    ((field, wanted),) = given.items()
    value = row[field]
    if kind == "range":
        return bool(value >= wanted["gte"])
    assert kind in ("term", "terms"), kind
    asked = wanted if kind == "terms" else [wanted]
    return any(one in value if isinstance(value, list) else one == value for one in asked)


def search(visible: dict[str, Any], body: dict[str, Any]) -> Any:
    found: dict[str, float] = {}
    if knn := body.get("knn"):
        allowed = matching(visible, knn["filter"]) if "filter" in knn else visible
        near = sorted(
            ((1 + sum(a * b for a, b in zip(knn["query_vector"], visible[name]["embedding"]))) / 2, name) for name in allowed
        )
        found = {name: score for score, name in near[::-1][: knn["k"]]}
    elif "query" in body:
        found = matching(visible, body["query"])
    names = sorted(found, key=lambda name: (-found[name], name))
    if "sort" in body:
        names = sorted(found, key=lambda name: visible[name]["key"])
        after = body.get("search_after", [""])[0]
        names = [name for name in names if visible[name]["key"] > after]
    hits = [
        {
            "_id": name,
            "_score": None if "sort" in body else found[name],
            "_source": {field: visible[name][field] for field in body["_source"] if field in visible[name]},
        }
        for name in names[: body.get("size", 10)]
    ]
    answer: dict[str, Any] = {"hits": {"hits": hits}}
    if "aggs" in body:
        asked = body["aggs"]["words"]["filters"]["filters"]
        counts = {name: {"doc_count": len(matching(visible, query))} for name, query in asked.items()}
        answer["aggregations"] = {"words": {"buckets": counts}}
    return answer
