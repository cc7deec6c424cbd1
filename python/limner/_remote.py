"""Sends the requests of collections on servers, in the manner of the command (apps/remote/http_send.h)."""

from __future__ import annotations

import base64
import functools
import http.client
import os
import re
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from ._errors import Error

Send = Callable[[str, str, str, bytes, int], "tuple[int, bytes, str]"]
"""(method, address, type of the body, body, most bytes of an answer) to (status, body, why there is none)"""

_CONNECT_SECONDS, _USUAL_SECONDS, _MOST_SECONDS = 10, 60, 3600
_STEP = 1 << 20


def is_address(place: str) -> bool:
    """Whether a place is an address and not a file."""
    return place.startswith(("http://", "https://"))


def sender() -> Send:
    """Returns the function that sends requests. Certificates are verified, redirects are not followed, and an answer
    comes whole and in time or not at all. The environment says who asks, how long to wait and whom to trust."""
    headers, seconds = {"User-Agent": "limn", **_authorization()}, _seconds()
    authorities = _variable("LIMN_COLLECTION_CA_FILE")
    try:
        context = ssl.create_default_context(cafile=authorities)
    except OSError as error:
        raise Error(
            thing="LIMN_COLLECTION_CA_FILE", found=f"{authorities!r}: {error}", expected="certificates of authorities (PEM)"
        ) from None
    proxies = urllib.request.getproxies()

    def send(method: str, address: str, kind: str, body: bytes, most: int) -> tuple[int, bytes, str]:
        own = {**headers, "Content-Type": kind} if kind else headers
        limit = _Limit(seconds)
        # Without the handlers of redirects and of statuses, every answer is given back as it is.
        opener = urllib.request.OpenerDirector()
        handlers = urllib.request.ProxyHandler(proxies), _Handler(limit, context), urllib.request.UnknownHandler()
        for handler in handlers:
            opener.add_handler(handler)
        try:
            request = urllib.request.Request(address, data=body if kind else None, headers=own, method=method)
            with limit, opener.open(request, timeout=seconds) as answer:
                received = bytearray()
                while step := answer.read(min(_STEP, most + 1 - len(received))):
                    received += step
                    if len(received) > most:
                        return 0, b"", f"an answer of more than {most} bytes"
                if answer.length and not limit.is_over:
                    return 0, b"", "an answer that ended early"
                if not limit.is_over:
                    return answer.status, bytes(received), ""
        except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: names that cannot be sent
            if not limit.is_over:
                return 0, b"", _words_of(error)
        return 0, b"", f"no whole answer within {seconds} s"

    return send


class _Limit:
    """Ends a request when its time is over, wherever it waits; a socket's own limit is one of each step."""

    def __init__(self, seconds: int) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def connected(self, to: socket.socket) -> None:
        self._socket = to
        if self.is_over:
            raise TimeoutError

    def _end(self) -> None:
        self.is_over = True
        try:
            if self._socket is not None:
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # that of SSLSocket drops what a read still uses
        except OSError:
            pass  # closed in the meantime


class _Connection(http.client.HTTPConnection):
    def __init__(self, limit: _Limit, host: str, **arguments: Any) -> None:
        super().__init__(host, **arguments)
        self.limit = limit

    def connect(self) -> None:
        seconds = self.timeout or _USUAL_SECONDS
        self.timeout = min(seconds, _CONNECT_SECONDS)
        super().connect()
        self.sock.settimeout(seconds)
        self.limit.connected(self.sock)


class _SecureConnection(_Connection, http.client.HTTPSConnection):
    """The same: in the order of its bases, `super()` is the connection with TLS."""


class _Handler(urllib.request.AbstractHTTPHandler):
    """Opens addresses of http and https only."""

    def __init__(self, limit: _Limit, context: ssl.SSLContext) -> None:
        super().__init__()
        self._limit, self._context = limit, context

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        return self.do_request_(request)

    https_request = http_request

    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(functools.partial(_Connection, self._limit), request)

    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(functools.partial(_SecureConnection, self._limit), request, context=self._context)


def _words_of(error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"a certificate that cannot be verified: {reason.verify_message}"
    said = reason.strerror if isinstance(reason, OSError) else None
    return said or str(reason) or type(reason).__name__


def _variable(name: str) -> str | None:
    return os.environ.get(name) or None


def _authorization() -> dict[str, str]:
    key, user, password = (_variable(f"LIMN_COLLECTION_{name}") for name in ("API_KEY", "USER", "PASSWORD"))
    if key is not None and (user is not None or password is not None):
        raise Error(
            thing="the environment",
            found="LIMN_COLLECTION_API_KEY and a user or a password",
            expected="one way to say who asks",
        )
    if (user is None) != (password is None):
        alone = "PASSWORD" if user is None else "USER"
        raise Error(thing="the environment", found=f"LIMN_COLLECTION_{alone} alone", expected="both")
    if any(re.search("[\0-\x1f]", text) for text in (key, user, password) if text is not None):
        raise Error(thing="the environment", found="a control character in a user, password or key", expected="one line")
    if key is not None:
        return {"Authorization": "ApiKey " + os.fsencode(key).decode("latin-1")}
    if user is None:
        return {}
    pair = base64.b64encode(os.fsencode(f"{user}:{password}")).decode("ascii")
    return {"Authorization": f"Basic {pair}"}


def _seconds() -> int:
    given = _variable("LIMN_COLLECTION_TIMEOUT")
    if given is None:
        return _USUAL_SECONDS
    if not re.fullmatch("[0-9]{1,4}", given) or not 1 <= int(given) <= _MOST_SECONDS:
        raise Error(
            thing="LIMN_COLLECTION_TIMEOUT", found=f"'{given}'", expected=f"seconds from 1 to {_MOST_SECONDS}"
        )
    return int(given)
