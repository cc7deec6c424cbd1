#!/usr/bin/env python3
"""Compares limn with what a user would run otherwise (tools/peers.py), and writes the table of docs/performance.md.

    peers.py [--limn build/limn] [--python PYTHON] [--models DIR] [--threads 2] [--rounds 3] [--only NAME …] [--dry-run]

PYTHON has torch, transformers and captum (default: $PEERS_PYTHON, or python3). DIR receives full-size models with random
weights, if it does not have them (tools/make_random_models.py). In each round, limn and every setting of the peer run
one after the other; the ratio is that of the best rounds, against the best setting. Texts are random common words.
`make bench-peers` runs this; --only runs some of the comparisons; --dry-run prints the table without writing it.
"""
import argparse
import datetime
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- bench/peers.py: begin -->", "<!-- bench/peers.py: end -->"

# name, model, texts, options of limn, method of the peer, its batch sizes, inputs
COMPARISONS = [
    ("gradient, one question", "bert-base-qa", "questions", ["--method", "gradient", "--reduce", "l2", "--batch", "1"],
     "gradient", [1], 8),
    ("gradient, many questions", "bert-base-qa", "questions", ["--method", "gradient", "--reduce", "l2", "--batch", "0"],
     "gradient", [1, 4, 16], 16),
    ("gradient, one short phrase", "bert-base-cls", "phrases", ["--method", "gradient", "--reduce", "l2", "--batch", "1"],
     "gradient", [1], 32),
    ("gradient, many phrases", "bert-base-cls", "phrases", ["--method", "gradient", "--reduce", "l2", "--batch", "0"],
     "gradient", [8, 32], 64),
    ("one-hot gradient", "bert-base-qa", "questions", ["--preset", "seed-qa", "--batch", "1"], "onehot", [1], 4),
    ("Integrated Gradients", "bert-base-cls", "phrases", ["--method", "integrated-gradients", "--batch", "1"],
     "ig", [1, 10, 50], 4),
    ("SmoothGrad, 20 draws", "bert-base-cls", "phrases", ["--method", "smoothgrad", "--samples", "20", "--batch", "1"],
     "smoothgrad", [1, 10, 20], 4),
    ("LIME, 1,000 samples", "bert-base-cls", "phrases", ["--method", "lime", "--samples", "1000", "--batch", "1"],
     "lime-forward", [32, 100], 1),
    ("gradient, ModernBERT, 2,048 tokens", "modernbert-cls", "long", ["--method", "gradient", "--reduce", "l2",
                                                                      "--max-length", "2048"], "gradient", [1], 1),
    ("gradient, ModernBERT, 8,192 tokens", "modernbert-cls", "long", ["--method", "gradient", "--reduce", "l2",
                                                                      "--max-length", "8192"], "gradient", [1], 1),
]


def words(model):
    """Common words that are one token each."""
    vocabulary = json.loads((model / "tokenizer.json").read_text())["model"]["vocab"]
    return sorted(word for word, number in vocabulary.items() if number < 5000 and re.fullmatch("[a-z]{3,}", word))


def write_texts(model, folder):
    """Questions of 138 tokens with their context, phrases of 13 tokens, and a text that is cut."""
    vocabulary, source = words(model), random.Random(0)
    text = lambda count: " ".join(source.choice(vocabulary) for _ in range(count))  # noqa: E731
    rows = {"questions": [{"question": text(12), "context": text(123)} for _ in range(16)],
            "phrases": [{"text": text(11)} for _ in range(64)],
            "long": [{"text": text(9000)}]}
    for name, lines in rows.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def run(command):
    """The last line of a program's output, as JSON, and the seconds that it took."""
    start = time.perf_counter()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output.strip().splitlines()[-1]), time.perf_counter() - start


def compare(comparison, a, texts):
    """The best rates and the least memory of limn and of the peer's best setting over the rounds."""
    name, model, kind, options, method, batches, limit = comparison
    model, file, task = a.models / model, texts / f"{kind}.jsonl", "qa" if model.endswith("qa") else "cls"
    common = ["--input", str(file), "--limit", str(limit), "--threads", str(a.threads)]
    length = options[options.index("--max-length"):] if "--max-length" in options else []
    ours, theirs = [], []
    for _ in range(a.rounds):
        # The peer truncates texts.
        ours.append(run([a.limn, "bench", "-m", model, *common, *options, "--long-text", "beginning", "--format",
                         "json"])[0])
        for batch in batches:
            theirs.append(run([a.python, ROOT / "tools/peers.py", "--model", model, "--task", task, "--method", method,
                               "--batch", str(batch), *length, *common])[0])
    best = max(ours, key=lambda r: r["items_per_s"])
    peer = max(theirs, key=lambda r: r["items_per_s"])
    print(f"{name}: {best['items_per_s']:.2f}/s, {peer['peer']} (batch {peer['batch']}) {peer['items_per_s']:.2f}/s",
          file=sys.stderr)
    memory = min(r["peak_mb"] for r in ours), min(r["peak_mb"] for r in theirs)
    return name, best["items_per_s"], peer["items_per_s"], memory, best["isa"], peer["peer"]


def compare_processes(a, texts):
    """A whole process on one short text, from start to exit."""
    text = json.loads((texts / "phrases.jsonl").read_text().splitlines()[0])["text"]
    model = a.models / "bert-base-cls"
    ours = min(timed([a.limn, "explain", "-m", model, "--text", text, "--method", "gradient", "--reduce", "l2",
                       "--format", "json"])
               for _ in range(a.rounds))
    theirs = min(run([a.python, ROOT / "tools/peers.py", "--model", model, "--task", "cls", "--method", "gradient",
                      "--input", texts / "phrases.jsonl", "--limit", "1", "--warmup", "0"])[1] for _ in range(a.rounds))
    return "a whole process, one short text", 1 / ours, 1 / theirs, None, None, None


def timed(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def processor():
    names = re.findall(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{len(names)} × {names[0]}" if names else "unknown processor"


def peaks(a):
    """GFLOP/s of one thread: the peak of multiply-add instructions, and what the products of a question reach."""
    output = subprocess.run(["taskset", "-c", "0", a.peak, "--benchmark_filter=^(multiply_add_peak|forward_linear/150/768/3072)",
                             "--benchmark_format=json", "--benchmark_repetitions=5"],
                            check=True, capture_output=True, text=True).stdout
    best = {}
    for entry in json.loads(output)["benchmarks"]:
        name = entry["name"].split("/")[0]
        best[name] = max(best.get(name, 0), entry.get("GFLOP/s", 0))
    return best["multiply_add_peak"], best["forward_linear"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--limn", type=pathlib.Path, default=ROOT / "build/limn")
    p.add_argument("--peak", type=pathlib.Path, default=ROOT / "build/limn_bench")
    p.add_argument("--python", default=os.environ.get("PEERS_PYTHON", "python3"))
    p.add_argument("--models", type=pathlib.Path, default=ROOT / "build/peers-models")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--only", nargs="+", default=[])
    p.add_argument("--dry-run", action="store_true")
    a = p.parse_args()
    for name in ("bert-base-qa", "bert-base-cls"):
        if not (a.models / name / "config.json").exists():
            made = subprocess.run([a.python, ROOT / "tools/make_random_models.py", a.models, name])
            if made.returncode != 0:
                sys.exit(f"bench/peers.py: {a.python} could not make {name}; $PEERS_PYTHON must have torch and transformers")
    with tempfile.TemporaryDirectory() as folder:
        texts = pathlib.Path(folder)
        write_texts(a.models / "bert-base-qa", texts)
        chosen = [c for c in COMPARISONS if not a.only or any(part in c[0] for part in a.only)]
        results = [compare(c, a, texts) for c in chosen]
        if not a.only or any(part in "a whole process" for part in a.only):
            results.append(compare_processes(a, texts))
    peer = next((r[5] for r in results if r[5]), "PyTorch")
    isa = next((r[4] for r in results if r[4]), "")
    lines = [f"{datetime.date.today()}, {processor()}, limn with `{isa}`, {peer}, {a.threads} threads, best of {a.rounds} rounds.", ""]
    if a.peak.exists():
        peak, reached = peaks(a)
        lines += [f"One core: {peak:.0f} GFLOP/s by float32 multiply-add instructions; the products of a question reach "
                  f"{reached:.0f}, {reached / peak:.0%} of it.", ""]
    lines += ["| BERT-base | limn, per second | peer | ratio | peak memory, MiB |", "| --- | --- | --- | --- | --- |"]
    for name, ours, theirs, memory, _, _ in results:
        sizes = f"{memory[0]:.0f} and {memory[1]:.0f}" if memory else ""
        lines.append(f"| {name} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.2f} × | {sizes} |")
    table = "\n".join(lines)
    print(table)
    if a.dry_run:
        return
    page = ROOT / "docs/performance.md"
    text = page.read_text()
    before, rest = text.split(BEGIN)
    new = f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}"
    temporary = page.with_suffix(".tmp")
    temporary.write_text(new)
    temporary.replace(page)


if __name__ == "__main__":
    main()
