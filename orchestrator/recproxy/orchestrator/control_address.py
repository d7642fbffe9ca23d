"""The control address: HTTP and JSON on loopback, by which tests in any language open and end scopes.

Nothing is answered without the run's token. Reads requests with the same reader as the proxies; calls are few, so
each is a task.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import socket
from collections.abc import Mapping
from importlib import metadata
from typing import Any, Protocol
from urllib.parse import unquote

from recproxy.config.profile import Profile
from recproxy.errors import RecproxyError
from recproxy.http import Head, RequestReader
from recproxy.http.requests import MalformedRequest
from recproxy.http.web_pages import foreign_host, foreign_page
from recproxy.orchestrator.control_values import (
    CallRefused,
    plain_outcome,
    read_default,
    read_folder,
    read_object,
    read_plays,
    read_recordings,
    read_scope_options,
    read_string,
    refuse_unknown,
)
from recproxy.orchestrator.lane import Lane
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.scope_ends import ScopeOutcome
from recproxy.orchestrator.scopes import Scopes
from recproxy.recording import Headers, header

__all__ = ["ControlAddress"]

#: A call is a few hundred bytes; the limit keeps a mistaken client from filling the memory.
_LARGEST_BODY = 1 << 20
_REASONS = {
    200: "OK",
    201: "Created",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    500: "Internal Server Error",
    403: "Forbidden",
    405: "Method Not Allowed",
    421: "Misdirected Request",
}


class ControlledRun(Protocol):
    """What the control address asks of a run."""

    plan: RunPlan
    lanes: dict[str, Lane]
    scopes: Scopes

    @property
    def profiles(self) -> list[Profile]:
        """The profiles of the run."""

    def environment(self, lane: str) -> dict[str, str]:
        """The variables of a lane."""

    async def open_lane(self, name: str) -> Lane:
        """Open a lane."""

    async def close_lane(self, name: str) -> None:
        """Close a lane."""


class ControlAddress:
    """The control address of a run; `url` and `token` go into the environment."""

    def __init__(self, server: asyncio.Server, token: str, calls: set[asyncio.Task[None]]) -> None:
        self._server = server
        self._calls = calls
        self.token = token
        self.port: int = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @classmethod
    async def open(cls, orchestrator: ControlledRun, listener: socket.socket) -> ControlAddress:
        """Serve on a listener."""
        token = secrets.token_urlsafe(24)
        calls: set[asyncio.Task[None]] = set()
        server = await asyncio.get_running_loop().create_server(
            lambda: _Caller(orchestrator, token, calls), sock=listener
        )
        return cls(server, token, calls)

    async def close(self) -> None:
        """Stop listening and drop calls that are under way."""
        self._server.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)


class _Caller(asyncio.Protocol):
    """One client of the control address; its calls are answered in order."""

    def __init__(self, orchestrator: ControlledRun, token: str, calls: set[asyncio.Task[None]]) -> None:
        self._orchestrator = orchestrator
        self._token = token
        self._calls = calls
        self._reader = RequestReader(self)
        self._transport: asyncio.Transport
        self._head: Head
        self._body = bytearray()
        self._last: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
        except MalformedRequest as problem:
            self._reply(400, {"error": problem.reason}, keep_alive=False)

    def head_received(self, head: Head) -> None:
        """Called by the reader."""
        self._head = head
        self._body.clear()
        if head.expects:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def body_received(self, piece: bytes) -> None:
        """Called by the reader."""
        self._body += piece
        if len(self._body) > _LARGEST_BODY:
            raise MalformedRequest(400, "the body is too large")

    def request_ended(self, trailers: Headers) -> None:
        """Called by the reader."""
        call = asyncio.get_running_loop().create_task(self._call(self._head, bytes(self._body), self._last))
        self._last = call
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def _call(self, head: Head, body: bytes, before: asyncio.Task[None] | None) -> None:
        if before is not None and not before.done():
            await asyncio.wait((before,))
        try:
            self._authorize(head)
            status, value = await self._answer(head, body)
        except CallRefused as refusal:
            status, value = refusal.status, {"error": str(refusal)}
        except RecproxyError as problem:
            status, value = 400, {"error": problem.message, "kind": type(problem).__name__}
        except Exception as problem:  # noqa: BLE001 - a caller that waits must be answered
            status, value = 500, {"error": f"{type(problem).__name__}: {problem}"}
        self._reply(status, value, keep_alive=head.keep_alive)

    def _authorize(self, head: Head) -> None:
        if foreign_host(head.host.decode("latin-1")):
            raise CallRefused(421, "the Host header is not the control address: use the URL in RECPROXY_CONTROL")
        if page := foreign_page(head.headers):
            raise CallRefused(403, f"a web page of {page} must not use the control address")
        given = header(head.headers, b"authorization") or b""
        if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            raise CallRefused(401, "send the header Authorization: Bearer $RECPROXY_TOKEN")

    async def _answer(self, head: Head, body: bytes) -> tuple[int, Mapping[str, Any]]:
        method = head.method.decode()
        path = [unquote(part) for part in head.target.decode("ascii").partition("?")[0].split("/")[1:]]
        match path:
            case [""]:
                self._check(method, "GET")
                return 200, self._status()
            case ["lanes"]:
                self._check(method, "POST")
                return 201, await self._open_lane(read_object(body) if body else {})
            case ["lanes", lane]:
                self._check(method, "DELETE")
                self._known(lane)
                await self._orchestrator.close_lane(lane)
                return 200, {}
            case ["lanes", lane, "scope"]:
                self._check(method, "GET", "PUT", "POST", "PATCH", "DELETE")
                self._known(lane)
                return 200, await self._scope(method, lane, read_object(body) if body else {})
            case ["lanes", lane, "scope", number]:
                self._check(method, "GET", "DELETE")
                self._known(lane)
                return 200, await self._numbered(method, lane, number, read_object(body) if body else {})
        raise CallRefused(404, f"no such call: {method} /{'/'.join(path)}")

    def _check(self, method: str, *allowed: str) -> None:
        if method not in allowed:
            raise CallRefused(405, f"{method} is not allowed here: use {' or '.join(allowed)}")

    def _known(self, lane: str) -> None:
        if lane not in self._orchestrator.lanes:
            raise CallRefused(404, f"lane {lane!r} is not open: open lanes are {', '.join(self._orchestrator.lanes)}")

    def _status(self) -> dict[str, Any]:
        orchestrator = self._orchestrator
        return {
            "version": metadata.version("recproxy"),
            "mode": orchestrator.plan.reach,
            "recordings": str(orchestrator.plan.library.folder),
            "profiles": {
                profile.name: {"hosts": list(profile.hosts), "mode": orchestrator.plan.mode_of(profile.name)}
                for profile in orchestrator.profiles
            },
            "lanes": list(orchestrator.lanes),
            "addresses": {
                name: {
                    "gateway": f"http://127.0.0.1:{lane.addresses.gateway}",
                    **{key: f"http://127.0.0.1:{port}" for key, port in lane.addresses.endpoints.items()},
                }
                for name, lane in orchestrator.lanes.items()
            },
        }

    async def _open_lane(self, values: dict[str, Any]) -> dict[str, Any]:
        name = read_string(values, "lane") or f"lane-{secrets.token_hex(4)}"
        refuse_unknown(values, ("lane",))
        await self._orchestrator.open_lane(name)
        return {"lane": name, "environment": self._orchestrator.environment(name)}

    async def _scope(self, method: str, lane: str, values: dict[str, Any]) -> dict[str, Any]:
        orchestrator = self._orchestrator
        if method == "GET":
            return self._outcome(lane, await orchestrator.scopes.look(lane))
        if method == "DELETE":
            return await self._end(lane, values)
        number: int | None = None
        if method == "PATCH":
            refuse_unknown(values, ("recordings", "beside"))
            if not orchestrator.lanes[lane].scopes:
                self._outcome(lane, None)
            recordings = read_recordings(values.get("recordings") or {})
            await orchestrator.scopes.extend(lane, recordings, beside=read_folder(values))
            number = orchestrator.lanes[lane].scopes[-1].number
        else:
            number = await self._begin(lane, values, inner=method == "POST")
        return {"lane": lane, "name": orchestrator.lanes[lane].scope, "number": number}

    async def _numbered(self, method: str, lane: str, word: str, values: dict[str, Any]) -> dict[str, Any]:
        number = int(word) if word.isdecimal() else -1  # no scope has it
        if method == "GET":
            return self._outcome(lane, await self._orchestrator.scopes.look(lane, number), word)
        return await self._end(lane, values, number, word)

    async def _end(
        self, lane: str, values: dict[str, Any], number: int | None = None, word: str = ""
    ) -> dict[str, Any]:
        refuse_unknown(values, ("passed", "told"))
        passed, told = values.get("passed", True) is True, values.get("told") is True
        return self._outcome(lane, await self._orchestrator.scopes.end(lane, number, passed=passed, told=told), word)

    def _outcome(self, lane: str, outcome: ScopeOutcome | None, word: str = "") -> dict[str, Any]:
        if outcome is not None:
            return plain_outcome(outcome)
        if word:
            raise CallRefused(
                404, f"no scope {word} is open in lane {lane!r}: use the number that PUT or POST returned"
            )
        raise CallRefused(404, f"no scope is open in lane {lane!r}: begin one with PUT")

    async def _begin(self, lane: str, values: dict[str, Any], *, inner: bool) -> int:
        refuse_unknown(
            values, ("name", "recordings", "default", "beside", "mode", "match_on", "repeat", "ignore", "plays")
        )
        scope_options = read_scope_options(values, self._orchestrator.plan.mode)
        name = read_string(values, "name")
        if not name:
            raise CallRefused(400, 'name is missing: {"name": "test_send", "recordings": {"twitter": "send.rec"}}')
        return await self._orchestrator.scopes.begin(
            lane,
            name,
            read_recordings(values.get("recordings") or {}),
            scope_options,
            inner=inner,
            default=read_default(values),
            beside=read_folder(values),
            plays=read_plays(values.get("plays") or {}),
        )

    def _reply(self, status: int, value: Mapping[str, Any], *, keep_alive: bool) -> None:
        body = json.dumps(value).encode()
        close = b"" if keep_alive else b"Connection: close\r\n"
        head = b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
        self._transport.write(head % (status, _REASONS[status].encode(), close, len(body)) + body)
        if not keep_alive:
            self._transport.close()
