"""What went to the real service in one scope: counted, and waited for when the scope ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from recproxy.proxy.lessons import Lessons
from recproxy.proxy.open_exchanges import OpenExchanges
from recproxy.proxy.timeline import Timeline
from recproxy.recording import Interaction
from recproxy.recording.counting import counted

__all__ = ["Keep", "Traffic"]

#: A chooser is asked about so many requests at once: each takes a file, and one client may send thousands.
_MOST_ASKED = 64


class Traffic:
    """The exchanges of one scope; `number` is the scope's in its proxy."""

    def __init__(self, number: int, timeline: Timeline | None = None) -> None:
        self.number = number
        #: When each exchange was.
        self.timeline = timeline or Timeline()
        #: What they have shown to be secret.
        self.lessons = Lessons()
        self.forwarded = 0
        self.recorded = 0
        #: Messages in both directions: of WebSockets, and of gRPC calls that were forwarded.
        self.messages = 0
        self.seconds = 0.0
        self.failures: list[str] = []
        #: Called at each of them.
        self.failed: Callable[[], None] = lambda: None
        self._under_way = 0
        #: How many of those under way are webhooks.
        self.webhooks = 0
        self._one_ended = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.asking = asyncio.Semaphore(_MOST_ASKED)
        #: All that are under way in its lane.
        self.exchanges = OpenExchanges()
        #: Whether its scope has ended, and is waiting for what it has asked: that may begin still, whatever is open now.
        self.is_awaited = False
        #: Whether its scope has ended with exchanges that were waited for in vain.
        self.is_over = False

    @property
    def busy(self) -> bool:
        """Whether an exchange is under way."""
        return self._under_way > 0

    @property
    def is_waited_for(self) -> bool:
        """Whether its scope has ended, and waits for exchanges that are under way."""
        return self.is_awaited and self.busy and not self.is_over

    def begin(self) -> None:
        """An exchange begins."""
        self._under_way += 1
        self._quiet.clear()

    def end(self, seconds: float) -> None:
        """An exchange has ended, well or not."""
        self.seconds += seconds
        self._under_way -= 1
        self._one_ended.set()
        self._one_ended = asyncio.Event()
        if not self._under_way:
            self._quiet.set()

    async def next_end(self) -> bool:
        """Wait until an exchange ends that is no webhook; False, at once, where none is under way."""
        if self._under_way <= self.webhooks:
            return False
        await self._one_ended.wait()
        return True

    def fail(self, line: str) -> None:
        """A request has no answer: the scope counts as failed. Each counts; whoever shows them tells equal ones once."""
        self.failures.append(line)
        self.failed()

    async def settled(self, seconds: float) -> bool:
        """Wait until none is under way, at most so long; whether none is."""
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return False
        return True

    async def quiet(self, seconds: float) -> None:
        """Wait until none is under way, at most so long; what is then still under way fails the scope."""
        if not await self.settled(seconds):
            self.is_over = True
            are = "was" if self._under_way == 1 else "were"
            self.fail(f"{counted(self._under_way, 'request')} {are} still under way when the scope ended")
            self.exchanges.leave(self, answered=False)


#: Has an interaction kept that began at a moment; its end is awaited before the client sees the end of the response.
Keep = Callable[[Interaction, Traffic, float], Awaitable[None]]
