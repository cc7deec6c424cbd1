#!/usr/bin/env python3
"""Times limner beside Captum, transformers-interpret and shap on the same model and texts; see docs/performance.md.

    python_peers.py MODEL TEXTS.jsonl [--texts 1000] [--first]

Each measurement is a process of its own with two threads. --first: only the seconds to the first explanation, import
included. TEXTS.jsonl has one {"text": …} per line. Needs the packages of `make test-interop`.
"""

import argparse
import json
import resource
import subprocess
import sys
import time

THREADS = 2
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
    "captum, 50 steps": CAPTUM,
    "limner, captum-lig": LIMNER.replace("{preset}", "captum-lig"),
    "transformers-interpret": INTERPRET,
    "limner, transformers-interpret": LIMNER.replace("{preset}", "transformers-interpret"),
    "shap, partition": SHAP,
    "limner, shap-partition": LIMNER.replace("{preset}", "shap-partition"),
    "limner, gradient": LIMNER.replace('method=limner.preset("{preset}")', 'method="gradient"'),
}


def measure(name: str, folder: str, texts: list[str]) -> dict[str, float]:
    """Runs one peer in this process."""
    begin = time.perf_counter()
    scope: dict = {"folder": folder}
    exec(PEERS[name].replace("{threads}", str(THREADS)), scope)
    scope["explain"](texts[0])
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    for text in texts[1:]:
        scope["explain"](text)
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first_s": first, "per_s": (len(texts) - 1) / seconds if len(texts) > 1 else 0, "peak_mb": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("file")
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--first", action="store_true")
    parser.add_argument("--peer")
    given = parser.parse_args()
    with open(given.file, encoding="utf-8") as stream:
        texts = [json.loads(line)["text"] for line in stream][: 1 if given.first else given.texts]
    if given.peer:
        print(json.dumps(measure(given.peer, given.model, texts)))
        return
    for name in PEERS:
        command = [sys.executable, __file__, given.model, given.file, "--peer", name, "--texts", str(len(texts))]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        said = run.stdout.strip().splitlines()[-1] if run.returncode == 0 else run.stderr.strip().splitlines()[-1]
        print(f"{name:32} {said}", flush=True)


main()
