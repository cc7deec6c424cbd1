"""The models that limner's examples use, as data. limner.load("minilm-l6-sentiment") finds them.

The models share their word embeddings, which the distribution has once. A checkpoint folder needs them beside its other
files, so folder() makes folders of links in the user's cache.
"""

from __future__ import annotations

import os
import pathlib
import tempfile

_MODELS = pathlib.Path(__file__).parent / "models"
_SHARED = "word_embeddings.safetensors"


def _link(target: pathlib.Path, link: pathlib.Path) -> None:
    if link.is_symlink() and os.readlink(link) == str(target):
        return
    # Under a temporary name first: another process may be doing the same.
    with tempfile.TemporaryDirectory(dir=link.parent) as folder:
        fresh = pathlib.Path(folder, link.name)
        fresh.symlink_to(target)
        fresh.replace(link)


def _fill(cache: pathlib.Path) -> None:
    for model in _MODELS.iterdir():
        if not model.is_dir():
            continue
        folder = cache / model.name
        folder.mkdir(parents=True, exist_ok=True)
        for file in [*model.iterdir(), _MODELS / _SHARED]:
            _link(file, folder / file.name)


def folder() -> str:
    """Returns a folder of checkpoint folders."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    cache = pathlib.Path(home, "limner", "models")
    try:
        _fill(cache)
    except OSError:  # a read-only home
        cache = pathlib.Path(tempfile.gettempdir(), f"limner-models-{os.getuid()}")
        _fill(cache)
    return str(cache)
