"""The result of an explanation."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from . import _limner
from ._errors import Error, InputTypeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Word(NamedTuple):
    """A word (or token, clause, sentence: the unit) with its score. Offsets count code points of its own sequence, so
    that text[begin:end] is the word."""

    text: str
    begin: int
    end: int
    score: float
    sequence: int = 0
    """0: text or question, 1: pair or context"""
    standard_error: float | None = None
    """of the score, if the method estimates it by sampling"""

    def __repr__(self) -> str:
        parts = [f"text={self.text!r}", f"begin={self.begin}", f"end={self.end}", f"score={self.score:.6g}"]
        if self.sequence:
            parts.append(f"sequence={self.sequence}")
        if self.standard_error is not None:
            parts.append(f"standard_error={self.standard_error:.3g}")
        return f"Word({', '.join(parts)})"


class Token(NamedTuple):
    """A token of the model's input with its score. Offsets count code points of its sequence."""

    token: str
    id: int
    sequence: int | None
    begin: int
    end: int
    word: int | None
    special: bool
    score: float


class Explanation:
    """A prediction, and how much each word contributed to it. In a notebook, it shows itself."""

    def __init__(self, core: _limner.Explanation) -> None:
        self._core = core

    # ---- what was explained ----

    @cached_property
    def _summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = self._core.summary()
        return summary

    @cached_property
    def _lists(self) -> dict[str, Any]:
        lists: dict[str, Any] = self._core.long_lists()
        return lists

    @property
    def text(self) -> str:
        """The text, or the question, as it was given."""
        return self._core.text

    @property
    def pair(self) -> str | None:
        """The second text, or the context, as it was given."""
        return self._core.pair

    @property
    def question(self) -> str | None:
        """The question, of a question-answering model."""
        return self.text if self.task == "question-answering" else None

    @property
    def context(self) -> str | None:
        """The context, of a question-answering model."""
        return self.pair if self.task == "question-answering" else None

    @property
    def model(self) -> str:
        """The model's name."""
        return str(self._summary["model"])

    @property
    def task(self) -> str:
        """"question-answering", "sequence-classification", "token-classification" or "masked-lm"."""
        return str(self._summary["task"])

    @property
    def prediction(self) -> dict[str, Any]:
        """The model's prediction, as in the JSON of docs/interface.md."""
        return self._summary["prediction"] or {}

    @property
    def label(self) -> str | None:
        """The predicted label, the answer, or the label of the explained entity."""
        prediction = self.prediction
        if "answer" in prediction:
            return str(prediction["answer"])
        label = prediction.get("label") or self.target.get("label")
        return None if label is None else str(label)

    @property
    def probability(self) -> float | None:
        """The probability of the prediction; None if there is no single one."""
        probability = self.prediction.get("probability")
        return None if probability is None else float(probability)

    @property
    def target(self) -> dict[str, Any]:
        """The target function F that was explained."""
        target: dict[str, Any] = self._summary["target"]
        return target

    @property
    def method(self) -> dict[str, Any]:
        """The method and its options."""
        method: dict[str, Any] = self._summary["method"]
        return method

    @property
    def value(self) -> float:
        """F(x)."""
        return float(self._summary["value"])

    @property
    def baseline_value(self) -> float | None:
        """F(baseline), of methods with a baseline."""
        value = self._summary["baseline_value"]
        return None if value is None else float(value)

    @property
    def completeness_error(self) -> float | None:
        """|Σ scores − (F(x) − F(baseline))|, of methods that satisfy completeness."""
        error = self._summary["completeness_error"]
        return None if error is None else float(error)

    @property
    def passes(self) -> int:
        """The number of rows sent through the model."""
        return int(self._summary["passes"])

    @property
    def seconds(self) -> float:
        """The elapsed time."""
        return float(self._summary["seconds"])

    @property
    def warnings(self) -> list[str]:
        """What the user should know, such as text that did not fit."""
        return self._core.warnings

    # ---- scores ----

    @cached_property
    def words(self) -> list[Word]:
        """The words with their scores, in order; special tokens have none."""
        return [Word._make(word) for word in self._core.words()]

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens with their scores, including special ones."""
        return [Token._make(token.values()) for token in self._lists["tokens"]]

    @property
    def word_scores(self) -> NDArray[np.float64]:
        """The words' scores: a read-only view of the library's memory."""
        scores: NDArray[np.float64] = self._core.word_scores()
        return scores

    @property
    def token_scores(self) -> NDArray[np.float64]:
        """The tokens' scores: a read-only view of the library's memory."""
        scores: NDArray[np.float64] = self._core.token_scores()
        return scores

    @property
    def heatmap(self) -> list[list[float]] | None:
        """Textual heatmaps: row i has how much each token contributes to token i."""
        return self._lists.get("heatmap")

    @property
    def logits(self) -> Any:
        """The model's logits, with raw=True."""
        return self._lists.get("logits")

    # ---- formats ----

    def to_json(self, indent: int | None = None) -> str:
        """Returns the JSON of docs/interface.md."""
        text = self._core.to_text("json").rstrip("\n")
        return text if indent is None else json.dumps(json.loads(text), indent=indent, ensure_ascii=False)

    def to_dict(self) -> dict[str, Any]:
        """Returns the JSON as a dict."""
        result: dict[str, Any] = json.loads(self.to_json())
        return result

    def to_html(self) -> str:
        """Returns a self-contained interactive page."""
        return self._core.to_text("html")

    def to_svg(self, picture: Literal["bars", "text"] = "bars") -> str:
        """Returns a bar chart of the words, or the text with its heat."""
        if picture not in ("bars", "text"):
            raise Error(field="picture", found=repr(picture), expected="bars or text")
        return self._core.svg_text() if picture == "text" else self._core.to_text("svg")

    def to_pdf(self) -> bytes:
        """Returns the text with its heat as PDF. The program limn-pdf draws it, which Debian's package of that name has."""
        return _limner.to_pdf([self._core])

    def to_csv(self, *, wide: bool = False) -> str:
        """Returns a table with one row per word, or (wide) with one row, whose words are a column of JSON."""
        return self._core.wide_csv() if wide else self._core.to_text("csv")

    def to_latex(self) -> str:
        """Returns the text with its heat as LaTeX."""
        return self._core.to_text("latex")

    def to_text(self, width: int | None = None) -> str:
        """Returns the explanation as the command shows it in a terminal without colours."""
        return self._core.to_text("terminal", width or shutil.get_terminal_size().columns)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a file in the format of its extension: .json, .html, .svg, .pdf, .csv, .tsv, .tex or .txt."""
        save(self, path)

    @staticmethod
    def from_json(text: str) -> Explanation:
        """Returns the explanation that to_json wrote."""
        found = _limner.read(text, "JSON")
        if len(found) != 1:
            raise Error(thing="the JSON", found=f"{len(found)} explanations", expected="one")
        return Explanation(found[0])

    def plot(self, ax: Any = None, count: int = 20) -> Any:
        """Draws a bar chart of the `count` strongest words with matplotlib, and returns its axes."""
        from .plots import plot

        return plot(self, ax, count)

    def to_shap(self) -> Any:
        """Returns a shap.Explanation, for shap.plots.text and shap.plots.bar."""
        from .plots import to_shap

        return to_shap(self)

    # ---- Python's protocols ----

    def __repr__(self) -> str:
        strongest = sorted(self.words, key=lambda word: -abs(word.score))[:3]
        words = ", ".join(f"{word.text!r} {word.score:.3g}" for word in strongest)
        said = "" if self.label is None else f"{self.label!r}"
        if self.probability is not None:
            said += f" {self.probability:.1%}"
        return f"<Explanation of {said}: {words}>"

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return self._core.fragment()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._core.fragment(), "text/plain": repr(self)}

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (Explanation.from_json, (self.to_json(),))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Explanation) and self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())


def _listed(explanations: Explanation | Iterable[Explanation]) -> list[_limner.Explanation]:
    if isinstance(explanations, Explanation):
        return [explanations._core]
    if not isinstance(explanations, Iterable):
        raise InputTypeError(
            thing="the explanations", found=type(explanations).__name__, expected="an Explanation, or several"
        )
    cores = []
    for index, explanation in enumerate(explanations):
        if not isinstance(explanation, Explanation):
            raise Error(thing=f"explanation {index}", found=type(explanation).__name__, expected="an Explanation")
        cores.append(explanation._core)
    return cores


def to_html(explanations: Explanation | Sequence[Explanation]) -> str:
    """Returns one page that shows several explanations."""
    return _limner.several_to_text(_listed(explanations), "html")


def save(explanations: Explanation | Iterable[Explanation], path: str | os.PathLike[str]) -> None:
    """Writes explanations to one file, in the format of its extension: .json, .html, .svg, .pdf, .csv, .tsv, .tex or .txt. The
    file is written completely or not at all. The program limn-pdf draws PDF."""
    file = os.fspath(path)
    kind = _limner.format_of(file)
    if kind == "pdf":
        _limner.write_pdf(_listed(explanations), file)
        return
    if isinstance(explanations, Explanation):
        text = explanations._core.to_text(kind)
    else:
        text = _limner.several_to_text(_listed(explanations), kind)
    _limner.write_text(text, file)


def read(path: str | os.PathLike[str]) -> list[Explanation]:
    """Reads the explanations that save, Explanation.to_json or `limn explain` wrote as JSON."""
    file = os.fspath(path)
    try:
        with open(file, encoding="utf-8") as stream:
            text = stream.read()
    except OSError as error:
        raise Error(file=file, found=error.strerror or "unreadable", expected="a file of explanations") from None
    except UnicodeDecodeError:
        raise Error(file=file, found="bytes that are not UTF-8", expected="JSON of explanations") from None
    return [Explanation(core) for core in _limner.read(text, file)]
