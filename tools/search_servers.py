#!/usr/bin/env python3
"""Collections on servers that others wrote: noida-db (speaks Elasticsearch's protocol, checked against its official REST
tests) and osmem-server (OpenSearch's, without kNN). Neither registry that we use has Elasticsearch or OpenSearch itself.

    tools/search_servers.py build/limn [SQUAD]

Installs both with pip below the build folder; exits with 77 and says why if that fails. With a SQuAD
file, prints recall by the server and by a file, side by side. If this Python has the package limner, compares its
collections with the command's, too."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from pathlib import Path

try:
    import limner
except ImportError:
    limner = None

PACKAGES = ["noida-db==0.2.3", "osmem-server==0.1.6"]


def skip(reason: str) -> None:
    print(f"skipped: {reason}", file=sys.stderr)
    sys.exit(77)


def installed(folder: Path) -> Path:
    """The site-packages with the servers."""
    if not (folder / "done").exists():
        try:
            venv.create(folder, with_pip=True)
            subprocess.run([folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            skip(f"pip cannot install {', '.join(PACKAGES)} ({error})")
        (folder / "done").touch()
    return next(folder.glob("lib/python*/site-packages"))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    def __init__(self, command: list[str], port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                urllib.request.urlopen(self.address, timeout=5).read()
                return
            except OSError:
                if self.process.poll() is not None:
                    skip(f"{command[0]} does not run here")
                time.sleep(0.1)
        skip(f"{command[0]} does not answer")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()


class Limn:
    def __init__(self, program: str) -> None:
        self.program = program

    def __call__(self, *arguments: object) -> dict:
        done = subprocess.run([self.program, *map(str, arguments), "--format", "json"], capture_output=True, text=True)
        assert done.returncode == 0, f"{arguments}: {done.stderr}"
        return json.loads(done.stdout)

    def fails(self, *arguments: object) -> str:
        done = subprocess.run([self.program, *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 1, f"{arguments}: {done.returncode} {done.stdout}"
        return done.stderr


def check(limn: Limn, address: str, documents: Path, embeds: bool) -> None:
    """Indexes, changes and searches a few documents on a server, and compares with a collection in a file."""
    own, more = documents.parent / f"own-{embeds}.limn", [] if embeds else ["--words-only"]
    documents.mkdir(exist_ok=True)
    (documents / "rulers.txt").write_text("Alexander the Great ruled Macedonia. Darius the Third ruled Persia.")
    (documents / "weather.md").write_text("# Weather\n\nIt rains in Bergen on most days of the year.")
    (documents / "rows.jsonl").write_text('{"id": "a", "text": "Zebras run.", "language": "en"}\n{"id": "b", "text": "Zebras rennen.", "language": "de"}\n')

    def index(**counts: int) -> None:
        for place in (address, own):
            report = limn("index", documents, "-o", place, *more)
            for name, count in counts.items():
                assert report[name] == count, (place, name, report)

    def search(question: str, *options: object) -> list[dict]:
        remote, local = (limn("search", "--collection", place, question, *options)["passages"] for place in (address, own))
        names = ["document", "title", "source", "begin", "end", "text"]
        assert sorted([[p[n] for n in names] for p in remote]) == sorted([[p[n] for n in names] for p in local]), (question, options, remote, local)
        dense = {p["text"]: p["dense"] for p in local}
        assert all(p["dense"] == dense[p["text"]] for p in remote), (remote, local)
        return remote

    index(documents=4, added=4, unchanged=0)
    index(documents=4, added=0, unchanged=4, written_passages=0)
    assert search("Who ruled Persia?", "--retriever", "bm25")[0]["title"] == "rulers"
    assert search("rains", "--retriever", "bm25")[0]["title"] == "Weather"
    assert search("zebra", "--retriever", "bm25", "--filter", "language=de")[0]["document"].endswith("#b")
    assert limn("search", "--collection", address, "Who ruled Persia?", "--retriever", "bm25", "--feedback", 1)["added"]
    if embeds:
        assert search("Who ruled Persia?", "--retriever", "dense")[0]["title"] == "rulers"
        assert search("wet climate")[0]["title"] == "Weather"
        assert search("zebra", "--filter", "language=en")[0]["document"].endswith("#a")
        answer = limn("ask", "-m", "minilm-l6-qa", "--collection", address, "Who ruled Macedonia?")["answers"][0]
        assert "Alexander" in answer["answer"] and answer["explanation"], answer
        assert "embeddings of all-minilm-l6-v2" in limn.fails("index", documents, "-o", address, "--words-only")
    if limner:
        compare_package(limn, address + "-python", documents, embeds)
    (documents / "weather.md").unlink()
    (documents / "rulers.txt").write_text("Alexander ruled.")
    index(documents=3, changed=1, removed=1, unchanged=2)
    assert not search("Persia", "--retriever", "bm25")
    assert "no such index" in limn.fails("search", "--collection", address + "-other", "x")
    print(f"{address}: as with a file, {'by words and meaning' if embeds else 'by words'}")


def compare_package(limn: Limn, address: str, documents: Path, embeds: bool) -> None:
    """Opens, changes and searches a collection from Python."""
    collection = limner.index(documents, address, embedder="all-minilm-l6-v2" if embeds else None)
    assert collection.info["documents"] == 4
    for question, retriever in [("Who ruled Persia?", "bm25")] + [("wet climate", "dense"), ("zebra", "hybrid")] * embeds:
        said = limn("search", "--collection", address, question, "--retriever", retriever)["passages"]
        assert said and limner.Collection(address).search(question, retriever=retriever)["passages"] == said, (question, said)
    added = collection.add({"more.txt": "Penguins swim."})
    assert (added["added"], added["removed"], added["documents"]) == (1, 0, 5), added
    assert collection.search("penguins", retriever="bm25")["passages"][0]["document"] == "more.txt"
    print(f"{address}: from Python as by the command")


def recall(limn: Limn, address: str, folder: Path, squad: str, embeds: bool) -> None:
    own, more = folder / f"squad-{embeds}.limn", [] if embeds else ["--words-only"]
    for place in (address, own):
        report = limn("index", squad, "-o", place, *more)
        print(f"{place}: {report['passages']} passages in {report['seconds']:.1f} s")
        for retriever in ["bm25", "dense", "hybrid"] if embeds else ["bm25"]:
            scores = limn("evaluate", "ask", "--collection", place, "--data", squad, "--retriever", retriever)
            print(f"  {retriever}: recall {scores['recall']}, MRR {scores['mrr']:.1f}, {scores['questions'] / scores['seconds']:.0f} questions/s")


def main() -> None:
    program, squad = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
    site = installed(Path(program).resolve().parent / "search_servers")
    noida, osmem = site / "noida_db/noida-db", site / "osmem_server/bin/osmem-server"
    for binary in (noida, osmem):
        os.chmod(binary, 0o755)
    limn = Limn(program)
    with tempfile.TemporaryDirectory() as name:
        folder, ports = Path(name), [free_port(), free_port()]
        servers = [Server([str(noida), "start", "--only", "elasticsearch", "--elasticsearch-port", str(ports[0]), "--data-dir", f"{name}/data"], ports[0]),
                   Server([str(osmem), "-addr", f"127.0.0.1:{ports[1]}"], ports[1])]
        try:
            for server, embeds in zip(servers, [True, False]):
                check(limn, f"{server.address}/notes", folder / f"documents-{embeds}", embeds)
                if squad:
                    recall(limn, f"{server.address}/squad", folder, squad, embeds)
        finally:
            for server in servers:
                server.close()


main()
