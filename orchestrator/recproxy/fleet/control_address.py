"""The control address: HTTP and JSON on loopback, by which tests in any language open and end scopes.

Nothing is answered without the run's token. Reads requests with the same reader as the proxies; calls are few, so
each is a task.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from recproxy.control.modes import MODES, mode_named
from recproxy.errors import RecproxyError
from recproxy.recording import Headers, header
from recproxy.wire import Head, RequestReader
from recproxy.wire.requests import MalformedRequest

if TYPE_CHECKING:
    from recproxy.fleet.orchestrator import Orchestrator, ScopeOutcome

__all__ = ["ControlAddress"]

_LARGEST_BODY = 1 << 20
_REASONS = {
    200: "OK",
    201: "Created",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    500: "Internal Server Error",
    405: "Method Not Allowed",
}


class ControlAddress:
    """The control address of a run; `url` and `token` go into the environment."""

    def __init__(self, server: asyncio.Server, token: str, calls: set[asyncio.Task[None]]) -> None:
        self._server = server
        self._calls = calls
        self.token = token
        port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"

    @classmethod
    async def open(cls, orchestrator: Orchestrator) -> ControlAddress:
        """Listen on a port of its own."""
        token = secrets.token_urlsafe(24)
        calls: set[asyncio.Task[None]] = set()
        server = await asyncio.get_running_loop().create_server(
            lambda: _Caller(orchestrator, token, calls), "127.0.0.1", 0
        )
        return cls(server, token, calls)

    async def close(self) -> None:
        """Stop listening and drop calls that are under way."""
        self._server.close()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)


class _Refusal(Exception):
    """An answer that says no."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Caller(asyncio.Protocol):
    """One client of the control address; its calls are answered in order."""

    def __init__(self, orchestrator: Orchestrator, token: str, calls: set[asyncio.Task[None]]) -> None:
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
        except _Refusal as refusal:
            status, value = refusal.status, {"error": str(refusal)}
        except RecproxyError as problem:
            status, value = 400, {"error": problem.message, "kind": type(problem).__name__}
        except Exception as problem:  # noqa: BLE001 - a caller that waits must be answered
            status, value = 500, {"error": f"{type(problem).__name__}: {problem}"}
        self._reply(status, value, keep_alive=head.keep_alive)

    def _authorize(self, head: Head) -> None:
        given = header(head.headers, b"authorization") or b""
        if not hmac.compare_digest(given, f"Bearer {self._token}".encode()):
            raise _Refusal(401, "send the header Authorization: Bearer $RECPROXY_TOKEN")

    async def _answer(self, head: Head, body: bytes) -> tuple[int, Mapping[str, Any]]:
        method = head.method.decode()
        path = [unquote(part) for part in head.target.decode("ascii").partition("?")[0].split("/")[1:]]
        match path:
            case [""]:
                self._check(method, "GET")
                return 200, self._status()
            case ["lanes"]:
                self._check(method, "POST")
                return 201, await self._open_lane(_object(body) if body else {})
            case ["lanes", lane]:
                self._check(method, "DELETE")
                self._known(lane)
                await self._orchestrator.close_lane(lane)
                return 200, {}
            case ["lanes", lane, "scope"]:
                self._check(method, "GET", "PUT", "POST", "PATCH", "DELETE")
                self._known(lane)
                return 200, await self._scope(method, lane, _object(body) if body else {})
        raise _Refusal(404, f"no such call: {method} /{'/'.join(path)}")

    def _check(self, method: str, *allowed: str) -> None:
        if method not in allowed:
            raise _Refusal(405, f"{method} is not known here: use {' or '.join(allowed)}")

    def _known(self, lane: str) -> None:
        if lane not in self._orchestrator.lanes:
            raise _Refusal(404, f"lane {lane!r} is not open: open are {', '.join(self._orchestrator.lanes)}")

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
        name = _string(values, "lane") or f"lane-{secrets.token_hex(4)}"
        _refuse_unknown(values, ("lane",))
        await self._orchestrator.open_lane(name)
        return {"lane": name, "environment": self._orchestrator.environment(name)}

    async def _scope(self, method: str, lane: str, values: dict[str, Any]) -> dict[str, Any]:
        orchestrator = self._orchestrator
        if method == "GET":
            return _plain(await orchestrator.look(lane))
        if method == "DELETE":
            _refuse_unknown(values, ("passed", "told"))
            self._open(lane)
            outcome = await orchestrator.end_scope(
                lane, passed=values.get("passed", True) is True, told=values.get("told") is True
            )
            assert outcome is not None
            return _plain(outcome)
        if method == "PATCH":
            _refuse_unknown(values, ("recordings", "beside"))
            self._open(lane)
            recordings = _recordings(values.get("recordings") or {})
            await orchestrator.extend_scope(lane, recordings, beside=_folder(values))
        else:
            await self._begin(lane, values, inner=method == "POST")
        return {"lane": lane, "name": orchestrator.lanes[lane].scope}

    async def _begin(self, lane: str, values: dict[str, Any], *, inner: bool) -> None:
        _refuse_unknown(
            values, ("name", "recordings", "default", "beside", "mode", "match_on", "repeat", "ignore", "plays")
        )
        mode = _mode(values, self._orchestrator.plan.mode)
        name = _string(values, "name")
        if not name:
            raise _Refusal(400, 'name is missing: {"name": "test_send", "recordings": {"twitter": "send.rec"}}')
        match_on = values.get("match_on")
        await self._orchestrator.begin_scope(
            lane,
            name,
            _recordings(values.get("recordings") or {}),
            inner=inner,
            default=_default(values),
            beside=_folder(values),
            match_on=tuple(_strings(match_on, "match_on")) if match_on is not None else None,
            repeat=_repeat(values),
            ignore=_ignore(values.get("ignore") or {}),
            plays=_plays(values.get("plays") or {}),
            mode=mode,
        )

    def _open(self, lane: str) -> None:
        if not self._orchestrator.lanes[lane].scopes:
            raise _Refusal(404, f"no scope is open in lane {lane!r}: begin one with PUT")

    def _reply(self, status: int, value: Mapping[str, Any], *, keep_alive: bool) -> None:
        body = json.dumps(value).encode()
        close = b"" if keep_alive else b"Connection: close\r\n"
        head = b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
        self._transport.write(head % (status, _REASONS[status].encode(), close, len(body)) + body)
        if not keep_alive:
            self._transport.close()


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as problem:
        raise _Refusal(400, f"the body is no JSON: {problem}") from None
    if not isinstance(value, dict):
        raise _Refusal(400, "the body must be a JSON object")
    return value


def _string(values: dict[str, Any], key: str) -> str:
    value = values.get(key) or ""
    if not isinstance(value, str):
        raise _Refusal(400, f"{key} must be a string")
    return value


def _strings(value: Any, key: str) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _Refusal(400, f"{key} must be a string or a list of strings")
    return value


def _recordings(value: Any) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        raise _Refusal(400, "recordings must be an object: a profile or host, and a path or name or a list of them")
    return {profile: _strings(names, f"recordings.{profile}") for profile, names in value.items()}


def _plays(value: Any) -> dict[str, list[int]]:
    if not isinstance(value, dict) or not all(
        isinstance(counts, list) and all(isinstance(count, int) for count in counts) for counts in value.values()
    ):
        raise _Refusal(400, "plays must be an object: a profile, and a list of counts, as an outcome has them")
    return value


def _default(values: dict[str, Any]) -> str | None:
    name = _string(values, "default")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise _Refusal(400, f"default {name!r} must be a path below a profile's recordings")
    return name or None


def _folder(values: dict[str, Any]) -> Path | None:
    name = _string(values, "beside")
    return Path(name) if name else None


def _mode(values: dict[str, Any], of_run: str) -> str | None:
    """The mode that a scope insists on: only replay can be had in every run. None is the run's own."""
    word = _string(values, "mode")
    mode = mode_named(word) if word else None
    if word and mode is None:
        raise _Refusal(400, f"mode {word!r} is not known: use {', '.join(MODES)}, or null for the run's own")
    if mode in (None, "replay"):
        return mode
    if mode != of_run:
        raise _Refusal(
            400,
            f"mode {word!r} cannot be begun in a run in mode {of_run}: leave it out, or begin the run in that mode; "
            "a scope may only replay where the run does more",
        )
    return None


def _repeat(values: dict[str, Any]) -> str | None:
    repeat = values.get("repeat")
    if repeat not in (None, "last", "miss", "cycle", "first"):
        raise _Refusal(400, f"repeat {repeat!r} is not known: use last, miss, cycle or first")
    return repeat


def _ignore(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not value.keys() <= {"headers", "query", "form", "json"}:
        raise _Refusal(400, "ignore must be an object: headers, query, form or json, and names or JSON Pointers")
    return {part: tuple(_strings(names, f"ignore.{part}")) for part, names in value.items()}


def _refuse_unknown(values: dict[str, Any], known: tuple[str, ...]) -> None:
    for key in values:
        if key not in known:
            raise _Refusal(400, f"unknown key {key!r}: known are {', '.join(known)}")


def _plain(outcome: ScopeOutcome) -> dict[str, Any]:
    """An outcome as JSON: totals, misses with their profile, and each profile's plays in recorded order."""
    profiles = outcome.profiles
    missed = [
        {
            "profile": profile,
            "method": miss.method,
            "url": miss.url,
            "text": miss.text,
            "closest": miss.closest,
            "differences": [{"field": name, "wanted": wanted, "got": got} for name, wanted, got in miss.differences],
        }
        for profile, each in profiles.items()
        for miss in each.missed
    ]
    missed += [
        {"profile": None, "method": each.method, "url": each.url, "text": each.text, "closest": None, "differences": []}
        for each in outcome.refused
    ]
    return {
        "name": outcome.scope,
        "played": sum(each.played for each in profiles.values()),
        "recorded": sum(each.recorded for each in profiles.values()),
        "missed": missed,
        "unused": [
            {
                "profile": profile,
                "where": unused.where,
                "request": unused.request,
                "fails": profile in outcome.strict,
            }
            for profile, each in profiles.items()
            for unused in each.unused
        ],
        "failed": [
            {"profile": profile, "text": failure} for profile, each in profiles.items() for failure in each.failures
        ],
        "profiles": {
            profile: {
                "played": each.played,
                "plays": list(each.plays),
                "requests": list(each.requests),
                "notes": list(each.notes),
            }
            for profile, each in profiles.items()
        },
    }
