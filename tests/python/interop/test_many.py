"""What takes too long for `make test`."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import limner
import limner._progress
import pytest

MODEL = pathlib.Path(__file__).resolve().parents[3] / "models" / "minilm-l6-sentiment"
PROGRAM = """
import itertools, resource, sys, limner

# Blank ones, which take no pass of the model.
results = limner.load(sys.argv[1]).predict(("" for _ in range(1_000_000)), errors="return")
errors = sum(isinstance(result, limner.Error) for result in itertools.islice(results, 1000))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
errors += sum(isinstance(result, limner.Error) for result in results)
print(errors, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_million_texts_take_constant_memory() -> None:
    # A process of its own: in this one, the threads of Ray and Spark may still take memory.
    ran = subprocess.run([sys.executable, "-c", PROGRAM, str(MODEL)], capture_output=True, text=True, check=True)
    errors, growth = map(int, ran.stdout.split())
    assert errors == 1_000_000
    assert growth < 3000  # kB; an error takes 1 kB, so all of them would be 1 GB


def test_a_bar_counts_texts_without_a_total(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(limner._progress, "_SHOWN_AFTER_SECONDS", 0)
    results = limner.load(MODEL).predict((text for text in ["A fine film.", "A dull film."]), progress=True)
    assert [result["label"] for result in results] == ["positive", "negative"]
    assert "text" in capsys.readouterr().err
