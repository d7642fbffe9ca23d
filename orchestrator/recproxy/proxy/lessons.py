"""What the requests and answers of one scope show to be secret, so that a report and misses do not show it elsewhere.

Only of what is shown as it came: requests that were forwarded and not kept, if the run writes a report, and those of a
scope that misses. What is recorded is read where it is redacted. Holds secrets, in memory only, and shows none.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Sized
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from recproxy.recording import Interaction, Request, Response
from recproxy.redaction.rules import NO_RULES, RedactionRules, Unsafe

if TYPE_CHECKING:  # a replay without a miss learns nothing
    from recproxy.control.redaction_messages import LearnedValue
    from recproxy.http import Head
    from recproxy.proxy.body import BodyFeed
    from recproxy.proxy.capture import Captured
    from recproxy.proxy.route import Target
    from recproxy.redaction.earlier_values import EarlierValues
    from recproxy.redaction.secret_values import SecretValue

__all__ = ["NONE_ANSWERED", "AnsweredRequests", "Lessons", "asked"]

#: A larger body is not read.
_LARGEST = 1 << 20
#: The most bytes of interactions that may wait to be read; with more, the scope is not `complete`.
_MOST_WAITING = 1 << 26
#: The most values that a scope learns; with more, it is not `complete`.
_MOST = 20_000
#: A miss reads up to so many earlier requests on the event loop; a thread reads more.
_FEW = 32


class AnsweredRequests(Sized, Iterable[Request], Protocol):
    """The requests that a scope has answered from recordings, each an object that stays the same."""


NONE_ANSWERED: AnsweredRequests = ()


class Lessons:
    """What one scope has learned.

    Args:
        rules: the profile's.
        beside: reads interactions; without one they are read at once.
        wanted: whether what is forwarded is read, which no recording keeps.
        answered: the requests before a miss that recordings have answered.
    """

    def __init__(
        self,
        rules: RedactionRules = NO_RULES,
        beside: Executor | None = None,
        *,
        wanted: bool = False,
        answered: AnsweredRequests = NONE_ANSWERED,
    ) -> None:
        self._rules = rules
        self._beside = beside
        self._wanted = wanted
        self._answered = answered
        self._read = 0
        self._has_missed = False
        self._waiting = 0
        self._latest: Future[None] | None = None
        self._lock = threading.Lock()
        self._known: dict[bytes, SecretValue] = {}
        self._ready: EarlierValues | None = None
        #: Whether everything that had to be read was read.
        self.complete = True

    def __repr__(self) -> str:
        return f"Lessons({len(self._known)} values)"

    @property
    def is_behind(self) -> bool:
        """Whether a miss would take long to read what came before it."""
        return len(self._answered) - self._read > _FEW

    @property
    def is_reading(self) -> bool:
        """Whether there is something to read before all is known."""
        has_more = self._has_missed and len(self._answered) > self._read
        return has_more or (self._latest is not None and not self._latest.done())

    def take(self, head: Head, target: Target, feed: BodyFeed, captured: Captured | None) -> None:
        """Learn from what was forwarded, beside the loop, if a report will show it."""
        if self._wanted:
            from recproxy.proxy.capture import passed  # noqa: PLC0415 - see above

            size = feed.size if feed.whole else 0
            size += 0 if captured is None else sum(map(len, captured.body))
            self._submit(lambda: self._learn(passed(head, target, feed, captured)), size)

    def of_miss(self, request: Request) -> EarlierValues:
        """Learn from a request that was missed and what was answered before it; gives all that is known now."""
        self._has_missed = True
        self._learn(asked(request))
        self._learn_answered()
        return self._made_ready()

    async def settled(self) -> None:
        """Wait until all is read, also what a scope that missed has answered since."""
        if self._has_missed and len(self._answered) > self._read:
            self._submit(self._learn_answered, 0)
        if self._latest is not None:
            await asyncio.wrap_future(self._latest)

    def values(self) -> tuple[LearnedValue, ...]:
        """What was learned; to be told in memory only."""
        with self._lock:
            if not self._known:
                return ()
            from recproxy.redaction.earlier_values import learned_values  # noqa: PLC0415 - see above

            return learned_values(self._known)

    def _submit(self, read: Callable[[], None], size: int) -> None:
        if self._waiting + size > _MOST_WAITING:
            self.complete = False
            return
        self._waiting += size

        def reading() -> None:
            try:
                read()
            except Exception:  # noqa: BLE001 - nobody knows what it shows; the report hides all
                self.complete = False
            finally:
                self._waiting -= size

        if self._beside is None:
            reading()
        else:
            self._latest = self._beside.submit(reading)

    def _learn_answered(self) -> None:
        new = list(self._answered)[self._read :]
        self._read += len(new)
        for each in new:
            self._learn(asked(each))

    def _learn(self, interaction: Interaction) -> None:
        from recproxy.redaction.scope import ReadScope  # noqa: PLC0415 - see above

        try:
            learned = ReadScope([_small(interaction)], self._rules).learned
        except Unsafe:  # its encodings are nested too deeply
            self.complete = False
            return
        with self._lock:
            new = {value: how for value, how in learned.items() if how.adds_to(self._known.get(value))}
            if len(self._known) + len(new) > _MOST:
                self.complete = False
            elif new:
                self._known |= new
                self._ready = None

    def _made_ready(self) -> EarlierValues:
        from recproxy.redaction.earlier_values import EarlierValues  # noqa: PLC0415 - see above

        with self._lock:
            if self._ready is None:
                ready = EarlierValues(self._known)
                _ = ready.automata  # here: it is used by several threads
                self._ready = ready
            return self._ready


def asked(request: Request) -> Interaction:
    """A request that has no answer."""
    return Interaction(request=request, response=Response(status=0, wild="XXX"))


def _small(interaction: Interaction) -> Interaction:
    """An interaction without bodies that take too long to read."""
    if len(interaction.request.body) > _LARGEST:
        interaction = replace(interaction, request=replace(interaction.request, body=b"", encoding=None))
    if len(interaction.response.body) > _LARGEST:
        interaction = replace(interaction, response=replace(interaction.response, body=b"", encoding=None))
    return interaction
