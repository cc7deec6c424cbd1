"""Threads, processes and interruption."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

import limner
import pytest

TEXT = "A gorgeous, witty film, but far too long."


def test_other_threads_run_during_a_call(sentiment: limner.Model) -> None:
    count = 0
    stop = threading.Event()

    def work() -> None:
        nonlocal count
        while not stop.wait(0.001):
            count += 1

    thread = threading.Thread(target=work)
    thread.start()
    before = count
    sentiment.explain(TEXT, method="lime", samples=3000, progress=False)
    during = count - before
    stop.set()
    thread.join()
    # With the GIL held, the thread would not have run at all.
    assert during > 10


def test_two_calls_run_at_once(sentiment: limner.Model) -> None:
    # Each call reports progress only after the other one has begun.
    barrier = threading.Barrier(2, timeout=60)
    met = []

    def explain() -> None:
        first = True

        def progress(done: int, total: int | None) -> None:
            nonlocal first
            if first:
                first = False
                barrier.wait()
                met.append(True)

        sentiment.explain(TEXT, method="lime", samples=500, progress=progress)

    threads = [threading.Thread(target=explain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == [True, True]


def test_ctrl_c_ends_a_long_call(sentiment: limner.Model) -> None:
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        sentiment.explain(TEXT, method="lime", samples=50_000)
    # Half a second, and at most one until it stops; the machine may be busy.
    assert time.monotonic() - begin < 10
    assert sentiment.explain(TEXT).words


def test_ctrl_c_ends_the_drawing_of_samples(sentiment: limner.Model) -> None:
    # Drawing two million masks takes seconds, before the first pass.
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        sentiment.explain(TEXT, method="lime", samples=2_000_000)
    assert time.monotonic() - begin < 5


def test_an_exception_of_progress_ends_the_call(sentiment: limner.Model) -> None:
    def progress(done: int, total: int | None) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        sentiment.explain(TEXT, method="lime", samples=5000, progress=progress)


def _label(text: str) -> str:
    return str(limner.load("minilm-l6-sentiment").explain(text).label)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_processes_work(sentiment: limner.Model, start: str) -> None:
    expected = [sentiment.explain(text).label for text in ("A fine film.", "A dull film.")]
    with multiprocessing.get_context(start).Pool(2) as pool:
        assert pool.map(_label, ["A fine film.", "A dull film."]) == expected
