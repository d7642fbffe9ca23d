"""Work on many items in as many processes as there are processors: each learns from its own, then all know all of it.

The work is a generator. It yields what its items teach, is sent what those of all shares teach, in order, and returns
its results. The first share is worked on here, the others in forks, which say nothing on their own and end with this
process, however it ends. If a fork fails, its share is worked on here after all. Knows nothing of what the work is.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import pickle
import signal
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Generic, NoReturn, TypeVar, cast

from recproxy.cli.ending_signals import signals_wait

__all__ = ["SharedWork", "in_shares", "in_turn", "shares_of"]

_Item = TypeVar("_Item")
_Learned = TypeVar("_Learned")
_Result = TypeVar("_Result")

#: Learns, is told what all shares have learned, and gives its results.
SharedWork = Generator[_Learned, Sequence[_Learned], Iterable[_Result]]

#: Bytes of items in a share from which a fork pays: it costs some hundredths of a second.
_LEAST = 1_000_000
_MOST = 8  # processes: each has what it learned in memory, and the slowest share decides
#: Seconds until a fork sees that the process that began it is gone.
_WATCHING = 0.2


def shares_of(items: Sequence[_Item], sizes: Sequence[int]) -> list[Sequence[_Item]]:
    """The items, in order, in as many parts of about the same bytes as should be worked on at once; one at least."""
    count = min(_processors(), _MOST, sum(sizes) // _LEAST, len(items)) if hasattr(os, "fork") else 1
    shares: list[Sequence[_Item]] = []
    ends = list(itertools.accumulate(sizes))
    start = 0
    for number in range(1, count):
        limit = ends[-1] * number // count
        end = next(at for at, done in enumerate(ends) if done >= limit) + 1
        if start < end < len(items):
            shares.append(items[start:end])
            start = end
    return [*shares, items[start:]]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_shares(
    work: Callable[[Sequence[_Item]], SharedWork[_Learned, _Result]], shares: Sequence[Sequence[_Item]]
) -> Generator[_Result, None, None]:
    """The results of the work on all shares, in order. What is learned, and results of forks, are pickled on their way."""
    with _begun(work, shares[1:]) as forks:
        own = work(shares[0])
        learned = [next(own), *(fork.learned() for fork in forks)]
        for fork in forks:
            fork.tell(learned)
        yield from _results(own, learned)
        for fork in forks:
            yield from fork.results(learned)


def in_turn(
    work: Callable[[Sequence[_Item]], Iterable[_Result]], shares: Sequence[Sequence[_Item]]
) -> Iterator[_Result]:
    """The results of work that learns nothing, in order; those of the first share as they come."""

    def apart(share: Sequence[_Item]) -> SharedWork[None, _Result]:
        yield
        return list(work(share))

    with _begun(apart, shares[1:]) as forks:
        for fork in forks:
            fork.tell(())
        yield from work(shares[0])
        for fork in forks:
            fork.learned()
            yield from fork.results(())


@contextlib.contextmanager
def _begun(
    work: Callable[[Sequence[_Item]], SharedWork[_Learned, _Result]], shares: Sequence[Sequence[_Item]]
) -> Iterator[list[_Fork[_Item, _Learned, _Result]]]:
    """A fork for each share."""
    forks: list[_Fork[_Item, _Learned, _Result]] = []
    try:
        for share in shares:
            forks.append(_Fork(work, share))  # noqa: PERF401 - those that were begun are ended if the next cannot be
        yield forks
    finally:
        for fork in forks:
            fork.end()


def _results(work: SharedWork[_Learned, _Result], learned: Sequence[_Learned]) -> Iterable[_Result]:
    try:
        work.send(learned)
    except StopIteration as end:
        results: Iterable[_Result] = end.value
        return results
    raise RuntimeError("the work goes on behind its results")


class _Fork(Generic[_Item, _Learned, _Result]):
    """A process that works on a share."""

    def __init__(
        self, work: Callable[[Sequence[_Item]], SharedWork[_Learned, _Result]], share: Sequence[_Item]
    ) -> None:
        self._work, self._share = work, share
        #: The same work here, where the process has failed.
        self._here: SharedWork[_Learned, _Result] | None = None
        to_read, to_answer = os.pipe()
        to_hear, to_tell = os.pipe()
        parent = os.getpid()
        try:
            with signals_wait(signal.SIGINT):  # what a handler raises in the hooks of a fork is lost
                self._pid = os.fork()
        except OSError:
            self._pid = -1  # more processes are not allowed, and nobody answers
        if not self._pid:
            os.close(to_read)
            os.close(to_tell)
            _work_apart(work(share), parent, os.fdopen(to_hear, "rb"), os.fdopen(to_answer, "wb"))
        os.close(to_answer)
        os.close(to_hear)
        self._answers, self._orders = os.fdopen(to_read, "rb"), os.fdopen(to_tell, "wb")

    def learned(self) -> _Learned:
        """What its items teach."""
        if (answer := self._answer()) is not None:
            (learned,) = answer
            return cast("_Learned", learned)
        self._here = self._work(self._share)
        return next(self._here)

    def tell(self, learned: Sequence[_Learned]) -> None:
        """Say what all items teach."""
        if self._here is None:
            with contextlib.suppress(BrokenPipeError):  # it has died, as the results say
                pickle.dump(learned, self._orders)
                self._orders.flush()

    def results(self, learned: Sequence[_Learned]) -> Iterator[_Result]:
        """Its results, one after another, so that few of them are here twice."""
        count = 0
        while self._here is None and (answer := self._answer()) is not None:
            if not answer:
                return
            yield cast("_Result", answer[0])
            count += 1
        if self._here is None:
            self._here = self._work(self._share)
            next(self._here)
        yield from itertools.islice(_results(self._here, learned), count, None)

    def _answer(self) -> tuple[object, ...] | None:
        """What it has said, which is nothing at its end; None if it has died."""
        try:
            answer: tuple[object, ...] = pickle.load(self._answers)  # noqa: S301 - our own process
        except (EOFError, pickle.UnpicklingError):
            return None
        return answer

    def end(self) -> None:
        """End the process, if it has not ended."""
        if self._pid > 0:
            os.kill(self._pid, signal.SIGKILL)  # not waited for so far, so the number is still its own
            os.waitpid(self._pid, 0)
        self._answers.close()
        with contextlib.suppress(BrokenPipeError):  # what it was told and did not read
            self._orders.close()


def _work_apart(work: SharedWork[Any, Any], parent: int, orders: BinaryIO, answers: BinaryIO) -> NoReturn:
    """Work in a fork; what goes wrong shows where its share is worked on again."""
    try:
        _end_with(parent)
        gc.freeze()  # what was there before is shared, as long as nobody writes to it
        pickle.dump((next(work),), answers)
        answers.flush()
        for result in list(_results(work, pickle.load(orders))):  # noqa: S301 - our own process
            pickle.dump((result,), answers)
        pickle.dump((), answers)
        answers.flush()
        os._exit(0)
    finally:
        os._exit(1)  # without the traceback, and without what the other process does when it ends


def _end_with(parent: int) -> None:
    """Have this process end when its parent does. What a terminal interrupts, the parent ends."""

    def watch(*_: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, watch)
    signal.setitimer(signal.ITIMER_REAL, _WATCHING, _WATCHING)
