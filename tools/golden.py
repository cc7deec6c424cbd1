#!/usr/bin/env python3
"""Write golden folders: tiny random models of every family, with the results of PyTorch (float64) and Captum.

    golden.py DATA_DIR OUT_DIR [--seed 0] [--texts FILE.json] [NAME ...]      NAME: FAMILY-TASK, see MODELS; default: all

DATA_DIR holds tokenizers/bert-base-uncased/vocab.txt and squad/train-v1.1.part.json, on whose texts
the BPE and Unigram vocabularies are trained.

Each folder is an ordinary Hugging Face checkpoint plus cases.json:
    {"model": "bert-qa", "seed": 0, "cases": [CASE, ...]}
CASE
    input           {"question","context"} | {"text"} | {"text","pair"}
    ids, type_ids, offsets, words, special      the encoding; offsets count characters of their own sequence,
                                                words are word indices (null for special tokens), special is 0/1
    logits          cls: (labels); token: (tokens, labels); qa: {"start": (tokens), "end": (tokens)}
    target          cls: label; token: [position, label]; qa: [start, end] (the argmax of each, as in the 2020 notebook)
    explanations    name -> scores, one per token; F is the target's logit (qa: start + end) unless stated otherwise
        gradient_l2        || dF/d word embedding ||_2
        onehot_l2          || dF/d one-hot ||_2 over the vocabulary
        onehot_l2_max      the same divided by its maximum                      (the explanation of the 2020 notebook)
        grad_x_input       sum over the hidden size of gradient * word embedding
        grad_x_input_prob  the same for F = softmax (sigmoid for a single or multi-label output) probability
        ig                 Captum LayerIntegratedGradients on the word embedding, 50 Gauss-Legendre steps,
                           baseline: [PAD] for ordinary tokens, special tokens kept; summed over the hidden size
        ig_zero            the same, all-zero baseline for every token
        allennlp_simple    |sum grad * e|, F = cross-entropy on the model's own label, L1-normalised
        allennlp_ig        |sum e * mean grad| at alpha 0, .1 ... .9, zero baseline, F as above, L1-normalised
        lit_grad_l2        L2 norm of d probability / d embedding, divided by its sum
        occlusion_mask     F(x) - F(x with token i replaced by [MASK]); 0 for special tokens
        shapley_exact      exact Shapley values of F over the ordinary tokens, [MASK] replaces removed ones (only if at most 8)
        attention_last     last layer, mean over heads, row of the target position ([CLS]; token: its position; qa: start)
        rollout            product over layers of row-normalised (mean attention + I), same row
        grad_attention     Chefer-style without LRP: R = I; per layer R += (mean_h max(0, dF/dA * A)) R, same row of R - I
    ig_values       [F(baseline), F(input), sum of ig]    completeness: the third is close to the second minus the first
Needs: torch, transformers, captum, tokenizers.
"""
import argparse
import itertools
import json
import math
import pathlib
import random

import torch
from captum.attr import LayerIntegratedGradients
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoModelForSequenceClassification
from transformers import AutoModelForTokenClassification, AutoTokenizer, PreTrainedTokenizerFast

DATA = pathlib.Path()  # set by main
SMALL = dict(hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=48,
             max_position_embeddings=80)
FAMILIES = {  # name -> (model_type, tokenizer, config changes)
    "bert": ("bert", "wordpiece", SMALL),
    "distilbert": ("distilbert", "wordpiece", dict(dim=32, n_layers=3, n_heads=4, hidden_dim=48, max_position_embeddings=80)),
    "electra": ("electra", "wordpiece", dict(SMALL, embedding_size=16)),
    "roberta": ("roberta", "bpe", dict(SMALL, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0, eos_token_id=2)),
    "xlm-roberta": ("xlm-roberta", "unigram", dict(SMALL, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0, eos_token_id=2)),
    "albert": ("albert", "unigram-albert", dict(SMALL, embedding_size=16, hidden_act="gelu_new", pad_token_id=0, bos_token_id=2, eos_token_id=3)),
    "mpnet": ("mpnet", "mpnet", dict(SMALL, relative_attention_num_buckets=32, pad_token_id=1, bos_token_id=0, eos_token_id=2)),
    "deberta-v2": ("deberta-v2", "unigram-deberta", dict(SMALL, relative_attention=True, position_buckets=16, norm_rel_ebd="layer_norm",
                   share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, max_relative_positions=-1, type_vocab_size=0, pad_token_id=0)),
    "modernbert": ("modernbert", "bpe-modernbert", dict(hidden_size=32, num_hidden_layers=4, num_attention_heads=4, intermediate_size=48,
                   max_position_embeddings=128, global_attn_every_n_layers=3, local_attention=16, pad_token_id=1, cls_token_id=0, sep_token_id=2,
                   bos_token_id=0, eos_token_id=2)),
}
MODELS = [f"{f}-{t}" for f in FAMILIES for t in ("qa", "cls", "token")] + ["bert-multilabel", "bert-single", "roberta-pair", "bert-pair"]
TEXTS = {
    "qa": [{"question": "Macedonia was under the rule of which country?",
            "context": "Macedonia was a vassal of Persia, later a subordinate part of the Achaemenid empire, until 479 BC."},
           {"question": "Who won?", "context": "Denver beat Carolina 24-10."},
           {"question": "  Où est  le café\u00a0?", "context": "Le café «Œuvre» se trouve à Zürich — au 3ᵉ étage."}],
    "cls": [{"text": "I love you, I like you"}, {"text": "A gorgeous, witty, seductive movie."},
            {"text": "Unbelievably bad!!! 😡 don't   waste 3.5 hours"}, {"text": "ok"}],
    "token": [{"text": "George Washington went to Washington D.C."}, {"text": "Angela Merkel besuchte São Paulo."}],
    "pair": [{"text": "A man is eating.", "pair": "Someone is having a meal."}, {"text": "No.", "pair": "Yes, it is."}],
}


# ---- small tokenizers with the same components and files as published checkpoints -----------------------------------------

def corpus():
    data = json.load(open(DATA / "squad/train-v1.1.part.json"))["data"]
    return [p["context"] for article in data[:6] for p in article["paragraphs"]]


def wordpiece(size=4000):
    """The first 4,000 entries of bert-base-uncased, which include the special tokens at their usual ids."""
    vocab = (DATA / "tokenizers/bert-base-uncased/vocab.txt").read_text(encoding="utf-8").split("\n")[:size]
    tok = Tokenizer(models.WordPiece({t: i for i, t in enumerate(vocab)}, unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 101), ("[SEP]", 102)])
    tok.decoder = decoders.WordPiece()
    return tok, dict(unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]")


def bpe(kind):
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tok.train_from_iterator(corpus(), trainers.BpeTrainer(vocab_size=1000, special_tokens=special, show_progress=False,
                                                          initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    if kind == "bpe":
        tok.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    else:  # ModernBERT: NFC, template without type ids
        tok.normalizer = normalizers.NFC()
        tok.post_processor = processors.TemplateProcessing(single="<s>:0 $A:0 </s>:0", pair="<s>:0 $A:0 </s>:0 $B:0 </s>:0",
                                                           special_tokens=[("<s>", 0), ("</s>", 2)])
    return tok, dict(unk_token="<unk>", cls_token="<s>", sep_token="</s>", bos_token="<s>", eos_token="</s>", pad_token="<pad>", mask_token="<mask>")


def unigram(kind):
    tok = Tokenizer(models.Unigram())
    names = {"unigram": ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], "unigram-albert": ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"],
             "unigram-deberta": ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]}[kind]
    if kind == "unigram-albert":
        tok.normalizer = normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
                                               normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Replace(Regex(" {2,}"), " ")])
    else:
        tok.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tok.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tok.decoder = decoders.Metaspace()
    unk = next(n for n in names if "unk" in n.lower())
    tok.train_from_iterator(corpus(), trainers.UnigramTrainer(vocab_size=1000, special_tokens=names, unk_token=unk, show_progress=False))
    cls, sep = ("<s>", "</s>") if kind == "unigram" else ("[CLS]", "[SEP]")
    pad, mask = next(n for n in names if "pad" in n.lower()), next(n for n in names if "mask" in n.lower())
    middle = f"{sep}:0 {sep}:0 $B:0 {sep}:0" if kind == "unigram" else f"{sep}:0 $B:1 {sep}:1"
    tok.post_processor = processors.TemplateProcessing(single=f"{cls}:0 $A:0 {sep}:0", pair=f"{cls}:0 $A:0 {middle}",
                                                       special_tokens=[(n, names.index(n)) for n in (cls, sep)])
    return tok, dict(unk_token=unk, cls_token=cls, sep_token=sep, pad_token=pad, mask_token=mask)


def mpnet():
    """WordPiece with RoBERTa's special tokens, as in microsoft/mpnet-base."""
    vocab = (DATA / "tokenizers/bert-base-uncased/vocab.txt").read_text(encoding="utf-8").split("\n")[:3999]
    vocab = ["<s>", "<pad>", "</s>", "[UNK]"] + vocab[103:] + ["<mask>"]
    tok = Tokenizer(models.WordPiece({t: i for i, t in enumerate(vocab)}, unk_token="[UNK]"))
    tok.normalizer = normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    tok.decoder = decoders.WordPiece()
    return tok, dict(unk_token="[UNK]", cls_token="<s>", sep_token="</s>", bos_token="<s>", eos_token="</s>", pad_token="<pad>", mask_token="<mask>")


def tokenizer(kind):
    tok, names = wordpiece() if kind == "wordpiece" else mpnet() if kind == "mpnet" else bpe(kind) if "bpe" in kind else unigram(kind)
    return PreTrainedTokenizerFast(tokenizer_object=tok, model_max_length=80, **names)


# ---- models ------------------------------------------------------------------------------------------------------------

def build(name, seed, out):
    family, task = name.rsplit("-", 1)
    model_type, kind, changes = FAMILIES[family]
    tok = tokenizer(kind)
    labels = {"qa": 2, "cls": 3, "token": 5, "multilabel": 4, "single": 1, "pair": 3}[task]
    config = AutoConfig.for_model(model_type, vocab_size=len(tok), num_labels=labels, **changes)
    if task == "multilabel":
        config.problem_type = "multi_label_classification"
    auto = {"qa": AutoModelForQuestionAnswering, "token": AutoModelForTokenClassification}.get(task, AutoModelForSequenceClassification)
    torch.manual_seed(seed)
    model = auto.from_config(config, attn_implementation="eager")
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():  # larger than the default 0.02, so that attention and activations leave their linear range
        for key, p in model.named_parameters():
            scale = 1.0 if "embeddings" in key and p.ndim == 2 else 1.6 / math.sqrt(p.shape[-1])
            if p.ndim == 2:
                p.copy_(torch.randn(p.shape, generator=generator) * scale)
            elif "norm" in key.lower() and key.endswith("weight"):
                p.copy_(1 + 0.2 * torch.randn(p.shape, generator=generator))
            else:
                p.copy_(0.2 * torch.randn(p.shape, generator=generator))
    model.save_pretrained(out)
    tok.save_pretrained(out)
    model = auto.from_pretrained(out, attn_implementation="eager").eval().double()
    model.tie_weights()
    return model, AutoTokenizer.from_pretrained(out), task


class Case:
    def __init__(self, model, tok, task, row):
        self.model, self.task, self.tok = model, {"qa": "qa", "token": "token"}.get(task, "cls"), tok
        self.sigmoid = task in ("multilabel", "single")
        first, second = (row["question"], row["context"]) if task == "qa" else (row["text"], row.get("pair"))
        enc = tok(first, second, return_offsets_mapping=True, return_special_tokens_mask=True, return_tensors="pt", return_token_type_ids=True)
        self.words = enc.word_ids(0)
        self.offsets, self.special = enc.pop("offset_mapping")[0].tolist(), enc.pop("special_tokens_mask")[0]
        self.ids, self.types = enc["input_ids"], enc["token_type_ids"]
        self.word = model.get_input_embeddings()
        takes_types = getattr(model.config, "type_vocab_size", 0) and model.config.type_vocab_size > 1 and model.config.model_type != "distilbert"
        self.rest = {"token_type_ids": self.types} if takes_types else {}
        self.target = None
        with torch.no_grad():
            out = self.out(self.embed())
            if self.task == "qa":
                self.target = [int(out.start_logits[0].argmax()), int(out.end_logits[0].argmax())]
                self.logits = {"start": out.start_logits[0].tolist(), "end": out.end_logits[0].tolist()}
            elif self.task == "token":
                best = [i for i in range(self.ids.shape[1]) if not self.special[i]]
                position = max(best, key=lambda i: float(out.logits[0, i].max()))
                self.target = [position, int(out.logits[0, position].argmax())]
                self.logits = out.logits[0].tolist()
            else:
                self.target, self.logits = int(out.logits[0].argmax()), out.logits[0].tolist()

    def embed(self, ids=None):
        return self.word(self.ids if ids is None else ids).detach()

    def out(self, embeds=None, ids=None, **more):
        n = (embeds if ids is None else ids).shape[0]
        rest = {k: v.expand(n, -1) for k, v in self.rest.items()}
        mask = torch.ones((n, self.ids.shape[1]), dtype=torch.long)
        return self.model(inputs_embeds=embeds, input_ids=ids, attention_mask=mask, **rest, **more)

    def value(self, out, kind="logit"):
        """F for each row of a batch: the logit, its probability, or the cross-entropy on the model's own label."""
        if self.task == "qa":
            rows = [(out.start_logits, self.target[0]), (out.end_logits, self.target[1])]
        elif self.task == "token":
            rows = [(out.logits[:, self.target[0]], self.target[1])]
        else:
            rows = [(out.logits, self.target)]
        if kind == "logit":
            return sum(x[:, t] for x, t in rows)
        if self.sigmoid:
            p = rows[0][0][:, rows[0][1]].sigmoid()
            return p if kind == "prob" else -p.log()
        logp = [x.log_softmax(-1)[:, t] for x, t in rows]
        return sum(v.exp() for v in logp) if kind == "prob" else -sum(logp)

    def gradient(self, kind="logit", embeds=None):
        embeds = (self.embed() if embeds is None else embeds).clone().requires_grad_(True)
        return torch.autograd.grad(self.value(self.out(embeds), kind).sum(), embeds)[0]

    def ig(self, baseline=None, zero=False):
        if zero:
            x, total = self.embed(), 0
            nodes, weights = (torch.tensor(v) for v in __import__("numpy").polynomial.legendre.leggauss(50))
            for a, w in zip((1 + nodes) / 2, weights / 2):
                total = total + w * self.gradient(embeds=a * x)[0]
            return (total * x[0]).sum(-1)
        self.word.weight.requires_grad_(True)
        lig = LayerIntegratedGradients(lambda ids: self.value(self.out(ids=ids)), self.word)
        a = lig.attribute(self.ids, baselines=baseline, n_steps=50, internal_batch_size=None)
        return a[0].sum(-1).detach()

    def row(self):
        return {"qa": self.target[0] if self.task == "qa" else 0, "token": self.target[0] if self.task == "token" else 0}.get(self.task, 0)

    def explanations(self):
        e, g = self.embed()[0], self.gradient()[0]
        weight = self.word.weight.detach()
        onehot = torch.stack([(weight @ v).norm() for v in g])
        loss, prob = self.gradient("loss")[0], self.gradient("prob")[0]
        baseline = torch.where(self.special[None].bool(), self.ids, torch.full_like(self.ids, self.tok.pad_token_id))
        result = {"gradient_l2": g.norm(dim=-1), "onehot_l2": onehot, "onehot_l2_max": onehot / onehot.max(),
                  "grad_x_input": (g * e).sum(-1), "grad_x_input_prob": (prob * e).sum(-1),
                  "ig": self.ig(baseline), "ig_zero": self.ig(zero=True)}
        if self.model.config.model_type not in ("deberta-v2", "modernbert"):  # there g . e is zero up to rounding
            simple = (loss * e).sum(-1).abs()
            result["allennlp_simple"] = simple / simple.sum()
            mean = sum(self.gradient("loss", embeds=a / 10 * e[None])[0] for a in range(10)) / 10
            path = (mean * e).sum(-1).abs()
            result["allennlp_ig"] = path / path.sum()
        l2 = prob.norm(dim=-1)
        result["lit_grad_l2"] = l2 / l2.sum()
        with torch.no_grad():
            full = self.value(self.out(self.embed()))[0]
            base = self.value(self.out(self.embed(baseline)))[0]
            ordinary = [i for i in range(self.ids.shape[1]) if not self.special[i]]
            drop = torch.zeros(self.ids.shape[1], dtype=torch.double)
            for i in ordinary:
                ids = self.ids.clone()
                ids[0, i] = self.tok.mask_token_id
                drop[i] = full - self.value(self.out(self.embed(ids)))[0]
            result["occlusion_mask"] = drop
            if len(ordinary) <= 8:
                result["shapley_exact"] = self.shapley(ordinary)
        result.update(self.attention())
        return {k: [float(x) for x in v] for k, v in result.items()}, [float(base), float(full), float(result["ig"].sum())]

    def shapley(self, players):
        n, worth = len(players), {}
        for k in range(n + 1):
            for subset in itertools.combinations(range(n), k):
                ids = self.ids.clone()
                for j in set(range(n)) - set(subset):
                    ids[0, players[j]] = self.tok.mask_token_id
                worth[frozenset(subset)] = float(self.value(self.out(self.embed(ids)))[0])
        scores = torch.zeros(self.ids.shape[1], dtype=torch.double)
        for j in range(n):
            for s, v in worth.items():
                if j not in s:
                    scores[players[j]] += math.factorial(len(s)) * math.factorial(n - len(s) - 1) / math.factorial(n) * (worth[s | {j}] - v)
        return scores

    def attention(self):
        embeds = self.embed().requires_grad_(True)
        out = self.out(embeds, output_attentions=True)
        maps = out.attentions
        if not maps or maps[0] is None:
            return {}
        grads = torch.autograd.grad(self.value(out).sum(), maps)
        t, n = self.row(), self.ids.shape[1]
        eye = torch.eye(n, dtype=self.word.weight.dtype)
        rollout, relevance = eye, eye
        for a, g in zip(maps, grads):
            mixed = a[0].detach().mean(0) + eye
            rollout = (mixed / mixed.sum(-1, keepdim=True)) @ rollout
            relevance = relevance + (g[0] * a[0].detach()).clamp(min=0).mean(0) @ relevance
        return {"attention_last": maps[-1][0].detach().mean(0)[t], "rollout": rollout[t], "grad_attention": (relevance - eye)[t]}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data", type=pathlib.Path)
    p.add_argument("out", type=pathlib.Path)
    p.add_argument("names", nargs="*")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--texts")
    a = p.parse_intermixed_args()
    global DATA
    DATA = a.data
    torch.set_num_threads(1)  # the models are tiny: threads only add overhead
    texts = json.load(open(a.texts)) if a.texts else TEXTS
    random.seed(a.seed)
    for name in a.names or MODELS:
        model, tok, task = build(name, a.seed, a.out / name)
        rows = texts[{"multilabel": "cls", "single": "cls"}.get(task, task)]
        cases = []
        for row in rows:
            c = Case(model, tok, task, row)
            explanations, values = c.explanations()
            cases.append({"input": row, "ids": c.ids[0].tolist(), "type_ids": c.types[0].tolist(), "offsets": c.offsets, "words": c.words,
                          "special": c.special.tolist(), "logits": c.logits, "target": c.target, "explanations": explanations, "ig_values": values})
        with open(a.out / name / "cases.json", "w") as f:
            json.dump({"model": name, "seed": a.seed, "cases": cases}, f, ensure_ascii=False)
        worst = max(abs(v[2] - (v[1] - v[0])) / max(1e-9, abs(v[1] - v[0])) for v in (c["ig_values"] for c in cases))
        print(f"{name}: {len(cases)} cases, worst completeness error {worst:.1e}", flush=True)


if __name__ == "__main__":
    main()
