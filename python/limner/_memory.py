"""Models of the transformers package in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import _limner
from ._errors import Error, InputTypeError

_ROLES = ("unk_token", "cls_token", "sep_token", "pad_token", "mask_token", "bos_token", "eos_token")


def _tokenizer_files(tokenizer: Any) -> tuple[str, str]:
    """Returns the content of tokenizer.json and of a tokenizer_config.json."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise InputTypeError(
            field="tokenizer",
            found=type(tokenizer).__name__,
            expected="a fast tokenizer of the transformers package",
            hint="AutoTokenizer.from_pretrained(…) returns one",
        )
    # No tokenizer_class: the parts of the tokenizer in memory count, not those that its class would build.
    config: dict[str, Any] = {"model_max_length": getattr(tokenizer, "model_max_length", None)}
    for role in _ROLES:
        token = getattr(tokenizer, role, None)
        if token is not None:
            config[role] = str(token)
    return backend.to_str(), json.dumps(config)


def _config_of(model: Any, head: Mapping[str, Any] | None) -> dict[str, Any]:
    config: dict[str, Any] = json.loads(model.config.to_json_string(use_diff=False))
    config["architectures"] = [type(model).__name__]
    if head is not None:
        config["limn"] = dict(head)
    return config


def _array(tensor: Any) -> Any:
    tensor = tensor.detach() if hasattr(tensor, "detach") else tensor
    tensor = tensor.cpu() if hasattr(tensor, "cpu") else tensor
    return tensor.contiguous() if hasattr(tensor, "contiguous") else tensor


def load_memory(model: Any, tokenizer: Any, head: Mapping[str, Any] | None) -> _limner.Model:
    """Loads a transformers model. Its large float32 weights are not copied: load it again after they have changed."""
    if not hasattr(model, "state_dict") or not hasattr(model, "config"):
        raise InputTypeError(
            field="model",
            found=type(model).__name__,
            expected="a folder, a name, or a model of the transformers package",
        )
    if tokenizer is None:
        raise Error(field="tokenizer", found="none", expected="the model's fast tokenizer")
    if hasattr(model, "merge_and_unload"):
        raise Error(
            field="model",
            found="a model with adapters of the peft package",
            expected="model.merge_and_unload(), or the folder of the adapter",
        )
    tokenizer_json, tokenizer_config = _tokenizer_files(tokenizer)
    tensors = [
        (name, _array(tensor))
        for name, tensor in model.state_dict().items()
        if not hasattr(tensor, "is_floating_point") or tensor.is_floating_point()
    ]
    path = str(getattr(model.config, "name_or_path", "") or getattr(model.config, "_name_or_path", ""))
    name = path.rstrip("/").rsplit("/", 1)[-1] or type(model).__name__
    config = json.dumps(_config_of(model, head))
    return _limner.load_memory(name, config, tokenizer_json, tokenizer_config, tensors)
