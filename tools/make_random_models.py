#!/usr/bin/env python3
"""Write full-size models with random weights, for timing only (speed does not depend on the values).

    make_random_models.py OUT_DIR [NAME ...]      # names: see MODELS below; default: all
Each folder is an ordinary Hugging Face checkpoint: config.json, model.safetensors, tokenizer files.
Needs: torch, transformers, safetensors.
"""
import pathlib
import shutil
import sys

import torch
from transformers import (BertConfig, BertForQuestionAnswering, BertForSequenceClassification,
                          DistilBertConfig, DistilBertForQuestionAnswering,
                          DistilBertForSequenceClassification, ModernBertConfig,
                          ModernBertForSequenceClassification)

TOKENIZER = pathlib.Path(__file__).resolve().parent.parent / "models/minilm-l6-qa"
MODELS = {
    "bert-base-qa": (BertForQuestionAnswering, BertConfig()),
    "bert-base-cls": (BertForSequenceClassification, BertConfig(num_labels=2)),
    "distilbert-qa": (DistilBertForQuestionAnswering, DistilBertConfig()),
    "distilbert-cls": (DistilBertForSequenceClassification, DistilBertConfig(num_labels=2)),
    "bert-large-qa": (BertForQuestionAnswering,
                      BertConfig(hidden_size=1024, num_hidden_layers=24, num_attention_heads=16,
                                 intermediate_size=4096)),
    # 22 layers, every third global, the others with a window of 128 tokens; ids of the tokenizer above
    "modernbert-cls": (ModernBertForSequenceClassification,
                       ModernBertConfig(vocab_size=30522, num_labels=2, pad_token_id=0, cls_token_id=101,
                                        sep_token_id=102, bos_token_id=101, eos_token_id=102)),
}


def main():
    out = pathlib.Path(sys.argv[1])
    for name in sys.argv[2:] or MODELS:
        cls, config = MODELS[name]
        torch.manual_seed(0)
        cls(config).save_pretrained(out / name)
        for file in TOKENIZER.glob("tokenizer*.json"):
            shutil.copy(file, out / name)
        print(out / name)


if __name__ == "__main__":
    main()
