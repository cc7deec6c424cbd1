"""The one exception of limner."""

from __future__ import annotations

_FIELDS = ("file", "field", "thing", "found", "expected", "hint")


class Error(ValueError):
    """A user's mistake: in a file, an option or an input.

    The message says what was found, what was expected, and what to do about it; the parts are attributes. Parts that
    do not apply are empty.
    """

    file: str
    """the file or input with the error: "model.safetensors", "line 12" """
    field: str
    """the name of the option or input concerned: "samples" """
    thing: str
    """the object within the file: "tensor 'classifier.weight'" """
    found: str
    """what was found"""
    expected: str
    """what was expected; lists are complete"""
    hint: str
    """what to do about it"""
    index: int | None
    """which of the inputs, from 0; None if the error has nothing to do with one of several inputs"""

    def __init__(
        self,
        message: str = "",
        *,
        file: str = "",
        field: str = "",
        thing: str = "",
        found: str = "",
        expected: str = "",
        hint: str = "",
        index: int | None = None,
    ) -> None:
        where = [part for part in (file, field, thing) if part]
        if not message:
            found_part = f"found {found}" if found else ""
            expected_part = f"expected {expected}" if expected else ""
            what = ", ".join(part for part in (found_part, expected_part) if part)
            message = ": ".join([*where, what]) + (f"; {hint}" if hint else "")
        super().__init__(message)
        self.file, self.field, self.thing = file, field, thing
        self.found, self.expected, self.hint, self.index = found, expected, hint, index

    def __str__(self) -> str:
        message = str(self.args[0]) if self.args else ""
        return message if self.index is None else f"input {self.index}: {message}"

    def __reduce__(self) -> tuple[object, ...]:
        return (_restored, (type(self), self.args[0], {name: getattr(self, name) for name in (*_FIELDS, "index")}))


class InputTypeError(Error, TypeError):
    """A value of the wrong type, such as None or bytes instead of a text."""


def _restored(cls: type[Error], message: str, parts: dict[str, str]) -> Error:
    return cls(message, **parts)  # type: ignore[arg-type]
