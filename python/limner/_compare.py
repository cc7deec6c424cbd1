"""Several models and methods side by side."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _limner
from ._errors import Error
from ._inputs import column, is_one
from ._model import Model, load
from ._progress import Progress
from ._results import Comparison
from .methods import Method, listed, request_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import ExplainOptions


def compare(
    models: Model | str | Iterable[Model | str] | Mapping[str, Model | str],
    inputs: Any,
    *,
    methods: str | Method | Sequence[str | Method] | None = None,
    progress: Any = None,
    **options: Unpack[ExplainOptions],
) -> Comparison:
    """Explains every input by each model, all of one task, with each method, and measures how similarly they rank the
    words.

    `models` are names, folders or loaded models; a dict gives them other names. `methods` are names of methods and
    presets, which share the options, or objects such as limner.Lime(samples=200).
    """
    named: list[tuple[str, Model]]
    if isinstance(models, Mapping):
        named = [(name, _loaded(model)) for name, model in models.items()]
    else:
        given = [models] if isinstance(models, (str, os.PathLike, Model)) else list(models)
        named = [(model.name, model) for model in map(_loaded, given)]
    if not named:
        raise Error(field="models", found="none", expected="at least one model")
    request = request_of(None, None, options)
    items = [inputs] if is_one(inputs) else list(column(inputs))
    with Progress(None, progress, share=True) as shown:

        def report(done: int, total: int) -> None:
            shown.total = total
            shown._show(done)

        cores = [(name, model._core) for name, model in named]
        table = _limner.compare(cores, items, listed(methods), request, report if shown.within(1) else None)
    return Comparison(table)


def _loaded(model: Model | str | os.PathLike[str]) -> Model:
    return model if isinstance(model, Model) else load(model)
