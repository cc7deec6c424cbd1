#!/usr/bin/env python3
"""Write what transformers and PyTorch say about texts that are longer than one window: tests/task/data/long_texts.json.

    make_long_text_cases.py

Token classification: the text in overlapping windows (return_overflowing_tokens), each token labelled by the window in
which it is further from a cut end; neighbouring windows divide what they share in the middle. Question answering: the
logits of each window, and the probability of the best span of each window with one denominator for all windows, by
brute force over the tokens of the whole text. Sequence classification: the logits of each window, their mean in which
each token of the text counts once, shared equally by the windows that contain it, and by one backward pass through all
windows at once the gradient of F of these mean logits times the word embeddings. Needs: torch, transformers.
"""
import json
import math
import pathlib

import torch
from transformers import (AutoModelForQuestionAnswering, AutoModelForSequenceClassification,
                          AutoModelForTokenClassification, AutoTokenizer)

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests/golden"
TEXT = "Lena Petrov moved from Oslo to Rome , where George Washington and Maria met her . " * 4
QUESTION = "Who moved ?"


def windows_of(tokenizer, *texts, length, stride):
    batch = tokenizer(*texts, truncation="only_second" if len(texts) > 1 else True, max_length=length, stride=stride,
                      return_overflowing_tokens=True, return_special_tokens_mask=True)
    return [{"ids": encoding.ids, "sequences": encoding.sequence_ids} for encoding in batch.encodings]


def logits_of(model, window):
    inputs = {"input_ids": torch.tensor([window["ids"]])}
    if 1 in window["sequences"] and model.config.type_vocab_size > 1:
        # of the second text and what follows it; `tokenizers` loses them in all windows but the first
        first = window["sequences"].index(1)
        inputs["token_type_ids"] = torch.tensor([[int(i >= first) for i in range(len(window["ids"]))]])
    with torch.no_grad():
        return model(**inputs)


def tags(name, length, stride):
    folder = GOLDEN / name
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()
    windows = windows_of(tokenizer, TEXT, length=length, stride=stride)
    whole = tokenizer(TEXT)["input_ids"]
    step = len([s for s in windows[0]["sequences"] if s == 0]) - stride
    per_token = {}  # position in the text -> (distance to the nearer end of its window, label, probability)
    for w, window in enumerate(windows):
        probabilities = torch.softmax(logits_of(model, window).logits[0].double(), -1)
        inside = [i for i, s in enumerate(window["sequences"]) if s == 0]
        for k, i in enumerate(inside):
            position = w * step + k
            left = math.inf if w == 0 else k
            right = math.inf if w == len(windows) - 1 else len(inside) - 1 - k
            best = int(probabilities[i].argmax())
            found = (min(left, right), model.config.id2label[best], float(probabilities[i][best]))
            # of equal distances the earlier window wins
            if position not in per_token or found[0] > per_token[position][0]:
                per_token[position] = found
    first = whole.index(windows[0]["ids"][windows[0]["sequences"].index(0)])
    return {"model": name, "text": TEXT, "max_length": length, "stride": stride, "windows": len(windows),
            "tokens": [{"token": first + p, "label": label, "probability": probability}
                       for p, (_, label, probability) in sorted(per_token.items())]}


def answers(name, length, stride):
    folder = GOLDEN / name
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    windows = windows_of(tokenizer, QUESTION, TEXT, length=length, stride=stride)
    step = len([s for s in windows[0]["sequences"] if s == 1]) - stride
    outputs = [logits_of(model, window) for window in windows]
    columns = [[output.start_logits[0].double().tolist(), output.end_logits[0].double().tolist()] for output in outputs]
    null = min(range(len(windows)), key=lambda w: columns[w][0][0] + columns[w][1][0])
    denominators = []
    for column in (0, 1):
        largest = {}
        for w, window in enumerate(windows):
            k = 0
            for i, sequence in enumerate(window["sequences"]):
                key = ("context", w * step + k) if sequence == 1 else ("other", i) if w == null else None
                k += sequence == 1
                if key:
                    largest[key] = max(largest.get(key, -math.inf), columns[w][column][i])
        denominators.append(math.log(sum(math.exp(v) for v in largest.values())))
    spans = []
    for w, window in enumerate(windows):
        k = 0
        positions = {}
        for i, sequence in enumerate(window["sequences"]):
            if sequence == 1:
                positions[i] = w * step + k
                k += 1
        spans += [(columns[w][0][i] + columns[w][1][j], positions[i], positions[j])
                  for i in positions for j in positions if i <= j < i + 30]
    spans.sort(key=lambda span: -span[0])
    best, seen = [], set()
    for score, i, j in spans:
        if (i, j) not in seen:
            seen.add((i, j))
            best.append({"score": score, "probability": math.exp(score - sum(denominators))})
        if len(best) == 5:
            break
    null_score = columns[null][0][0] + columns[null][1][0]
    return {"model": name, "question": QUESTION, "context": TEXT, "max_length": length, "stride": stride,
            "windows": len(windows), "answers": best, "null_score": null_score,
            "null_probability": math.exp(null_score - sum(denominators))}


def labels(name, length, stride):
    folder = GOLDEN / name
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    windows = windows_of(tokenizer, TEXT, length=length, stride=stride)
    step = len([s for s in windows[0]["sequences"] if s == 0]) - stride
    # Every token is embedded once: those of the text by their position, special tokens by their id.
    keys = []
    for w, window in enumerate(windows):
        k = 0
        of_window = []
        for token, sequence in zip(window["ids"], window["sequences"]):
            of_window.append((w * step + k if sequence == 0 else f"special {token}", token))
            k += sequence == 0
        keys.append(of_window)
    embeddings = {key: model.get_input_embeddings().weight[token].detach().clone().requires_grad_()
                  for of_window in keys for key, token in of_window}
    logits = [model(inputs_embeds=torch.stack([embeddings[key] for key, _ in of_window])[None]).logits[0].double()
              for of_window in keys]
    for of_window, found in zip(keys, logits):  # the same by the ids
        with torch.no_grad():
            again = model(input_ids=torch.tensor([[token for _, token in of_window]])).logits[0].double()
        assert torch.allclose(found, again, atol=1e-6), name
    positions = [[key for key, _ in of_window if isinstance(key, int)] for of_window in keys]
    count = 1 + max(max(of_window) for of_window in positions)
    shares = [sum(1 / sum(p in other for other in positions) for p in of_window) / count for of_window in positions]
    assert abs(sum(shares) - 1) < 1e-12
    mean = sum(share * found for share, found in zip(shares, logits))
    several = model.config.problem_type == "multi_label_classification" or len(mean) == 1
    probabilities = torch.sigmoid(mean) if several else torch.softmax(mean, -1)
    target = int(mean.argmax())
    explained = {}
    for explain, f in (("logit", mean[target]), ("probability", probabilities[target]),
                       ("log-probability", torch.log(probabilities[target]))):
        keyed = list(embeddings.items())
        gradients = torch.autograd.grad(f, [vector for _, vector in keyed], retain_graph=True)
        products = {key: float((gradient.double() * vector.detach().double()).sum())
                    for (key, vector), gradient in zip(keyed, gradients)}
        explained[explain] = {"value": float(f), "text": [products[p] for p in range(count)],
                              "special": sum(v for key, v in products.items() if isinstance(key, str))}
    return {"model": name, "text": TEXT, "max_length": length, "stride": stride, "windows": len(windows),
            "shares": shares, "window_logits": [found.tolist() for found in logits], "logits": mean.tolist(),
            "probabilities": probabilities.tolist(), "target": target, "explained": explained}


cases = {"tags": [tags(name, length, stride) for name in ("bert-token", "roberta-token", "modernbert-token")
                  for length, stride in ((20, 6), (15, 5), (24, 0))],
         "answers": [answers(name, 24, 7) for name in ("bert-qa", "roberta-qa")],
         "labels": [labels(*case) for case in
                    (("bert-cls", 24, 7), ("bert-cls", 20, 0), ("bert-cls", 15, 7), ("roberta-cls", 24, 6),
                     ("distilbert-cls", 30, 8), ("bert-multilabel", 24, 7), ("bert-single", 24, 7))]}
for case in cases["tags"] + cases["answers"] + cases["labels"]:
    assert case["windows"] > 2, case
(ROOT / "tests/task/data/long_texts.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
