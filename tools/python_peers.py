#!/usr/bin/env python3
"""Times limner beside Captum, transformers-interpret and shap on the same model and texts; see docs/python.md.

    python_peers.py MODEL TEXTS.jsonl [--texts 1000] [--block 50] [--peers NAME,NAME…]
    python_peers.py MODEL TEXTS.jsonl --overhead LIMN [--texts 1000] [--rounds 5]

Each peer is a process of its own with one thread. The processes explain the texts in turn, a block each, so that a slow
moment of the machine concerns all of them; the others sleep. Prints for each the seconds from the start of the process to
the first explanation (imports included; elapsed, and of the processor), explanations per second of the processor, which
other programs hardly disturb, and the peak resident memory.
--overhead: the binding beside `LIMN bench`, in turn, with one text per call and with all texts in one call.
TEXTS.jsonl has one {"text": …} per line. Needs the packages of `make test-interop`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

THREADS = 1
SETUP = """
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
torch.set_num_threads({threads})
tokenizer = AutoTokenizer.from_pretrained(folder)
network = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
"""
CAPTUM = SETUP + """
from captum.attr import LayerIntegratedGradients
words = network.get_input_embeddings()
def explain(text):
    encoding = tokenizer(text, return_tensors="pt", truncation=True)
    ids = encoding["input_ids"]
    target = int(network(**encoding).logits.argmax())
    special = torch.tensor([[i in tokenizer.all_special_ids for i in ids[0].tolist()]])
    baseline = torch.where(special, ids, torch.full_like(ids, tokenizer.pad_token_id))
    rule = LayerIntegratedGradients(lambda ids: network(input_ids=ids).logits[:, target], words)
    return rule.attribute(ids, baselines=baseline, n_steps=50).sum(-1)
"""
CAPTUM_ONE_PASS = SETUP + """
from captum.attr import LayerGradientXActivation
words = network.get_input_embeddings()
def explain(text):
    encoding = tokenizer(text, return_tensors="pt", truncation=True)
    with torch.no_grad():
        target = int(network(**encoding).logits.argmax())
    rule = LayerGradientXActivation(lambda ids: network(input_ids=ids).logits[:, target], words)
    return rule.attribute(encoding["input_ids"]).sum(-1)
"""
INTERPRET = SETUP + """
from transformers_interpret import SequenceClassificationExplainer
explain = SequenceClassificationExplainer(network, tokenizer)
"""
SHAP = SETUP + """
import shap
def scores(texts):
    with torch.no_grad():
        return network(**tokenizer([str(t) for t in texts], return_tensors="pt", padding=True, truncation=True)).logits.softmax(-1)[:, 1].numpy()
explainer = shap.Explainer(scores, shap.maskers.Text(tokenizer))
def explain(text):
    return explainer([text], silent=True)
"""
LIMNER = """
import limner
limner.set_threads({threads})
model = limner.load(folder)
def explain(text):
    return model.explain(text, method=limner.preset("{preset}"))
"""
PEERS = {
    "captum": CAPTUM,
    "limner:captum-lig": LIMNER.replace("{preset}", "captum-lig"),
    "transformers-interpret": INTERPRET,
    "limner:transformers-interpret": LIMNER.replace("{preset}", "transformers-interpret"),
    "shap": SHAP,
    "limner:shap-partition": LIMNER.replace("{preset}", "shap-partition"),
    "captum:one-pass": CAPTUM_ONE_PASS,
    "limner:gradient-x-input": LIMNER.replace('method=limner.preset("{preset}")', 'method="gradient-x-input"'),
    "limner:gradient": LIMNER.replace('method=limner.preset("{preset}")', 'method="gradient"'),
}


def serve(name: str, folder: str, texts: list[str]) -> None:
    """One peer: explains the first text, then the blocks that standard input names."""
    scope: dict[str, Any] = {"folder": folder}
    exec(PEERS[name].replace("{threads}", str(THREADS)), scope)
    explain = scope["explain"]
    explain(texts[0])
    print(time.process_time(), flush=True)
    for line in sys.stdin:
        begin, end = map(int, line.split())
        start = time.process_time()
        for text in texts[begin:end]:
            explain(text)
        print(time.process_time() - start, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)


class Peer:
    """The process of a peer."""

    def __init__(self, name: str, model: str, file: str) -> None:
        command = [sys.executable, __file__, model, file, "--serve", name]
        start = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.first_processor = float(self._line() or "nan")
        self.first = time.perf_counter() - start
        self.seconds: list[float] = []

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def run(self, begin: int, end: int) -> None:
        assert self.process.stdin
        print(begin, end, file=self.process.stdin, flush=True)
        self.seconds.append(float(self._line()))

    def peak(self) -> float:
        assert self.process.stdin
        self.process.stdin.close()
        return float(self._line())


def compare_peers(names: list[str], given: argparse.Namespace) -> None:
    peers = {name: Peer(name, given.model, given.file) for name in names}
    for begin in range(0, given.texts, given.block):
        for peer in peers.values():
            peer.run(begin, min(begin + given.block, given.texts))
    for name, peer in peers.items():
        rate = given.texts / sum(peer.seconds)
        first = f"{peer.first:5.2f} s ({peer.first_processor:5.2f} s)"
        print(f"{name:32} first {first}  {rate:8.2f} texts/s  peak {peer.peak():5.0f} MB", flush=True)


def bench_seconds(command: list[str], texts: int) -> float:
    """The processor seconds of `limn bench` on so many texts, loading included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, "--limit", str(texts)], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_overhead(texts: list[str], given: argparse.Namespace) -> None:
    """Processor seconds of the binding and of `limn bench`, one thread: other programs hardly disturb them."""
    import limner

    limner.set_threads(1)
    model = limner.load(given.model)
    model.explain(texts[:20])
    outside = []
    for text in texts[: given.texts]:
        start = time.perf_counter()
        why = model.explain(text)
        outside.append(time.perf_counter() - start - why.to_dict()["seconds"])
    print(f"outside the library, for one text: {1000 * statistics.median(outside):.2f} ms (median)", flush=True)
    for method, one in itertools.product(["gradient", "forward"], [True, False]):
        call: Any = model.predict if method == "forward" else model.explain
        command = [given.overhead, "bench", "-m", given.model, "--input", given.file, "--threads", "1"]
        command += ["--batch", "1" if one else "0", "--method", method, "--format", "json"]
        ours, theirs = [], []
        for _ in range(given.rounds):
            theirs.append(bench_seconds(command, given.texts) - bench_seconds(command, 1))
            start = time.process_time()
            for part in texts if one else [texts]:
                call(part)
            ours.append(time.process_time() - start)
        a, b = (1000 * statistics.median(seconds) / given.texts for seconds in (ours, theirs))
        kind = "one text per call" if one else "all texts in one call"
        print(f"{method:10} {kind:22} limner {a:6.2f} ms, limn bench {b:6.2f} ms: {a / b - 1:+.1%}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("file")
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--block", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", default=",".join(PEERS), help="default: all")
    parser.add_argument("--overhead", metavar="LIMN", help="the command limn")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    given = parser.parse_args()
    with open(given.file, encoding="utf-8") as stream:
        texts = [json.loads(line)["text"] for line in stream]
    given.texts = min(given.texts, len(texts))
    if given.serve:
        serve(given.serve, given.model, texts)
    elif given.overhead:
        measure_overhead(texts[: given.texts], given)
    else:
        compare_peers(given.peers.split(","), given)


main()
