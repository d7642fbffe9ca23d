"""Adding up outcomes: one row per profile, and the misses and notes in the order they came. Pure."""

from __future__ import annotations

import copy
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from operator import add
from pathlib import Path

from recproxy.control.outcomes import Missed, Outcome
from recproxy.control.places import places
from recproxy.lazy.dataclass import dataclass
from recproxy.report.run_timeline import RunTimeline

__all__ = ["Row", "Tally", "TestRow", "TokenCount", "UnusedPlace", "Written"]


@dataclass(frozen=True, slots=True)
class Written:
    """A recording that was made, and how many interactions it got.

    `failed` where it is stored next to the good one, `kept` where there is such a good one, `changed` where the file is
    not as it was. `links` are the names of its places whose values the program makes anew.
    """

    path: Path
    interactions: int
    failed: bool = False
    changed: bool = True
    kept: bool = False
    links: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Row:
    """What one profile did in a run; `seconds` is the time spent answering, `size` the bytes of the bodies of responses.

    `messages` counts the messages of WebSockets and gRPC calls in both directions. `unused` are the interactions that no
    scope of any lane played, in play of tests that passed: an interaction is its file and its place there. `idle` are
    those that were in play of tests that failed, too. Not `named`: the profile is in the run only because it is
    installed.
    """

    profile: str
    mode: str
    played: int = 0
    recorded: int = 0
    missed: int = 0
    unused: int = 0
    idle: int = 0
    forwarded: int = 0
    failed: int = 0
    seconds: float = 0.0
    size: int = 0
    messages: int = 0
    slowest: str = ""
    slowest_seconds: float = 0.0
    listed: bool = True
    named: bool = True

    @property
    def requests(self) -> int:
        """How many requests reached the profile, a conversation of mail as one."""
        return self.played + self.missed + self.forwarded

    @property
    def asked(self) -> bool:
        """Whether any request reached the profile."""
        return any((self.played, self.recorded, self.missed, self.forwarded, self.failed))

    @property
    def shown(self) -> bool:
        """Whether the table has it: a profile that nobody named is there if it did something, or had recordings in play."""
        return self.listed and (self.named or self.asked or self.idle > 0)


@dataclass(slots=True, kw_only=True)
class TestRow:
    """What one scope, most often a test, did in a run; `seconds` from its begin to its end, 0 where nobody knows.

    `passed` is what the test said of itself, None where it has not ended.
    """

    __test__ = False  # pytest would take it for tests

    name: str
    passed: bool | None = None
    seconds: float = 0.0
    played: int = 0
    recorded: int = 0
    forwarded: int = 0
    missed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCount:
    """The tokens that replayed responses of one model count: what asking the model would have used."""

    profile: str
    model: str
    responses: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedPlace:
    """An interaction that was in play and was not played: its file and number, its place and first line.

    `passed`: in play of a test that passed. `test` is the first scope that left it unused.
    """

    path: str
    number: int
    where: str
    request: str
    passed: bool
    test: str = ""


class _Usage:
    """Which interactions of one profile were played in the run, and which were in play and were not."""

    def __init__(self) -> None:
        #: By file, how often each interaction there was played.
        self._counts: dict[str, list[int]] = {}
        self._idle: set[tuple[str, int]] = set()
        self._unused: set[tuple[str, int]] = set()
        #: Place, first line and scope.
        self._described: dict[tuple[str, int], tuple[str, str, str]] = {}

    def add(self, outcome: Outcome, *, passed: bool) -> tuple[int, int]:
        """Add a scope; how many are unused by now, and how many were only in play of tests that failed, too."""
        if outcome.files:
            self._add(outcome, passed=passed)
        return len(self._unused), len(self._idle)

    def _add(self, outcome: Outcome, *, passed: bool) -> None:
        plays = iter(outcome.plays)
        for path, size in outcome.files:
            self._play(path, size, [*itertools.islice(plays, size)])
        listed = [*places(outcome.files, (unused.position for unused in outcome.unused))]
        for place, each in zip(listed, outcome.unused, strict=True):
            if place not in self._described or (passed and place not in self._unused):
                self._described[place] = (each.where, each.request, outcome.scope)
        idle = {(path, number) for path, number in listed if not self._counts[path][number]}
        self._idle |= idle
        self._unused |= idle if passed else set()

    def _play(self, path: str, size: int, plays: list[int]) -> None:
        """Add how often the interactions of a file were played."""
        counts = self._counts.setdefault(path, [])
        counts += [0] * (size - len(counts))
        counts[: len(plays)] = map(add, counts, plays)
        if self._idle:  # which holds all that is unused
            no_more = {(path, number) for number, count in enumerate(plays) if count}
            self._idle -= no_more
            self._unused -= no_more

    def played(self) -> Counter[tuple[str, int]]:
        """How often each was played that was, by its file and its number there."""
        return Counter(
            {
                (path, number): count
                for path, counts in self._counts.items()
                for number, count in enumerate(counts)
                if count
            }
        )

    def unused(self) -> list[UnusedPlace]:
        """What was in play and was not played, in the order of files."""
        return [
            UnusedPlace(
                path=place[0],
                number=place[1],
                where=self._described[place][0],
                request=self._described[place][1],
                passed=place in self._unused,
                test=self._described[place][2],
            )
            for place in sorted(self._idle | self._unused)
        ]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a run did.

    `unasked` are lines about profiles that nobody asked, by profile; `unasked_fails` where one of them says `unused = "fail"`. `old`
    are lines about what was played and is too old. `failure_tests` are the scopes of the `failures`, in their order.
    `caught` counts connections that only isolation has caught, by host and program.
    `scope_refused` where a test named a recording that is missing or cannot be read, and so did not come to ask.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    misses: list[Missed] = field(default_factory=list)
    refusals: list[Missed] = field(default_factory=list)
    blocked: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    unasked: dict[str, str] = field(default_factory=dict)
    unasked_fails: bool = False
    scope_refused: bool = False
    old: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    failure_tests: list[str] = field(default_factory=list)
    tests: dict[str, TestRow] = field(default_factory=dict)
    redactions: Counter[str] = field(default_factory=Counter)
    tokens: list[TokenCount] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    recovered: list[Written] = field(default_factory=list)
    caught: Counter[tuple[str, str]] = field(default_factory=Counter)
    timeline: RunTimeline = field(default_factory=RunTimeline)
    _usage: dict[str, _Usage] = field(default_factory=dict)

    def enter(self, profile: str, mode: str, *, named: bool = True) -> None:
        """Give a profile its row."""
        self.rows.setdefault(profile, Row(profile=profile, mode=mode, named=named))

    def add(self, profile: str, outcome: Outcome, *, passed: bool = True) -> None:
        """Add what a profile did in one scope. What a test that failed has left unused says nothing."""
        row = self.rows[profile]
        row.played += outcome.played
        row.recorded += outcome.recorded
        row.missed += len(outcome.missed)
        row.unused, row.idle = self._usage.setdefault(profile, _Usage()).add(outcome, passed=passed)
        row.seconds += outcome.seconds
        row.size += outcome.size
        row.messages += outcome.messages
        if outcome.slowest_seconds > row.slowest_seconds:
            row.slowest, row.slowest_seconds = outcome.slowest, outcome.slowest_seconds
        self.misses += (replace(missed, profile=profile) for missed in outcome.missed)
        row.forwarded += outcome.forwarded
        row.failed += len(outcome.failures)
        self.failures += (f"{profile}: {failure}" for failure in outcome.failures)
        self.failure_tests += [outcome.scope] * len(outcome.failures)
        if outcome.redactions:
            self.redactions.update(outcome.redactions)
        self.notes += (f"{profile}: {note}" for note in outcome.notes)

    def end_test(self, outcomes: Mapping[str, Outcome], *, passed: bool, seconds: float = 0.0) -> None:
        """Add a scope as a row of its own; the outcomes of one scope have one name, in which no secret is shown."""
        if not outcomes:
            return
        name = next(iter(outcomes.values())).scope
        row = self.tests.setdefault(name, TestRow(name=name))
        row.passed = passed
        row.seconds += seconds
        for outcome in outcomes.values():
            row.played += outcome.played
            row.recorded += outcome.recorded
            row.forwarded += outcome.forwarded
            row.missed += len(outcome.missed)
            row.failed += len(outcome.failures)

    def add_second_look(self, refusals: Iterable[tuple[str, str]], redactions: Mapping[str, int]) -> None:
        """Add what was found in recordings that were written: by profile what must not stay, and how often rules acted."""
        for profile, line in refusals:
            if profile in self.rows:  # else that of a killed run
                self.rows[profile].failed += 1
            self.failures.append(f"{profile}: {line}")
            self.failure_tests.append("")
        self.redactions.update(redactions)

    def played(self) -> dict[str, frozenset[tuple[str, int]]]:
        """By profile, what was played: files, and numbers of interactions there."""
        return {profile: frozenset(usage.played()) for profile, usage in self._usage.items()}

    def plays(self) -> dict[str, Counter[tuple[str, int]]]:
        """By profile, how often each was played."""
        return {profile: usage.played() for profile, usage in self._usage.items()}

    def unused(self) -> dict[str, list[UnusedPlace]]:
        """By profile, what was in play and was not played."""
        return {profile: usage.unused() for profile, usage in self._usage.items()}

    def so_far(self) -> Tally:
        """Its rows, what is unused and refused, to add to what has not ended yet."""
        rows = {name: replace(row) for name, row in self.rows.items()}
        usage = copy.deepcopy(self._usage)
        return Tally(rows=rows, _usage=usage, refusals=[*self.refusals], scope_refused=self.scope_refused)

    def refuse(self, refusals: Iterable[Missed]) -> None:
        """Add requests to hosts that no profile owns."""
        self.refusals += refusals

    @property
    def failed(self) -> bool:
        """Whether something was asked that no recording, or no service, answered."""
        return bool(self.misses or self.failures)
