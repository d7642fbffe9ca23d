"""The mutations that one process plays: by test in a queue, with plain runs between that show whether the test still works.

What a program remembers of a changed answer, a token say, may fail the runs that follow. So each few mutations, and
after the last, the test is run plainly: if it fails then, what failed since the last plain run is tried again, alone in
a process of its own. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from recproxy.orchestrator.mutation_plan import PlannedMutation, Use
from recproxy.report.sweep_result import SweepResult

__all__ = ["MutationQueues", "TestQueue", "Try"]

#: Mutations between two plain runs of a test.
_BETWEEN_PLAIN = 8
#: So long the mutations of one process take, as far as their tests tell: then it is said how far the run is.
_ROUND_SECONDS = 45.0
#: What a run of a test takes besides.
_EACH_SECONDS = 0.02


@dataclass(eq=False, slots=True)
class Try:
    """A mutation in one of the tests that use its answer.

    It is played `alone` in a process of its own where what was played before it may have had a part in its result.
    """

    planned: PlannedMutation
    use: Use
    alone: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nothing is known of its mutation yet."""
        return self.planned.trial.result is SweepResult.NOT_RUN


@dataclass(slots=True)
class TestQueue:
    """What one test plays in one process: a mutation each time, or None for a plain run; `begun` of them have begun."""

    __test__ = False  # pytest would take it for tests

    entries: list[Try | None] = field(default_factory=list)
    begun: int = 0
    #: What is played now; a mutation of which another test has told meanwhile is not.
    current: Try | None = None
    #: Those that failed since the last plain run.
    doubted: list[Try] = field(default_factory=list)
    #: A plain run has failed: nothing that follows says anything.
    is_spoilt: bool = False

    def begin(self) -> None:
        """The test begins once more."""
        if self.begun < len(self.entries):
            entry = self.entries[self.begun]
            self.current = entry if entry is not None and entry.is_open else None
            self.begun += 1


class MutationQueues:
    """Hands the open mutations out to processes, and notes what came of them."""

    def __init__(self, planned: Sequence[PlannedMutation], seconds: dict[str, float]) -> None:
        self._tries = [Try(each, use) for each in planned for use in each.uses]
        self._seconds = seconds
        self._is_first = True
        self.queues: dict[str, TestQueue] = {}
        self._forget_done()

    @property
    def open(self) -> int:
        """How many mutations are not judged."""
        return len({id(each.planned) for each in self._tries})

    def next_round(self, left: float) -> dict[str, TestQueue]:
        """The queues of the next process, of what can be played in the seconds that are `left`.

        At first each mutation is played to the quickest test that uses its answer; what that does not notice, to all
        others at once.
        """
        chosen: defaultdict[str, list[Try]] = defaultdict(list)
        budget, asked, is_whole = min(left, _ROUND_SECONDS), set(), True
        for each in sorted(self._tries, key=lambda each: not each.alone):
            test = each.use.test
            if any(other.alone for other in chosen[test]) or (each.alone and chosen[test]):
                continue
            if self._is_first and id(each.planned) in asked:
                continue
            asked.add(id(each.planned))
            chosen[test].append(each)
            budget -= self._seconds.get(test, 0.0) + _EACH_SECONDS
            if budget <= 0:
                is_whole = False
                break
        self._is_first = self._is_first and not is_whole
        self.queues = {test: TestQueue(_entries(tries)) for test, tries in chosen.items() if tries}
        return self.queues

    def judge(self, test: str, *, passed: bool, played: bool, seconds: float) -> None:
        """Note what came of the run of a test that has ended."""
        queue = self.queues.get(test)
        if queue is None or not queue.begun or queue.is_spoilt:
            return
        each, queue.current = queue.current, None
        if each is None:
            if not passed:
                queue.is_spoilt = True
                _doubt(queue)
            queue.doubted.clear()
            return
        trial = each.planned.trial
        trial.seconds += seconds
        if not played:
            if each.alone:
                self._tries.remove(each)
                self._end(each, SweepResult.NOT_REACHED)
            each.alone = True  # something may have been remembered of an earlier run
        elif passed:
            self._tries.remove(each)
            self._end(each, SweepResult.UNNOTICED)
        else:
            trial.result, trial.noticed_by = SweepResult.NOTICED, test
            if not each.alone:
                queue.doubted.append(each)

    def stuck(self, test: str, result: SweepResult) -> None:
        """The process has ended in the run of a test."""
        queue = self.queues.get(test)
        if queue is not None and queue.current is not None and queue.current.is_open:
            queue.current.planned.trial.result, queue.current.planned.trial.noticed_by = result, test

    def end_round(self) -> bool:
        """Take what is judged off the list; whether the round has played anything."""
        for queue in self.queues.values():
            _doubt(queue)  # its last plain run never came
        self._forget_done()
        return any(queue.begun for queue in self.queues.values())

    def _end(self, each: Try, result: SweepResult) -> None:
        """A test has not noticed it: if it was the last that uses the answer, none does."""
        planned = each.planned
        planned.was_played = planned.was_played or result is SweepResult.UNNOTICED
        if not any(other.planned is planned for other in self._tries):
            planned.trial.result = SweepResult.UNNOTICED if planned.was_played else SweepResult.NOT_REACHED

    def _forget_done(self) -> None:
        self._tries = [each for each in self._tries if each.is_open]


def _doubt(queue: TestQueue) -> None:
    for each in queue.doubted:
        each.planned.trial.result, each.planned.trial.noticed_by, each.alone = SweepResult.NOT_RUN, "", True
    queue.doubted.clear()


def _entries(tries: list[Try]) -> list[Try | None]:
    if len(tries) == 1 and tries[0].alone:
        return [*tries]
    entries: list[Try | None] = []
    for number, each in enumerate(tries, 1):
        entries.append(each)
        if number % _BETWEEN_PLAIN == 0 or number == len(tries):
            entries.append(None)
    return entries
