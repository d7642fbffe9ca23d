"""Calls to the control address: HTTP and JSON, on the standard library alone.

Goes to loopback directly, whatever proxies the environment names, over one connection that is kept: two calls per test
must cost next to nothing. So it reads answers itself, which come from our own server and have a length: http.client takes
longer for their headers than the server for the call, and is what other tools patch.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from recproxy.control.scope_options import PROFILES, ScopeOptions
from recproxy.errors import ControlError, RecordingError, RecordingNotFound, RecproxyError

__all__ = ["Address", "BegunScope"]

#: Ending a scope waits until its recording is written. A control address that is gone fails at once, not after this.
_SECONDS = 60.0
_KINDS: Mapping[str, type[RecproxyError]] = {
    kind.__name__: kind for kind in (ControlError, RecordingError, RecordingNotFound)
}


class _Unanswered(ConnectionError):
    """The connection was closed before any byte of the answer."""


class BegunScope(NamedTuple):
    """What a run knows a scope by, how many profiles it has now, and when the recordings were made, if they say so."""

    number: int
    profiles: int
    recorded_at: str = ""


class Address:
    """A control address and its token; may be used from several threads, and after a fork."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self._netloc = parts.netloc
        self._place = parts.hostname or "", parts.port or 80
        self._head = f"Host: {parts.netloc}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._owner = os.getpid()

    def status(self) -> dict[str, Any]:
        """Version, mode, profiles, lanes and addresses of the run."""
        return self._call("GET", "/")

    def totals(self) -> dict[str, Any]:
        """What the run played, recorded, missed and left unused so far, as its table will count it."""
        return self._call("GET", "/totals")

    def environment(self, lane: str) -> dict[str, str]:
        """The variables of an open lane."""
        environment: dict[str, str] = self._call("GET", f"/lanes/{quote(lane, safe='')}")["environment"]
        return environment

    def open_lane(self, lane: str) -> dict[str, str]:
        """Open a lane; the environment that leads to it."""
        environment: dict[str, str] = self._call("POST", "/lanes", {"lane": lane})["environment"]
        return environment

    def close_lane(self, lane: str) -> None:
        """Close a lane's ports, its scopes with it."""
        self._call("DELETE", f"/lanes/{quote(lane, safe='')}")

    def begin_scope(
        self,
        lane: str,
        name: str,
        recordings: Mapping[str, Sequence[str]],
        *,
        inner: bool = False,
        default: str | None = None,
        beside: str | None = None,
        plays: Mapping[str, Sequence[int]] | None = None,
        scope_options: ScopeOptions = PROFILES,
        can_set_time: bool = True,
    ) -> BegunScope:
        """End the open scopes of a lane and begin this one; an `inner` one begins inside of what is open.

        A process that cannot set its time says so: the run tells of it.

        Raises:
            RecordingNotFound: a recording does not exist.
            RecordingError: one does not parse.
            ControlError: nobody answers, or the call is refused.
        """
        values = {"name": name, "recordings": recordings, "default": default, "beside": beside, "plays": plays or None}
        values |= scope_options.plain()
        if not can_set_time:
            values["clock"] = "real"
        answer = self._call("POST" if inner else "PUT", _scope(lane), values)
        return BegunScope(answer["number"], answer.get("profiles", 0), answer.get("recorded_at") or "")

    def extend_scope(self, lane: str, recordings: Mapping[str, Sequence[str]], *, beside: str | None = None) -> None:
        """Put more recordings in play in the open scope of a lane; raises as `begin_scope` does."""
        self._call("PATCH", _scope(lane), {"recordings": recordings, "beside": beside})

    def look(self, lane: str, number: int | None = None) -> dict[str, Any]:
        """What happened so far in the open scope of a lane; with its number, also where others have ended it."""
        return self._call("GET", _scope(lane, number))

    def end_scope(self, lane: str, number: int | None = None, *, passed: bool, result: str = "") -> dict[str, Any]:
        """End the open scope of a lane, or the one with this number; its outcome, also where others have ended it.

        A test that skipped itself, or has an xfail mark, has passed in that `result`: skipped, xfailed or xpassed.
        """
        return self._call("DELETE", _scope(lane, number), {"passed": passed} | ({"result": result} if result else {}))

    def webhooks(self, lane: str) -> dict[str, Any]:
        """The webhooks of the open scope of a lane."""
        return self._call("GET", _webhooks(lane))

    def set_webhooks(self, lane: str, **values: object) -> dict[str, Any]:
        """Hold webhooks back or release them (`hold`), or say where the application is (`address`, `webhook`)."""
        return self._call("PUT", _webhooks(lane), values)

    def send_webhooks(self, lane: str, webhook: str = "", count: int | None = None) -> dict[str, Any]:
        """Send webhooks that are held back."""
        return self._call("POST", _webhooks(lane), {"webhook": webhook, "count": count})

    def close(self) -> None:
        """Close the kept connection; the next call opens another."""
        with self._lock:
            self._drop()

    def _call(self, method: str, path: str, value: object = None) -> dict[str, Any]:
        if self._owner != os.getpid():
            # A fork: the connection is the parent's, and another of its threads may have held the lock.
            self._lock, self._connection, self._owner = threading.Lock(), None, os.getpid()
        body = b"" if value is None else json.dumps(value).encode()
        with self._lock:
            try:
                status, answer = self._exchange_kept(method, path, body)
            except (OSError, ValueError) as problem:
                self._drop()
                raise ControlError(
                    f"the control address {self._netloc} does not answer ({problem}): is the run still up?"
                ) from None
            except BaseException:
                self._drop()  # a timeout or an interrupt: what is left on the connection belongs to no call
                raise
        if status >= 400:
            raise _KINDS.get(answer.get("kind", ""), ControlError)(answer.get("error", f"refused with {status}"))
        return answer

    def _exchange_kept(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Exchange over the kept connection, or over another where that was closed meanwhile.

        The run closes a kept connection without an answer only while it has read no call there, so none is made twice.
        """
        if self._connection is not None:
            try:
                return self._exchange(method, path, body)
            except _Unanswered:
                self._drop()
        return self._exchange(method, path, body)

    def _exchange(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if self._connection is None:
            self._connection = socket.create_connection(self._place, timeout=_SECONDS)
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        answer = bytearray()
        try:
            self._connection.sendall(head.encode("latin-1") + body)
            self._receive(self._connection, answer, b"\r\n\r\n")
        except ConnectionError as problem:
            if answer:
                raise
            raise _Unanswered(*problem.args) from None
        begun = answer.index(b"\r\n\r\n") + 4
        lines = answer[: begun - 4].decode("latin-1").lower().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        ended = begun + int(headers["content-length"])
        while len(answer) < ended:
            self._receive(self._connection, answer)
        if headers.get("connection") == "close":
            self._drop()
        return int(lines[0].split(" ")[1]), json.loads(answer[begun:ended])

    def _receive(self, connection: socket.socket, answer: bytearray, until: bytes = b"") -> bytearray:
        """Add what comes to an answer, once, or until it holds this."""
        while True:
            piece = connection.recv(65536)
            if not piece:
                raise ConnectionError("it closed the connection")
            answer += piece
            if until in answer:
                return answer

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _scope(lane: str, number: int | None = None) -> str:
    return f"/lanes/{quote(lane, safe='')}/scope" + (f"/{number}" if number is not None else "")


def _webhooks(lane: str) -> str:
    return f"/lanes/{quote(lane, safe='')}/webhooks"
