#!/usr/bin/env python3
"""Write the random cases that the tests of task/ and evaluate/ compare with.

    make_evaluation_cases.py TESTS_DIR

task/data/answers.json          random windows: all spans are tried, with the decision rule of evaluate_models.py
task/data/chunks.json           random tags: seqeval.metrics.sequence_labeling.get_entities
evaluate/data/answer_texts.json the official SQuAD scripts' normalisation, exact match and F1
evaluate/data/squad.json        random predictions: the official SQuAD 2.0 script's scores and best thresholds
evaluate/data/labels.json       random labels: sklearn.metrics
evaluate/data/entities.json     random tagged sentences: seqeval.metrics
Needs: numpy, seqeval, scikit-learn.
"""
import collections
import json
import math
import pathlib
import random
import re
import string
import sys
import warnings

import numpy
import seqeval.metrics
import sklearn.metrics
from seqeval.metrics.sequence_labeling import get_entities

warnings.simplefilter("ignore")


# ---- spans -------------------------------------------------------------------------------------------------------------

def denominator(windows, column):
    """The sum of exp(logit) over the tokens that were read, each once: of a token of the context the largest logit, the
    other tokens in the window with the smallest null score."""
    null = min(windows, key=lambda w: w["start"][0] + w["end"][0])
    other = [v for v, s in zip(null[column], null["sequences"]) if s != 1]
    context = {}
    for w in windows:
        for v, s, offset in zip(w[column], w["sequences"], w["offsets"]):
            if s == 1:
                context[offset] = max(context.get(offset, v), v)
    return sum(math.exp(v) for v in [*other, *context.values()])


def answer_case(rng):
    words = [rng.choice(["a", "bc", "def", "g", "hijk"]) for _ in range(rng.randint(1, 40))]
    context, spans = "", []
    for word in words:
        spans.append((len(context), len(context) + len(word)))
        context += word + rng.choice([" ", " ", ""])
    question, size, step = rng.randint(1, 3), rng.randint(6, 30), rng.randint(2, 9)
    windows, at = [], 0
    while True:
        part = spans[at:at + size]
        sequences = [-1] + [0] * question + [-1] + [1] * len(part) + [-1]
        offsets = [(0, 0)] + [(i, i + 1) for i in range(question)] + [(0, 0)] + part + [(0, 0)]
        # multiples of 1/8, so that equal scores are common and float32 sums are exact
        start, end = ([rng.randint(-24, 24) / 8 for _ in sequences] for _ in range(2))
        start[0], end[0] = start[0] + rng.choice([0, 3]), end[0] + rng.choice([0, 3])
        windows.append({"begin": at, "sequences": sequences, "offsets": offsets, "start": start, "end": end})
        if at + size >= len(spans):
            break
        at += step
    limit, top = rng.choice([1, 2, 5, 30]), rng.choice([1, 2, 5, 20])

    # evaluate_models.py, squad(): the whole matrix of scores, masked
    best, null = (-1e9, ""), 1e9
    for w in windows:
        start, end = numpy.array(w["start"], "f4"), numpy.array(w["end"], "f4")
        null = min(null, float(start[0] + end[0]))
        inside = numpy.array([s == 1 for s in w["sequences"]])
        score = numpy.where(inside, start, -1e9)[:, None] + numpy.where(inside, end, -1e9)[None, :]
        score = numpy.where(numpy.tril(numpy.triu(numpy.ones_like(score)), limit - 1) > 0, score, -1e9)
        s, e = divmod(int(score.argmax()), score.shape[1])
        if float(score[s, e]) > best[0]:
            best = (float(score[s, e]), context[w["offsets"][s][0]:w["offsets"][e][1]])

    found = {}
    both = denominator(windows, "start") * denominator(windows, "end")
    for number, w in enumerate(windows):
        n = len(w["sequences"])
        for s in range(n):
            for e in range(s, min(n, s + limit)):
                if w["sequences"][s] == w["sequences"][e] == 1:
                    span = {"begin": w["offsets"][s][0], "end": w["offsets"][e][1], "window": number, "start": s, "stop": e,
                            "score": w["start"][s] + w["end"][e], "probability": math.exp(w["start"][s] + w["end"][e]) / both}
                    key = (span["begin"], span["end"])
                    if key not in found or span["score"] > found[key]["score"]:
                        found[key] = span
    answers = sorted(found.values(), key=lambda x: (-x["score"], x["window"], x["start"], x["stop"]))[:top]
    thresholds = [0.0, 1.0, best[0] - null]
    return {"context": context, "windows": windows, "max_answer_tokens": limit, "top": top, "answers": answers,
            "null_score": null, "decisions": [{"margin": t, "text": "" if best[0] - null < t else best[1]} for t in thresholds]}


# ---- official SQuAD formulas -------------------------------------------------------------------------------------------

def normalize_answer(text):
    text = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def compute_exact(gold, text):
    return int(normalize_answer(gold) == normalize_answer(text))


def compute_f1(gold, text):
    x, y = normalize_answer(gold).split(), normalize_answer(text).split()
    same = sum((collections.Counter(x) & collections.Counter(y)).values())
    if not x or not y:
        return int(x == y)
    if same == 0:
        return 0
    precision, recall = same / len(y), same / len(x)
    return 2 * precision * recall / (precision + recall)


def raw_scores(answers, text):
    gold = [a for a in answers if normalize_answer(a)] or [""]
    return max(compute_exact(a, text) for a in gold), max(compute_f1(a, text) for a in gold)


def best_threshold(rows, scores):
    """find_best_thresh of the official script."""
    current = best = sum(1 for r in rows if not r["answers"])
    threshold = 0.0
    for i in sorted(range(len(rows)), key=lambda i: rows[i]["na"]):
        current += scores[i] if rows[i]["answers"] else (-1 if rows[i]["text"] else 0)
        if current > best:
            best, threshold = current, rows[i]["na"]
    return 100.0 * best / len(rows), threshold


TEXTS = ["", "a", "The", "an apple", "apple", "Apple pie.", "the apple-pie", "U.S.", "us", "A.", "théâtre", "THÉÂTRE", "a\u00a0cat", "cat",
         "The\u3000Cat's", "İstanbul", "i̇stanbul", "ΣΊΣΥΦΟΣ", "σίσυφος", "ΟΔΟΣ Α", "ΟΔΟΣ'", "Ω\u0345Σ", "naïve—café", "10,000", "10000", "$10", "10",
         "a_b", "ab", "the_the", "a\u0301", "an\u0301 egg", "x a", "x  the  y", "x\x1cy", "x\x85y z", "x\u200by", "“the”", "'the'", "«a»", "a1", "a²",
         "theⅣ", "ⅣIV", "ÀB ÇD", "ǅ ǆ", "ẞ ß", "𝐀 𝐚", "𐐀 𐐨", "日本 the 本", "the日本", "the day the earth stood still", "day earth stood", "\t\n",
         "Ⓐ ⓐ", "ªa ºo", "a…b", "1½ a half", "an·an", "Ḍ̇ ḍ̇", "Ꮳ ꮳ", "ΑΣ\u00adΑ", "ΑΣ. Α", "ΑΣ:Β Σ"]


def squad_case(rng, unanswerable):
    texts = [t for t in TEXTS if len(t) < 20]
    rows = []
    for i in range(rng.randint(1, 40)):
        answers = [] if rng.random() < unanswerable else [rng.choice(texts) for _ in range(rng.randint(1, 3))]
        text = rng.choice(answers) if answers and rng.random() < 0.5 else rng.choice(texts)
        rows.append({"answers": answers, "text": text, "na": rng.randint(-40, 40) / 4})
    threshold = rng.randint(-8, 8) / 4
    exact, f1 = zip(*(raw_scores(r["answers"], r["text"]) for r in rows))
    em_best, em_threshold = best_threshold(rows, exact)
    f1_best, f1_threshold = best_threshold(rows, f1)
    after = [raw_scores(r["answers"], "" if r["na"] > threshold else r["text"]) for r in rows]

    def part(keep):
        chosen = [s for s, r in zip(after, rows) if keep(r)]
        n = len(chosen)
        return {"n": n, "em": 100 * sum(s[0] for s in chosen) / n if n else None, "f1": 100 * sum(s[1] for s in chosen) / n if n else None}
    return {"rows": rows, "null_threshold": threshold, "all": part(lambda r: True), "has_answer": part(lambda r: r["answers"]),
            "no_answer": part(lambda r: not r["answers"]), "best_em": em_best, "best_em_threshold": em_threshold,
            "best_f1": f1_best, "best_f1_threshold": f1_threshold}


# ---- labels and entities -----------------------------------------------------------------------------------------------

def label_case(rng):
    names = ["negative", "neutral", "positive", "mixed"][:rng.randint(2, 4)]
    n = rng.randint(1, 30)
    gold, predicted = ([rng.randrange(len(names)) for _ in range(n)] for _ in range(2))
    predicted = [g if rng.random() < 0.5 else s for g, s in zip(gold, predicted)]
    present = sorted(set(gold) | set(predicted))
    p, r, f, support = sklearn.metrics.precision_recall_fscore_support(gold, predicted, labels=present, zero_division=0)
    return {"labels": names, "gold": gold, "predicted": predicted, "accuracy": 100 * sklearn.metrics.accuracy_score(gold, predicted),
            "macro_f1": 100 * sklearn.metrics.f1_score(gold, predicted, average="macro", zero_division=0),
            "scores": {names[k]: {"precision": 100 * float(p[i]), "recall": 100 * float(r[i]), "f1": 100 * float(f[i]), "support": int(support[i])}
                       for i, k in enumerate(present)}}


def tags(rng, n, prefixes="BIES"):
    kinds = ["O"] * 3 + [f"{p}-{t}" for p in prefixes for t in ("PER", "LOC", "PER-X")]
    return [rng.choice(kinds) for _ in range(n)]


def entity_case(rng):
    prefixes = rng.choice(["BI", "BI", "BIES", "I"])
    gold = [tags(rng, rng.randint(1, 12), prefixes) for _ in range(rng.randint(1, 8))]
    predicted = [[g if rng.random() < 0.7 else s for g, s in zip(sentence, tags(rng, len(sentence), prefixes))] for sentence in gold]
    report = seqeval.metrics.classification_report(gold, predicted, output_dict=True, zero_division=0)

    def part(v):
        return {"precision": 100 * float(v["precision"]), "recall": 100 * float(v["recall"]), "f1": 100 * float(v["f1-score"]), "support": int(v["support"])}
    return {"gold": gold, "predicted": predicted, "all": part(report["micro avg"]),
            "labels": {k: part(v) for k, v in report.items() if not k.endswith(" avg")}}


def write(path, cases):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in cases)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def main():
    tests, rng = pathlib.Path(sys.argv[1]), random.Random(0)
    write(tests / "task/data/answers.json", [answer_case(rng) for _ in range(40)])
    sequences = [tags(rng, rng.randint(0, 8), rng.choice(["BI", "BIES"])) for _ in range(200)]
    sequences += [["B", "I", "O", "I", "S", "E"], ["I-", "I-PER", "B-"]]
    write(tests / "task/data/chunks.json", [{"tags": t, "chunks": get_entities(t)} for t in sequences])
    pairs = [(a, b) for a in TEXTS for b in rng.sample(TEXTS, 4)]
    write(tests / "evaluate/data/answer_texts.json",
          [{"normalized": {t: normalize_answer(t) for t in TEXTS}},
           {"pairs": [[a, b, compute_exact(a, b), compute_f1(a, b)] for a, b in pairs]}])
    write(tests / "evaluate/data/squad.json", [squad_case(rng, u) for u in [0.0] * 5 + [0.5] * 20 + [1.0] * 3])
    write(tests / "evaluate/data/labels.json", [label_case(rng) for _ in range(30)])
    cases = (entity_case(rng) for _ in range(60))  # seqeval fails if there is no entity at all
    write(tests / "evaluate/data/entities.json", [c for c in cases if c["labels"]])


if __name__ == "__main__":
    main()
