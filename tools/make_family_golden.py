#!/usr/bin/env python3
"""Write tests/golden-families: very small random models for the heads and options that tests/golden does not cover.

    tools/make_family_golden.py tests/golden-families [NAME ...]

Each folder is an ordinary Hugging Face checkpoint (only OWN and TEXT models have a tokenizer) plus cases.json: {"cases": [CASE, ...]}, CASE
    ids, type_ids   input of the model; OWN and TEXT models also have input, the text
    logits          as in tools/golden.py; masked-LM: (tokens, V)
    target          cls: label; token, masked-LM: [position, label or id]; qa: [start, end]
    explanations    of F, the target's logit (qa: start + end), in float64:
        gradient_l2, grad_x_input                           at the word embeddings
        embeddings_gradient_l2, embeddings_grad_x_input     at the input of the first layer
        layer1_gradient_l2, layer1_grad_x_input             at the input of the second layer
        embeddings_ig       TEXT models: Integrated Gradients at the input of the first layer, 50 Gauss-Legendre nodes, baseline [PAD]
                            for ordinary tokens
Needs: torch, transformers, tokenizers, safetensors.
"""
import argparse
import json
import math
import pathlib
import string

import numpy
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

VOCABULARY = 60
SMALL = dict(vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
             max_position_embeddings=40)
PADDED = dict(SMALL, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, bos_token_id=0, eos_token_id=2)
NARROW = dict(SMALL, embedding_size=8)
DEBERTA = dict(SMALL, relative_attention=True, position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=True,
               pos_att_type=["p2c", "c2p"], position_biased_input=False, max_relative_positions=-1, type_vocab_size=0, pad_token_id=0)
MODERN = dict(SMALL, num_hidden_layers=3, global_attn_every_n_layers=3, local_attention=6, pad_token_id=1, cls_token_id=0,
              sep_token_id=2, bos_token_id=0, eos_token_id=2)
FAMILIES = {  # folder's name: model_type, class prefix, config
    "bert": ("bert", "Bert", SMALL), "distilbert": ("distilbert", "DistilBert", dict(
        vocab_size=VOCABULARY, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=40)),
    "roberta": ("roberta", "Roberta", PADDED), "xlm-roberta": ("xlm-roberta", "XLMRoberta", PADDED),
    "camembert": ("camembert", "Camembert", PADDED), "electra": ("electra", "Electra", NARROW),
    "albert": ("albert", "Albert", NARROW), "mpnet": ("mpnet", "MPNet", dict(SMALL, pad_token_id=1, bos_token_id=0, eos_token_id=2)),
    "deberta-v2": ("deberta-v2", "DebertaV2", DEBERTA), "modernbert": ("modernbert", "ModernBert", MODERN),
}
HEADS = {"qa": "ForQuestionAnswering", "cls": "ForSequenceClassification", "multilabel": "ForSequenceClassification", "pair": "ForSequenceClassification",
         "token": "ForTokenClassification", "mlm": "ForMaskedLM"}
WANTED = [f"{f}-{h}" for f in FAMILIES for h in ("multilabel", "mlm") if (f, h) != ("bert", "multilabel")] + \
    [f"{f}-pair" for f in FAMILIES if f not in ("bert", "roberta")] + [f"camembert-{h}" for h in ("qa", "cls", "token")]
VARIANTS = {  # name: family, head, config changes
    "albert-groups": ("albert", "cls", dict(num_hidden_layers=4, num_hidden_groups=2)),
    "electra-wide": ("electra", "cls", dict(embedding_size=16)),
    "deberta-v2-own-mlm": ("deberta-v2", "mlm", dict(legacy=False)),
    "deberta-v2-convolution": ("deberta-v2", "cls", dict(conv_kernel_size=3, conv_act="gelu")),
    "deberta-v2-convolution-groups": ("deberta-v2", "token", dict(conv_kernel_size=5, conv_act="tanh", conv_groups=2)),
    "deberta-v2-separate": ("deberta-v2", "cls", dict(share_att_key=False, norm_rel_ebd="none")),
    "deberta-v2-c2p": ("deberta-v2", "cls", dict(share_att_key=False, pos_att_type=["c2p"])),
    "deberta-v2-p2c": ("deberta-v2", "cls", dict(pos_att_type=["p2c"])),
    "deberta-v2-distances": ("deberta-v2", "cls", dict(position_buckets=-1, max_relative_positions=4)),
    "deberta-v2-positions": ("deberta-v2", "cls", dict(position_biased_input=True, type_vocab_size=2)),
    "deberta-v2-absolute": ("deberta-v2", "qa", dict(position_biased_input=True, relative_attention=False, pos_att_type=[])),
    "modernbert-mean": ("modernbert", "cls", dict(classifier_pooling="mean")),
    "modernbert-biases": ("modernbert", "cls", dict(attention_bias=True, mlp_bias=True, norm_bias=True, classifier_bias=True)),
    "modernbert-biases-mlm": ("modernbert", "mlm", dict(norm_bias=True, classifier_bias=True, decoder_bias=False)),
    "modernbert-long": ("modernbert", "cls", dict(max_position_embeddings=320, local_attention=32)),
    "roberta-long": ("roberta", "token", dict(max_position_embeddings=162)),
    "mpnet-long": ("mpnet", "cls", dict(max_position_embeddings=202)),
    "deberta-v2-long": ("deberta-v2", "cls", dict(max_position_embeddings=200)),
}


def randomise(model):
    """Larger than the default, so that attention and activations leave their linear range."""
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=generator)
            if p.ndim > 1:
                p.copy_(noise * (1.0 if "embeddings" in name else 1.6 / math.sqrt(p[0].numel())))
            else:
                p.copy_(0.2 * noise + (1 if "norm" in name.lower() and name.endswith("weight") else 0))


# Families that normalise each word embedding without adding anything first, with texts.
TEXT = {"deberta-v2-text": ("deberta-v2", "cls", {}), "modernbert-text": ("modernbert", "cls", {})}


def number(value):
    return float(f"{float(value):.9g}")


def numbers(values):
    return [numbers(v) for v in values] if values.ndim > 1 else [number(v) for v in values]


class Recorder:
    """Stores the input of each layer; for models whose layers share weights, of each call."""

    def __init__(self, base):
        stack = getattr(base, "encoder", None) or getattr(base, "transformer", None) or base
        layers = next(getattr(stack, n) for n in ("layer", "layers", "albert_layer_groups") if hasattr(stack, n))
        self.inputs, self.first = [], layers[0]
        for layer in layers:
            layer.register_forward_pre_hook(self.record, with_kwargs=True)

    def record(self, _, args, kwargs):
        x = args[0] if args else kwargs["hidden_states"]
        if x.requires_grad:
            x.retain_grad()
        self.inputs.append(x)


def case(model, head, ids, types, takes_types, recorder):
    """Passes ids, so that the model computes its positions; a hook substitutes the embeddings to differentiate."""
    word = model.get_input_embeddings()
    ids = torch.tensor([ids])
    embeds = word.weight.detach()[ids].requires_grad_(True)
    hook = word.register_forward_hook(lambda *_: embeds)
    recorder.inputs.clear()
    more = {"token_type_ids": torch.tensor([types])} if takes_types else {}
    out = model(input_ids=ids, attention_mask=torch.ones_like(ids), **more)
    hook.remove()
    if head == "qa":
        start, end = out.start_logits[0], out.end_logits[0]
        target = [int(start.argmax()), int(end.argmax())]
        scalar, logits = start[target[0]] + end[target[1]], {"start": numbers(start), "end": numbers(end)}
    elif head in ("token", "mlm"):
        position = ids.shape[1] // 2
        target = [position, int(out.logits[0, position].argmax())]
        scalar, logits = out.logits[0, position, target[1]], numbers(out.logits[0])
    else:
        target = int(out.logits[0].argmax())
        scalar, logits = out.logits[0, target], numbers(out.logits[0])
    scalar.backward()
    explanations = {}
    places = [("", embeds), ("embeddings_", recorder.inputs[0])] + ([("layer1_", recorder.inputs[1])] if len(recorder.inputs) > 1 else [])
    for prefix, x in places:
        explanations[prefix + "gradient_l2"] = numbers(x.grad[0].norm(dim=-1))
        explanations[prefix + "grad_x_input"] = numbers((x.grad[0] * x[0]).sum(-1).detach())
    return {"ids": ids[0].tolist(), "type_ids": types, "logits": logits, "target": target, "explanations": explanations}


def integrated(model, recorder, ids, target):
    """The first layer receives points between its inputs for the baseline's ids and for the input's ids."""
    ids = torch.tensor([ids])
    baseline = torch.where((ids == 2) | (ids == 3), ids, torch.zeros_like(ids))
    ends = []
    for version in (baseline, ids):
        recorder.inputs.clear()
        with torch.no_grad():
            model(input_ids=version, attention_mask=torch.ones_like(ids))
        ends.append(recorder.inputs[0])
    start, difference, total = ends[0], ends[1] - ends[0], 0
    for node, weight in zip(*numpy.polynomial.legendre.leggauss(50)):
        x = (start + (1 + node) / 2 * difference).requires_grad_(True)
        hook = recorder.first.register_forward_pre_hook(lambda _, args: (x, *args[1:]))
        model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0, target].backward()
        hook.remove()
        total = total + weight / 2 * x.grad
    return numbers((total * difference)[0].sum(-1).detach())


def rows(name, config):
    """Two inputs of different lengths; one of RoBERTa's has a padding token in the text, which then has the padding position."""
    generator = torch.Generator().manual_seed(7)
    first = 0 if config.model_type in ("modernbert", "roberta", "xlm-roberta", "camembert", "mpnet") else 2
    lengths = [160, 70] if name.endswith("-long") else [12, 7]
    if name == "modernbert-long":
        lengths = [300, 129]
    for length in lengths:
        ids = [first] + torch.randint(5, VOCABULARY, (length - 2,), generator=generator).tolist() + [2 if first == 0 else 3]
        if length == 12 and config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet"):
            ids[5] = 1
        if name.endswith("-pair"):  # two texts, with the separators of the family's template
            middle = length // 2
            ids[middle - 1] = ids[-1]
            if config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet"):
                ids[middle] = ids[-1]
        split = length // 2 if getattr(config, "type_vocab_size", 0) > 1 else length
        yield ids, [0] * split + [1] * (length - split)


def write(out, model, cases):
    (out / "cases.json").write_text(json.dumps({"cases": cases}) + "\n")
    print(out.name, sum(f.stat().st_size for f in out.iterdir()), "bytes")


def make(out, name, family, head, changes):
    model_type, prefix, base = FAMILIES[family]
    labels = {"qa": 2, "token": 4, "multilabel": 3}.get(head, 3)
    config = AutoConfig.for_model(model_type, num_labels=labels, **{**base, **changes})
    if head == "multilabel":
        config.problem_type = "multi_label_classification"
    cls = getattr(transformers, prefix + HEADS[head])
    model = cls._from_config(config, attn_implementation="eager")
    randomise(model)
    model.tie_weights()
    model.save_pretrained(out / name)
    model = cls.from_pretrained(out / name, attn_implementation="eager").eval().double()
    recorder = Recorder(model.base_model)
    takes_types = getattr(config, "type_vocab_size", 0) > 1 and model_type != "distilbert"
    if name in TEXT:
        tok = tokenizer()
        tok.save_pretrained(out / name)
        cases = []
        for text in TEXTS:
            ids = tok(text)["input_ids"]
            made = {"input": {"text": text}, **case(model, head, ids, [0] * len(ids), False, recorder)}
            made["explanations"]["embeddings_ig"] = integrated(model, recorder, ids, made["target"])
            cases.append(made)
        return write(out / name, model, cases)
    write(out / name, model, [case(model, head, ids, types, takes_types, recorder) for ids, types in rows(name, config)])


# ---- custom model classes: an encoder, a pooling, linear layers -------------------------------------------------------------

class Own(torch.nn.Module):
    def __init__(self, config, pooling, sizes, activation, names):
        super().__init__()
        self.config, self.pooling, self.activation, self.names = config, pooling, activation, names
        self.bert = AutoModel.from_config(config, attn_implementation="eager")
        for name, (inputs, outputs) in zip(names, zip(sizes, sizes[1:])):
            self.add_module(name, torch.nn.Linear(inputs, outputs))

    def get_input_embeddings(self):
        return self.bert.get_input_embeddings()

    def forward(self, **inputs):
        x = self.bert(**inputs).last_hidden_state
        x = {"first": lambda: x[:, 0], "mean": lambda: x.mean(1), "max": lambda: x.max(1).values, "none": lambda: x}[self.pooling]()
        for name in self.names:
            x = self.get_submodule(name)(x)
            if name != self.names[-1]:
                x = self.activation(x)
        return transformers.modeling_outputs.SequenceClassifierOutput(logits=x)


OWN = {  # name: family, class, pooling, sizes, activation, names of the layers, the limn block
    "own-mean": ("distilbert", "DistilBertMeanClassifier", "mean", [16, 3], None, ["linear"],
                 {"pooling": "mean", "layers": ["linear"], "prefix": "bert."}),
    "own-max": ("bert", "TwoLayers", "max", [16, 16, 3], torch.tanh, ["hidden", "output"],
                {"pooling": "max", "layers": ["hidden", "output"], "activation": "tanh"}),
    "own-first": ("bert", "Plain", "first", [16, 2], None, ["linear"], {"pooling": "first", "layers": ["linear"]}),
    "own-token": ("bert", "Tagger", "none", [16, 16, 4], torch.relu, ["hidden", "output"],
                  {"task": "token-classification", "pooling": "none", "layers": ["hidden", "output"], "activation": "relu"}),
}
TEXTS = ["a cat sat; it ran!", "bad dog"]


def tokenizer():
    subwords = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list(string.ascii_lowercase) + list(".,;!") + \
        ["cat", "sat", "ran", "it", "bad", "dog"] + ["##" + c for c in "abcdegilnorstuy"]
    made = Tokenizer(models.WordPiece({subword: i for i, subword in enumerate(subwords)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
                                                        special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return PreTrainedTokenizerFast(tokenizer_object=made, model_max_length=40, unk_token="[UNK]", cls_token="[CLS]",
                                   sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]")


def make_own(out, name):
    family, cls, pooling, sizes, activation, names, block = OWN[name]
    config = AutoConfig.for_model(FAMILIES[family][0], num_labels=sizes[-1], **FAMILIES[family][2])
    model = Own(config, pooling, sizes, activation, names)
    randomise(model)
    tok = tokenizer()
    tok.save_pretrained(out / name)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, out / name / "model.safetensors", {"format": "pt"})
    (out / name / "config.json").write_text(json.dumps({**config.to_dict(), "architectures": [cls], "limn": block}, indent=2) + "\n")
    model = model.eval().double()
    recorder = Recorder(model.bert)
    cases = []
    for text in TEXTS:
        ids = tok(text)["input_ids"]
        cases.append({"input": {"text": text}, **case(model, "token" if pooling == "none" else "cls", ids, [0] * len(ids), False, recorder)})
    write(out / name, model, cases)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out", type=pathlib.Path)
    p.add_argument("names", nargs="*")
    a = p.parse_args()
    torch.set_num_threads(1)
    for name in a.names or WANTED + list(VARIANTS) + list(TEXT) + list(OWN):
        (a.out / name).mkdir(parents=True, exist_ok=True)
        if name in OWN:
            make_own(a.out, name)
        else:
            make(a.out, name, *{**VARIANTS, **TEXT}.get(name, (*name.rsplit("-", 1), {})))


if __name__ == "__main__":
    main()
