"""Explanations of tables, batch by batch: what clusters run in each worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._model import Model, load
from .tables import to_arrow

if TYPE_CHECKING:
    import pyarrow as pa

_MODELS: dict[str, Model] = {}
ADDED = ("label", "probability", "words", "warnings", "error")


def worker_model(model: str) -> Model:
    """Returns a model by its folder or name; each process loads it once."""
    if model not in _MODELS:
        _MODELS[model] = load(model, pull=False)
    return _MODELS[model]


def explain_table(model: Model, table: pa.Table, columns: Mapping[str, str], options: Mapping[str, Any]) -> pa.Table:
    """Returns the rows of a table with the columns label, probability, words, warnings and error. A row that cannot be
    explained has its error, and nothing else. `columns`: which column is text (and pair), or question and context."""
    if table.num_rows == 0:
        found = to_arrow([])
    else:
        inputs = {name: table.column(column).to_pylist() for name, column in columns.items()}
        rows = [dict(zip(inputs, row)) for row in zip(*inputs.values())]
        found = to_arrow(model.explain(rows, errors="return", progress=False, **options))
    for name in ADDED:
        position = table.schema.get_field_index(name)
        if position >= 0:
            table = table.remove_column(position)
        table = table.append_column(found.schema.field(name), found.column(name))
    return table


def columns_of(text: str, pair: str | None, question: str | None, context: str | None) -> dict[str, str]:
    """Returns the columns of explain_table for the arguments of the cluster functions."""
    if question is not None and context is not None:
        return {"question": question, "context": context}
    return {"text": text} if pair is None else {"text": text, "pair": pair}
