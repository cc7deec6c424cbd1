#!/usr/bin/env python3
"""Measures limner on Ray and Spark with one and two workers, and a restart after a kill; see docs/scale.md.

    measure_scaling.py MODEL TEXTS.jsonl [--engine ray|spark|both] [--texts 400] [--rounds 2]
    measure_scaling.py MODEL TEXTS.jsonl --restart [--engine ray|spark|both] [--texts 400]

Scaling: each worker has one thread and explains batches of 20 texts by the gradient. Prints the elapsed seconds from the
first batch to the last, texts per second, and the processor's milliseconds per text in the workers, which other programs disturb
less; one and two workers take turns.
--restart: a process writes Parquet files of 50 texts, is killed when a third of them exist, and is started again with the texts
whose id is not in the output. Prints how many texts were kept, how many were explained again, and checks that each is there once.
Needs the packages of `make test-interop`.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

BATCH, FILE = 20, 50  # texts


def with_cost(table: Any, begin: float, seconds: float) -> Any:
    """The rows of a batch with the worker, the times, and the processor's seconds of the whole batch."""
    for name, value in (("worker", os.getpid()), ("begin", begin), ("end", time.time()), ("cost", seconds)):
        table = table.append_column(name, pa.array([value] * table.num_rows))
    return table


def run_ray(model: str, rows: list[dict[str, Any]], workers: int) -> list[dict[str, Any]]:
    import limner.ray
    import ray

    class Timed(limner.ray.Explainer):
        def __call__(self, batch: Any) -> Any:
            begin, start = time.time(), time.process_time()
            return with_cost(super().__call__(batch), begin, time.process_time() - start)

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    data = ray.data.from_items(rows, override_num_blocks=len(rows) // BATCH)
    found: list[dict[str, Any]] = data.map_batches(
        Timed, fn_constructor_args=(model,), batch_format="pyarrow", batch_size=BATCH, concurrency=workers, num_cpus=1
    ).take_all()
    ray.shutdown()
    return found


def spark_session(workers: int) -> Any:
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(f"local[{workers}]").config("spark.ui.enabled", "false")
    return builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", BATCH).getOrCreate()


def run_spark(model: str, rows: list[dict[str, Any]], workers: int) -> list[dict[str, Any]]:
    import limner.spark
    from pyspark import cloudpickle
    from pyspark.sql.types import StructType, _parse_datatype_string

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    spark = spark_session(workers)
    frame = spark.createDataFrame(rows).repartition(workers)
    explain = limner.spark.mapper(model, {"text": "text"}, 1, {})

    def timed(batches: Any) -> Iterator[Any]:
        for batch in batches:
            begin, start = time.time(), time.process_time()
            (made,) = explain([batch])
            table = with_cost(pa.Table.from_batches([made]), begin, time.process_time() - start)
            yield from table.select(["worker", "begin", "end", "cost"]).to_batches()

    schema: Any = _parse_datatype_string("worker bigint, begin double, end double, cost double")
    assert isinstance(schema, StructType)
    found = [row.asDict() for row in frame.mapInArrow(timed, schema).collect()]
    spark.stop()
    return found


RUN: dict[str, Callable[[str, list[dict[str, Any]], int], list[dict[str, Any]]]] = {"ray": run_ray, "spark": run_spark}


def measure(engine: str, model: str, rows: list[dict[str, Any]], rounds: int) -> None:
    for _ in range(rounds):
        for workers in (1, 2):
            start = time.time()
            found = RUN[engine](model, rows, workers)
            whole = time.time() - start
            assert len(found) == len(rows) and len({row["worker"] for row in found}) == workers
            elapsed = max(row["end"] for row in found) - min(row["begin"] for row in found)
            cost = sum({(row["worker"], row["begin"]): row["cost"] for row in found}.values())
            print(
                f"{engine} {workers} worker{'s' * (workers > 1)}: {elapsed:6.1f} s, {len(rows) / elapsed:6.1f} texts/s, "
                f"{1000 * cost / len(rows):5.1f} ms of the processor per text, {whole - elapsed:5.1f} s to start and end, "
                f"load {os.getloadavg()[0]:.1f}",
                flush=True,
            )


def left_in(rows: list[dict[str, Any]], output: str) -> list[dict[str, Any]]:
    """The rows whose id is in no file of the output."""
    done: set[int] = set()
    for file in pathlib.Path(output).glob("*.parquet"):
        done.update(pq.read_table(file, columns=["id"])["id"].to_pylist())
    return [row for row in rows if row["id"] not in done]


def write(engine: str, model: str, rows: list[dict[str, Any]], output: str) -> None:
    files = -(-len(rows) // FILE)
    if engine == "ray":
        import limner.ray
        import ray

        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        data = ray.data.from_items(rows, override_num_blocks=files)
        limner.ray.explain(data, model, batch_size=FILE).write_parquet(output, mode="append")
    else:
        import limner.spark

        frame = spark_session(1).createDataFrame(rows).repartition(files)
        made = limner.spark.explain(frame, model).write.mode("append")
        made.option("mapreduce.fileoutputcommitter.algorithm.version", "2").parquet(output)


def restart(engine: str, given: argparse.Namespace, rows: list[dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as output:
        command = [sys.executable, __file__, given.model, given.file, "--texts", str(given.texts), "--engine", engine]
        command += ["--write", output]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        while len(rows) - len(left_in(rows, output)) < len(rows) // 3:
            assert process.poll() is None, "the run ended before it was killed"
            time.sleep(0.2)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        left = left_in(rows, output)
        start = time.time()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.time() - start
        ids: list[int] = []
        for file in pathlib.Path(output).glob("*.parquet"):
            ids += pq.read_table(file, columns=["id"])["id"].to_pylist()
        assert sorted(ids) == [row["id"] for row in rows], "a text is missing or there twice"
        print(
            f"{engine}: killed with {len(rows) - len(left)} of {len(rows)} texts written; "
            f"{len(left)} explained after the restart in {seconds:.1f} s; each is there once",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("file")
    parser.add_argument("--engine", choices=["ray", "spark", "both"], default="both")
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--restart", action="store_true")
    parser.add_argument("--write", help=argparse.SUPPRESS)
    given = parser.parse_args()
    with open(given.file, encoding="utf-8") as stream:
        rows = [{"id": i, "text": json.loads(line)["text"]} for i, line in zip(range(given.texts), stream)]
    for engine in ["ray", "spark"] if given.engine == "both" else [given.engine]:
        if given.write:
            write(engine, given.model, left_in(rows, given.write), given.write)
        elif given.restart:
            restart(engine, given, rows)
        else:
            measure(engine, given.model, rows, given.rounds)


if __name__ == "__main__":
    main()
