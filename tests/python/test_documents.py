"""Each Python block of the documents runs; the blocks of a document are one program."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys

import pytest
from conftest import ROOT

DOCUMENTS = ["README.md", "docs/python.md"]
# Blocks that need PyTorch, Ray, Spark or a server say so in their first line; tests/python/interop and test_remote.py do the same.
NEEDS = re.compile(r"^# (needs|on a cluster)", re.MULTILINE)


def blocks(document: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (ROOT / document).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_blocks_run(document: str, tmp_path: pathlib.Path) -> None:
    found = [block for block in blocks(document) if not NEEDS.match(block)]
    assert found
    for name in ("models", "tests", "tools"):
        (tmp_path / name).symlink_to(ROOT / name)
    program = "\n".join(found)
    environment = {**os.environ, "LIMN_MODELS": str(ROOT / "models")}
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
