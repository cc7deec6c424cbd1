"""Explanations as tables with one row per input."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._errors import Error
from ._explanation import Explanation


def _rows(explanations: Any) -> list[dict[str, Any]]:
    items: Iterable[Any] = [explanations] if isinstance(explanations, (Explanation, Error)) else explanations
    rows = []
    for index, why in enumerate(items):
        if isinstance(why, Explanation):
            words = [{"text": w.text, "begin": w.begin, "end": w.end, "score": w.score} for w in why.words]
            rows.append(
                {
                    "text": why.text,
                    "pair": why.pair,
                    "label": why.label,
                    "probability": why.probability,
                    "words": words,
                    "warnings": why.warnings,
                    "error": None,
                }
            )
        elif isinstance(why, Exception):
            empty: dict[str, Any] = dict.fromkeys(("text", "pair", "label", "probability", "words"))
            rows.append({**empty, "warnings": [], "error": str(why)})
        else:
            raise Error(thing=f"explanation {index}", found=type(why).__name__, expected="an Explanation or an Error")
    return rows


def to_arrow(explanations: Any) -> Any:
    """Returns a pyarrow.Table with one row per input: text, pair, label, probability, words (list<struct<text, begin,
    end, score>>), warnings, error. Takes what explain(errors="return") returns."""
    import pyarrow as pa

    word = pa.struct([("text", pa.string()), ("begin", pa.int64()), ("end", pa.int64()), ("score", pa.float64())])
    schema = pa.schema(
        [
            ("text", pa.string()),
            ("pair", pa.string()),
            ("label", pa.string()),
            ("probability", pa.float64()),
            ("words", pa.list_(word)),
            ("warnings", pa.list_(pa.string())),
            ("error", pa.string()),
        ]
    )
    return pa.Table.from_pylist(_rows(explanations), schema=schema)


def to_pandas(explanations: Any) -> Any:
    """Returns a pandas.DataFrame with the columns of to_arrow; `words` has lists of dicts."""
    import pandas as pd

    names = ["text", "pair", "label", "probability", "words", "warnings", "error"]
    return pd.DataFrame(_rows(explanations), columns=names)
