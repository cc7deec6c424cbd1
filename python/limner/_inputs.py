"""What users pass as inputs, as lists that the library reads."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ._errors import Error, InputTypeError


class Items(NamedTuple):
    """The inputs of a call."""

    items: Iterable[Any]
    """each a str, a pair, or a dict"""
    one: bool
    """one input was given, not several"""
    lazy: bool
    """an iterator was given: results are an iterator, too"""
    total: int | None
    """how many there are, if that is known"""


def is_one(value: Any) -> bool:
    """Whether a value is one text or one pair of texts, not several."""
    if isinstance(value, (str, bytes, bytearray)) or value is None:
        return True
    if isinstance(value, dict):
        return True
    return isinstance(value, tuple) and len(value) == 2 and all(isinstance(text, (str, type(None))) for text in value)


def column(value: Any) -> Iterable[Any]:
    """Returns the values of a column: a list, NumPy or pandas strings, an Arrow array, a dataset."""
    if hasattr(value, "columns") and hasattr(value, "itertuples"):  # a pandas table
        return _table_rows(value)
    if type(value).__module__.startswith("pandas"):  # its Arrow interface needs pyarrow
        texts: Iterable[Any] = value.to_list()
        return texts
    if hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__"):
        from ._arrow import rows

        return rows(value)
    if hasattr(value, "to_list"):
        items: Iterable[Any] = value.to_list()
        return items
    if hasattr(value, "tolist") and hasattr(value, "dtype"):  # NumPy
        if getattr(value, "ndim", 1) != 1:
            raise Error(thing="the inputs", found=f"an array with {value.ndim} axes", expected="one axis")
        return (item for item in value.tolist())
    return value  # type: ignore[no-any-return]


def _table_rows(table: Any) -> Iterable[Any]:
    names = [name for name in ("text", "pair", "question", "context") if name in table.columns]
    if not names:
        raise Error(
            thing="the table",
            found="the columns " + ", ".join(map(str, table.columns)),
            expected="text (and pair), or question and context",
        )
    return (dict(zip(names, row)) for row in table[names].itertuples(index=False, name=None))


def _length(value: Any) -> int | None:
    return len(value) if hasattr(value, "__len__") else None


def _paired(first: Any, second: Any, names: tuple[str, str]) -> Items:
    if second is None and is_one(first):
        return Items([first], True, False, 1)
    if is_one(first) and is_one(second):
        return Items([(first, second)], True, False, 1)
    if is_one(first):  # one question about several contexts
        return Items(((first, text) for text in column(second)), False, isinstance(second, Iterator), _length(second))
    if is_one(second):
        return Items(((text, second) for text in column(first)), False, isinstance(first, Iterator), _length(first))
    lengths = _length(first), _length(second)
    if None not in lengths and lengths[0] != lengths[1]:
        raise Error(
            thing=f"{names[0]} and {names[1]}",
            found=f"{lengths[0]} and {lengths[1]} of them",
            expected="as many of one as of the other",
        )
    pairs = itertools.zip_longest(column(first), column(second))
    return Items(pairs, False, isinstance(first, Iterator), lengths[0])


def read_items(text: Any, pair: Any, question: Any, context: Any) -> Items:
    """Returns the inputs of a call that takes texts, with pairs, or questions and contexts."""
    if question is not None or context is not None:
        if text is not None or pair is not None:
            raise Error(
                thing="the inputs",
                found="questions and texts",
                expected="question= and context=, or texts, not both",
            )
        if question is None or context is None:
            missing = "question" if question is None else "context"
            raise Error(field=missing, found="none", expected="a question and its context")
        return _paired(question, context, ("question", "context"))
    if text is None:
        raise InputTypeError(
            thing="the text", found="None", expected="str, a list of str, or question= and context="
        )
    if pair is not None:
        return _paired(text, pair, ("text", "pair"))
    if is_one(text):
        return Items([text], True, False, 1)
    if isinstance(text, (int, float, complex)) or not isinstance(text, Iterable):
        if not (hasattr(text, "__arrow_c_stream__") or hasattr(text, "__arrow_c_array__")):
            raise InputTypeError(thing="the text", found=type(text).__name__, expected="str, or a list of str")
    return Items(column(text), False, isinstance(text, Iterator), _length(text))


def batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Splits items into lists of `size`."""
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
