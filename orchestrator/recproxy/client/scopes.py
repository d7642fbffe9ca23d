"""The scopes that this process has open in its lane, the innermost last.

The first of them takes the place of whatever was left open in the lane; the others begin inside of it. Two threads
or tasks may end theirs in any order: one that is not the innermost ends together with those inside of it.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from recproxy.client.address import Address, BegunScope
from recproxy.client.environment import prepared
from recproxy.client.outcome import ScopeResult, read_outcome
from recproxy.client.recorded_clock import at_recording, can_set_time, read_moment
from recproxy.control.scope_options import PROFILES, ScopeOptions
from recproxy.control.variables import CLOCK

__all__ = ["Plays", "RecordingNames", "Scope", "ScopeStack"]

#: RecordingNames by profile or host.
RecordingNames = Mapping[str, Sequence[str]]
#: How often each interaction was played, by profile.
Plays = Mapping[str, Sequence[int]]


class Scope:
    """An open scope; `passed` is set when whoever opened it is done, `mode` where it insists on one.

    `result` says how its test passed, if it did not simply: skipped, xfailed or xpassed.

    `number` is what the run knows it by: a test that calls the control address itself may have ended it. `profiles` says
    how many the run had when it began.
    """

    def __init__(self, name: str, begun: BegunScope, mode: str | None = None) -> None:
        self.name = name
        self.number, self.profiles, self.recorded_at = begun
        #: Its time and what says so, until it ends.
        self.clock = ExitStack()
        self.mode = mode
        self.passed: bool | None = None
        self.result = ""
        #: Whether who opened it tells its test what it missed, if the test is to know.
        self.is_told = False


class ScopeStack:
    """The open scopes of a lane; `variables` are what os.environ gets meanwhile."""

    def __init__(self, address: Address, lane: str, variables: Mapping[str, str]) -> None:
        self.address = address
        self.lane = lane
        self._variables = dict(variables)
        self._open: list[Scope] = []
        self._environment = ExitStack()
        #: Called with the outcome of each scope that ends.
        self.ended: Callable[[ScopeResult], None] = lambda _: None
        self._lock = threading.RLock()

    def __bool__(self) -> bool:
        """Whether one is open."""
        return bool(self._open)

    @property
    def innermost(self) -> Scope | None:
        """The one that `look` tells of; None where none is open."""
        return self._open[-1] if self._open else None

    @property
    def mode(self) -> str | None:
        """What the innermost scope insists on; a part of its test does too."""
        return self._open[-1].mode if self._open else None

    def begin(
        self,
        name: str,
        recordings: RecordingNames,
        *,
        default: str | None = None,
        beside: str | None = None,
        plays: Plays | None = None,
        scope_options: ScopeOptions = PROFILES,
    ) -> Scope:
        """Begin a scope; arguments and errors are those of `Address.begin_scope`."""
        with self._lock:
            inner = bool(self._open)
            begun = self.address.begin_scope(
                self.lane,
                name,
                recordings,
                inner=inner,
                default=default,
                beside=beside,
                plays=plays,
                scope_options=scope_options,
                can_set_time=self._can_set_time(),
            )
            scope = Scope(name, begun, scope_options.mode)
            self._open.append(scope)
            try:
                if not inner:
                    self._environment.enter_context(prepared(self._variables))
                scope.clock.enter_context(at_recording(scope.recorded_at, inner=inner))
            except BaseException:
                self.end(scope, passed=False)
                raise
            return scope

    def _can_set_time(self) -> bool:
        wanted = self._variables.get(CLOCK) or os.environ.get(CLOCK)
        return wanted != "recorded" or can_set_time()

    @property
    def recorded_at(self) -> dt.datetime | None:
        """When the recordings of the innermost scope were made that says so; None where none does."""
        return next((moment for each in reversed(self._open) if (moment := read_moment(each.recorded_at))), None)

    def extend(self, recordings: RecordingNames, *, beside: str | None = None) -> None:
        """Put more recordings in play in the innermost scope."""
        self.address.extend_scope(self.lane, recordings, beside=beside)

    def look(self) -> ScopeResult:
        """How far the innermost scope is."""
        innermost = self.innermost
        return read_outcome(self.address.look(self.lane, innermost.number if innermost is not None else None))

    def end(self, scope: Scope, *, passed: bool) -> list[ScopeResult]:
        """End a scope; the outcomes of all that ended with it."""
        with self._lock:
            scope.passed = passed
            outcomes: list[ScopeResult] = []
            try:
                while self._open and self._open[-1].passed is not None:
                    ended = self._open.pop()
                    ended.clock.close()
                    passed, result = ended.passed is True, ended.result
                    outcome = read_outcome(
                        self.address.end_scope(self.lane, ended.number, passed=passed, result=result)
                    )
                    outcomes.append(outcome)
                    self.ended(outcome)
            finally:
                if not self._open:
                    self._environment.close()
            return outcomes

    def end_all(self) -> None:
        """End what is still open, as failed: the test was interrupted."""
        while self._open:
            self.end(self._open[-1], passed=False)
