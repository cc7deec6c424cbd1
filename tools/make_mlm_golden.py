#!/usr/bin/env python3
"""Write tests/golden-mlm: tiny random masked language models, with the results of PyTorch in float64.

    tools/make_mlm_golden.py tests/golden-mlm

Each folder is an ordinary Hugging Face checkpoint plus cases.json: {"cases": [CASE, ...]}, CASE
    text, ids       the text and its token ids
    positions       some positions, and
    logits          the masked-LM logits (V) at each of them
    own             the logit of each token at its own position (T)
    heatmap         (T, T): row i is || d own[i] / d one-hot of token j ||_2 for each j, divided by the row's largest
    fills           for each [MASK], the five most likely ids and their probabilities
Needs: torch, transformers, tokenizers.
"""
import json
import math
import pathlib
import string
import sys

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForMaskedLM, DistilBertConfig, DistilBertForMaskedLM, PreTrainedTokenizerFast

WORDS = """the a of and to in was is it for on with as by at from this that he she they we you i not be are were had has have
his her their its an or but which who when where what more most some all one two three new old first last good bad great small
large long high low capital city country river king queen empire kingdom language model text token word film story actor
paris london rome berlin france england italy germany europe greece persia macedonia washington won lost went came said
saw made took gave found lived ruled spoke wrote read love like hate movie gorgeous witty dull slow fast day night year
century before after under over between during early late war peace world life time people man woman child""".split()
SUBWORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list(string.digits + string.ascii_lowercase + ".,;:!?'\"-()") + \
    ["##" + c for c in string.ascii_lowercase + string.digits] + ["##ing", "##ed", "##er", "##ly", "##s", "##ness", "##ful", "##able"] + WORDS
TEXTS = ["The capital of France is [MASK].",
         "Macedonia was ruled by [MASK], before the [MASK] century!",
         "A gorgeous, witty film: unlovable"]
SMALL = dict(vocab_size=len(SUBWORDS), max_position_embeddings=40)


def tokenizer():
    made = Tokenizer(models.WordPiece({subword: i for i, subword in enumerate(SUBWORDS)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
                                                        special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=40, unk_token="[UNK]", cls_token="[CLS]",
                                   sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]")


def randomise(model):
    """Larger than the default, so that attention and activations leave their linear range."""
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            if p.ndim == 2:
                p.copy_(noise * (1.0 if "embeddings" in name else 1.6 / math.sqrt(p.shape[-1])))
            else:
                p.copy_(0.2 * noise + (1 if "norm" in name.lower() and name.endswith("weight") else 0))


def case(model, tok, text):
    ids = tok(text, return_tensors="pt")["input_ids"]
    weight = model.get_input_embeddings().weight.detach()
    embeds = weight[ids].requires_grad_(True)
    logits = model(inputs_embeds=embeds, attention_mask=torch.ones_like(ids)).logits[0]
    own = logits[torch.arange(len(logits)), ids[0]]
    heatmap = []
    for scalar in own:
        gradient = torch.autograd.grad(scalar, embeds, retain_graph=True)[0][0]
        row = (gradient @ weight.T).norm(dim=-1)
        heatmap.append(row / row.max())
    masks = [i for i, t in enumerate(ids[0].tolist()) if t == tok.mask_token_id]
    positions = [0, len(logits) - 2] + masks
    fills = [[[int(i), number(p)] for p, i in zip(*logits[m].softmax(-1).topk(5))] for m in masks]
    return {"text": text, "ids": ids[0].tolist(), "positions": positions, "logits": [numbers(logits[p]) for p in positions],
            "own": numbers(own), "heatmap": [numbers(row) for row in heatmap], "fills": fills}


def number(value):
    return float(f"{float(value):.9g}")


def numbers(row):
    return [number(v) for v in row]


def main():
    out = pathlib.Path(sys.argv[1])
    makers = {
        "bert-mlm": lambda: BertForMaskedLM(BertConfig(**SMALL, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                                                       intermediate_size=48, attn_implementation="eager")),
        "distilbert-mlm": lambda: DistilBertForMaskedLM(DistilBertConfig(**SMALL, dim=32, n_layers=2, n_heads=4, hidden_dim=48,
                                                                         attn_implementation="eager")),
    }
    for name, make in makers.items():
        tok, model = tokenizer(), make()
        randomise(model)
        model.tie_weights()
        model.save_pretrained(out / name)
        tok.save_pretrained(out / name)
        model = type(model).from_pretrained(out / name, attn_implementation="eager").eval().double()
        cases = [case(model, tok, text) for text in TEXTS]
        (out / name / "cases.json").write_text(json.dumps({"cases": cases}) + "\n")
        print(name, sum(f.stat().st_size for f in (out / name).iterdir()), "bytes", model.config.tie_word_embeddings)


if __name__ == "__main__":
    main()
