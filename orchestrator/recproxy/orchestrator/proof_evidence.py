"""What a proof has seen of a run: each scope with its outcomes, gathered as scopes end.

Knows no verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field, replace

from recproxy.control.outcomes import NO_TEST, Missed, Outcome
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.lane_scope import LaneScope
from recproxy.orchestrator.scope_ends import ScopeOutcome
from recproxy.report import Tally

__all__ = ["RunEvidence", "ScopeEvidence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeEvidence:
    """A scope that has ended; one that ran several times, as a fixture in workers, with all that happened.

    `shown` is its name without secrets, `test` the name of the test that it is in. `result` is how it passed, if it did not
    simply. `asked` are the profiles that it has asked.
    """

    name: str
    test: str
    shown: str
    passed: bool
    missed: tuple[Missed, ...] = ()
    refused: tuple[Missed, ...] = ()
    failures: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    forwarded: int = 0
    result: str = ""
    asked: frozenset[str] = frozenset()

    @property
    def is_test(self) -> bool:
        """Whether it is a test's own, or all that a command did."""
        return self.name == self.test


@dataclass(slots=True, kw_only=True)
class RunEvidence:
    """What was seen of one run of the command, by the names of scopes."""

    scopes: dict[str, ScopeEvidence] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    code: int = 0
    seconds: float = 0.0

    def take(self, scope: LaneScope | None, outcome: ScopeOutcome, passed: bool) -> None:
        """Add a scope that has ended; None is what was outside of all tests."""
        name, test = (scope.name, scope.test) if scope is not None else (NO_TEST, NO_TEST)
        found = _evidence(name, test, outcome.profiles, outcome.refused, passed=passed or scope is None)
        found = replace(found, result=scope.result if scope is not None else "")
        known = self.scopes.get(name)
        self.scopes[name] = _joined(known, found) if known is not None else found

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that were run, by the names of their scopes."""
        return tuple(name for name, scope in self.scopes.items() if scope.is_test and name != NO_TEST)

    @property
    def plays(self) -> Counter[str]:
        """How often each profile has answered."""
        return Counter({name: row.played for name, row in self.tally.rows.items()})


def _evidence(
    name: str, test: str, outcomes: Mapping[str, Outcome], refused: tuple[Missed, ...], *, passed: bool
) -> ScopeEvidence:
    every = tuple(outcomes.items())
    return ScopeEvidence(
        name=name,
        test=test,
        shown=next((each.scope for _, each in every), name),
        passed=passed,
        missed=tuple(replace(missed, profile=profile) for profile, each in every for missed in each.missed),
        refused=refused,
        failures=tuple(failure for _, each in every for failure in each.failures),
        requests=tuple(line for _, each in every for line in each.requests),
        forwarded=sum(each.forwarded for _, each in every),
        asked=frozenset(profile for profile, each in every if each.recorded or each.played),
    )


def _joined(one: ScopeEvidence, other: ScopeEvidence) -> ScopeEvidence:
    """Both; a test that failed and ran once more has the result of its last run."""
    return replace(
        one,
        passed=other.passed if one.is_test else one.passed and other.passed,
        result=other.result,
        asked=one.asked | other.asked,
        missed=one.missed + other.missed,
        refused=one.refused + other.refused,
        failures=one.failures + other.failures,
        requests=one.requests + other.requests,
        forwarded=one.forwarded + other.forwarded,
    )
