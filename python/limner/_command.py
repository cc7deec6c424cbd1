"""The command `limn`, which the package installs, and the program that downloads models."""

from __future__ import annotations

import json
import os
import pathlib
import re
import ssl
import subprocess
import sys

from ._errors import Error

_PROGRAMS = pathlib.Path(__file__).parent / "bin"


def environment() -> dict[str, str]:
    """Returns the environment of the programs: they find the bundled models and the system's certificates."""
    from ._model import _bundled

    result = dict(os.environ)
    models = [*filter(None, [result.get("LIMN_MODELS")]), *_bundled()]
    if models:
        result["LIMN_MODELS"] = ":".join(models)
    certificates = ssl.get_default_verify_paths().cafile
    if certificates:
        result.setdefault("SSL_CERT_FILE", certificates)
    return result


def main() -> None:
    """Runs the command `limn` in place of this process."""
    program = str(_PROGRAMS / "limn")
    os.execve(program, [program, *sys.argv[1:]], environment())


def is_hub_name(name: str) -> bool:
    """Whether a name may be that of a model on the hub: ORG/NAME or ORG/NAME@REVISION."""
    return bool(re.fullmatch(r"[\w.-]+/[\w.-]+(@[\w./-]+)?", name)) and not name.startswith(".")


def pull_model(name: str) -> str:
    """Downloads a model into the hub's cache, with its progress on a terminal, and returns its folder."""
    command = [str(_PROGRAMS / "limn-pull"), name, "json"]
    terminal = sys.stderr is not None and sys.stderr.isatty()
    errors = None if terminal else subprocess.PIPE
    run = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, stderr=errors, text=True, check=False)
    if run.returncode != 0:
        said = (run.stderr or "").strip().splitlines()
        raise Error(
            file=name,
            found="no such folder or known model, and it could not be downloaded" + (f": {said[-1]}" if said else ""),
            expected="a folder, one of limner.models(), or ORG/NAME on the hub",
        )
    return str(json.loads(run.stdout)["folder"])
