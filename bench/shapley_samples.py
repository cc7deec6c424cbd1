#!/usr/bin/env python3
"""How many evaluations of the model do Shapley values need? limn beside shap and shapiq.

    shapley_samples.py LIMN MODEL TEXTS [--texts 6] [--words 13] [--seeds 3]

For texts of WORDS plain words, PyTorch evaluates all 2^WORDS coalitions (a masked word's tokens become [MASK]), so that the
Shapley values of the predicted label's logit are known. Each estimator is then asked for them with growing numbers of
evaluations. Printed for each estimator: the mean over texts and seeds of the largest error, as a fraction of the largest value;
and the smallest number of evaluations from which this mean stays within 5 %, per text. TEXTS has one text a line.
Needs torch, transformers, shap and shapiq.
"""
import argparse
import json
import logging
import math
import re
import subprocess
import tempfile

import numpy as np
import shap
import shapiq
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

COUNTS = (40, 50, 60, 75, 90, 110, 130, 160, 200, 250, 300, 400, 500, 700)


def table_of(model, tokenizer, text, words):
    """The logit of the predicted label for each coalition; bit w of the index: word w is present."""
    encoding = tokenizer(text)
    ids = torch.tensor(encoding["input_ids"])
    word_ids = encoding.word_ids()
    label = model(ids[None]).logits[0].argmax().item()
    present = np.arange(1 << words)[:, None] >> np.arange(words) & 1
    member = np.array([[w == u for u in range(words)] for w in word_ids])  # (tokens, words)
    masked = torch.tensor((1 - present) @ member.T > 0)
    rows = torch.where(masked, tokenizer.mask_token_id, ids)
    with torch.inference_mode():
        return label, np.concatenate([model(part).logits[:, label].double().numpy() for part in rows.split(512)])


def shapley_values(table, words):
    index = np.arange(1 << words)
    size = np.bitwise_count(index.astype(np.uint32))
    values = []
    for word in range(words):
        without = index[index >> word & 1 == 0]
        weight = np.array([1 / (words * math.comb(words - 1, k)) for k in range(words)])[size[without]]
        values.append((weight * (table[without | 1 << word] - table[without])).sum())
    return np.array(values)


def look_up(table, words):
    return lambda masks: table[(np.asarray(masks).astype(int) << np.arange(words)).sum(1)]


def by_kernel_explainer(table, words, count, seed):
    np.random.seed(seed)
    explainer = shap.KernelExplainer(look_up(table, words), np.zeros((1, words)))
    return np.ravel(explainer.shap_values(np.ones((1, words)), nsamples=count, l1_reg=False, silent=True))


def by_permutation_explainer(table, words, count, seed):
    masker = shap.maskers.Independent(np.zeros((1, words)))
    rounds = max(1, count // (2 * words))
    explainer = shap.PermutationExplainer(look_up(table, words), masker, seed=seed)
    return explainer(np.ones((1, words)), max_evals=rounds * (2 * words + 1), silent=True).values.ravel()


def by_shapiq(approximator):
    def estimate(table, words, count, seed):
        return approximator(words, seed).approximate(count, look_up(table, words)).get_n_order_values(1)
    return estimate


def by_limn(limn, model, sampling, text, label, count, seed):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write(json.dumps({"text": text}) + "\n")
        file.flush()
        done = subprocess.run([limn, "explain", "-m", model, "--input", file.name, "--method", "kernel-shap", "--explain", "logit",
                               "--sampling", sampling, "--samples", str(count), "--seed", str(seed), "--target", str(label),
                               "--format", "json"], check=True, capture_output=True, text=True)
    row = json.loads(done.stdout.splitlines()[0])
    return np.array([word["score"] for word in row["words"]])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("limn")
    parser.add_argument("model")
    parser.add_argument("file")
    parser.add_argument("--texts", type=int, default=6)
    parser.add_argument("--words", type=int, default=13)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    logging.getLogger("shap").setLevel(logging.ERROR)
    torch.set_num_threads(2)
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    model = AutoModelForSequenceClassification.from_pretrained(given.model).eval()
    names = model.config.id2label

    peers = {"shap.KernelExplainer": by_kernel_explainer, "shap.PermutationExplainer": by_permutation_explainer,
             "shapiq.KernelSHAP": by_shapiq(lambda n, seed: shapiq.KernelSHAP(n=n, random_state=seed)),
             "shapiq.SVARM": by_shapiq(lambda n, seed: shapiq.SVARM(n=n, random_state=seed))}
    errors = {}  # name -> (texts, counts)
    plain = re.compile(r"[a-z]+( [a-z]+)*")
    texts = [line.split("\t")[0].strip() for line in open(given.file, encoding="utf-8")]
    texts = [text for text in texts if plain.fullmatch(text) and len(text.split()) == given.words][:given.texts]
    for text in texts:
        label, table = table_of(model, tokenizer, text, given.words)
        truth = shapley_values(table, given.words)

        def error_of(scores):
            return np.abs(scores - truth).max() / np.abs(truth).max()

        def add(name, estimate):
            errors.setdefault(name, []).append([np.mean([error_of(estimate(count, seed)) for seed in range(given.seeds)])
                                                for count in COUNTS])

        for name, estimate in peers.items():
            add(name, lambda count, seed: estimate(table, given.words, count, seed))
        for sampling in ("kernel", "leverage", "adaptive"):
            add(f"limn, {sampling}",
                lambda count, seed: by_limn(given.limn, given.model, sampling, text, names[label], count, seed))
        print(f"{len(errors['limn, adaptive'])}. {text} ({names[label]} {table[-1]:.2f}, all masked {table[0]:.2f})", flush=True)

    print("| estimator | " + " | ".join(map(str, COUNTS)) + " | evaluations for 5 % |")
    print("| --- |" + " --- |" * (len(COUNTS) + 1))
    for name, rows in errors.items():
        needed = []
        for row in rows:
            within = [all(error <= 0.05 for error in row[i:]) for i in range(len(COUNTS))]
            needed.append(COUNTS[within.index(True)] if True in within else math.inf)
        means = " | ".join(f"{100 * mean:.1f}" for mean in np.mean(rows, axis=0))
        print(f"| {name} | {means} | {np.median(needed):.0f} ({', '.join(map(str, sorted(needed)))}) |")


if __name__ == "__main__":
    main()
