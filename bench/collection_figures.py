#!/usr/bin/env python3
"""Measures collections: docs/collections.md has the figures.

    collection_figures.py synthetic SEED.limn SQUAD.json PASSAGES -o FILE   a collection of random passages
    collection_figures.py latency FILE SQUAD.json [--questions 100]         p50, p95 and processor time of `POST /v1/search`
    collection_figures.py speed SQUAD.json                                  passages/s beside sentence-transformers and bm25s
    collection_figures.py kill SQUAD.json [--times 50]                      kill -9 at random moments of `limn index`
    collection_figures.py concurrent SQUAD.json [--readers 6]               two writers, many readers

All take [--limn build/limn] [--models models]. SEED.limn is any collection that limn wrote; a synthetic one has its
schema and settings, passages of random sentences of SQuAD, and random unit vectors. Needs NumPy; `speed` also
sentence-transformers, bm25s and PyStemmer.
"""
import argparse
import json
import os
import pathlib
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

BLOCK_ROWS = 256  # as in src/retrieve/vectors.cc


def paragraphs(file):
    return [p for article in json.load(open(file))["data"] for p in article["paragraphs"]]


def questions(file, count):
    every = [qa["question"] for p in paragraphs(file) for qa in p["qas"]]
    return random.Random(0).sample(every, count)


def limn(args, *rest, **more):
    environment = {**os.environ, "LIMN_MODELS": str(args.models)}
    return subprocess.run([args.limn, *map(str, rest)], env=environment, check=True, capture_output=True, text=True, **more)


def synthetic(args):
    import numpy

    source, numbers = random.Random(1), numpy.random.default_rng(1)
    sentences = [s + "." for p in paragraphs(args.squad) for s in p["context"].split(". ") if 30 < len(s) < 300]
    pathlib.Path(args.output).unlink(missing_ok=True)
    seed, made = sqlite3.connect(args.seed), sqlite3.connect(args.output)
    made.execute("PRAGMA page_size = 16384")
    made.execute("PRAGMA synchronous = OFF")
    for (sql,) in seed.execute("SELECT sql FROM sqlite_schema WHERE name NOT LIKE 'words_%' AND sql IS NOT NULL "
                               "AND name NOT LIKE 'sqlite_%'"):
        made.execute(sql)
    made.executemany("INSERT INTO settings VALUES(?, ?)", seed.execute("SELECT name, value FROM settings"))
    dimensions = seed.execute("SELECT value FROM settings WHERE name = 'dimensions'").fetchone()[0]
    for begin in range(0, args.passages, BLOCK_ROWS):
        ids = range(begin + 1, min(begin + BLOCK_ROWS, args.passages) + 1)
        texts = [" ".join(source.choices(sentences, k=5)) for _ in ids]
        rows = numbers.standard_normal((len(ids), dimensions)).astype("f4")
        rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
        made.execute("INSERT INTO vectors VALUES(?, ?, ?)", (begin // BLOCK_ROWS + 1, numpy.array(ids, "i8").tobytes(),
                                                             rows.astype("f2").tobytes()))
        made.executemany("INSERT INTO documents VALUES(?, ?, ?, '', ?, '{}')", ((i, f"d{i}", f"Title {i}", i) for i in ids))
        made.executemany("INSERT INTO passages VALUES(?, ?, 0, ?, ?, ?)",
                         ((i, i, len(text), text, begin // BLOCK_ROWS + 1) for i, text in zip(ids, texts)))
        made.executemany("INSERT INTO words(rowid, text, title) VALUES(?, ?, ?)",
                         ((i, text, f"Title {i}") for i, text in zip(ids, texts)))
    made.execute(f"PRAGMA application_id = {seed.execute('PRAGMA application_id').fetchone()[0]}")
    made.execute(f"PRAGMA user_version = {seed.execute('PRAGMA user_version').fetchone()[0]}")
    made.commit()
    made.execute("INSERT INTO words(words) VALUES('optimize')")
    made.commit()
    made.execute("PRAGMA journal_mode = WAL")
    print(f"{args.passages} passages, {os.path.getsize(args.output) / 1e6:.0f} MB")


def served(args, collection):
    """A running server, and its address."""
    server = subprocess.Popen([args.limn, "serve", "--collection", collection, "--port", "0", "-m", "all-minilm-l6-v2"],
                              env={**os.environ, "LIMN_MODELS": str(args.models)}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    for line in server.stdout:
        at = line.find("http://")
        if at >= 0:
            threading.Thread(target=lambda: [None for _ in server.stdout], daemon=True).start()
            return server, line[at:].split()[0].rstrip('"}').rstrip('/')
    raise SystemExit("the server did not start")


def post(address, path, body):
    request = urllib.request.Request(address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def latency(args):
    server, address = served(args, args.collection)
    try:
        for retriever in args.retriever:
            times, before = [], 0
            for number, question in enumerate(questions(args.squad, args.questions + 3)):
                if number == 3:
                    before = processor_seconds(server)
                start = time.perf_counter()
                post(address, "/v1/search", {"question": question, "retriever": retriever, "top": 10})
                if number >= 3:  # the first ones map the file
                    times.append(1000 * (time.perf_counter() - start))
            times.sort()
            print(f"{retriever:7} p50 {statistics.median(times):8.1f} ms  p95 {times[int(0.95 * len(times))]:8.1f} ms  "
                  f"processor {1000 * (processor_seconds(server) - before) / len(times):8.1f} ms", flush=True)
    finally:
        server.terminate()
        server.wait()


def speed(args):
    import resource

    texts = [p["context"] for p in paragraphs(args.squad)]

    def measured(name, work):
        """Prints texts per second, and per second of processor time, which other programs do not lengthen."""
        used = lambda: sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))  # noqa: E731
        start, before = time.perf_counter(), used()
        count, note = work()
        print(f"{name}: {count / (time.perf_counter() - start):.1f} per second, {count / (used() - before):.1f} per "
              f"processor second; {note}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        for name, more in (("bm25", ["--words-only"]), ("embeddings", ["--threads", 2])):
            file = pathlib.Path(folder) / (name + ".limn")

            def index(file=file, more=more):
                report = json.loads(limn(args, "index", args.squad, "-o", file, "--format", "json", *more).stdout)
                return report["passages"], f"{report['passages']} passages, {os.path.getsize(file) / 1e6:.1f} MB"

            measured(f"limn index, {name}", index)
    import bm25s
    import Stemmer
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(2)

    def by_words():
        tokens = bm25s.tokenize(texts, stemmer=Stemmer.Stemmer("english"), show_progress=False)
        bm25s.BM25().index(tokens, show_progress=False)
        return len(texts), f"{len(texts)} paragraphs"

    model = SentenceTransformer(str(args.models / "all-minilm-l6-v2"), device="cpu",
                                model_kwargs={"dtype": torch.float32})

    def by_meaning():
        model.encode(texts, batch_size=32, show_progress_bar=False)
        return len(texts), f"{len(texts)} paragraphs, torch {torch.__version__}"

    measured("bm25s", by_words)
    measured("sentence-transformers", by_meaning)


def content(collection):
    """What a collection holds, apart from the numbers of its rows; and its contradictions."""
    with sqlite3.connect(collection) as database:
        check = database.execute("PRAGMA integrity_check").fetchone()[0]
        if check != "ok":
            return None, [check]
        passages = sorted(database.execute('SELECT d.key, p."begin", p."end", p.text FROM passages p '
                                           "JOIN documents d ON d.id = p.document"))
        ids = {row[0] for row in database.execute("SELECT id FROM passages")}
        indexed = [row[0] for row in database.execute("SELECT rowid FROM words")]
        embedded = []
        for (blob,) in database.execute("SELECT ids FROM vectors"):
            embedded += [int.from_bytes(blob[i:i + 8], "little") for i in range(0, len(blob), 8)]
        embedded = [i for i in embedded if i]
        wrong = []
        if sorted(indexed) != sorted(ids):
            wrong.append("words")
        if embedded and sorted(embedded) != sorted(ids):
            wrong.append("vectors")
        if len(set(passages)) != len(passages):
            wrong.append("double passages")
        return passages, wrong


def parts_of(squad, folder, count):
    """Writes the paragraphs as JSON lines, in `count` files."""
    rows = [{"id": f"p{i}", "text": p["context"]} for i, p in enumerate(paragraphs(squad))]
    for number in range(count):
        with open(folder / f"part{number}.jsonl", "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows[number::count])
    return [folder / f"part{number}.jsonl" for number in range(count)]


def kill(args):
    source = random.Random(int(time.time()) if args.seed is None else args.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        documents = parts_of(args.squad, folder, 4)
        options = ["--words-only"] if args.words_only else []
        whole = folder / "whole.limn"
        start = time.perf_counter()
        limn(args, "index", *documents, "-o", whole, *options)
        seconds = time.perf_counter() - start
        expected, wrong = content(whole)
        assert not wrong, wrong
        killed = finished = 0
        collection = folder / "killed.limn"
        while killed < args.times:
            run = subprocess.Popen([args.limn, "index", *documents, "-o", collection, *options],
                                   env={**os.environ, "LIMN_MODELS": str(args.models)}, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
            try:
                run.wait(source.uniform(0, seconds))
                finished += 1
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
                run.wait()
                killed += 1
            if not collection.exists() or os.path.getsize(collection) == 0:
                continue
            with sqlite3.connect(collection) as database:
                if not database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                    continue
            passages, wrong = content(collection)
            if wrong or not set(passages) <= set(expected):
                sys.exit(f"after a kill: {wrong or 'passages that no document has'}")
            if run.returncode == 0:  # begin again
                for file in folder.glob("killed.limn*"):
                    file.unlink()
        limn(args, "index", *documents, "-o", collection, *options)
        passages, wrong = content(collection)
        same = passages == expected and not wrong
        print(f"{killed} runs killed, {finished} finished before; afterwards {len(passages)} passages, "
              f"{'nothing lost, nothing double' if same else 'WRONG'}")
        sys.exit(not same)


def concurrent(args):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        documents = parts_of(args.squad, folder, 4)
        collection, times, failures, done = folder / "both.limn", [], [], threading.Event()
        limn(args, "index", documents[0], "-o", collection)
        server, address = served(args, str(collection))
        asked = questions(args.squad, 50)

        def read(number):
            while not done.is_set():
                start = time.perf_counter()
                try:
                    found = post(address, "/v1/search", {"question": asked[number % len(asked)], "top": 5})
                    if not found["passages"]:
                        failures.append("no passage")
                except Exception as error:  # every failure counts
                    failures.append(repr(error))
                times.append(1000 * (time.perf_counter() - start))
                number += 1

        readers = [threading.Thread(target=read, args=(i,)) for i in range(args.readers)]
        for reader in readers:
            reader.start()
        writers = [subprocess.Popen([args.limn, "index", *chosen, "-o", collection], stdout=subprocess.DEVNULL,
                                    env={**os.environ, "LIMN_MODELS": str(args.models)})
                   for chosen in (documents[1:3], documents[2:4])]  # both have one of the files
        codes = [writer.wait() for writer in writers]
        done.set()
        for reader in readers:
            reader.join()
        server.terminate()
        server.wait()
        passages, wrong = content(collection)
        whole = folder / "whole.limn"
        limn(args, "index", *documents, "-o", whole)
        same = passages == content(whole)[0] and not wrong and codes == [0, 0] and not failures
        times.sort()
        print(f"two writers, {args.readers} readers: {len(times)} searches, {len(failures)} failed, "
              f"p50 {statistics.median(times):.0f} ms, p95 {times[int(0.95 * len(times))]:.0f} ms; "
              f"{len(passages)} passages, {'nothing lost, nothing double' if same else 'WRONG'} {failures[:2]}{wrong}")
        sys.exit(not same)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--limn", default="build/limn")
    common.add_argument("--models", type=pathlib.Path, default=pathlib.Path("models").resolve())
    add = lambda work: commands.add_parser(work.__name__, parents=[common])  # noqa: E731
    command = add(synthetic)
    command.add_argument("seed")
    command.add_argument("squad")
    command.add_argument("passages", type=int)
    command.add_argument("-o", "--output", required=True)
    command = add(latency)
    command.add_argument("collection")
    command.add_argument("squad")
    command.add_argument("--questions", type=int, default=100)
    command.add_argument("--retriever", nargs="*", default=["bm25", "dense", "hybrid"])
    add(speed).add_argument("squad")
    command = add(kill)
    command.add_argument("squad")
    command.add_argument("--times", type=int, default=50)
    command.add_argument("--seed", type=int)
    command.add_argument("--words-only", action="store_true")
    command = add(concurrent)
    command.add_argument("squad")
    command.add_argument("--readers", type=int, default=6)
    args = parser.parse_args()
    {work.__name__: work for work in (synthetic, latency, speed, kill, concurrent)}[args.command](args)


if __name__ == "__main__":
    main()
