"""Results other than explanations."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

from . import _limner

if TYPE_CHECKING:
    from typing import Union

    import numpy as np
    from numpy.typing import NDArray

    from ._explanation import Explanation

    Core = Union[
        _limner.Attack, _limner.AttentionMaps, _limner.ComparisonTable, _limner.SanityScores, _limner.Similarity
    ]


class Result:
    """A result that can be written in several formats."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def to_json(self) -> str:
        """Returns the JSON of docs/interface.md."""
        return self._core.to_text("json").rstrip("\n")

    def to_dict(self) -> dict[str, Any]:
        """Returns the JSON as a dict."""
        result: dict[str, Any] = json.loads(self.to_json())
        return result

    def to_html(self) -> str:
        """Returns a self-contained interactive page."""
        return self._core.to_text("html")

    def to_text(self, width: int | None = None) -> str:
        """Returns what the command shows in a terminal without colours."""
        return self._core.to_text("terminal", width or shutil.get_terminal_size().columns)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a file in the format of its extension, completely or not at all."""
        file = os.fspath(path)
        _limner.write_text(self._core.to_text(_limner.format_of(file)), file)

    def __str__(self) -> str:
        return self.to_text()


class Attack(Result):
    """What an attack changed, step by step."""

    @property
    def succeeded(self) -> bool:
        """Whether the prediction changed, or for input reduction, whether a token was removed."""
        return bool(self.to_dict()["succeeded"])

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The changes in order, and the prediction after each."""
        steps: list[dict[str, Any]] = self.to_dict()["steps"]
        return steps


class AttentionMaps(Result):
    """What each head of each layer attended to."""

    @property
    def weights(self) -> NDArray[np.float32]:
        """(layers, heads, tokens, tokens): a read-only view of the library's memory."""
        assert isinstance(self._core, _limner.AttentionMaps)
        weights: NDArray[np.float32] = self._core.weights()
        return weights

    @property
    def tokens(self) -> list[str]:
        """The tokens."""
        return [token["token"] for token in self.to_dict()["tokens"]]

    def to_text(self, width: int | None = None) -> str:
        """Returns a line: there is no form of attention maps for terminals."""
        shape = " x ".join(str(size) for size in self.weights.shape)
        return f"attention of {shape} (layers, heads, tokens, tokens)"


class Comparison(Result):
    """Inputs explained by several models and methods."""

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """For each input its explanation in every cell, and how similarly the cells rank its words."""
        return [json.loads(line) for line in self.to_json().splitlines()]

    def to_dict(self) -> dict[str, Any]:
        """Returns the JSON of every input, in a dict."""
        return {"inputs": self.inputs}

    def to_csv(self) -> str:
        """Returns a table with one row per input and cell."""
        return self._core.to_text("csv")


class Sanity(Result):
    """Whether explanations depend on the weights and the label, but not on case, white space and typos."""


class Similarity(Result):
    """Why two texts are similar."""

    @property
    def cosine(self) -> float:
        """The cosine of the two embeddings."""
        assert isinstance(self._core, _limner.Similarity)
        return float(self._core.cosine)

    @property
    def a(self) -> Explanation:
        """What the words of the first text contribute; the second one's embedding stays fixed."""
        from ._explanation import Explanation

        assert isinstance(self._core, _limner.Similarity)
        return Explanation(self._core.a)

    @property
    def b(self) -> Explanation:
        """What the words of the second text contribute; the first one's embedding stays fixed."""
        from ._explanation import Explanation

        assert isinstance(self._core, _limner.Similarity)
        return Explanation(self._core.b)

    @property
    def pairs(self) -> list[list[float]]:
        """(tokens of a, tokens of b): what each pair of tokens contributes."""
        pairs: list[list[float]] = self.to_dict()["pairs"]
        return pairs
