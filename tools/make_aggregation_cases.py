#!/usr/bin/env python3
"""Writes tests/task/data/aggregation.json: random logits, and the entities that transformers' pipeline makes of them.

python tools/make_aggregation_cases.py            needs torch and transformers 5.24

The tokenizers are those of tests/golden, whose subwords are short. transformers' heuristic for the words of tokenizers
without a prefix of subwords knows only spaces: the texts have no punctuation, so that both agree what a word is."""
import json
import pathlib
import warnings

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer, TokenClassificationPipeline
from transformers.pipelines.token_classification import AggregationStrategy

ROOT = pathlib.Path(__file__).resolve().parent.parent
LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
TEXTS = ["lena petrov moved to oslo", "the unbelievable macedonian empire", "an extraordinarily witty film", "oslo"]

warnings.filterwarnings("ignore")
torch.manual_seed(12)
cases = []
for name in ("bert-token", "xlm-roberta-token"):
    folder = ROOT / "tests/golden" / name
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForTokenClassification.from_pretrained(folder)
    model.config.id2label = dict(enumerate(LABELS))
    pipeline = TokenClassificationPipeline(model=model, tokenizer=tokenizer)
    for text in TEXTS:
        for _ in range(3):
            inputs = tokenizer(text, return_tensors="pt", return_offsets_mapping=True, return_special_tokens_mask=True)
            logits = (3 * torch.randn(1, inputs["input_ids"].shape[1], len(LABELS))).round(decimals=2)
            outputs = {"logits": logits, "sentence": text, "input_ids": inputs["input_ids"], "offset_mapping": inputs["offset_mapping"],
                       "special_tokens_mask": inputs["special_tokens_mask"], "is_last": True}
            case = {"tokenizer": name, "text": text, "logits": [[round(x, 2) for x in row] for row in logits[0].tolist()],
                    "special": inputs["special_tokens_mask"][0].tolist(), "offsets": inputs["offset_mapping"][0].tolist(), "entities": {}}
            for strategy in ("simple", "first", "average", "max"):
                found = pipeline.postprocess([outputs], aggregation_strategy=AggregationStrategy(strategy))
                case["entities"][strategy] = [{"label": e["entity_group"], "text": text[e["start"]:e["end"]].strip(), "score": round(float(e["score"]), 7)}
                                              for e in found]
            cases.append(case)
(ROOT / "tests/task/data/aggregation.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
print(len(cases), "cases;", sum(len(e) for c in cases for e in c["entities"].values()), "entities;",
      sum(c["entities"]["first"] != c["entities"]["max"] for c in cases), "differ between first and max")
