#!/usr/bin/env python3
"""Measure the bundled models with PyTorch: the figures that limn evaluate must reproduce.

    evaluate_models.py DATA_DIR MODEL_DIR qa|sentiment|ner [--limit N]
DATA_DIR holds squad/dev-v1.1.half.json, squad/dev-v2.0.part.json, sst2/dev.tsv and ner/wikiann_en/dev.txt, in the formats that train_models.py reads.
qa:        SQuAD v1.1 half dev and v2.0 part; windows of 384 tokens, 128 shared; best start + end logit with start <= end inside the context,
           at most 30 tokens; v2.0: no answer if the best null score ([CLS], smallest over windows) beats the best span; official EM and F1.
sentiment: accuracy on sst2/dev.tsv.      ner: entity precision, recall, F1 (IOB2, exact spans) on wikiann_en/dev.txt, first token of each word.
"""
import argparse
import collections
import json
import pathlib
import re
import string
import sys

import torch
from transformers import (AutoModelForQuestionAnswering, AutoModelForSequenceClassification,
                          AutoModelForTokenClassification, AutoTokenizer)

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from train_models import conll  # noqa: E402


def words(text):
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def exact(a, b):
    return float(words(a) == words(b))


def f1(a, b):
    x, y = words(a), words(b)
    if not x or not y:
        return float(x == y)
    same = sum((collections.Counter(x) & collections.Counter(y)).values())
    return 2 * same / (len(x) + len(y)) if same else 0.0


def in_batches(features, size):
    order = sorted(range(len(features)), key=lambda i: len(features[i]["input_ids"]))
    for k in range(0, len(order), size):
        part = order[k:k + size]
        n = max(len(features[i]["input_ids"]) for i in part)
        pad = lambda key: torch.tensor([features[i][key] + [0] * (n - len(features[i][key])) for i in part])  # noqa: E731
        yield part, {k: pad(k) for k in ("input_ids", "token_type_ids", "attention_mask")}


def run(model, features, size=16):
    results = [None] * len(features)
    with torch.no_grad():
        for part, batch in in_batches(features, size):
            out = model(**batch)
            for row, i in enumerate(part):
                n = len(features[i]["input_ids"])
                results[i] = (out.start_logits[row, :n], out.end_logits[row, :n]) if "start_logits" in out else \
                    out.logits[row, :n] if out.logits.ndim == 3 else out.logits[row]
    return results


def squad(model, tok, path, limit):
    questions = [(q["id"], q["question"], p["context"], [a["text"] for a in q["answers"]])
                 for a in json.load(open(path))["data"] for p in a["paragraphs"] for q in p["qas"]][:limit]
    features, owner = [], []
    for number, (_, question, context, _) in enumerate(questions):
        enc = tok(question, context, truncation="only_second", max_length=384, stride=128,
                  return_overflowing_tokens=True, return_offsets_mapping=True)
        for w in range(len(enc["input_ids"])):
            features.append({k: enc[k][w] for k in ("input_ids", "token_type_ids", "attention_mask")}
                            | {"offsets": [o if s == 1 else None for o, s in zip(enc["offset_mapping"][w], enc.sequence_ids(w))]})
            owner.append(number)
    best = [(-1e9, "")] * len(questions)
    null = [1e9] * len(questions)
    for (start, end), feature, number in zip(run(model, features), features, owner):
        null[number] = min(null[number], float(start[0] + end[0]))
        inside = torch.tensor([o is not None for o in feature["offsets"]])
        score = start.masked_fill(~inside, -1e9)[:, None] + end.masked_fill(~inside, -1e9)[None, :]
        score = score.masked_fill(~torch.ones_like(score, dtype=torch.bool).triu().tril(29), -1e9)
        top = int(score.argmax())
        s, e = divmod(top, score.shape[1])
        if float(score[s, e]) > best[number][0]:
            best[number] = (float(score[s, e]), questions[number][2][feature["offsets"][s][0]:feature["offsets"][e][1]])
    rows = []
    for (key, _, _, answers), (value, text), none in zip(questions, best, null):
        rows.append((key, answers, text, value - none))
    return rows


def report(rows, threshold=None):
    em = f = has = 0.0
    counts = collections.Counter()
    sums = collections.Counter()
    for _, answers, text, margin in rows:
        text = "" if threshold is not None and margin < threshold else text
        kind = "has_answer" if answers else "no_answer"
        references = answers or [""]
        sums[kind, "em"] += max(exact(text, r) for r in references)
        sums[kind, "f1"] += max(f1(text, r) for r in references)
        counts[kind] += 1
    total = sum(counts.values())
    result = {"questions": total, "em": round(100 * sum(v for (k, m), v in sums.items() if m == "em") / total, 2),
              "f1": round(100 * sum(v for (k, m), v in sums.items() if m == "f1") / total, 2)}
    for kind, n in counts.items():
        result[kind] = {"n": n, "em": round(100 * sums[kind, "em"] / n, 2), "f1": round(100 * sums[kind, "f1"] / n, 2)}
    return result


def entities(tags):
    found, start, kind = set(), None, None
    for i, t in enumerate(list(tags) + ["O"]):
        if start is not None and (t == "O" or t[0] == "B" or t[2:] != kind):
            found.add((start, i, kind))
            start = None
        if t != "O" and start is None:
            start, kind = i, t[2:]
    return found


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data", type=pathlib.Path)
    p.add_argument("model", type=pathlib.Path)
    p.add_argument("task", choices=["qa", "sentiment", "ner"])
    p.add_argument("--limit", type=int)
    a = p.parse_args()
    tok = AutoTokenizer.from_pretrained(a.model)
    auto = {"qa": AutoModelForQuestionAnswering, "sentiment": AutoModelForSequenceClassification, "ner": AutoModelForTokenClassification}[a.task]
    model = auto.from_pretrained(a.model, dtype=torch.float32).eval()
    if a.task == "qa":
        rows = squad(model, tok, a.data / "squad/dev-v1.1.half.json", a.limit)
        print("v1.1 half dev", json.dumps(report(rows)), flush=True)
        rows = squad(model, tok, a.data / "squad/dev-v2.0.part.json", a.limit)
        print("v2.0 part, threshold 0", json.dumps(report(rows, 0.0)))
        thresholds = sorted({m for *_, m in rows})[:: max(1, len(rows) // 200)]
        best = max(thresholds, key=lambda t: report(rows, t)["f1"])
        print(f"v2.0 part, best threshold {best:.3f}", json.dumps(report(rows, best)))
        for s in json.load(open(a.data / "qa_samples.json")):
            enc = tok(s["question"], s["context"], return_tensors="pt", truncation=True, max_length=512)
            with torch.no_grad():
                o = model(**enc)
            b, e = int(o.start_logits[0].argmax()), int(o.end_logits[0].argmax())
            print("  ", s["question"], "->", tok.decode(enc["input_ids"][0][b:e + 1]) if b <= e else "?")
    elif a.task == "sentiment":
        lines = [r.rsplit("\t", 1) for r in (a.data / "sst2/dev.tsv").read_text().splitlines()[1:]][:a.limit]
        features = [dict(tok(t.strip(), return_token_type_ids=True)) for t, _ in lines]
        right = sum(int(o.argmax()) == int(y) for o, (_, y) in zip(run(model, features, 64), lines))
        print(json.dumps({"rows": len(lines), "accuracy": round(100 * right / len(lines), 2)}))
    else:
        sentences = list(conll(a.data / "ner/wikiann_en/dev.txt"))[:a.limit]
        encs = [tok([w for w, _ in s], is_split_into_words=True, truncation=True, max_length=128, return_token_type_ids=True) for s in sentences]
        outs = run(model, [{k: e[k] for k in ("input_ids", "token_type_ids", "attention_mask")} for e in encs], 64)
        tp = predicted = gold = 0
        for s, e, o in zip(sentences, encs, outs):
            tags, seen = ["O"] * len(s), set()
            for i, w in enumerate(e.word_ids()):
                if w is not None and w not in seen:
                    seen.add(w)
                    tags[w] = model.config.id2label[int(o[i].argmax())]
            x, y = entities(tags), entities([t for _, t in s])
            tp, predicted, gold = tp + len(x & y), predicted + len(x), gold + len(y)
        print(json.dumps({"sentences": len(sentences), "precision": round(100 * tp / predicted, 2), "recall": round(100 * tp / gold, 2),
                          "f1": round(200 * tp / (predicted + gold), 2)}))


if __name__ == "__main__":
    main()
