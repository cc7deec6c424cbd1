"""Collections on servers and of files in memory: the same from Python as from the command, with the same manners."""

from __future__ import annotations

import http.server
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import limner
import pytest
from search_server import Listening, SearchServer, reply, self_signed
from test_command import limn, same

FILES = {
    "rulers.txt": "Alexander the Great ruled Macedonia. Darius the Third ruled Persia.",
    "weather.md": "# Weather\n\nIt rains in Bergen on most days of the year.",
    "rows.jsonl": '{"id": "a", "text": "Zebras run.", "language": "en"}\n{"id": "b", "text": "Zebras rennen.", "language": "de"}\n',
}


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith("LIMN_COLLECTION"):
            monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[Listening]:
    listening = Listening(SearchServer())
    yield listening
    listening.close()


@pytest.fixture
def answering() -> Iterator[Callable[[Callable[[http.server.BaseHTTPRequestHandler], None]], Listening]]:
    started: list[Listening] = []

    def start(answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Listening:
        started.append(Listening(answer))
        return started[-1]

    yield start
    for listening in started:
        listening.close()


@pytest.fixture
def notes(tmp_path: pathlib.Path) -> pathlib.Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, contents in FILES.items():
        (folder / name).write_text(contents)
    return folder


def without(result: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name not in names}


def test_a_server_is_used_as_by_the_command(server: Listening, notes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    address, other = f"http://{server.host}/notes", f"http://{server.host}/others"
    assert json.loads(limn("index", str(notes), "-o", other, "--format", "json"))["added"] == 4
    said = json.loads(limn("index", str(notes), "-o", other, "--format", "json"))
    collection = limner.index(notes, address)
    report = collection.add(notes)
    assert same(without(report, "collection", "dimensions"), without(said, "collection"))
    assert report["unchanged"] == report["documents"] == 4 and report["bytes"] is None
    assert (collection.info["collection"], collection.info["embedder"]) == (address, "all-minilm-l6-v2")
    own = limner.index(notes, tmp_path / "own.limn")
    opened = limner.Collection(address)
    for question, options in [
        ("Who ruled Persia?", {}),
        ("Who ruled Persia?", {"retriever": "bm25"}),
        ("wet climate", {"retriever": "dense", "top": 2}),
        ("zebra", {"filters": {"language": "de"}}),
    ]:
        found = opened.search(question, **options)
        names = [part for name, value in options.items() if name != "filters" for part in (f"--{name}", str(value))]
        names += [part for name, value in options.get("filters", {}).items() for part in ("--filter", f"{name}={value}")]
        for place in (address, other):
            ran = json.loads(limn("search", "--collection", place, question, "--format", "json", *names))
            assert same(without(found, "stages"), without(ran, "stages")), (question, options)
        local = own.search(question, **options)
        assert found["passages"]
        # The servers' BM25 is another than that of files; the cosines are those of the same numbers.
        cosines = {passage["text"]: passage["dense"] for passage in local["passages"]}
        assert {passage["text"]: passage["dense"] for passage in found["passages"]} == cosines
    answer = opened.ask("minilm-l6-qa", "Who ruled Macedonia?", feedback=1)
    ran = json.loads(limn("ask", "-m", "minilm-l6-qa", "--collection", other, "Who ruled Macedonia?", "--feedback", "1", "--format", "json"))
    assert "Alexander" in answer["answers"][0]["answer"] and answer["added"]
    assert [one["answer"] for one in answer["answers"]] == [one["answer"] for one in ran["answers"]]
    assert same(answer["answers"][0]["explanation"], ran["answers"][0]["explanation"])
    with pytest.raises(limner.Error, match="no such index"):
        limner.Collection(f"http://{server.host}/missing")
    with pytest.raises(limner.Error, match="embeddings of all-minilm-l6-v2"):
        limner.index(notes, address, embedder=None)


def test_files_in_memory(server: Listening, notes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    limn("index", str(notes), "-o", str(tmp_path / "said.limn"), "--words-only")
    said = json.loads(limn("search", "--collection", str(tmp_path / "said.limn"), "zebras run", "--format", "json"))
    parts = [(passage["title"], passage["text"], passage["score"]) for passage in said["passages"]]
    assert len(parts) == 2
    for place in ("memory:notes", tmp_path / "notes.limn", f"http://{server.host}/notes"):
        collection = limner.index(FILES, place, embedder=None)
        assert collection.info["documents"] == 4
        report = collection.add({"rulers.txt": FILES["rulers.txt"].encode(), "more.txt": "It pours."})
        assert (report["unchanged"], report["added"], report["removed"], report["documents"]) == (1, 1, 0, 5)
        found = collection.search("pours")["passages"]
        assert [passage["document"] for passage in found] == ["more.txt"]
        assert collection.search("Persia")["passages"][0]["document"] == "rulers.txt"
        assert {p["document"] for p in collection.search("zebras")["passages"]} >= {"rows.jsonl#a", "rows.jsonl#b"}
    collection = limner.index(FILES, tmp_path / "same.limn", embedder=None)
    found = collection.search("zebras run")["passages"]
    assert [(passage["title"], passage["text"], passage["score"]) for passage in found] == parts
    report = collection.add({"more.txt": "It pours.", "picture.png": b"\x89PNG\0"})
    assert report["added"] == 1 and [one["source"] for one in report["skipped"]] == ["picture.png"]
    for wrong in ({"a.txt": None}, {"a.txt": "\udc80"}, {1: "x"}, {"a.txt": 1}, {}, {"a.png": "x"}):
        with pytest.raises(limner.Error):
            collection.add(wrong)  # type: ignore[arg-type]
    assert collection.info["documents"] == 5


def test_the_environment_says_who_asks(server: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"http://{server.host}/notes"
    limner.index(FILES, address, embedder=None)
    assert all("authorization" not in headers for headers in server.headers)

    def search(**environment: str) -> str | None:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(f"LIMN_COLLECTION_{name}", value)
            limner.Collection(address).search("zebras")
        return server.headers[-1].get("authorization")

    assert search(USER="Aladdin", PASSWORD="open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="  # RFC 7617, section 2
    assert search(API_KEY="a2V5") == "ApiKey a2V5"
    assert search(TIMEOUT="5") is None
    before = len(server.headers)
    wrong = [
        {"USER": "me"},
        {"PASSWORD": "secret"},
        {"API_KEY": "a", "USER": "me", "PASSWORD": "secret"},
        {"API_KEY": "a\r\nX-Evil: 1"},
        {"TIMEOUT": "soon"},
        {"TIMEOUT": "0"},
        {"TIMEOUT": "9999"},
        {"CA_FILE": "/no/such/file"},
    ]
    for environment in wrong:
        with pytest.raises(limner.Error) as error:
            search(**environment)
        assert error.value.expected and "secret" not in str(error.value)
    with pytest.raises(limner.Error, match="LIMN_COLLECTION_PASSWORD") as error:
        limner.Collection(f"http://me:secret@{server.host}/notes")
    assert "secret@" not in str(error.value)
    assert len(server.headers) == before


def failure(listening: Listening) -> str:
    with pytest.raises(limner.Error) as error:
        limner.Collection(f"http://{listening.host}/notes")
    assert listening.host in str(error.value)
    return str(error.value)


def test_bad_servers_are_named(answering: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    def moved(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", f"http://{elsewhere.host}/stolen")
        handler.end_headers()

    def cut(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b'{"a": 1}')

    def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" " * (1 << 20))
                sent.append(1)
        except OSError:
            pass

    elsewhere, sent = answering(lambda handler: reply(handler, 200, b"{}")), []
    assert "LIMN_COLLECTION_API_KEY" in failure(answering(lambda handler: reply(handler, 401, b"{}")))
    assert "not JSON" in failure(answering(lambda handler: reply(handler, 200, b"<html>")))
    assert "without response" in failure(answering(silent))
    assert "HTTP status 302" in failure(answering(moved))
    assert elsewhere.headers == []
    assert "ended early" in failure(answering(cut))
    assert f"more than {64 << 20} bytes" in failure(answering(endless))
    assert len(sent) < 200  # 64 MB, and what the sockets hold
    listening = answering(silent)
    listening.close()
    assert "refused" in failure(listening)
    for address in ("http://127.0.0.1:1x/notes", "http://[::1/notes", "http://é/notes"):
        with pytest.raises(limner.Error):
            limner.Collection(address)


def test_a_request_takes_no_longer_than_it_may(answering: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMN_COLLECTION_TIMEOUT", "1")
    done = threading.Event()

    def slow(first: bytes) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
        def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
            handler.wfile.write(first)
            try:
                while not done.wait(0.1):
                    handler.wfile.write(b"x")  # in time for each step, but never whole
                    handler.wfile.flush()
            except OSError:
                pass

        return answer

    for first in (b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"):
        assert "no whole answer within 1 s" in failure(answering(slow(first)))
    done.set()


def test_proxies_count(server: Listening, answering: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def proxy(handler: http.server.BaseHTTPRequestHandler) -> None:
        seen.append(handler.path)
        search_server(handler)

    search_server = SearchServer()
    monkeypatch.setenv("http_proxy", f"http://{answering(proxy).host}")
    limner.index(FILES, "http://search.invalid:9200/notes", embedder=None)
    assert seen and all(path.startswith("http://search.invalid:9200/") for path in seen)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    before = len(seen)
    limner.index(FILES, f"http://{server.host}/notes", embedder=None)
    assert len(seen) == before


def test_certificates_are_verified(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = self_signed(tmp_path)
    listening = Listening(SearchServer(), (certificate, key))
    port = listening.server.server_port
    with pytest.raises(limner.Error, match="certificate that cannot be verified: self.signed certificate"):
        limner.index(FILES, f"https://localhost:{port}/notes", embedder=None)
    monkeypatch.setenv("LIMN_COLLECTION_CA_FILE", str(certificate))
    assert limner.index(FILES, f"https://localhost:{port}/notes", embedder=None).info["documents"] == 4
    with pytest.raises(limner.Error, match="certificate that cannot be verified: .*mismatch"):
        limner.index(FILES, f"https://127.0.0.1:{port}/notes", embedder=None)
    listening.close()


def test_control_c_ends_a_request(answering: Any) -> None:
    asked, done = threading.Event(), threading.Event()

    def hang(handler: http.server.BaseHTTPRequestHandler) -> None:
        asked.set()
        done.wait(120)

    program = (
        "import sys, limner\n"
        "try:\n    limner.Collection(sys.argv[1])\nexcept KeyboardInterrupt:\n    print('interrupted')\n"
    )
    address = f"http://{answering(hang).host}/notes"
    process = subprocess.Popen([sys.executable, "-c", program, address], stdout=subprocess.PIPE, text=True)
    assert asked.wait(60)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=50)  # less than a request may take
    assert said == "interrupted\n"
    done.set()
