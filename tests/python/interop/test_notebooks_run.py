"""The example notebooks run from beginning to end."""

from __future__ import annotations

import itertools
import os
import pathlib
from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    os.environ.setdefault("LIMN_MODELS", str(FOLDER.parents[1] / "models"))
    notebook: Any = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = kinds(notebook)
    assert any("text/html" in kind for cell in shown for kind in cell)
    if save := os.environ.get("LIMNER_SAVE_NOTEBOOKS"):
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
        nbformat.write(notebook, pathlib.Path(save, path.name))
        return
    # What readers see without running it is there, and of the same kinds.
    assert kinds(nbformat.read(path, as_version=4)) == shown


def kinds(notebook: Any) -> list[list[str]]:
    """The kinds of output of each code cell; consecutive lines of text are one."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            each = [" ".join(sorted(output.get("data", {"stream": ""}))) for output in cell.outputs]
            found.append([kind for kind, _ in itertools.groupby(each)])
    return found
