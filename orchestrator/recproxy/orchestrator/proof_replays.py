"""The replays of a proof: the command as it was recorded, then its tests in other orders, and in parallel.

Each is a run of its own that only replays, without the credentials for which the profile has placeholders.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from recproxy.control.outcomes import NO_TEST
from recproxy.control.variables import AHEAD, CLOCK
from recproxy.orchestrator.command_waiting import watch_parent
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.orchestrator import Orchestrator
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.proof_evidence import RunEvidence
from recproxy.orchestrator.proof_verdicts import ProofPass
from recproxy.orchestrator.recorded_clock import uses_recorded_clock
from recproxy.orchestrator.recorded_scopes import unused_requests
from recproxy.orchestrator.replayed_tokens import add_tokens
from recproxy.orchestrator.sweep_command import STOPPED, SweepCommand, TestChoice
from recproxy.report.proof_report import ProofCause

__all__ = ["ProofReplays"]

_AS_RECORDED = "as recorded"
_LATER = "a day later"
#: A day has 25 hours where its clocks go back.
_LATER_SECONDS = 25 * 3600
#: A replay that takes so much longer than the recording did has a test that waits for what never comes.
_LONGEST = 10
_START_SECONDS = 60.0  # for the start, which is most of what short tests take
_LEAST_WORKERS, _MOST_WORKERS = 2, 4
_NO_TESTS = "only as it was recorded: recproxy knows no tests of the command that it could put in another order"
_NO_PLUGIN = "only as it was recorded: another order needs pytest with recproxy's plugin"
_NO_CLOCK = "not a day later: neither time-machine nor freezegun is installed where the tests run"
_NO_XDIST = "not in parallel: pytest-xdist is not installed where the tests run"


class _Abilities(NamedTuple):
    """What the command's pytest does, and can do."""

    is_parallel: bool
    can_be_parallel: bool
    can_set_time: bool


def _abilities(command: SweepCommand) -> _Abilities:
    return _Abilities(command.is_parallel, command.can_be_parallel, command.can_set_time)


class ProofReplays:
    """Replays what a run has recorded.

    Args:
        words: the command.
        environment: its variables.
        fork_server: forks the proxies.
        recorded: what was seen when it was recorded, and `profiles`, of which.
        seed: of the shuffled order.
        silent: nobody sees the output of the command.
    """

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        fork_server: ForkServer,
        recorded: RunEvidence,
        profiles: frozenset[str],
        *,
        seed: int,
        silent: bool,
    ) -> None:
        self._words = words
        self._environment = environment
        self._fork_server = fork_server
        self._recorded = recorded
        self._profiles = profiles
        self._seed = seed
        self._silent = silent
        #: What could not be tried, a line each, once.
        self.notes: list[str] = []

    async def all(self, plan: RunPlan, stopping: asyncio.Future[int]) -> AsyncIterator[ProofPass]:
        """Replay by this plan in all ways, until `stopping` is done."""
        tests = self._recorded.tests
        first, able = await self._replay(plan, stopping, _AS_RECORDED, TestChoice(only=tests or None))
        yield first
        if able is not None and not uses_recorded_clock(plan):
            if not able.can_set_time:
                self.note(_NO_CLOCK)
            elif tests and not stopping.done():
                yield (await self._replay(plan, stopping, _LATER, TestChoice(only=tests), ProofCause.TIME))[0]
        if able is None or len(tests) < 2:
            self.note(_NO_TESTS if not tests else _NO_PLUGIN if able is None else "")
            return
        alone = 0 if able.is_parallel else None
        for name, backwards in ((f"shuffled with seed {self._seed}", False), ("shuffled, backwards", True)):
            if not stopping.done():
                choice = TestChoice(only=tests, seed=self._seed, backwards=backwards, workers=alone)
                yield (await self._replay(plan, stopping, name, choice, ProofCause.ORDER))[0]
        if not able.can_be_parallel:
            self.note(_NO_XDIST)
        elif not able.is_parallel and not stopping.done():
            workers = min(max(os.cpu_count() or 1, _LEAST_WORKERS), _MOST_WORKERS)
            name = f"in parallel with {workers} workers"
            choice = TestChoice(only=tests, workers=workers)
            yield (await self._replay(plan, stopping, name, choice, ProofCause.PARALLEL))[0]

    async def as_recorded(self, plan: RunPlan, stopping: asyncio.Future[int]) -> ProofPass:
        """Replay once by this plan, as it was recorded."""
        choice = TestChoice(only=self._recorded.tests or None)
        return (await self._replay(plan, stopping, _AS_RECORDED, choice))[0]

    def note(self, line: str) -> None:
        """Keep a line for the user, once."""
        if line and line not in self.notes:
            self.notes.append(line)

    async def _replay(
        self,
        plan: RunPlan,
        stopping: asyncio.Future[int],
        name: str,
        choice: TestChoice,
        cause: ProofCause | None = None,
    ) -> tuple[ProofPass, _Abilities | None]:
        """Replay once; what was seen, and what pytest can do, None where recproxy's plugin was not there."""
        seen, begun = RunEvidence(), time.monotonic()
        environment = self._without_secrets(plan)
        if cause is ProofCause.TIME:
            environment[CLOCK] = f"{AHEAD}{_LATER_SECONDS}"
        async with Orchestrator(plan, environment, self._fork_server) as orchestrator:
            watch_parent(asyncio.get_running_loop(), stopping, os.getppid())
            orchestrator.scopes.ends.watchers.append(seen.take)
            end = begun + _START_SECONDS + _LONGEST * self._recorded.seconds
            command = SweepCommand(orchestrator, self._words, environment, stopping, end=end)
            seen.code = await command.run(choice, {}, silent=self._silent)
            able = None if command.tests is None else _abilities(command)
            seen.tally = await orchestrator.finish(passed=seen.code == 0)
            seen.seconds = time.monotonic() - begun
            if cause is None:
                add_tokens(seen.tally, orchestrator.profiles)
        if seen.code == STOPPED:
            self.note(f"{name}: the command was stopped after {seen.seconds:.0f} s")
        if not self._recorded.tests and NO_TEST in seen.scopes:  # then the command is the test
            seen.scopes[NO_TEST] = replace(seen.scopes[NO_TEST], passed=seen.code == 0)
        known = {each.where for each in unused_requests(self._recorded.tally, self._profiles)}
        unused = [each for each in unused_requests(seen.tally, self._profiles) if each.where not in known]
        return ProofPass(name=name, seen=seen, unused=unused, isolated=plan.isolate, cause=cause), able

    def _without_secrets(self, plan: RunPlan) -> dict[str, str]:
        """The variables of whoever has no credentials: a replay sets their placeholders."""
        replaced = {name for each in plan.profiles for name in each.credentials if name in each.placeholders}
        return {name: value for name, value in self._environment.items() if name not in replaced}
