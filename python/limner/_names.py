"""The Python names of the methods, for this package and for its type stubs."""

from __future__ import annotations

_OTHERS = {
    "smoothgrad": "SmoothGrad",
    "squaregrad": "SquareGrad",
    "vargrad": "VarGrad",
    "gradcam": "GradCam",
    "shapley": "ShapleySampling",
    "rollout": "AttentionRollout",
    "grad-attention": "GradientAttention",
}


def class_name(method: str) -> str:
    """Returns "IntegratedGradients" for "integrated-gradients"."""
    return _OTHERS.get(method) or "".join(part[:1].upper() + part[1:] for part in method.split("-"))


def type_text(option: dict[str, object]) -> str:
    """Returns the type of an option's value, as an annotation."""
    values = option["values"]
    assert isinstance(values, list)
    literal = "Literal[" + ", ".join(repr(value) for value in values) + "]"
    return {
        "choice": literal,
        "count": "int",
        "number": "float",
        "flag": "bool",
        "text": "str | int" if option["name"] == "target" else "str",
        "layer": f"{literal} | int",
        "baseline": "str",
        "texts": "Sequence[str]",
    }[str(option["type"])]


def help_lines(rows: dict[str, dict[str, object]], method: dict[str, object]) -> list[str]:
    """Returns a line for each option of a method: "steps: the exact number of points on the path (default: 50)"."""
    options = method["options"]
    assert isinstance(options, dict)
    lines = []
    for name, default in options.items():
        shown = repr(default) if default is not None else "see docs/interface.md"
        if default is None:
            shown = str(rows[name]["default"])
        lines.append(f"{name}: {rows[name]['help']} (default: {shown})")
    return lines
