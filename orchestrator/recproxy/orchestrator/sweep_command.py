"""The command of a fault sweep, run again and again: which tests it runs, and when it is stuck."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from recproxy.control.variables import TESTS
from recproxy.orchestrator.accompaniment import accompany, resolve, without_worker
from recproxy.orchestrator.lane import LaneScope
from recproxy.orchestrator.orchestrator import Orchestrator

__all__ = ["STOPPED", "SweepCommand"]

#: In the place of an exit code: the command was stopped, because a test was stuck or the time is over.
STOPPED = -1
_STUCK_SIGNAL = signal.SIGTERM
#: A test that waits longer than its bound and this is stuck: not only the fault holds it up.
_STUCK_SECONDS = 10.0
#: What a command may take besides its tests.
_START_SECONDS = 60.0
_LOOK_SECONDS = 0.1


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
        self._chosen = orchestrator.folder / "tests.json"

    @property
    def tests(self) -> frozenset[str] | None:
        """The scopes of the tests that pytest collected; None where its plugin told nothing."""
        seen = Path(f"{self._chosen}.seen")
        return frozenset(json.loads(seen.read_text(encoding="utf-8"))) if seen.is_file() else None

    async def run(self, tests: Sequence[str] | None, bounds: Mapping[str, float]) -> int:
        """Run it, with all tests and its output, or with these; its exit code, or STOPPED.

        `bounds` are the seconds that the scopes may take, by name; a scope that is in none of them may take any.
        """
        self._chosen.write_text(json.dumps({} if tests is None else {"only": list(tests)}), encoding="utf-8")
        loop = asyncio.get_running_loop()
        output = None if tests is None else subprocess.DEVNULL
        environment = {**self._environment, TESTS: str(self._chosen)}
        command = self._orchestrator.start(self._words, environment, output=output)
        stop: asyncio.Future[int] = loop.create_future()
        self._stopping.add_done_callback(lambda done: resolve(stop, done.result()))
        watching = loop.create_task(self._watch(stop, bounds))
        try:
            code = await accompany(command, stop, self._orchestrator.failure)
        finally:
            watching.cancel()
        return STOPPED if stop.done() and not self._stopping.done() else code

    async def _watch(self, stop: asyncio.Future[int], bounds: Mapping[str, float]) -> None:
        """Stop the command where a test is stuck, or all of it is."""
        most = sum(bounds.values()) + len(bounds) * _STUCK_SECONDS + _START_SECONDS
        end = min(time.monotonic() + most, self._end) if bounds else self._end
        while time.monotonic() < end:
            await asyncio.sleep(_LOOK_SECONDS)
            if any(_is_stuck(scope, bounds) for lane in self._orchestrator.lanes.values() for scope in lane.scopes):
                break
        resolve(stop, _STUCK_SIGNAL)


def _is_stuck(scope: LaneScope, bounds: Mapping[str, float]) -> bool:
    return scope.test in bounds and time.monotonic() - scope.begun > bounds[scope.test] + _STUCK_SECONDS
