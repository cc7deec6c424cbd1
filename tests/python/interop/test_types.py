"""The package's types, as mypy and pyright see the installed package."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest

PROGRAM = """
import limner
from typing import reveal_type

model = limner.load("minilm-l6-sentiment")
method = limner.IntegratedGradients(steps=50, tolerance=1e-3)
why: limner.Explanation = model.explain("A film.", method=method, unit="word")
reveal_type(why.words[0].score)
table = limner.compare([model], ["A film."], methods=["gradient", limner.Lime(samples=5)])
table.save("compare.html")
notes = limner.index({"a.txt": "Anna came.", "b.txt": b"It rains."}, "http://localhost:9200/notes", embedder=None)
notes.add(["notes/", "more/"])
limner.evaluate.classification(model, "rows.csv", columns={"text": "review"}, output="scores.svg")
"""
WRONG = """
import limner

limner.IntegratedGradients(stepz=50)
limner.load("minilm-l6-sentiment").explain("A film.", unit="letter")
"""


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_types(checker: str, tmp_path: pathlib.Path) -> None:
    pytest.importorskip(checker)
    (tmp_path / "right.py").write_text(PROGRAM)
    (tmp_path / "wrong.py").write_text(WRONG)
    arguments = ["--strict"] if checker == "mypy" else ["--pythonpath", sys.executable]
    command = [sys.executable, "-m", checker, *arguments]
    environment = {**os.environ, "MYPY_CACHE_DIR": str(tmp_path / "cache")}
    right = subprocess.run([*command, "right.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert right.returncode == 0, right.stdout + right.stderr
    assert "float" in right.stdout
    wrong = subprocess.run([*command, "wrong.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "stepz" in wrong.stdout, wrong.stdout
    assert "wrong.py:5" in wrong.stdout, wrong.stdout


def test_the_package_itself_is_typed(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("mypy")
    environment = {**os.environ, "MYPY_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "mypy", "--strict", "--disable-error-code=import-untyped", "-p", "limner"]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "no issues found" in run.stdout
