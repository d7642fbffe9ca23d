"""A pytest run's side of the scopes: one around each test, one around each fixture that serves several.

Made when the first test asks for a scope. Tells what went wrong as text; failing the test is the plugin's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recproxy.client.items import AskedScope, Places, of_fixture, of_item
from recproxy.client.outcome import ScopeResult, failure
from recproxy.client.requested import faults_of
from recproxy.client.scopes import Plays, Scope, ScopeStack
from recproxy.client.session import Session, session
from recproxy.control.miss_marks import MissesSince
from recproxy.control.scope_options import ScopeOptions
from recproxy.errors import ControlError, RecproxyError

__all__ = ["ScopeTally", "Suite"]


@dataclass(slots=True, kw_only=True)
class ScopeTally:
    """What a test did, in plain values that pytest-xdist can carry.

    `missed` are texts.
    """

    mode: str
    missed: list[str] = field(default_factory=list)


class Suite:
    """The scopes of a pytest run in this process; raises the errors of `session` where there can be none."""

    def __init__(
        self,
        mode: str | None,
        root: Path,
        *,
        record_command: str | None = None,
        options: Sequence[str] = (),
        instead_of: Sequence[str] = (),
        any_host: bool = False,
    ) -> None:
        self._session: Session = session(mode, root, any_host=any_host, record_command=record_command, options=options)
        status = self._session.address.status()
        self.mode: str = status["mode"]
        self._places = Places(recordings=Path(status["recordings"]), root=root, typed=tuple(instead_of))
        self._miss_file: str = status.get("misses", "")
        #: What the run has missed since it was last asked for what this test has.
        self._misses = MissesSince(self._miss_file)
        self._asked: AskedScope | None = None
        self._scope: Scope | None = None
        self._tally = ScopeTally(mode=self.mode)
        self._reported: set[str] = set()
        #: How far fixtures got in their recordings, by name; their tearing down goes on there.
        self._plays: dict[str, Plays] = {}
        self.scopes.ended = self._ended

    @property
    def scopes(self) -> ScopeStack:
        """The scopes of this process."""
        return self._session.scopes

    def totals(self) -> dict[str, Any]:
        """What the run did so far, as its table will count it."""
        return self._session.address.totals()

    @property
    def addresses(self) -> dict[str, str]:
        """Where the lane is reached: the gateway, and each endpoint by its base-URL variable."""
        addresses: dict[str, str] = self._session.address.status()["addresses"][self._session.lane]
        return addresses

    def begin(self, item: Any) -> None:
        """Begin the scope of a test; that of a test which was never torn down is ended."""
        if self._scope is not None:
            self.end(passed=False)
        asked = of_item(item, self._places)
        self._tally, self._reported = ScopeTally(mode=self.mode), set()
        self._misses = MissesSince(self._miss_file)
        self._scope = self._begin(asked, asked.name, {})
        self._asked = asked

    def trouble(self, *, failed: bool = False) -> str:
        """The misses of the open test that were not reported yet, as text; empty if there are none.

        Where the test has `failed` by itself, what was asked and not answered is told too: it may be why.
        """
        if self._scope is None:
            return ""
        innermost = self.scopes.innermost
        if not failed and ((innermost is not None and innermost.is_told) or not self._misses.may_be_there):
            return ""
        self._misses = MissesSince(self._miss_file)
        outcome = self.scopes.look()
        text = self._untold([outcome])
        return "\n\n".join(filter(None, (text, outcome.unanswered if failed else "")))

    def end(self, *, passed: bool, how: str = "") -> tuple[ScopeTally, str]:
        """End the scope of the test; `how` it passed is empty, skipped, xfailed or xpassed.

        Returns what it did, and the failures that were not reported yet.
        """
        assert self._scope is not None
        self._scope.result = how
        try:
            outcomes = self.scopes.end(self._scope, passed=passed)
        finally:
            self._let_go()
        text = self._untold(outcomes)
        if passed and not text and isinstance(problem := failure(outcomes), AssertionError):
            text = str(problem)
        return self._tally, text

    def abandon(self) -> None:
        """End what is open, as failed: the test was interrupted."""
        self._let_go()
        with suppress(ControlError):  # the run may be gone: then so are its scopes
            self.scopes.end_all()

    def fixture(self, definition: Any, request: Any) -> AskedScope | None:
        """The recordings of a fixture that serves several tests; None if it needs no separate scope."""
        asked = of_fixture(definition, request, self._places)
        if asked is None or not (self.scopes or asked.wanted):
            return None
        return asked

    @contextmanager
    def setup(self, asked: AskedScope) -> Iterator[None]:
        """A scope around the setup of a fixture; its misses are an error of the setup."""
        with self._around(asked, asked.name, last=False):
            yield

    @contextmanager
    def teardown(self, asked: AskedScope) -> Iterator[None]:
        """A scope around the tearing down of a fixture: it goes on in the recordings where its setting up ended."""
        with self._around(asked, f"{asked.name} teardown", last=True):
            yield

    @contextmanager
    def _around(self, asked: AskedScope, name: str, *, last: bool) -> Iterator[None]:
        scope = self._begin(asked, name, self._plays.pop(asked.name, {}))
        passed = False
        try:
            yield
            passed = True
        finally:
            _hold(asked, held=False)
            outcomes = self.scopes.end(scope, passed=passed)
            text = self._untold(outcomes)
        self._plays[asked.name] = outcomes[-1].plays if outcomes and not last else {}
        if text:
            raise RecproxyError(text)

    def _begin(self, asked: AskedScope, name: str, plays: Plays) -> Scope:
        # A fault cannot be recorded: its test replays in every run.
        mode = asked.mode or ("replay" if asked.faults else None)
        scope_options = ScopeOptions(mode=mode, faults=faults_of(asked.faults), selection=asked.selection)
        scope = self.scopes.begin(
            name, asked.recordings, default=asked.default, beside=asked.beside, plays=plays, scope_options=scope_options
        )
        _hold(asked, held=True)
        return scope

    def _ended(self, outcome: ScopeResult) -> None:
        self._tally.missed += outcome.missed

    def _let_go(self) -> None:
        _hold(self._asked, held=False)
        self._asked = self._scope = None

    def _untold(self, outcomes: list[ScopeResult]) -> str:
        lines = [
            text
            for outcome in outcomes
            for text in (*outcome.missed, *(outcome.notes if outcome.missed else ()))
            if text not in self._reported
        ]
        self._reported.update(lines)
        return "\n\n".join(line.rstrip() for line in lines)


def _hold(asked: AskedScope | None, *, held: bool) -> None:
    if asked is not None and asked.wanted is not None:
        asked.wanted.held = held
