#!/usr/bin/env python3
"""Train a head for masked language modelling on the encoder of the bundled retriever, which stays as it is.

    train_expander.py DATA_DIR MODELS_DIR [--minutes 60] [--lr 2e-3] [--batch 48] [--seed 0]
    train_expander.py DATA_DIR MODELS_DIR --measure

`limn search --expander` asks such a model which words could stand in place of those of a question. Texts are questions and
paragraphs of SQuAD's training parts, and SST-2's phrases; 15 % of their words are masked, all tokens of a word together. Only the
head learns (a dense layer, its norm and a bias); its output matrix is the encoder's word embeddings. The model is written to
MODELS_DIR/minilm-l6-mlm. It is not bundled: docs/collections.md says why. --measure: how often the masked word is the first, or among the
first ten, of texts of the development parts. Needs what train_models.py needs.
"""
import argparse
import json
import pathlib
import random
import time

import torch
from transformers import AutoTokenizer, BertForMaskedLM

NAME = "minilm-l6-mlm"


def squad_texts(path):
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            yield paragraph["context"]
            for question in paragraph["qas"]:
                yield question["question"]


def read_texts(data, part):
    names = ["train-v1.1.part.json", "train-v2.0.part.json"] if part == "train" else ["dev-v1.1.half.json"]
    texts = sorted({text for name in names for text in squad_texts(data / "squad" / name)})
    lines = (data / "sst2" / f"{part}.tsv").read_text().splitlines()[1:]
    texts += sorted({line.rsplit("\t", 1)[0].strip() for line in lines})
    return texts


def features_of(tok, texts):
    """Token ids, and for each token the word it belongs to (None for [CLS] and [SEP])."""
    encodings = tok(texts, truncation=True, max_length=160).encodings
    return [(encoding.ids, encoding.word_ids) for encoding in encodings if len(encoding.ids) > 5]


def masked_batch(rows, mask, rng):
    length = max(len(ids) for ids, _ in rows)
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    attention = torch.zeros(len(rows), length, dtype=torch.long)
    labels = torch.full((len(rows), length), -100)
    for i, (tokens, words) in enumerate(rows):
        ids[i, :len(tokens)] = torch.tensor(tokens)
        attention[i, :len(tokens)] = 1
        present = sorted({word for word in words if word is not None})
        hidden = {word for word in present if rng.random() < 0.15} or {rng.choice(present)}
        for j, word in enumerate(words):
            if word in hidden:
                labels[i, j] = tokens[j]
                ids[i, j] = mask
    return ids, attention, labels


def batches(features, size, rng):
    order = sorted(range(len(features)), key=lambda i: len(features[i][0]) + rng.random() * 8)
    groups = [order[i:i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    for group in groups:
        yield [features[i] for i in group]


def logits_at(model, ids, attention, labels):
    with torch.no_grad():
        hidden = model.bert(input_ids=ids, attention_mask=attention).last_hidden_state
    wanted = labels >= 0
    return model.cls(hidden[wanted]), labels[wanted]


@torch.no_grad()
def measure(model, features, mask, seed=0, limit=2000):
    rng = random.Random(seed)
    rows = rng.sample(features, min(limit, len(features)))
    first = ten = count = 0
    for begin in range(0, len(rows), 48):
        logits, labels = logits_at(model, *masked_batch(rows[begin:begin + 48], mask, rng))
        best = logits.topk(10, -1).indices == labels[:, None]
        first += int(best[:, 0].sum())
        ten += int(best.any(-1).sum())
        count += len(labels)
    print(f"masked tokens {count}: first {100 * first / count:.1f} %, among ten {100 * ten / count:.1f} %", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data", type=pathlib.Path)
    p.add_argument("models", type=pathlib.Path)
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--batch", type=int, default=48)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--measure", action="store_true")
    arguments = p.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    source = arguments.models / (NAME if arguments.measure else "all-minilm-l6-v2")
    tok = AutoTokenizer.from_pretrained(source)
    model = BertForMaskedLM.from_pretrained(source, dtype=torch.float32)
    model.eval()  # no dropout: the encoder is fixed
    dev = features_of(tok, read_texts(arguments.data, "dev"))
    if arguments.measure:
        measure(model, dev, tok.mask_token_id)
        return
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    head = model.cls.predictions
    learned = [*head.transform.parameters(), head.bias]
    torch.nn.init.eye_(head.transform.dense.weight)
    for parameter in learned:
        parameter.requires_grad_(True)
    features = features_of(tok, read_texts(arguments.data, "train"))
    print(f"{len(features)} texts", flush=True)
    optimizer = torch.optim.AdamW(learned, lr=arguments.lr, weight_decay=0.0)
    rng = random.Random(arguments.seed)
    start, step, average, seen = time.time(), 0, None, time.time()
    total = 60 * arguments.minutes
    while True:
        for rows in batches(features, arguments.batch, rng):
            share = (time.time() - start) / total
            if share >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = arguments.lr * min(1, share / 0.03 + 0.01) * (1 - share)
            logits, labels = logits_at(model, *masked_batch(rows, tok.mask_token_id, rng))
            loss = torch.nn.functional.cross_entropy(logits, labels)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
            if time.time() - seen > 30:
                seen = time.time()
                print(f"step {step}  {100 * share:.0f} %  loss {average:.3f}", flush=True)
        else:
            continue
        break
    measure(model, dev, tok.mask_token_id)
    folder = arguments.models / NAME
    model.save_pretrained(folder, safe_serialization=True)
    tok.save_pretrained(folder)


if __name__ == "__main__":
    main()
