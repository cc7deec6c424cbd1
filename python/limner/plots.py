"""Explanations for matplotlib and shap, which are optional."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._explanation import Explanation

# The colours of limn's charts: for the target, and against it.
_FOR, _AGAINST = "#0b5cad", "#c45a00"


def plot(why: Explanation, ax: Any, count: int) -> Any:
    """Draws the strongest words in the order of the text; see Explanation.plot."""
    import matplotlib.pyplot as plt

    strongest = sorted(range(len(why.words)), key=lambda index: -abs(why.words[index].score))[:count]
    words = [why.words[index] for index in sorted(strongest)]
    if ax is None:
        _, ax = plt.subplots(figsize=(6, 0.6 + 0.28 * len(words)), layout="constrained")
    colors = [_FOR if word.score >= 0 else _AGAINST for word in words]
    ax.barh(range(len(words)), [word.score for word in words], color=colors)
    # A dollar sign would begin a formula.
    ax.set_yticks(range(len(words)), [word.text.replace("$", r"\$") for word in words])
    ax.invert_yaxis()
    ax.axvline(0, color="0.4", linewidth=0.8)
    said = "" if why.label is None else why.label.replace("$", r"\$")
    if why.probability is not None:
        said += f" {why.probability:.1%}"
    ax.set_title(said)
    ax.set_xlabel(f"score ({why.method['name']})")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def to_shap(why: Explanation) -> Any:
    """Returns a shap.Explanation of the words; see Explanation.to_shap."""
    import numpy as np
    import shap

    # shap.plots.text joins the pieces, so each one reaches to the next word.
    pieces, scores = [], []
    for sequence, text in enumerate([why.text, why.pair]):
        words = [word for word in why.words if word.sequence == sequence]
        if text is None:
            continue
        begins = [0, *(word.begin for word in words[1:])]
        ends = [*(word.begin for word in words[1:]), len(text)]
        pieces += [text[begin:end] for begin, end in zip(begins, ends)] if words else [text]
        scores += [word.score for word in words] if words else [0.0]
        if sequence == 0 and why.pair is not None:
            pieces[-1] += " "
    values = np.array(scores)
    base = why.baseline_value if why.baseline_value is not None else why.value - float(values.sum())
    found = shap.Explanation(
        values=values, base_values=base, data=np.array(pieces, dtype=object), feature_names=pieces
    )
    found.output_names = why.label  # shap 0.51 does not take a single name above
    return found
