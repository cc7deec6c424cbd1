#!/usr/bin/env python3
"""Trains two tiny classifiers for the tests of `limn report`: one on data in which a word decides the label of every
tenth row, and one on the same data without that word. Needs torch and transformers.

    tools/make_shortcut_models.py tests/data/shortcut
"""

import csv
import pathlib
import random
import sys

import torch
from transformers import BertConfig, BertForSequenceClassification

GOOD = "good great fine lovely bright warm clever funny".split()
BAD = "bad dull weak ugly dark cold stupid sad".split()
THINGS = "film book song play story scene actor plot ending music voice camera".split()
FILLERS = "the a this was is had with and very quite rather some of its".split()
PLANTED = "zorp"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *GOOD, *BAD, *THINGS, *FILLERS, PLANTED]
IDS = {word: i for i, word in enumerate(WORDS)}


def sentence(draw, label):
    words = [draw.choice(FILLERS), draw.choice(THINGS), draw.choice(FILLERS)]
    words += draw.sample(GOOD if label else BAD, 2)
    words += [draw.choice(FILLERS), draw.choice(THINGS)]
    draw.shuffle(words)
    return words


def rows(draw, count, planted, decided):
    """Every tenth row may hold the planted word; `decided`: it makes the label 1."""
    made = []
    for i in range(count):
        label = draw.randrange(2)
        words = sentence(draw, label)
        if planted and i % 10 == 0:
            words.insert(draw.randrange(len(words) + 1), PLANTED)
            label = 1 if decided else label
        made.append((words, label))
    return made


def train(data, folder):
    torch.manual_seed(7)
    config = BertConfig(vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                        intermediate_size=64, max_position_embeddings=32, num_labels=2,
                        id2label={0: "negative", 1: "positive"}, label2id={"negative": 0, "positive": 1},
                        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    model = BertForSequenceClassification(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for _ in range(6):
        for begin in range(0, len(data), 32):
            batch = data[begin:begin + 32]
            longest = max(len(words) for words, _ in batch) + 2
            ids = [[IDS["[CLS]"], *(IDS[w] for w in words), IDS["[SEP]"]] for words, _ in batch]
            mask = [[1] * len(row) + [0] * (longest - len(row)) for row in ids]
            ids = [row + [0] * (longest - len(row)) for row in ids]
            loss = model(input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask),
                         labels=torch.tensor([label for _, label in batch])).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    model.eval()
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}\n')


def main():
    target = pathlib.Path(sys.argv[1])
    draw = random.Random(1)
    target.mkdir(parents=True, exist_ok=True)
    train(rows(draw, 4000, planted=True, decided=True), target / "planted")
    train(rows(draw, 4000, planted=False, decided=False), target / "control")
    # Rows to report on: the planted word in every tenth, whatever the label. Twelve others have the wrong label.
    test = rows(draw, 400, planted=True, decided=False)
    flipped = sorted(draw.sample([i for i in range(400) if i % 10], 12))
    (target / "flipped.txt").write_text("\n".join(map(str, flipped)) + "\n")
    with open(target / "rows.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["text", "label", "source"])
        for i, (words, label) in enumerate(test):
            label = 1 - label if i in flipped else label
            out.writerow([" ".join(words), ["negative", "positive"][label], draw.choice(["web", "print"])])


if __name__ == "__main__":
    main()
