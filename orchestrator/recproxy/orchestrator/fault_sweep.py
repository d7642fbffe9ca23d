"""A fault sweep: a command run without a fault, and then again with a fault in each interaction that it played.

Under pytest one run plays a fault in every test, and the plugin chooses the tests; any other command is run as a whole
for each fault. One run with its proxies serves all of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Mapping, Sequence

from recproxy.control.outcomes import NO_TEST, Outcome
from recproxy.control.process_limits import set_process_limits
from recproxy.control.scope_options import ScopeFault
from recproxy.control.variables import DEFAULT_LANE
from recproxy.errors import ConfigurationError
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.command import check_command
from recproxy.orchestrator.fault_plan import SweepOptions, planned_trials
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.lane_scope import LaneScope
from recproxy.orchestrator.orchestrator import Orchestrator
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.scope_ends import ScopeOutcome
from recproxy.orchestrator.sweep_command import EVERY_TEST, STOPPED, SweepCommand, TestChoice, in_run, say
from recproxy.orchestrator.swept_scopes import end_left_open, open_tests, restart_base
from recproxy.recording.counting import counted
from recproxy.recording.faults import LASTED
from recproxy.report.fault_report import FaultTrial, fault_report, fault_report_values
from recproxy.report.sweep_result import SweepResult

__all__ = ["sweep_faults"]

#: Something hung or crashed.
_FAILED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """A scope that has ended."""

    outcomes: Mapping[str, Outcome]
    passed: bool
    seconds: float
    #: The profiles that were reached over TLS, and those of which a connection got a fault.
    secured: frozenset[str] = frozenset()
    tls_faulted: frozenset[str] = frozenset()

    def has_played(self, trial: FaultTrial) -> bool:
        """Whether the fault of a trial was played: with its interaction, or in a TLS handshake."""
        if not trial.interaction:
            return trial.profile in self.tls_faulted
        outcome = self.outcomes.get(trial.profile)
        return outcome is not None and outcome.has_played(trial.interaction)


def sweep_faults(
    plan: RunPlan, words: Sequence[str], environment: Mapping[str, str], fork_server: ForkServer, options: SweepOptions
) -> int:
    """Play each interaction of a command once with each fault, and report; the exit code to end with.

    Raises:
        RecproxyError: the run could not be brought up, or a proxy died; nothing is left running.
    """
    check_command(words, environment.get("PATH"))
    set_process_limits()

    def sweep(orchestrator: Orchestrator, stopping: asyncio.Future[int]) -> Awaitable[int]:
        return FaultSweep(orchestrator, words, environment, options, stopping).run()

    return asyncio.run(in_run(plan, environment, fork_server, sweep))


class FaultSweep:
    """One sweep in a run that is up."""

    def __init__(
        self,
        orchestrator: Orchestrator,
        words: Sequence[str],
        environment: Mapping[str, str],
        options: SweepOptions,
        stopping: asyncio.Future[int],
    ) -> None:
        self._orchestrator = orchestrator
        self._words = words
        self._options = options
        self._stopping = stopping
        self._begun = time.monotonic()
        self._command = SweepCommand(orchestrator, words, environment, stopping, end=self._begun + options.limit)
        #: Scopes by their test and name.
        self._ended: dict[tuple[str, str], _Ended] = {}
        #: The fault of a scope by its test and name, by profile.
        self._forced: dict[tuple[str, str], dict[str, ScopeFault]] = {}
        self._trials: list[FaultTrial] = []
        self._seconds: dict[str, float] = {}
        self._skipped = 0
        orchestrator.scopes.ends.watchers.append(self._take)
        orchestrator.scopes.forced = self._faults

    async def run(self) -> int:
        """Run the command without faults, then with each; the exit code."""
        code = await self._command.run(EVERY_TEST, {}, silent=False)
        await self._end_scopes()
        if self._stopping.done() or code:
            print(f"recproxy: the command must pass without faults first: it ended with {code}", file=sys.stderr)
            return code
        by_test = self._plan()
        tests = self._command.tests
        say(f"faults: {counted(len(self._trials), 'trial')} in {counted(len(by_test), 'test')}")
        await (self._sweep_tests(by_test) if tests is not None else self._sweep_command())
        self._report()
        if self._stopping.done():
            return 128 + self._stopping.result()
        return _FAILED * any(trial.result in (SweepResult.HUNG, SweepResult.CRASHED) for trial in self._trials)

    def _plan(self) -> dict[str, list[FaultTrial]]:
        """The trials by test."""
        tests = self._command.tests
        by_test: dict[str, list[FaultTrial]] = {}
        for (test, scope), ended in self._ended.items():
            whole = self._ended.get((test, test), ended)
            self._seconds[test] = whole.seconds
            trials = [*planned_trials(test, scope, ended.outcomes, self._options, whole.seconds, ended.secured)]
            if tests is not None and test not in tests:
                self._skipped += len({(trial.profile, trial.interaction) for trial in trials if trial.interaction})
            elif trials:
                by_test.setdefault(test, []).extend(trials)
        self._trials = [trial for trials in by_test.values() for trial in trials]
        return by_test

    async def _sweep_tests(self, by_test: dict[str, list[FaultTrial]]) -> None:
        """Run pytest with one fault in each test, until each test has had all of its own."""
        waiting = {test: list(trials) for test, trials in by_test.items()}
        while waiting and not self._is_over():
            batch = [trials[0] for trials in waiting.values()]
            say(
                f"faults: {counted(len(batch), 'test')}, at most {counted(max(map(len, waiting.values())), 'run')} left"
            )
            code, stuck = await self._try(batch)
            if self._stopping.done():
                return
            done = [trial for trial in batch if self._judge(trial, code, stuck)]
            for trial in done or batch:  # a run that tells nothing of any test would tell nothing again
                waiting[trial.test].pop(0)
                if not waiting[trial.test]:
                    del waiting[trial.test]

    async def _sweep_command(self) -> None:
        """Run the whole command once for each trial."""
        for number, trial in enumerate(self._trials, 1):
            if self._is_over():
                return
            say(f"faults: run {number} of {len(self._trials)}: {trial.kind} in {trial.request}")
            begun = time.monotonic()
            code, stuck = await self._try([trial])
            trial.seconds = time.monotonic() - begun
            if self._is_over():
                return
            if stuck:
                trial.result = SweepResult.HUNG
            elif code >= 128:
                trial.result = SweepResult.CRASHED
            elif not self._has_played(trial):
                trial.result = SweepResult.NOT_REACHED
            else:
                trial.result = self._verdict(trial, passed=code == 0)

    def _judge(self, trial: FaultTrial, code: int, stuck: set[str]) -> bool:
        """Note what came of a trial; whether anything did."""
        ended = self._ended.get((trial.test, trial.test))
        if trial.test in stuck and not self._is_over():
            # Its scope was open at the end: it was stopped for that, or took the command with it.
            trial.result = SweepResult.HUNG if code == STOPPED else SweepResult.CRASHED
        elif ended is None:
            if code == STOPPED or code not in (0, 1):
                return False
            trial.result = SweepResult.NOT_REACHED
        elif not self._has_played(trial):
            trial.result, trial.seconds = SweepResult.NOT_REACHED, ended.seconds
        else:
            trial.seconds = ended.seconds
            trial.result = self._verdict(trial, passed=ended.passed)
        return True

    def _verdict(self, trial: FaultTrial, *, passed: bool) -> SweepResult:
        ended = self._ended[trial.test, trial.scope]
        if any(LASTED in note for note in ended.outcomes[trial.profile].notes):
            return SweepResult.HUNG
        return SweepResult.UNNOTICED if passed else SweepResult.NOTICED

    def _bound(self, test: str) -> float:
        return self._options.bound(self._seconds[test])

    def _has_played(self, trial: FaultTrial) -> bool:
        """Whether the scope of a trial has played its fault."""
        ended = self._ended.get((trial.test, trial.scope))
        return ended is not None and ended.has_played(trial)

    async def _try(self, batch: Sequence[FaultTrial]) -> tuple[int, set[str]]:
        """Run the command with these faults; its exit code, and the tests that were still open at its end."""
        self._ended = {}
        self._forced = {
            (each.test, each.scope): {each.profile: ScopeFault(each.fault, 0, each.interaction)} for each in batch
        }
        await restart_base(self._orchestrator)
        bounds = {each.test: self._bound(each.test) for each in batch}
        code = await self._command.run(TestChoice(only=tuple(each.test for each in batch)), bounds)
        stuck = open_tests(self._orchestrator)
        if code == STOPPED and not stuck:
            stuck = {NO_TEST}
        await self._end_scopes()
        return code, stuck

    async def _end_scopes(self) -> None:
        """End what the command left open, and see what was played outside of all tests."""
        await end_left_open(self._orchestrator)
        outcome = await self._orchestrator.scopes.look(DEFAULT_LANE)
        base = self._orchestrator.lanes[DEFAULT_LANE].base
        if outcome is not None and (base.secured or any(each.played for each in outcome.profiles.values())):
            seconds = time.monotonic() - self._begun if not self._seconds else 0.0
            self._ended[NO_TEST, NO_TEST] = _ended(base, outcome, passed=True, seconds=seconds)

    def _is_over(self) -> bool:
        return self._stopping.done() or time.monotonic() >= self._begun + self._options.limit

    def _take(self, scope: LaneScope | None, outcome: ScopeOutcome, passed: bool) -> None:
        if scope is not None:
            seconds = time.monotonic() - scope.begun
            self._ended[scope.test, scope.name] = _ended(scope, outcome, passed=passed, seconds=seconds)

    def _faults(self, scope: LaneScope) -> Mapping[str, ScopeFault]:
        return self._forced.get((scope.test, scope.name), {})

    def _report(self) -> None:
        for line in fault_report(self._trials, skipped=self._skipped):
            print(line, file=sys.stderr)
        if self._is_over():
            print(f"\nthe sweep was ended after {time.monotonic() - self._begun:.0f} s", file=sys.stderr)
        if self._options.report is not None:
            values = fault_report_values(
                self._trials,
                command=self._words,
                seconds=time.monotonic() - self._begun,
                complete=all(trial.result is not SweepResult.NOT_RUN for trial in self._trials),
                skipped=self._skipped,
            )
            try:
                self._options.report.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
            except OSError as problem:
                raise ConfigurationError(
                    f"--fault-report {self._options.report}: cannot be written: {problem.strerror}"
                ) from None


def _ended(scope: LaneScope, outcome: ScopeOutcome, *, passed: bool, seconds: float) -> _Ended:
    return _Ended(
        outcomes=outcome.profiles,
        passed=passed,
        seconds=seconds,
        secured=frozenset(scope.secured),
        tls_faulted=frozenset(profile for profile, _ in scope.handshakes),
    )
