"""The methods of explanation, as classes whose keyword arguments and documentation come from limn's table of options.

>>> import limner
>>> limner.IntegratedGradients(steps=50)
IntegratedGradients(steps=50)
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from . import _limner
from ._errors import Error, InputTypeError
from ._names import class_name, help_lines

_ROWS: dict[str, dict[str, Any]] = {row["name"]: row for row in _limner.options()}
_TABLE: dict[str, dict[str, Any]] = {method["name"]: method for method in _limner.methods()}
_PRESETS: list[dict[str, Any]] = _limner.presets()


class Method:
    """A method of explanation with its options. Options that are not given have the method's defaults."""

    name: str = "gradient"
    preset: str | None = None

    def __init__(self, **options: Any) -> None:
        self._check(options)
        self.options: dict[str, Any] = options

    def _check(self, options: Mapping[str, Any]) -> None:
        _limner.check({**self._identity(), "options": dict(options)})

    def _identity(self) -> dict[str, Any]:
        return {"method": self.name}

    def request(self) -> dict[str, Any]:
        """Returns the method as the library's calls take it."""
        return {**self._identity(), "options": dict(self.options)}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.options.items())})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Method) and self.request() == other.request()

    def __hash__(self) -> int:
        return hash(repr(self))


class Preset(Method):
    """A method with the options that reproduce the scores of another system; see docs/presets.md."""

    def __init__(self, name: str, **options: Any) -> None:
        known = [row for row in _PRESETS if row["name"] == name]
        if not known:
            names = list(dict.fromkeys(row["name"] for row in _PRESETS))
            raise Error(field="preset", found=repr(name), expected=", ".join(names))
        self.preset = name
        self.source: str = known[0]["source"]
        self.name = known[0]["method"]
        super().__init__(**options)

    def _identity(self) -> dict[str, Any]:
        return {"preset": self.preset}

    def __repr__(self) -> str:
        options = "".join(f", {name}={value!r}" for name, value in self.options.items())
        return f"limner.preset({self.preset!r}{options})"


def preset(name: str, **options: Any) -> Preset:
    """Returns a preset, such as "lit-ig". Options override those of the preset."""
    return Preset(name, **options)


def presets() -> list[str]:
    """Returns the names of all presets."""
    return list(dict.fromkeys(row["name"] for row in _PRESETS))


def methods() -> list[str]:
    """Returns the names of all methods."""
    return list(_TABLE)


def _make_class(method: dict[str, Any]) -> type[Method]:
    name = class_name(method["name"])
    lines = help_lines(_ROWS, method)
    doc = method["summary"] + ("\n\n" + "\n".join(lines) if lines else "")
    parameters = [
        inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, default=default)
        for option, default in method["options"].items()
    ]
    members = {
        "__doc__": doc,
        "__module__": __name__,
        "__signature__": inspect.Signature(parameters),
        "name": method["name"],
    }
    return type(name, (Method,), members)


_CLASSES = {class_name(name): _make_class(row) for name, row in _TABLE.items()}
globals().update(_CLASSES)
__all__ = ["Method", "Preset", "methods", "preset", "presets", *_CLASSES]


def listed(methods: str | Method | Sequence[str | Method] | None) -> list[Any]:
    """Returns methods as the library's calls take several: names, or (label, request) for those with own options."""
    chosen = [methods] if isinstance(methods, (str, Method)) else list(methods or [])
    for method in chosen:
        if not isinstance(method, (str, Method)):
            raise InputTypeError(
                field="methods", found=getattr(method, "__name__", type(method).__name__), expected="names or methods"
            )
    return [(repr(method), method.request()) if isinstance(method, Method) else method for method in chosen]


def request_of(
    method: str | Method | None, chosen_preset: str | None, options: Mapping[str, Any], like: Any = None
) -> dict[str, Any]:
    """Returns what the library's calls take: {"method", "preset", "like", "options"}. A method's own options are
    overridden by the others."""
    request: dict[str, Any] = {}
    own: dict[str, Any] = {}
    if isinstance(method, Method):
        request = method.request()
        own = request.pop("options")
    elif method is not None:
        request["method"] = method
    if chosen_preset is not None:
        request["preset"] = chosen_preset
    if like is not None:
        request["like"] = like
    request["options"] = {**own, **options}
    return request
