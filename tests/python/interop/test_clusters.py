"""Real Ray with two actors and real Spark with two workers: results equal those of this process."""

from __future__ import annotations

import os
import pathlib
import signal
import sys
from typing import Any

import limner
import pytest

MODEL = str(pathlib.Path(__file__).resolve().parents[3] / "models" / "minilm-l6-sentiment")
TEXTS = ["A fine film.", "A dull film.", "", "Witty and gorgeous.", "Far too long."] * 8


def expected() -> list[tuple[str, Any, bool]]:
    whys = limner.load(MODEL).explain(TEXTS, errors="return")
    return [
        (text, None if isinstance(why, limner.Error) else why.label, isinstance(why, limner.Error))
        for text, why in zip(TEXTS, whys)
    ]


def rows_of(rows: list[Any]) -> list[tuple[str, Any, bool]]:
    ordered = sorted(rows, key=lambda row: row["id"])
    assert [row["id"] for row in ordered] == list(range(len(TEXTS)))
    return [(row["text"], row["label"], row["error"] is not None) for row in ordered]


def kill_once(marker: str) -> None:
    """Kills this process if no other one was killed before."""
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


# ---- Ray ----


@pytest.fixture(scope="module")
def ray() -> Any:
    ray = pytest.importorskip("ray")
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import this file
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield ray
    ray.shutdown()


def test_ray(ray: Any) -> None:
    import limner.ray

    data = ray.data.from_items([{"id": i, "text": text} for i, text in enumerate(TEXTS)])
    found = limner.ray.explain(data, MODEL, concurrency=2, num_cpus=1, batch_size=5).take_all()
    assert rows_of(found) == expected()
    words = sorted(found, key=lambda row: row["id"])[0]["words"]
    whys = limner.load(MODEL).explain(TEXTS[:1])
    assert [word["text"] for word in words] == [word.text for word in whys[0].words]
    assert [word["score"] for word in words] == pytest.approx([word.score for word in whys[0].words], rel=1e-4)


def test_ray_loads_the_model_once_in_each_actor(ray: Any) -> None:
    import limner.ray

    class Counting(limner.ray.Explainer):
        def __call__(self, batch: Any) -> Any:
            import pyarrow as pa

            table = super().__call__(batch)
            seen = [f"{os.getpid()} {id(self.model)}"] * table.num_rows
            return table.append_column("worker", pa.array(seen))

    data = ray.data.from_items([{"id": i, "text": "A film."} for i in range(40)])
    found = data.map_batches(
        Counting, fn_constructor_args=(MODEL,), batch_format="pyarrow", batch_size=2, concurrency=2, num_cpus=1
    ).take_all()
    assert len(found) == 40
    workers = {row["worker"] for row in found}
    assert len(workers) == len({worker.split()[0] for worker in workers}) <= 2


def test_ray_does_the_rows_of_a_killed_actor_again(ray: Any, tmp_path: pathlib.Path) -> None:
    import limner.ray

    marker = str(tmp_path / "killed")

    class Dying(limner.ray.Explainer):
        def __call__(self, batch: Any) -> Any:
            kill_once(marker)
            return super().__call__(batch)

    data = ray.data.from_items([{"id": i, "text": text} for i, text in enumerate(TEXTS)])
    found = data.map_batches(
        Dying, fn_constructor_args=(MODEL,), batch_format="pyarrow", batch_size=5, concurrency=2, num_cpus=1
    ).take_all()
    assert os.path.exists(marker)
    assert rows_of(found) == expected()


# ---- Spark ----


@pytest.fixture(scope="module")
def spark() -> Any:
    sql = pytest.importorskip("pyspark.sql")
    from pyspark import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers cannot import this file
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        sql.SparkSession.builder.master("local[2,4]")  # a task may fail up to three times
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "4")
        .getOrCreate()
    )
    yield session
    session.stop()


def frame_of(spark: Any, partitions: int) -> Any:
    return spark.createDataFrame(list(enumerate(TEXTS)), "id bigint, text string").repartition(partitions, "id")


def test_spark(spark: Any) -> None:
    import limner.spark

    found = limner.spark.explain(frame_of(spark, 4), MODEL).collect()
    assert rows_of(found) == expected()


def test_spark_accepts_empty_partitions(spark: Any) -> None:
    import limner.spark

    frame = frame_of(spark, 60)  # more partitions than texts
    assert rows_of(limner.spark.explain(frame, MODEL).collect()) == expected()
    assert limner.spark.explain(frame.filter("id < 0"), MODEL).collect() == []


def test_spark_loads_the_model_once_in_each_worker(spark: Any) -> None:
    from limner._columns import worker_model

    def workers(batches: Any) -> Any:
        import pyarrow as pa

        for batch in batches:
            seen = f"{os.getpid()} {id(worker_model(MODEL))}"
            yield pa.RecordBatch.from_pydict({"worker": [seen] * batch.num_rows})

    found = {row["worker"] for row in frame_of(spark, 6).mapInArrow(workers, "worker string").collect()}
    assert found
    assert len(found) == len({worker.split()[0] for worker in found})


def test_spark_does_the_rows_of_a_killed_worker_again(spark: Any, tmp_path: pathlib.Path) -> None:
    import limner.spark

    marker = str(tmp_path / "killed")
    explained = limner.spark.mapper(MODEL, {"text": "text"}, 1, {})

    def dying(batches: Any) -> Any:
        for batch in explained(batches):
            yield batch
            kill_once(marker)

    schema = limner.spark.explain(frame_of(spark, 4), MODEL).schema
    found = frame_of(spark, 4).mapInArrow(dying, schema).collect()
    assert os.path.exists(marker)
    assert rows_of(found) == expected()


def test_spark_predicts(spark: Any) -> None:
    import limner.spark

    udf = limner.spark.predict_udf(MODEL)
    found = frame_of(spark, 2).select("id", "text", udf("text").alias("label")).collect()
    labels = {row["id"]: row["label"] for row in found}
    assert [labels[index] for index in range(len(TEXTS))] == [label for _, label, _ in expected()]
