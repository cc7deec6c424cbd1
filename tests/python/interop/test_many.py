"""What takes too long for `make test`."""

from __future__ import annotations

import itertools
import pathlib
import resource

import limner

MODEL = pathlib.Path(__file__).resolve().parents[3] / "models" / "minilm-l6-sentiment"


def test_a_million_texts_take_constant_memory() -> None:
    # Blank ones, which take no pass of the model.
    results = limner.load(MODEL).predict(("" for _ in range(1_000_000)), errors="return")
    errors = sum(isinstance(result, limner.Error) for result in itertools.islice(results, 1000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    errors += sum(isinstance(result, limner.Error) for result in results)
    assert errors == 1_000_000
    # An error takes 1 kB: all of them would be 1 GB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 3000
