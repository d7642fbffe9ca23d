"""A mutation run: a command run plainly, and then again with one thing changed in an answer, for each thing that there is.

Under pytest a process plays many mutations: the plugin runs each test again and again, and what is changed is chosen
when its scope begins. Any other command is run as a whole for each mutation. Recordings stay as they are.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Mapping, Sequence

from recproxy.control.outcomes import NO_TEST, Outcome
from recproxy.control.process_limits import set_process_limits
from recproxy.control.scope_options import ScopeFault
from recproxy.control.variables import DEFAULT_LANE
from recproxy.orchestrator.command import check_command
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.kept_mutations import KeptMutations
from recproxy.orchestrator.lane_scope import LaneScope
from recproxy.orchestrator.mutation_plan import MutationOptions, PlannedMutation, Use, planned_mutations, sampled
from recproxy.orchestrator.mutation_queues import MutationQueues, TestQueue, Try
from recproxy.orchestrator.orchestrator import Orchestrator
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.scope_ends import ScopeOutcome
from recproxy.orchestrator.sweep_command import EVERY_TEST, STOPPED, SweepCommand, TestChoice, in_run, say
from recproxy.orchestrator.swept_scopes import end_left_open, open_tests, restart_base
from recproxy.recording.counting import counted
from recproxy.recording.faults import MUTATED
from recproxy.report.mutation_report import mutation_report, score_of
from recproxy.report.sweep_result import SweepResult

__all__ = ["mutate_recordings"]

#: The exit code where the score is lower than wanted.
_TOO_LOW = 1
#: A test may take so many times as long as without a change, and so many seconds at least.
_BOUND_FACTOR, _SHORTEST_BOUND = 4.0, 2.0


def mutate_recordings(
    plan: RunPlan,
    words: Sequence[str],
    environment: Mapping[str, str],
    fork_server: ForkServer,
    options: MutationOptions,
) -> int:
    """Play each answer that a command asks for with one thing changed at a time, and report; the exit code to end with.

    Raises:
        ConfigurationError: the file of results cannot be read or written.
        RecproxyError: the run could not be brought up, or a proxy died; nothing is left running.
    """
    check_command(words, environment.get("PATH"))
    kept = KeptMutations(options, words)
    set_process_limits()

    def sweep(orchestrator: Orchestrator, stopping: asyncio.Future[int]) -> Awaitable[int]:
        return MutationSweep(orchestrator, words, environment, options, kept, stopping).run()

    return asyncio.run(in_run(plan, environment, fork_server, sweep))


class MutationSweep:
    """One mutation run in a run that is up."""

    def __init__(
        self,
        orchestrator: Orchestrator,
        words: Sequence[str],
        environment: Mapping[str, str],
        options: MutationOptions,
        kept: KeptMutations,
        stopping: asyncio.Future[int],
    ) -> None:
        self._orchestrator = orchestrator
        self._options = options
        self._kept = kept
        self._stopping = stopping
        self._begun = time.monotonic()
        self._end = self._begun + options.seconds
        self._command = SweepCommand(orchestrator, words, environment, stopping, end=self._end)
        #: What scopes did, by test and name, in the plain run and in the latest run of each test.
        self._outcomes: dict[tuple[str, str], Mapping[str, Outcome]] = {}
        self._seconds: dict[str, float] = {}
        self._queues: MutationQueues | None = None
        self._planned: list[PlannedMutation] = []
        #: What is played where there are no tests.
        self._single: Try | None = None
        orchestrator.scopes.ends.watchers.append(self._take)
        orchestrator.scopes.forced = self._faults

    async def run(self) -> int:
        """Run the command plainly, then with each change; the exit code."""
        code = await self._command.run(EVERY_TEST, {}, silent=False)
        await self._end_scopes()
        if self._stopping.done() or code:
            print(f"recproxy: the command must pass as it is recorded: it ended with {code}", file=sys.stderr)
            return code
        tests = self._command.tests
        plain = time.monotonic() - self._begun
        ended = {key: value for key, value in self._outcomes.items() if tests is None or key[0] in tests}
        self._planned = sampled(planned_mutations(ended, self._seconds), self._options)
        self._kept.take_over(self._planned)
        answers = len({(each.trial.profile, each.trial.where) for each in self._planned})
        say(
            f"mutate: {counted(len(self._planned), 'mutation')} of {counted(answers, 'answer')}; a plain run took {plain:.1f} s"
        )
        await (self._play_tests() if tests is not None else self._play_command())
        return self._report()

    async def _play_tests(self) -> None:
        queues = self._queues = MutationQueues(self._planned, self._seconds)
        while queues.open and not self._is_over():
            chosen = queues.next_round(self._end - time.monotonic())
            bounds = {test: self._bound(test) for test in chosen}
            await restart_base(self._orchestrator)
            code = await self._command.run(self._choice(chosen, bounds), bounds)
            if not self._is_over():
                for test in open_tests(self._orchestrator):
                    queues.stuck(test, SweepResult.HUNG if code == STOPPED else SweepResult.CRASHED)
            await self._end_scopes()
            if not queues.end_round():
                break  # a process that tells nothing of any test would tell nothing again
            self._kept.write(self._planned, time.monotonic() - self._begun)
            done, missed = len(self._planned) - queues.open, self._count(SweepResult.UNNOTICED)
            say(f"mutate: {done} of {len(self._planned)} played, {missed} unnoticed")

    def _choice(self, chosen: Mapping[str, TestQueue], bounds: Mapping[str, float]) -> TestChoice:
        """What pytest is told: each test as often as it has entries; with fixtures anew, if what changes is theirs."""
        anew = (
            test
            for test, queue in chosen.items()
            if any(each is not None and each.use.scope != test for each in queue.entries)
        )
        return TestChoice(
            only=tuple(chosen),
            times={test: len(queue.entries) for test, queue in chosen.items()},
            anew=tuple(anew),
            seconds=bounds,
            workers=self._options.workers if self._command.can_be_parallel else None,
        )

    async def _play_command(self) -> None:
        """Run the whole command once for each mutation."""
        for number, each in enumerate(self._planned, 1):
            if self._is_over():
                return
            if each.trial.result is not SweepResult.NOT_RUN:
                continue
            self._single, self._outcomes = Try(each, each.uses[0]), {}
            begun = time.monotonic()
            await restart_base(self._orchestrator)
            bounds = {NO_TEST: self._bound(NO_TEST)}
            code = await self._command.run(TestChoice(only=()), bounds)
            stuck = code == STOPPED
            await self._end_scopes()
            if self._is_over() and stuck:
                return
            each.trial.seconds = time.monotonic() - begun
            played = self._has_played(each.trial.profile, each.uses[0])
            each.trial.result = (
                SweepResult.HUNG
                if stuck
                else SweepResult.NOT_REACHED
                if not played
                else SweepResult.NOTICED
                if code
                else SweepResult.UNNOTICED
            )
            each.trial.noticed_by = each.uses[0].test if each.trial.result is SweepResult.NOTICED else ""
            self._kept.write(self._planned, time.monotonic() - self._begun)
            if number % 10 == 0:
                say(f"mutate: {number} of {len(self._planned)} played")

    def _bound(self, test: str) -> float:
        return round(max(_SHORTEST_BOUND, _BOUND_FACTOR * self._seconds.get(test, 0.0)), 1)

    def _has_played(self, profile: str, use: Use) -> bool:
        outcome = self._outcomes.get((use.test, use.scope), {}).get(profile)
        return outcome is not None and outcome.has_played(use.interaction)

    def _faults(self, scope: LaneScope) -> Mapping[str, ScopeFault]:
        """What is changed in a scope that begins: the outermost of a test is the next in its queue."""
        each = self._single
        if self._queues is not None:
            queue = self._queues.queues.get(scope.test)
            if queue is None:
                return {}
            if scope.name == scope.test:
                queue.begin()
            each = queue.current
        if each is None or each.use.scope != scope.name or each.use.test != scope.test:
            return {}
        return {each.planned.trial.profile: ScopeFault(f"{MUTATED}{each.planned.fault}", 0, each.use.interaction)}

    def _take(self, scope: LaneScope | None, outcome: ScopeOutcome, passed: bool) -> None:
        if scope is None:
            return
        seconds = time.monotonic() - scope.begun
        known = self._outcomes.get((scope.test, scope.name))
        if known is None or self._queues is not None or any(each.played for each in outcome.profiles.values()):
            self._outcomes[scope.test, scope.name] = outcome.profiles
        if scope.name != scope.test:
            return
        if self._queues is None:
            self._seconds[scope.test] = seconds
            return
        queue = self._queues.queues.get(scope.test)
        each = queue.current if queue is not None else None
        played = each is None or self._has_played(each.planned.trial.profile, each.use)
        self._queues.judge(scope.test, passed=passed, played=played, seconds=seconds)
        self._outcomes = {key: value for key, value in self._outcomes.items() if key[0] != scope.test}

    async def _end_scopes(self) -> None:
        await end_left_open(self._orchestrator)
        outcome = await self._orchestrator.scopes.look(DEFAULT_LANE)
        if outcome is not None and any(each.played for each in outcome.profiles.values()):
            self._outcomes[NO_TEST, NO_TEST] = outcome.profiles
            self._seconds.setdefault(NO_TEST, time.monotonic() - self._begun)

    def _is_over(self) -> bool:
        return self._stopping.done() or time.monotonic() >= self._end

    def _count(self, result: SweepResult) -> int:
        return sum(each.trial.result is result for each in self._planned)

    def _report(self) -> int:
        trials = [each.trial for each in self._planned]
        for line in mutation_report(trials):
            print(line)
        seconds = time.monotonic() - self._begun
        self._kept.write(self._planned, seconds)
        self._kept.write_reports(trials, seconds)
        if left := self._count(SweepResult.NOT_RUN):
            say(
                f"mutate: ended after {seconds:.0f} s with {counted(left, 'mutation')} left: give it more with --minutes, or go on with --resume"
            )
        if self._stopping.done():
            return 128 + self._stopping.result()
        score = score_of(trials)
        return _TOO_LOW if score is not None and 100 * score < self._options.least_score else 0
