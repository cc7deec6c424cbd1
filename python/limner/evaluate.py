"""How good a model is on labelled data, in percent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import _limner
from ._model import Model, load
from ._progress import Progress
from .methods import request_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import ReadingOptions


def _evaluate(
    kind: str, model: Model | str, file: str | os.PathLike[str], limit: int | None, progress: Any, options: Any
) -> dict[str, Any]:
    loaded = model if isinstance(model, Model) else load(model)
    request = request_of(None, None, options)
    with Progress(None, progress) as shown:

        def report(done: int, total: int) -> None:
            shown.total = total
            shown._show(done)

        watch = report if shown.within(1) else None
        scores: dict[str, Any] = _limner.evaluate(kind, loaded._core, os.fspath(file), request, limit, watch)
    return scores


def squad(
    model: Model | str,
    file: str | os.PathLike[str],
    *,
    limit: int | None = None,
    progress: Any = None,
    **options: Unpack[ReadingOptions],
) -> dict[str, Any]:
    """Returns exact match and F1 of a question-answering model on a SQuAD 1.1 or 2.0 file (.json)."""
    return _evaluate("squad", model, file, limit, progress, options)


def classification(
    model: Model | str,
    file: str | os.PathLike[str],
    *,
    limit: int | None = None,
    progress: Any = None,
    **options: Unpack[ReadingOptions],
) -> dict[str, Any]:
    """Returns accuracy and macro F1 of a classifier on a .tsv, .csv or .jsonl file with text, label, and maybe pair."""
    return _evaluate("classification", model, file, limit, progress, options)


def tokens(
    model: Model | str,
    file: str | os.PathLike[str],
    *,
    limit: int | None = None,
    progress: Any = None,
    **options: Unpack[ReadingOptions],
) -> dict[str, Any]:
    """Returns precision, recall and F1 of the entities that a model finds in a CoNLL file."""
    return _evaluate("tokens", model, file, limit, progress, options)
