"""What the calls of the control address do: open and end lanes and scopes, and say what is in play.

Knows paths, methods and JSON values; not connections, and not the token.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import unquote

from recproxy.config.installed import own_version
from recproxy.config.profile import Profile
from recproxy.errors import RecordingError, RecordingNotFound
from recproxy.http import Head
from recproxy.orchestrator.control_values import (
    CallRefused,
    is_real_clock,
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
from recproxy.orchestrator.environment import RunFiles
from recproxy.orchestrator.lane import Lane
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.run_requests import requests_since
from recproxy.orchestrator.scope_ends import ScopeOutcome
from recproxy.orchestrator.scopes import Scopes
from recproxy.orchestrator.totals import plain_totals, totals_so_far
from recproxy.orchestrator.webhook_calls import steered
from recproxy.report import Tally, Written

__all__ = ["ControlCalls", "ControlledRun"]


_MOST_DIGITS = 20  # no scope has so large a number, and Python refuses to read one of thousands of digits


class ControlledRun(Protocol):
    """What the control address asks of a run."""

    plan: RunPlan
    given: Mapping[str, str]
    lanes: dict[str, Lane]
    scopes: Scopes
    tally: Tally
    files: RunFiles

    @property
    def profiles(self) -> list[Profile]:
        """The profiles of the run."""

    @property
    def written(self) -> Sequence[Written]:
        """What was written so far."""

    @property
    def is_ready(self) -> bool:
        """Whether it is up, and neither failed nor ending."""

    def environment(self, lane: str) -> dict[str, str]:
        """The variables of a lane."""

    async def open_lane(self, name: str) -> Lane:
        """Open a lane."""

    async def close_lane(self, name: str) -> None:
        """Close a lane."""


class ControlCalls:
    """The calls of one run."""

    def __init__(self, orchestrator: ControlledRun) -> None:
        self._orchestrator = orchestrator

    async def answer(self, head: Head, body: bytes) -> tuple[int, Mapping[str, Any]]:
        """Do what a request asks for; the status and value of the answer.

        Raises:
            CallRefused: it is no call, or its values are wrong.
        """
        method = "GET" if head.method == b"HEAD" else head.method.decode()  # RFC 9110 section 9.3.2
        target, _, query = head.target.decode("ascii").partition("?")
        path = [unquote(part) for part in target.split("/")[1:]]
        match path:
            case [""]:
                self._check(method, "GET")
                return 200, self._status()
            case ["health"]:
                self._check(method, "GET")
                return 200, {"status": "up"}
            case ["ready"]:
                self._check(method, "GET")
                return (200, {"status": "up"}) if self._orchestrator.is_ready else (503, {"status": "ending"})
            case ["totals"]:
                self._check(method, "GET")
                tally = await totals_so_far(self._orchestrator)
                return 200, plain_totals(tally, report_follows=self._orchestrator.plan.report_follows)
            case ["requests"]:
                self._check(method, "GET")
                return 200, await requests_since(self._orchestrator, query)
            case ["lanes"]:
                self._check(method, "POST")
                return 201, await self._open_lane(read_object(body) if body else {})
            case ["lanes", lane]:
                self._check(method, "GET", "DELETE")
                self._known(lane)
                if method == "GET":
                    return 200, {"lane": lane, "environment": self._orchestrator.environment(lane)}
                await self._orchestrator.close_lane(lane)
                return 200, {}
            case ["lanes", lane, "scope"]:
                self._check(method, "GET", "PUT", "POST", "PATCH", "DELETE")
                self._open(lane)
                return 200, await self._scope(method, lane, read_object(body) if body else {})
            case ["lanes", lane, "webhooks"]:
                self._check(method, "GET", "PUT", "POST")
                self._open(lane)
                values = read_object(body) if body else {}
                return 200, await steered(self._orchestrator.lanes[lane].webhooks, method, values)
            case ["lanes", lane, "scope", number]:
                self._check(method, "GET", "DELETE")
                self._open(lane)
                return 200, await self._numbered(method, lane, number, read_object(body) if body else {})
        raise CallRefused(404, f"no such call: {method} /{'/'.join(path)}")

    def _check(self, method: str, *allowed: str) -> None:
        if method not in allowed:
            raise CallRefused(405, f"{method} is not allowed here: use {' or '.join(allowed)}")

    def _known(self, lane: str) -> None:
        if lane not in self._orchestrator.lanes:
            raise CallRefused(404, f"lane {lane!r} is not open: open lanes are {', '.join(self._orchestrator.lanes)}")

    def _open(self, lane: str) -> None:
        self._known(lane)
        if self._orchestrator.lanes[lane].ending is not None:
            raise CallRefused(404, f"lane {lane!r} is being closed: open another one")

    def _status(self) -> dict[str, Any]:
        orchestrator = self._orchestrator
        return {
            "version": own_version(),
            "mode": orchestrator.plan.reach,
            "on_miss": orchestrator.plan.project.on_miss,
            "recordings": str(orchestrator.plan.library.folder),
            "misses": str(orchestrator.files.misses),
            "profiles": {
                profile.name: {"hosts": list(profile.hosts), "mode": orchestrator.plan.mode_of(profile.name)}
                for profile in orchestrator.profiles
            },
            "lanes": list(orchestrator.lanes),
            "addresses": {
                name: {
                    "gateway": lane.addresses.gateway_url,
                    **lane.addresses.base_urls,
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
        if method == "PATCH":
            refuse_unknown(values, ("recordings", "beside"))
            if not orchestrator.lanes[lane].scopes:
                self._outcome(lane, None)
            scope = orchestrator.lanes[lane].scopes[-1]  # other calls may end it meanwhile
            recordings = read_recordings(values.get("recordings") or {})
            with _refusals_noted(orchestrator.tally):
                await orchestrator.scopes.extend(lane, recordings, beside=read_folder(values))
            return self._begun(lane, scope.name, scope.number)
        with _refusals_noted(orchestrator.tally):
            number = await self._begin(lane, values, inner=method == "POST")
        return self._begun(lane, values["name"], number, told=not is_real_clock(values))

    def _begun(self, lane: str, name: str, number: int, *, told: bool = True) -> dict[str, Any]:
        place = self._orchestrator.lanes.get(lane)  # other calls may close it meanwhile
        recorded_at = place.recorded_at(number, can_set=told) if place is not None else None
        count = len(self._orchestrator.profiles)
        return {"lane": lane, "name": name, "number": number, "profiles": count, "recorded_at": recorded_at}

    async def _numbered(self, method: str, lane: str, word: str, values: dict[str, Any]) -> dict[str, Any]:
        number = int(word) if word.isdecimal() and len(word) < _MOST_DIGITS else -1  # no scope has it
        if method == "GET":
            return self._outcome(lane, await self._orchestrator.scopes.look(lane, number), word)
        return await self._end(lane, values, number, word)

    async def _end(
        self, lane: str, values: dict[str, Any], number: int | None = None, word: str = ""
    ) -> dict[str, Any]:
        refuse_unknown(values, ("passed", "result", "told"))  # `told` was for a report that said misses shorter
        passed = values.get("passed", True) is True
        if values.get("result", "") not in ("", "skipped", "xfailed", "xpassed"):
            raise CallRefused(400, "result must be skipped, xfailed or xpassed, or missing")
        place = self._orchestrator.lanes.get(lane)
        for scope in reversed(place.scopes if place is not None else ()):
            if number in (None, scope.number):
                scope.result = values.get("result", "")
                break
        return self._outcome(lane, await self._orchestrator.scopes.end(lane, number, passed=passed), word)

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
            values,
            (
                *("name", "recordings", "default", "beside", "mode"),
                *("match_on", "repeat", "ignore", "plays", "faults", "local", "clock", "chooser", "selection"),
            ),
        )
        is_real_clock(values)
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


@contextmanager
def _refusals_noted(tally: Tally) -> Iterator[None]:
    """Note that a test could not have what it named: it does not come to ask, and its client is not to blame."""
    try:
        yield
    except (RecordingNotFound, RecordingError):
        tally.scope_refused = True
        raise
