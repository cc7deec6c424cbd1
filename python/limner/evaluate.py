"""How good a model is on labelled data, in percent, and how good its explanations are."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from . import _limner
from ._errors import Error, InputTypeError
from ._explanation import Explanation
from ._inputs import column, is_one
from ._model import Model, load
from ._progress import Progress
from ._results import Sanity
from .methods import Method, listed, request_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Union

    from typing_extensions import Unpack

    from ._options import ReadingOptions
    from ._retrieval import Collection, Retriever

    Path = Union[str, os.PathLike[str]]


def _evaluate(
    kind: str,
    model: Model | str,
    file: Path,
    limit: int | None,
    progress: Any,
    options: Any,
    *,
    columns: Mapping[str, str] | None = None,
    output: Path | None = None,
    fit: Path | None = None,
) -> dict[str, Any]:
    loaded = model if isinstance(model, Model) else load(model)
    request = request_of(None, None, options)
    with Progress(None, progress, share=True) as shown:

        def report(done: int, total: int) -> None:
            shown.total = total
            shown._show(done)

        watch = report if shown.within(1) else None
        scores: dict[str, Any] = _limner.evaluate(
            kind, loaded._core, os.fspath(file), request, limit, dict(columns or {}), _text(output), _text(fit), watch
        )
    return scores


def squad(
    model: Model | str,
    file: Path,
    *,
    limit: int | None = None,
    output: Path | None = None,
    progress: Any = None,
    **options: Unpack[ReadingOptions],
) -> dict[str, Any]:
    """Returns exact match and F1 of a question-answering model on a SQuAD 1.1 or 2.0 file (.json).

    `output` is a file for the scores, too: .json, .txt, .html, or .svg (reliability diagram and risk-coverage curve).
    """
    return _evaluate("squad", model, file, limit, progress, options, output=output)


def classification(
    model: Model | str,
    file: Path,
    *,
    limit: int | None = None,
    columns: Mapping[str, str] | None = None,
    output: Path | None = None,
    progress: Any = None,
    **options: Unpack[ReadingOptions],
) -> dict[str, Any]:
    """Returns accuracy and macro F1 of a classifier on a .tsv, .csv or .jsonl file with text, label, and maybe pair.

    `columns` has other names of these columns: {"text": "review"}. `output` as for squad.
    """
    return _evaluate("classification", model, file, limit, progress, options, columns=columns, output=output)


def tokens(
    model: Model | str,
    file: Path,
    *,
    limit: int | None = None,
    output: Path | None = None,
    progress: Any = None,
    **options: Unpack[ReadingOptions],
) -> dict[str, Any]:
    """Returns precision, recall and F1 of the entities that a model finds in a CoNLL file.

    `output` is a file for the scores, too: .json, .txt or .html.
    """
    return _evaluate("tokens", model, file, limit, progress, options, output=output)


def squad_answers(
    file: Path,
    answers: Path,
    *,
    na_probabilities: Path | None = None,
    null_threshold: float | None = None,
    output: Path | None = None,
) -> dict[str, Any]:
    """Returns exact match and F1 of answers that a program wrote, as evaluate-v2.0.py does; no model is needed.

    `answers` is a JSON file {"id": "answer"}; `na_probabilities` one of {"id": number}: a number above null_threshold
    (1 by default) stands for "no answer". `output` as for squad.
    """
    scores: dict[str, Any] = _limner.score_answers(
        os.fspath(file), os.fspath(answers), _text(na_probabilities), null_threshold, _text(output)
    )
    return scores


def faithfulness(
    model: Model | str,
    texts: Any,
    *,
    methods: str | Method | Sequence[str | Method] | None = None,
    preset: str | None = None,
    beam: int | None = None,
    progress: Any = None,
    **options: Any,
) -> dict[str, Any]:
    """Returns how faithful the explanations of methods are, as `limn evaluate faithfulness` writes it.

    "texts" of the result has what `--output` has for each text, or its Error. `preset` names the metrics of a study:
    "eraser", "ferret" or "naopc".
    """
    means, rows = _limner.faithfulness(
        _loaded(model)._core, _items(texts), listed(methods), request_of(None, None, options), preset, beam, progress
    )
    return {**means, "texts": rows}


def plausibility(
    model: Model | str,
    file: Path,
    *,
    methods: str | Method | Sequence[str | Method] | None = None,
    limit: int | None = None,
    progress: Any = None,
    **options: Any,
) -> dict[str, Any]:
    """Returns how well explanations agree with the human rationales of a file (docs/trust.md)."""
    request = request_of(None, None, options)
    scores: dict[str, Any] = _limner.plausibility(
        _loaded(model)._core, os.fspath(file), listed(methods), request, limit, progress
    )
    return scores


def sanity(
    model: Model | str,
    texts: Any,
    *,
    methods: str | Method | Sequence[str | Method] | None = None,
    progress: Any = None,
    **options: Any,
) -> Sanity:
    """Checks whether explanations depend on the weights and the label. The model must come from a folder."""
    loaded = _loaded(model)
    if loaded.folder is None:
        raise Error(thing="the model", found="one from memory", expected="a model loaded from a folder")
    request = request_of(None, None, options)
    return Sanity(
        _limner.sanity(loaded._core, loaded.folder, _items(texts), listed(methods), request, progress)
    )


def calibrate(
    model: Model | str,
    file: Path,
    *,
    limit: int | None = None,
    columns: Mapping[str, str] | None = None,
    fit: Path | None = None,
    output: Path | None = None,
    progress: Any = None,
    **options: Unpack[ReadingOptions],
) -> dict[str, Any]:
    """Fits a confidence on labelled data and measures it, as `limn calibrate` does (docs/trust.md).

    `fit` is a file for what was fitted: predictions of a model that is loaded later use limn_calibration.json in its
    folder. `columns` as for classification. `output` is a file for the figures: .json, .txt, .html or .svg.
    """
    return _evaluate("calibrate", model, file, limit, progress, options, columns=columns, fit=fit, output=output)


def report(
    explanations: Sequence[Explanation | Error | None],
    *,
    labels: Sequence[Any] | None = None,
    columns: dict[str, Sequence[Any]] | None = None,
    significance: float = 0.05,
    output: Path | None = None,
) -> dict[str, Any]:
    """Returns what drives a model over many rows, as `limn summary` writes it (docs/trust.md).

    `explanations` has one for each row, or the Error of a row without one; `labels` the right labels, `columns` other
    values of the rows, which make parts that are compared. `output` is a file for it, too: .json, .txt, .html or .csv.
    """
    named = dict(columns or {})
    if labels is not None:
        named["label"] = labels
    for name, values in named.items():
        if len(values) != len(explanations):
            raise Error(
                field=name, found=f"{len(values)} values", expected=f"one for each of {len(explanations)} explanations"
            )
    cores = [each._core if isinstance(each, Explanation) else None for each in explanations]
    fields = [{name: str(values[row]) for name, values in named.items()} for row in range(len(cores))]
    made: dict[str, Any] = _limner.report(cores, fields, significance, _text(output))
    return made


def drift(before: Explanation, after: Explanation) -> dict[str, Any]:
    """Returns how a prediction and its explanation differ from saved ones of the same input."""
    for name, given in (("before", before), ("after", after)):
        if not isinstance(given, Explanation):
            raise InputTypeError(field=name, found=type(given).__name__, expected="an Explanation")
    difference: dict[str, Any] = _limner.drift(before._core, after._core)
    return difference


def ask(
    collection: Collection,
    file: Path,
    *,
    reader: Model | str | None = None,
    reranker: Model | str | None = None,
    retriever: Retriever | None = None,
    filters: Mapping[str, str] | None = None,
    candidates: int = 50,
    expander: Model | str | None = None,
    feedback: int = 0,
    read: int = 5,
    limit: int | None = None,
    progress: Any = None,
) -> dict[str, Any]:
    """Returns how well a collection answers the questions of a SQuAD file whose paragraphs it contains.

    The options are those of Collection.ask.
    """
    from ._retrieval import _search

    search = _search(retriever, filters, candidates, expander, feedback)
    reading, ranking = (None if one is None else _loaded(one)._core for one in (reader, reranker))
    with collection._lock:
        scores: dict[str, Any] = _limner.evaluate_ask(
            collection._core, os.fspath(file), reading, ranking, search, read, limit, progress
        )
    return scores


def _text(path: Path | None) -> str | None:
    return None if path is None else os.fspath(path)


def _loaded(model: Model | str) -> Model:
    return model if isinstance(model, Model) else load(model)


def _items(texts: Any) -> list[Any]:
    return [texts] if is_one(texts) else list(column(texts))
