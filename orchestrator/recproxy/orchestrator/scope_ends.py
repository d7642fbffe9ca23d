"""The end of a scope: its proxies say what they did, and what it recorded is redacted, counted and written.

Knows the proxies by what they are asked; not which recordings are in play.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from recproxy.control.messages import Ended, EndScope
from recproxy.control.outcomes import NO_TEST, Missed, Outcome
from recproxy.errors import RecordingError, RecproxyError
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.lane import Lane
from recproxy.orchestrator.lane_scope import LaneScope
from recproxy.orchestrator.proxy import Proxy
from recproxy.orchestrator.proxy_replies import ask_all
from recproxy.orchestrator.recorder import Recorder
from recproxy.report import Tally

__all__ = ["LatestEnds", "ScopeEnds", "ScopeOutcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeOutcome:
    """What happened in a scope, by profile, and what was refused in its time.

    `strict` are the profiles whose unused interactions fail a test.
    """

    scope: str
    profiles: Mapping[str, Outcome] = field(default_factory=dict)
    refused: tuple[Missed, ...] = ()
    strict: frozenset[str] = frozenset()


class LatestEnds(dict[int, "asyncio.Future[ScopeOutcome]"]):
    """Ends of scopes by number, for those who opened one that others ended; the bound is for those that never ask."""

    def __init__(self, most: int) -> None:
        self._most = most

    def keep(self, number: int, ended: asyncio.Future[ScopeOutcome]) -> None:
        """Keep one; the oldest goes if there are too many."""
        self[number] = ended
        if len(self) > self._most:
            del self[next(iter(self))]


class ScopeEnds:
    """Ends the scopes of a run.

    Args:
        proxies: all of the run, those that join later included.
        recorder: takes what is recorded.
        tally: counts what happened.
        fail: ends the run with an error.
    """

    def __init__(
        self, *, proxies: Sequence[Proxy], recorder: Recorder, tally: Tally, fail: Callable[[RecproxyError], None]
    ) -> None:
        self._proxies = proxies
        self._recorder = recorder
        self._tally = tally
        self._fail = fail
        #: Called with a scope, its outcome and whether it passed; None is the base scope.
        self.watchers: list[Callable[[LaneScope | None, ScopeOutcome, bool], None]] = []
        self._ending: set[asyncio.Future[ScopeOutcome]] = set()

    def end(self, lane: Lane, scope: LaneScope | None = None, *, passed: bool) -> asyncio.Future[ScopeOutcome]:
        """End a scope, or the base scope; shielded, whoever waits may go, and what was recorded is written still."""
        proxies = scope.proxies if scope is not None else self._proxies
        replies = ask_all([(proxy, lambda order: EndScope(order=order, lane=lane.name)) for proxy in proxies])
        names = [proxy.profile.name for proxy in proxies]
        ending = asyncio.ensure_future(self._ended(lane, scope, names, replies, passed=passed))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        return ending

    async def settled(self) -> None:
        """Wait for the scopes that are being ended; what went wrong there has ended the run."""
        await asyncio.gather(*self._ending, return_exceptions=True)

    async def _ended(
        self,
        lane: Lane,
        scope: LaneScope | None,
        names: Sequence[str],
        replies: asyncio.Future[list[Ended]],
        *,
        passed: bool,
    ) -> ScopeOutcome:
        """What came of a scope, or of the base scope, when the proxies that it was begun with have replied."""
        outcomes = {}
        for name, reply in zip(names, await replies, strict=True):
            outcomes[name] = reply.outcome
            self._recorder.learned.know(reply.learned, complete=reply.complete)
        refused = lane.take_refusals()
        numbers = (scope or lane.base).numbers
        recording = [name for name in outcomes if name in numbers]
        if recording:
            redacted = await asyncio.gather(*(self._redact(name, outcomes[name], numbers[name]) for name in recording))
            outcomes |= zip(recording, redacted, strict=True)
        ended = self.outcome(scope, outcomes, refused)
        seconds = time.monotonic() - scope.begun if scope is not None else 0.0
        self._tally.end_test(ended.profiles, passed=passed, seconds=seconds)
        # A test that a service failed has not asked the others all that it would have.
        passed = passed and not any(outcome.failures for outcome in ended.profiles.values())
        for profile, outcome in ended.profiles.items():
            self._tally.add(profile, outcome, passed=passed)
            written = self._save(profile, numbers[profile], passed=passed) if profile in numbers else None
            self._tally.timeline.add(profile, lane.name, outcome, written)
        self._tally.refuse(refused)
        self._tally.blocked.update(lane.take_blocked())
        for watch in self.watchers:
            watch(scope, ended, passed)
        return ended

    async def _redact(self, profile: str, outcome: Outcome, number: int) -> Outcome:
        """An outcome with what redaction made of the scope: its counts, and why an interaction is not written."""
        try:
            redacted = await self._recorder.redact(profile, number, outcome.failures)
        except RecproxyError as problem:
            self._fail(problem)
            raise
        return replace(
            outcome,
            recorded=outcome.recorded - len(redacted.refusals),
            failures=(*redacted.lines, *redacted.refusals),
            redactions=redacted.counts,
        )

    def _save(self, profile: str, number: int, *, passed: bool) -> Path | None:
        """Write what a scope recorded, and give the file; where that cannot be, the run ends."""
        try:
            written = self._recorder.end(profile, number, passed=passed)
        except RecordingError as problem:
            self._fail(problem)
            raise
        return written.path if written is not None else None

    def outcome(
        self, scope: LaneScope | None, outcomes: Mapping[str, Outcome], refused: tuple[Missed, ...]
    ) -> ScopeOutcome:
        """An outcome in which only what a test named, or what bears its name, can be unused."""
        fallen_back = scope.fallen_back if scope is not None else ()
        strict = {proxy.profile.name for proxy in self._proxies if proxy.profile.match.unused == "fail"}
        return ScopeOutcome(
            scope=scope.name if scope is not None else NO_TEST,
            profiles={
                profile: replace(outcome, unused=()) if outcome.unused and profile in fallen_back else outcome
                for profile, outcome in outcomes.items()
            },
            refused=refused,
            strict=frozenset(strict),
        )
