#!/usr/bin/env python3
"""Train the bundled sentiment model further on texts with masked words: models/minilm-l6-sentiment-masked.

    train_masked_sentiment.py DATA_DIR MODELS_DIR [--steps 1263] [--lr 1e-4] [--batch 48] [--seed 0]
    train_masked_sentiment.py DATA_DIR MODELS_DIR --measure 2000

Metrics of faithfulness mask words, and a model that never saw a masked text answers them by accident. Here half of the texts
of each batch have words replaced by [MASK] (all tokens of a word together), each text a share drawn from U(0, 1); the label stays.
The data are those of train_models.py (DATA_DIR/sst2/train.tsv), the start is MODELS_DIR/minilm-l6-sentiment, and the word
embeddings stay frozen, so that the new folder shares word_embeddings.safetensors with its siblings. Every 200 steps a checkpoint is
written beside it; a run that finds one goes on from there. Needs what train_models.py needs.
--measure N: accuracy and mean negative log-likelihood of both models on N texts of sst2/dev.tsv, with shares of their words masked.
"""
import argparse
import os
import pathlib
import random
import time

import torch
from transformers import AutoTokenizer, BertForSequenceClassification

from train_models import batches, collate, save

NAME = "minilm-l6-sentiment-masked"


def read_features(tok, path):
    """One row a text: its tokens, its label, and for each token the word it belongs to (None for [CLS] and [SEP])."""
    rows = []
    for line in path.read_text().splitlines()[1:]:
        text, label = line.rsplit("\t", 1)
        encoding = tok(text.strip(), truncation=True, max_length=512)
        rows.append({"input_ids": encoding["input_ids"], "labels": int(label), "words": encoding.word_ids()})
    return rows


def mask_words(row, share, mask, rng):
    """The tokens of `row` with every word masked with probability `share`."""
    hidden = {word for word in sorted({w for w in row["words"] if w is not None}) if rng.random() < share}
    return [mask if word in hidden else token for token, word in zip(row["input_ids"], row["words"])]


def mask_half(rows, mask, rng):
    """Every second text of a batch in random order, masked by a share drawn from U(0, 1)."""
    rng.shuffle(rows)
    return [{"input_ids": mask_words(row, rng.random(), mask, rng) if i % 2 == 0 else row["input_ids"], "labels": row["labels"]}
            for i, row in enumerate(rows)]


def write_checkpoint(path, step, model, optimizer, schedule):
    temporary = path.with_suffix(".part")
    torch.save({"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict()}, temporary)
    os.replace(temporary, path)


def train(model, features, mask, arguments, checkpoint):
    rng = random.Random(arguments.seed)
    torch.manual_seed(arguments.seed)
    learned = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW([{"params": [p for p in learned if p.ndim > 1], "weight_decay": 0.01},
                                   {"params": [p for p in learned if p.ndim == 1], "weight_decay": 0.0}], lr=arguments.lr)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / (0.06 * arguments.steps), max(0.0, 1 - s / arguments.steps)))
    done = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        done = saved["step"]
        for part, name in ((model, "model"), (optimizer, "optimizer"), (schedule, "schedule")):
            part.load_state_dict(saved[name])
    model.train()
    step, average, start = 0, None, time.time()
    while step < arguments.steps:
        for rows in batches(features, arguments.batch, rng):
            rows = mask_half(rows, mask, rng)
            step += 1
            if step > arguments.steps:
                break
            if step <= done:  # The random numbers of a resumed run are those of a run without a break.
                continue
            loss = model(**collate(rows)).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
            if step % 20 == 0:
                print(f"step {step}/{arguments.steps}  loss {average:.4f}  {time.time() - start:.0f} s", flush=True)
            if step % 200 == 0:
                write_checkpoint(checkpoint, step, model, optimizer, schedule)
    model.eval()


@torch.no_grad()
def measure(source, tok, features, seed):
    """Prints how right and how sure a model is on the same texts with more and more of their words masked."""
    model = BertForSequenceClassification.from_pretrained(source, dtype=torch.float32).eval()
    for share in (0, 0.25, 0.5, 0.75, 1):
        rng, right, loss, sure = random.Random(seed), 0, 0.0, 0.0
        for first in range(0, len(features), 48):
            rows = [{"input_ids": mask_words(row, share, tok.mask_token_id, rng), "labels": row["labels"]}
                    for row in features[first:first + 48]]
            found = model(**collate(rows))
            labels = torch.tensor([row["labels"] for row in rows])
            right += int((found.logits.argmax(-1) == labels).sum())
            loss += float(found.loss) * len(rows)
            sure += float(found.logits.softmax(-1).max(-1).values.sum())
        n = len(features)
        print(f"{source.name}  masked {share:.2f}: accuracy {100 * right / n:.1f} %, negative log-likelihood {loss / n:.3f}, "
              f"mean probability of the prediction {sure / n:.3f}", flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data", type=pathlib.Path)
    p.add_argument("models", type=pathlib.Path)
    p.add_argument("--steps", type=int, default=1263, help="1263 batches of 48 are one epoch")
    p.add_argument("--lr", type=float, default=1e-4)
    p.add_argument("--batch", type=int, default=48)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--measure", type=int, metavar="N")
    arguments = p.parse_args()
    torch.set_num_threads(arguments.threads)
    source = arguments.models / "minilm-l6-sentiment"
    tok = AutoTokenizer.from_pretrained(source)
    if arguments.measure:
        features = read_features(tok, arguments.data / "sst2/dev.tsv")[:arguments.measure]
        for folder in (source, arguments.models / NAME):
            measure(folder, tok, features, arguments.seed)
        return
    model = BertForSequenceClassification.from_pretrained(source, dtype=torch.float32, hidden_dropout_prob=0.0,
                                                          attention_probs_dropout_prob=0.0)
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    features = read_features(tok, arguments.data / "sst2/train.tsv")
    checkpoint = arguments.models / f"{NAME}.checkpoint"
    train(model, features, tok.mask_token_id, arguments, checkpoint)
    save(model, tok, arguments.models, NAME)
    checkpoint.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
