"""A command that a fault sweep, a mutation run or a proof runs again and again: its tests, and when it is stuck."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recproxy.control.variables import TESTS
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.command_waiting import on_signals, resolve, wait_for_command, watch_parent, without_worker
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.lane_scope import LaneScope
from recproxy.orchestrator.orchestrator import Orchestrator
from recproxy.orchestrator.plan import RunPlan
from recproxy.recording.printable import printable

__all__ = ["EVERY_TEST", "STOPPED", "SweepCommand", "TestChoice", "in_run", "say"]

#: In the place of an exit code: the command was stopped, because a test was stuck or the time is over.
STOPPED = -1
_STUCK_SIGNAL = signal.SIGTERM
#: A test that waits longer than its bound and this is stuck: not only the fault holds it up.
_STUCK_SECONDS = 10.0
#: What a command may take besides its tests.
_START_SECONDS = 60.0
_LOOK_SECONDS = 0.1  # which costs nothing beside tests, and is short beside the shortest hang


@dataclass(frozen=True, slots=True, kw_only=True)
class TestChoice:
    """What pytest is told: the tests to run, by their scopes, and their order.

    None is all of them, as the user has called it. A `seed` shuffles them, `backwards` turns the order round. `workers`
    is how many of pytest-xdist's take part, 0 for none; None as the user has called it. `times` is how often each test
    runs in its process, those of `anew` with all fixtures set up again, and `seconds` how long it may take.
    """

    __test__ = False  # pytest would take it for tests

    only: tuple[str, ...] | None = None
    seed: int | None = None
    backwards: bool = False
    workers: int | None = None
    times: Mapping[str, int] | None = None
    anew: tuple[str, ...] = ()
    seconds: Mapping[str, float] | None = None


#: As the user has called it.
EVERY_TEST = TestChoice()


def say(line: str) -> None:
    """Tell the user how far the runs of the command are."""
    print(printable(f"recproxy: {line}"), file=sys.stderr, flush=True)


async def in_run(
    plan: RunPlan,
    environment: Mapping[str, str],
    fork_server: ForkServer,
    sweep: Callable[[Orchestrator, asyncio.Future[int]], Awaitable[int]],
) -> int:
    """Bring a run up and sweep in it; the exit code. A signal, and the end of our parent, resolve the sweep's future."""
    loop = asyncio.get_running_loop()
    stopping: asyncio.Future[int] = loop.create_future()
    on_signals(loop, stopping)
    async with Orchestrator(plan, environment, fork_server) as orchestrator:
        watch_parent(loop, stopping, os.getppid())
        return await sweep(orchestrator, stopping)


class SweepCommand:
    """A command that can be run with some of its tests; all of it ends at the moment `end`."""

    def __init__(
        self,
        orchestrator: Orchestrator,
        words: Sequence[str],
        environment: Mapping[str, str],
        stopping: asyncio.Future[int],
        *,
        end: float,
    ) -> None:
        self._orchestrator = orchestrator
        self._words = words
        self._environment = without_worker(environment)
        self._stopping = stopping
        self._end = end
        self._chosen = orchestrator.files.folder / "tests.json"

    @property
    def tests(self) -> frozenset[str] | None:
        """The scopes of the tests that pytest collected; None where its plugin told nothing."""
        return frozenset(self._seen["tests"]) if self._seen else None

    @property
    def can_be_parallel(self) -> bool:
        """Whether the pytest of the command has pytest-xdist, as far as its plugin told."""
        return bool(self._seen.get("xdist"))

    @property
    def can_set_time(self) -> bool:
        """Whether its tests can run at another time than now, as far as its plugin told."""
        return bool(self._seen.get("clock"))

    @property
    def is_parallel(self) -> bool:
        """Whether pytest-xdist has distributed the tests."""
        return bool(self._seen.get("workers"))

    @property
    def _seen(self) -> dict[str, Any]:
        path = Path(f"{self._chosen}.seen")
        seen: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return seen

    async def run(self, choice: TestChoice, bounds: Mapping[str, float], *, silent: bool = True) -> int:
        """Run it with these tests; its exit code, or STOPPED. Of a `silent` one nobody sees the output.

        `bounds` are the seconds that the scopes may take, by name; a scope that is in none of them may take any.
        """
        self._chosen.write_text(json.dumps(asdict(choice)), encoding="utf-8")
        loop = asyncio.get_running_loop()
        output = subprocess.DEVNULL if silent else None
        environment = {**self._environment, TESTS: str(self._chosen)}
        command = self._orchestrator.start(self._words, environment, output=output)
        stop: asyncio.Future[int] = loop.create_future()
        self._stopping.add_done_callback(lambda done: resolve(stop, done.result()))
        times = sum((choice.times or dict.fromkeys(bounds, 1)).values())
        watching = loop.create_task(self._watch(stop, bounds, times))
        try:
            code = await wait_for_command(command, stop, self._orchestrator.failure)
        finally:
            watching.cancel()
        return STOPPED if stop.done() and not self._stopping.done() else code

    async def _watch(self, stop: asyncio.Future[int], bounds: Mapping[str, float], times: int) -> None:
        """Stop the command where a test is stuck, or all of it is."""
        most = times * (max(bounds.values(), default=0.0) + _STUCK_SECONDS) + _START_SECONDS
        end = min(time.monotonic() + most, self._end) if bounds else self._end
        while time.monotonic() < end:
            await asyncio.sleep(_LOOK_SECONDS)
            if any(_is_stuck(scope, bounds) for lane in self._orchestrator.lanes.values() for scope in lane.scopes):
                break
        resolve(stop, _STUCK_SIGNAL)


def _is_stuck(scope: LaneScope, bounds: Mapping[str, float]) -> bool:
    return scope.test in bounds and time.monotonic() - scope.begun > bounds[scope.test] + _STUCK_SECONDS
