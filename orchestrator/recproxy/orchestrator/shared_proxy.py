"""The proxy of a profile with workers: several processes that answer together, from the orchestrator's side one proxy.

They share the listeners, on which the kernel gives each connection to one of them, and take the connections of the gateway
in turns. Each plays the same recordings from their start, so only answers that no order decides may be in them: a
worker refuses others by name when a scope begins.
"""

from __future__ import annotations

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from recproxy.config.profile import Profile
from recproxy.control.messages import Begin, Connect, Ended, Listen, Message, Playing, Setup
from recproxy.control.outcomes import Outcome
from recproxy.control.redaction_messages import RedactionSetup
from recproxy.errors import RecproxyError
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.proxy import Proxy

__all__ = ["SharedProxy", "joined_outcome"]


class SharedProxy(Proxy):
    """The first worker, and the others behind it."""

    def __init__(self, profile: Profile, fork_server: ForkServer) -> None:
        super().__init__(profile, fork_server)
        self._others = [Proxy(profile, fork_server, sibling=n) for n in range(2, profile.replay.workers + 1)]
        self._turns = itertools.cycle((super().send, *(other.send for other in self._others)))
        for other in self._others:
            other.died = lambda error: self.died(error)  # noqa: PLW0108 - it is set later
            other.returned = lambda message, descriptor: self.returned(message, descriptor)  # noqa: PLW0108
            other.peer_refused = lambda peer: self.peer_refused(peer)  # noqa: PLW0108

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Join the running loop."""
        super().attach(loop)
        for other in self._others:
            other.attach(loop)

    async def set_up(self, setup: Setup | RedactionSetup) -> None:
        """Set all of them up; ProxyError where one does not come up."""
        await asyncio.gather(super().set_up(setup), *(other.set_up(setup) for other in self._others))

    def send(self, message: Message, *descriptors: int) -> None:
        """Send an order to all of them, or a connection to the next."""
        if isinstance(message, Connect):
            next(self._turns)(message, *descriptors)
            return
        for other in self._others:
            other.send(message, *(map(os.dup, descriptors) if isinstance(message, Listen) else ()))
        super().send(message, *descriptors)

    def tell(self, order: Callable[[int], Message], replied: Callable[[Any], None]) -> None:
        """Send an order to all of them; what they reply is one reply."""
        replies: list[Any] = []

        def took(reply: Any) -> None:
            replies.append(reply)
            if len(replies) == 1 + len(self._others):
                replied(_joined(replies))

        Proxy.tell(self, order, took)
        for other in self._others:
            other.tell(lambda number: _without_plays(order(number)), took)

    async def stop(self) -> None:
        """Stop all of them."""
        await asyncio.gather(super().stop(), *(other.stop() for other in self._others))


def joined_outcome(outcomes: Sequence[Outcome]) -> Outcome:
    """What several workers did in one scope, as one did it: an interaction is unused if none of them played it."""
    first = outcomes[0]
    unused = set.intersection(*({each.position for each in outcome.unused} for outcome in outcomes))
    slowest = max(outcomes, key=lambda each: each.slowest_seconds)
    redactions: Counter[str] = Counter()
    for outcome in outcomes:
        redactions.update(outcome.redactions)
    return replace(
        first,
        played=sum(each.played for each in outcomes),
        seconds=sum(each.seconds for each in outcomes),
        missed=tuple(missed for each in outcomes for missed in each.missed),
        unused=tuple(each for each in first.unused if each.position in unused),
        plays=tuple(map(sum, zip(*(each.plays for each in outcomes), strict=True))),
        requests=tuple(request for each in outcomes for request in each.requests),
        notes=tuple(dict.fromkeys(note for each in outcomes for note in each.notes)),
        failures=tuple(failure for each in outcomes for failure in each.failures),
        redactions=dict(redactions),
        timed=tuple(sorted((timed for each in outcomes for timed in each.timed), key=lambda each: each.begun)),
        untimed=sum(each.untimed for each in outcomes),
        messages=sum(each.messages for each in outcomes),
        size=sum(each.size for each in outcomes),
        slowest=slowest.slowest,
        slowest_seconds=slowest.slowest_seconds,
    )


def _joined(replies: Sequence[Any]) -> Any:
    """One reply of all: an error, if there is one."""
    for reply in replies:
        if isinstance(reply, RecproxyError):
            return reply
    if isinstance(replies[0], Playing | Ended):
        joined = replace(replies[0], outcome=joined_outcome([each.outcome for each in replies]))
        if not isinstance(joined, Ended):
            return joined
        learned = tuple(value for each in replies for value in each.learned)
        return replace(joined, learned=learned, complete=all(each.complete for each in replies))
    return replies[0]


def _without_plays(message: Message) -> Message:
    """What was played before counts once."""
    return replace(message, plays=()) if isinstance(message, Begin) else message
