"""One progress bar for a call over many inputs."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

_SHOWN_AFTER_SECONDS = 0.5


class Progress:
    """Counts finished inputs, and shows them with tqdm if it is installed, otherwise as a line on standard error.

    By default, only on a terminal or in a notebook, and only for calls that take a while. A callable receives
    (done, total) instead.
    """

    def __init__(
        self, total: int | None, show: bool | Callable[[int, int | None], object] | None, share: bool = False
    ) -> None:
        self.total = total
        self.share = share
        """the library counts parts of the whole call, not inputs"""
        self.done = 0
        self._call = show if callable(show) else None
        self._shown = show if isinstance(show, bool) else _can_show() and total != 1
        self._begin = time.monotonic()
        self._bar: Any = None  # False without tqdm; its bars have no truth value if the total is unknown
        self._line = False

    def within(self, batch: int) -> Callable[[int, int], None] | None:
        """Returns what the library calls during a batch of that many inputs; None if nothing is shown."""
        if not self._shown and self._call is None:
            return None

        def report(done: int, total: int) -> None:
            if total:
                self._show(self.done + batch * done // total)

        return report

    def advance(self, count: int) -> None:
        """Counts finished inputs."""
        self.done += count
        self._show(self.done)

    def _show(self, done: int) -> None:
        if self._call is not None:
            self._call(done, self.total)
        if not self._shown or time.monotonic() - self._begin < _SHOWN_AFTER_SECONDS:
            return
        if self._bar is None:
            self._bar = _make_bar(self.total, self.share)
        if self._bar is not False:
            self._bar.update(done - self._bar.n)
        else:
            self._line = True
            of = "" if self.total is None else f"/{self.total}"
            rate = done / (time.monotonic() - self._begin)
            said = f"{100 * done // (self.total or 1)} %" if self.share else f"{done}{of} texts, {rate:.0f}/s"
            print(f"\r{said} ", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None and self._bar is not False:
            self._bar.close()
        if self._line:
            print(file=sys.stderr)


def _can_show() -> bool:
    if "ipykernel" in sys.modules:
        return True
    return sys.stderr is not None and sys.stderr.isatty()


def _make_bar(total: int | None, share: bool) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return False
    form = "{percentage:3.0f}%|{bar}| [{elapsed}<{remaining}]" if share else None
    return tqdm(total=total, unit="text", leave=False, bar_format=form)
