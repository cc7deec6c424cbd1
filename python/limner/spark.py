"""Explanations on a Spark cluster.

>>> import limner.spark
>>> limner.spark.explain(frame, "minilm-l6-sentiment").write.parquet("explained/")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from . import _limner
from ._columns import ADDED, columns_of, explain_table, worker_model

_WORD = "struct<text:string,begin:bigint,end:bigint,score:double>"
_TYPES = ("string", "double", f"array<{_WORD}>", "array<string>", "string")


def mapper(model: str, columns: dict[str, str], threads: int, options: dict[str, Any]) -> Callable[[Any], Iterator[Any]]:
    """Returns the function that Spark runs in each worker: record batches to record batches."""

    def explain_batches(batches: Iterable[Any]) -> Iterator[Any]:
        import pyarrow as pa

        _limner.set_threads(threads)
        for batch in batches:
            table = explain_table(worker_model(model), pa.Table.from_batches([batch]), columns, options)
            yield from table.to_batches()

    return explain_batches


def explain(
    frame: Any,
    model: str,
    *,
    text: str = "text",
    pair: str | None = None,
    question: str | None = None,
    context: str | None = None,
    threads: int = 1,
    **options: Any,
) -> Any:
    """Explains each row of a DataFrame. Returns one with the same rows and the columns label, probability, words,
    warnings and error; a row that cannot be explained has its error.

    `model` is a folder or a name that every worker finds; each worker process loads it once. `threads` belongs to a
    task: set spark.task.cpus to the same number."""
    from pyspark.sql.types import StructType, _parse_datatype_string

    added = ", ".join(f"{name} {kind}" for name, kind in zip(ADDED, _TYPES))
    more: Any = _parse_datatype_string(added)
    kept = [field for field in frame.schema.fields if field.name not in ADDED]
    schema = StructType([*kept, *more.fields])
    function = mapper(model, columns_of(text, pair, question, context), threads, options)
    return frame.mapInArrow(function, schema)


def predict_udf(model: str, threads: int = 1, batch_size: int = 256) -> Any:
    """Returns a user-defined function of a column of texts: its label (pyspark.ml.functions.predict_batch_udf). The
    label of a text that cannot be read is null."""
    from pyspark.ml.functions import predict_batch_udf
    from pyspark.sql.types import StringType

    def make() -> Callable[[Any], Any]:
        import numpy as np

        _limner.set_threads(threads)
        loaded = worker_model(model)

        def predict(texts: Any) -> Any:
            found = loaded.predict(list(texts), form="limn", errors="return", progress=False)
            labels = [None if isinstance(one, Exception) else one["prediction"].get("label") for one in found]
            return np.array(labels, dtype=object)

        return predict

    return predict_batch_udf(make, return_type=StringType(), batch_size=batch_size)
