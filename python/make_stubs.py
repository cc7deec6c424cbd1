#!/usr/bin/env python3
"""Writes the type stubs of the methods and of the keyword arguments, from limn's table of options, and completes those
of the extension, which nanobind wrote.

make_stubs.py FOLDER_OF_THE_EXTENSION FOLDER_OF_THE_PACKAGE STUB_OF_THE_EXTENSION OUTPUT_FOLDER
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])
import _limner  # noqa: E402

spec = importlib.util.spec_from_file_location("_names", Path(sys.argv[2]) / "_names.py")
assert spec and spec.loader
names: Any = importlib.util.module_from_spec(spec)
spec.loader.exec_module(names)

rows = {row["name"]: row for row in _limner.options()}
HEAD = """# Written by make_stubs.py from limn's table of options.
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict
"""


def docstring(lines: list[str], indent: str) -> str:
    text = ("\n" + indent).join(line.replace("\\", "\\\\").replace('"""', "'''") for line in lines)
    return f'{indent}"""{text}"""\n'


def method_class(method: dict[str, Any]) -> str:
    lines = [method["summary"]]
    options = names.help_lines(rows, method)
    if options:
        lines += ["", *options]
    arguments = "".join(f", {name}: {names.type_text(rows[name])} | None = ..." for name in method["options"])
    star = ", *" if method["options"] else ""
    return (
        f"class {names.class_name(method['name'])}(Method):\n"
        + docstring(lines, "    ")
        + f"    def __init__(self{star}{arguments}) -> None: ...\n"
    )


def keywords(name: str, chosen: list[dict[str, Any]], doc: str) -> str:
    members = "".join(
        f"    {row['name']}: {names.type_text(row)} | None\n"
        + docstring([f"{row['help']} (default: {row['default']})"], "    ")
        for row in chosen
    )
    return f"class {name}(TypedDict, total=False):\n" + docstring([doc], "    ") + members


def completed(stub: str) -> str:
    """Names the types of items, which nanobind leaves out and strict checkers want. What comes from JSON has any type."""
    stub = re.sub(r"\b(list|Sequence)\b(?=[,):])", r"\1[Any]", stub)
    stub = re.sub(r"\bdict\b(?=[,):])", "dict[str, Any]", stub)
    stub = re.sub(r"\btuple\b(?=:)", "tuple[Any, ...]", stub)
    stub = stub.replace("def __iter__(self) -> object", "def __iter__(self) -> Iterator[Any]").replace("-> object", "-> Any")
    imports = r"from collections.abc import Iterator, \1\nfrom typing import Any"
    return re.sub(r"^from collections\.abc import (.*)$", imports, stub, count=1, flags=re.MULTILINE)


def main() -> None:
    output = Path(sys.argv[4])
    stub = completed(Path(sys.argv[3]).read_text(encoding="utf-8"))
    (output / "_limner.pyi").write_text(stub, encoding="utf-8")
    base = '''
class Method:
    """A method of explanation with its options. Options that are not given have the method's defaults."""

    name: str
    preset: str | None
    options: dict[str, Any]
    def __init__(self, **options: Any) -> None: ...
    def request(self) -> dict[str, Any]:
        """Returns the method as the library's calls take it."""

class Preset(Method):
    """A method with the options that reproduce the scores of another system; see docs/presets.md."""

    source: str
    def __init__(self, name: str, **options: Any) -> None: ...

def preset(name: str, **options: Any) -> Preset:
    """Returns a preset, such as "lit-ig". Options override those of the preset."""

def presets() -> list[str]:
    """Returns the names of all presets."""

def methods() -> list[str]:
    """Returns the names of all methods."""

def listed(methods: str | Method | Sequence[str | Method] | None) -> list[Any]: ...
def request_of(
    method: str | Method | None, chosen_preset: str | None, options: Mapping[str, Any], like: Any = None
) -> dict[str, Any]: ...

'''
    classes = "\n".join(method_class(method) for method in _limner.methods())
    public = ["Method", "Preset", "methods", "preset", "presets"]
    public += [names.class_name(method["name"]) for method in _limner.methods()]
    (output / "methods.pyi").write_text(HEAD + base + classes + f"\n__all__ = {public!r}\n", encoding="utf-8")
    offered = [row for row in rows.values() if not row["preset_only"]]
    reading = [row for row in offered if row["reading"]]
    text = HEAD + "\n"
    text += keywords("ReadingOptions", reading, "How inputs are read and predicted.") + "\n"
    text += keywords("ExplainOptions", offered, "The options of explanations, methods and reading.")
    (output / "_options.pyi").write_text(text, encoding="utf-8")


main()
