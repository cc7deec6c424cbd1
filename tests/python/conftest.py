"""Tests of the installed package limner; tools/python.sh runs them."""

from __future__ import annotations

import json
import os
import pathlib
from typing import Any

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ["LIMN_MODELS"] = str(ROOT / "models")

import limner  # noqa: E402

GOLDEN = ROOT / "tests" / "golden"


def golden(name: str) -> tuple[limner.Model, list[dict[str, Any]]]:
    """Returns a tiny model, and what PyTorch and Captum computed with it."""
    cases = json.loads((GOLDEN / name / "cases.json").read_text())["cases"]
    assert cases
    return limner.load(GOLDEN / name), cases


def close(actual: Any, expected: Any, relative: float) -> None:
    """Asserts that two rows of numbers agree, relative to the largest one."""
    assert len(actual) == len(expected) > 0
    largest = max(abs(value) for value in expected)
    for one, other in zip(actual, expected):
        assert abs(one - other) <= relative * largest, (list(actual), list(expected))


@pytest.fixture(scope="session")
def sentiment() -> limner.Model:
    return limner.load("minilm-l6-sentiment")


@pytest.fixture(scope="session")
def qa() -> limner.Model:
    return limner.load("minilm-l6-qa")


@pytest.fixture(scope="session")
def ner() -> limner.Model:
    return limner.load("minilm-l6-ner")
