#!/usr/bin/env python3
"""Write tiny random models in every weight format that limn reads, and hostile files.

    make_weight_files.py tests/model/data/weights
NAME/model.safetensors is the model as saved by PyTorch, NAME/tf_model.h5 has the same values in the Keras layout of the
TensorFlow classes of the transformers package, and NAME/cases.json has inputs and PyTorch's logits in float64.
bert-qa/*.bin are different ways of saving PyTorch models. limn must refuse hostile/*.
All weights are multiples of 1/64 between -2 and 2, so F16 and BF16 represent them exactly.
Needs: torch, transformers, h5py, safetensors, tokenizers.
"""
import io
import json
import pathlib
import pickle
import re
import struct
import sys
import zipfile
from collections import OrderedDict

import h5py
import numpy as np
import torch
import transformers as t
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the a king ruled who where was born in old city ##s ##ed macedonia pella of ? .".split()
SIZES = dict(vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=12,
             max_position_embeddings=26)
MODELS = {
    "bert-qa": t.BertForQuestionAnswering(t.BertConfig(**SIZES)),
    "bert-mlm": t.BertForMaskedLM(t.BertConfig(**SIZES)),
    "distilbert-cls": t.DistilBertForSequenceClassification(t.DistilBertConfig(
        vocab_size=len(WORDS), dim=8, n_layers=2, n_heads=2, hidden_dim=12, max_position_embeddings=26)),
    "roberta-cls": t.RobertaForSequenceClassification(t.RobertaConfig(**SIZES, pad_token_id=0)),
    "electra-token": t.ElectraForTokenClassification(t.ElectraConfig(**SIZES, embedding_size=6)),
    "albert-qa": t.AlbertForQuestionAnswering(t.AlbertConfig(**SIZES, embedding_size=6)),
    "mpnet-qa": t.MPNetForQuestionAnswering(t.MPNetConfig(**SIZES, pad_token_id=0)),
}
INPUTS = [("who ruled macedonia?", "the old king ruled macedonia."), ("where was the king born", "in pella")]


def tokenizer():
    result = Tokenizer(models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    result.normalizer = normalizers.BertNormalizer()
    result.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    result.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", [("[CLS]", 2), ("[SEP]", 3)])
    result.add_special_tokens(WORDS[:5])
    return result


def logits(model, ids, type_ids):
    arguments = {"input_ids": torch.tensor([ids])}
    if getattr(model.config, "type_vocab_size", 0) > 1:
        arguments["token_type_ids"] = torch.tensor([type_ids])
    with torch.no_grad():
        output = model(**arguments)
    if "start_logits" in output:
        return {"start": output.start_logits[0].tolist(), "end": output.end_logits[0].tolist()}
    return output.logits[0].tolist()


def keras_path(name, number, model):
    """The name of the dataset, and the array in TensorFlow's layout."""
    scope = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", "TF" + type(model).__name__)
    scope = re.sub(r"([a-z])([A-Z])", r"\1_\2", scope).lower()
    parts = re.sub(r"/(\d+)/", r"_._\1/", name.replace(".", "/")).split("/")
    array = number.numpy()
    if parts[-1] == "weight" and array.ndim == 1 or parts[-2].lower().endswith("norm"):
        parts[-1] = {"weight": "gamma", "bias": "beta"}[parts[-1]]
    elif parts[-2].endswith("embeddings") or parts[-2] == "relative_attention_bias":
        parts[-1] = "weight" if parts[-2] == "word_embeddings" else "embeddings"
    elif parts[-1] == "weight":
        parts[-1], array = "kernel", array.T
    if parts[0] == "cls":
        parts[0] = "mlm___cls"
    return f"{parts[0]}/{scope}/{'/'.join(parts)}:0", array


def split_heads(dataset, array, heads):
    """Some versions had a separate axis for the heads (EinsumDense)."""
    layer, kind = dataset.split("/")[-2:]
    if layer in ("query", "key", "value"):
        return array.reshape(*array.shape[:-1], heads, -1)
    return array.reshape(heads, -1, array.shape[-1]) if "attention/output/dense/kernel" in dataset else array


def write_keras(path, state, model, heads=None):
    with h5py.File(path, "w") as file:
        file.attrs["backend"], file.attrs["keras_version"] = b"tensorflow", b"2.11.0"
        layers = {}
        for name, number in state.items():
            dataset, array = keras_path(name, number, model)
            file.create_dataset(dataset, data=split_heads(dataset, array, heads) if heads else array)
            layer, weight = dataset.split("/", 1)
            layers.setdefault(layer, []).append(weight.encode())
        file.attrs["layer_names"] = [layer.encode() for layer in layers]
        file.create_group("dropout_5").attrs["weight_names"] = np.array([], "S1")
        for layer, weights in layers.items():
            file[layer].attrs["weight_names"] = weights


def write_torch(folder, state):
    """Saves the same model in different ways."""
    def save(name, what, **options):
        torch.save(what, folder / name, **options)
    save("zip.bin", OrderedDict(state))
    save("old.bin", OrderedDict(state), _use_new_zipfile_serialization=False)
    save("protocol4.bin", dict(state), pickle_protocol=4)
    save("parameters.bin", {k: torch.nn.Parameter(v) for k, v in state.items()})
    save("training.bin", {"epoch": 3, "loss": 0.5, "best": None, "optimizer": {"state": {}, "lr": [1e-3]},
                          "state_dict": {"module." + k: v for k, v in state.items()}})
    # Transposed matrices, and vectors that are views of one storage.
    row = torch.cat([v for v in state.values() if v.ndim == 1])
    views, begin = {}, 0
    for name, number in state.items():
        if number.ndim == 2:
            views[name] = number.t().contiguous().t()
        else:
            views[name] = row[begin:begin + len(number)]
            begin += len(number)
    save("views.bin", views)
    save("old_views.bin", views, _use_new_zipfile_serialization=False)
    for name, kind in (("half", torch.float16), ("bfloat16", torch.bfloat16), ("double", torch.float64)):
        save(name + ".bin", {k: v.to(kind) for k, v in state.items()})
    half = len(state) // 2
    parts = {"pytorch_model-00001-of-00002.bin": list(state)[:half], "pytorch_model-00002-of-00002.bin": list(state)[half:]}
    for name, keys in parts.items():
        save(name, {k: state[k] for k in keys})
    index = {"metadata": {}, "weight_map": {k: name for name, keys in parts.items() for k in keys}}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps(index))


class Call:
    """An object that is pickled as a call."""
    def __init__(self, function, *arguments):
        self.what = function, arguments

    def __reduce__(self):
        return self.what


def write_zip(path, pickled, byteorder=b"little", data=b"\0" * 64, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, bytes_ in (("data.pkl", pickled), ("byteorder", byteorder), ("data/0", data), ("version", b"3\n")):
            file.writestr(zipfile.ZipInfo("archive/" + name), bytes_, compress_type=compression)


def write_hostile(folder):
    import builtins
    import os
    good = io.BytesIO()
    torch.save({"a": torch.zeros(2, 3)}, good)
    pickled = zipfile.ZipFile(good).read("archive/data.pkl")
    write_zip(folder / "system.bin", pickle.dumps(Call(os.system, "touch /tmp/limn-was-here"), 2))
    write_zip(folder / "eval.bin", pickle.dumps({"a": Call(builtins.eval, "1")}, 4))
    write_zip(folder / "big_endian.bin", pickled, byteorder=b"big")
    write_zip(folder / "compressed.bin", pickled, compression=zipfile.ZIP_DEFLATED)
    write_zip(folder / "short.bin", pickled, data=b"\0" * 8)
    (folder / "system.pkl").write_bytes(pickle.dumps(Call(os.system, "touch /tmp/limn-was-here"), 2))
    array = np.zeros((4, 4), "f4")

    def keras(name, write, **options):
        with h5py.File(folder / name, "w", **options) as file:
            write(file)
    keras("filters.h5", lambda file: file.create_dataset("l/m/a:0", data=array, compression="gzip"))
    keras("chunks.h5", lambda file: file.create_dataset("l/m/a:0", data=array, chunks=(2, 2)))
    keras("newest.h5", lambda file: file.create_dataset("l/m/a:0", data=array), libver="latest")
    keras("external_link.h5", lambda file: file.__setitem__("l", h5py.ExternalLink("/etc/passwd", "/")))
    keras("soft_link.h5", lambda file: file.__setitem__("l", h5py.SoftLink("/")))
    keras("circle.h5", lambda file: file.create_group("l").__setitem__("again", file["/"]))
    keras("external_data.h5", lambda file: file.create_dataset("l/m/a:0", (4,), "f4", external=[("/etc/passwd", 0, 16)]))


def main():
    out = pathlib.Path(sys.argv[1])
    torch.manual_seed(0)
    for name, model in MODELS.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        model.eval()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_((torch.randn_like(parameter) * 32).round().clamp(-127, 127) / 64)
        # A TensorFlow file has no buffers (positions) and no weights tied to the word embeddings.
        state = {k: v.detach() for k, v in model.named_parameters()}
        save_file({k: v.contiguous() for k, v in state.items()}, folder / "model.safetensors", {"format": "pt"})
        write_keras(folder / "tf_model.h5", state, model)
        model.config.architectures = [type(model).__name__]
        model.config.save_pretrained(folder)
        tokens = tokenizer()
        tokens.save(str(folder / "tokenizer.json"))
        cases = []
        exact = model.double()
        for pair in INPUTS:
            encoding = tokens.encode(*pair)
            cases.append({"question": pair[0], "context": pair[1], "ids": encoding.ids,
                          "logits": logits(exact, encoding.ids, encoding.type_ids)})
        (folder / "cases.json").write_text(json.dumps(cases))
        if name == "bert-qa":
            write_torch(folder, state)
            write_keras(folder / "heads.h5", state, model, heads=SIZES["num_attention_heads"])
    (out / "hostile").mkdir(exist_ok=True)
    write_hostile(out / "hostile")


if __name__ == "__main__":
    main()
