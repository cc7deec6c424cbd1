"""Explanations on a Ray cluster.

>>> import ray, limner.ray
>>> rows = ray.data.read_parquet("texts/")
>>> limner.ray.explain(rows, "minilm-l6-sentiment", concurrency=8, num_cpus=2).write_parquet("explained/")
"""

from __future__ import annotations

from typing import Any

from . import _limner
from ._columns import columns_of, explain_table, worker_model


class Explainer:
    """An actor for ray.data.Dataset.map_batches with batch_format="pyarrow": it loads the model once and adds the
    columns label, probability, words, warnings and error to each row. It uses as many threads as the actor has CPUs."""

    def __init__(
        self,
        model: str,
        text: str = "text",
        pair: str | None = None,
        question: str | None = None,
        context: str | None = None,
        **options: Any,
    ) -> None:
        import ray

        runtime: Any = ray.get_runtime_context()
        cpus = runtime.get_assigned_resources().get("CPU", 1)
        _limner.set_threads(max(1, int(cpus)))
        self.model = worker_model(model)
        self.columns = columns_of(text, pair, question, context)
        self.options = options

    def __call__(self, batch: Any) -> Any:
        import pyarrow as pa

        table = batch if isinstance(batch, pa.Table) else pa.table(batch)
        return explain_table(self.model, table, self.columns, self.options)


def explain(
    dataset: Any,
    model: str,
    *,
    text: str = "text",
    pair: str | None = None,
    question: str | None = None,
    context: str | None = None,
    concurrency: Any = 1,
    num_cpus: float = 1,
    batch_size: int = 256,
    **options: Any,
) -> Any:
    """Explains each row of a Ray dataset. Returns a dataset with the same rows and more columns; see Explainer.

    `model` is a folder or a name that every node finds. `concurrency` is the number of actors, `num_cpus` the CPUs and
    threads of each."""
    arguments = {"text": text, "pair": pair, "question": question, "context": context, **options}
    return dataset.map_batches(
        Explainer,
        fn_constructor_args=(model,),
        fn_constructor_kwargs=arguments,
        batch_format="pyarrow",
        batch_size=batch_size,
        concurrency=concurrency,
        num_cpus=num_cpus,
    )
