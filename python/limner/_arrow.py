"""Arrow columns as inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import _limner

def rows(value: Any) -> Iterator[Any]:
    """Yields the texts of an Arrow array, or for a table a dict of its columns text and pair, or question and context.

    Reads the Arrow C stream (or array) interface batch by batch; the columns themselves are not copied.
    """
    return iter(_limner.ArrowRows(value))
