"""Our side of a client's connection: answers in the order of their requests, one after the other.

Knows the transport and the states of `Answering`; not where answers come from. What is answered at once costs no task.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TypeAlias

from recproxy.control.sockets import reset_on_close
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import PIECE, Answer, Later, Onward, Work
from recproxy.proxy.states import ANSWERING, Answered, Answering

__all__ = ["Turns"]

# Python 3.11 looks a member of an enum up in 0.1 microseconds; these are asked for with each request.
_READY = Answering.READY
_WAITING = Answering.WAITING
_GONE = Answering.GONE
#: Keeps a task until it is done.
Spawn: TypeAlias = Callable[[Coroutine[None, None, None]], asyncio.Task[None]]


class Turns:
    """The answers of one connection; `changed` is called when its state has, or when answers begin or end to wait."""

    def __init__(self, spawn: Spawn, changed: Callable[[], None]) -> None:
        self.state = _READY
        self.client_has_ended = False
        #: What the client sends behind a request that asks for another protocol.
        self.feed: BodyFeed | None = None
        #: What answers that request in the scope that is open now, if that is another one.
        self.again: Callable[[], Answer | Later | None] | None = None
        #: Has the service go on where what was recorded for it ends.
        self.onward: Onward | None = None
        self._spawn = spawn
        self._changed = changed
        self._transport: asyncio.Transport
        self._waiting: deque[Answer | Work] = deque()
        self._running: asyncio.Task[None] | None = None
        self._readable = asyncio.Event()
        self._readable.set()

    def start(self, transport: asyncio.Transport) -> None:
        """The connection is there."""
        self._transport = transport

    @property
    def holds(self) -> bool:
        """Whether no more requests should be read now."""
        # While an exchange is busy the client must be heard: it may have to send the rest of its request.
        return bool(self._waiting) or self.state is _WAITING

    @property
    def is_flushed(self) -> bool:
        """Whether all that was asked for is answered and on its way."""
        return self.state is _READY and not self._transport.get_write_buffer_size()

    @property
    def has_gone(self) -> bool:
        """Whether the connection is lost: a downstream's part."""
        return self.state is _GONE

    def take(self, turn: Answer | Work) -> None:
        """Answer now, or behind what was asked before."""
        if self.state is _READY:
            if type(turn) is Answer and len(turn.data) <= PIECE and not (turn.close or turn.reset):  # nearly always
                self._transport.write(turn.data)
                return
            self._give(turn)
            if self._waiting:
                self._advance()
        elif self.state not in (Answering.LAST, Answering.GONE):
            self._waiting.append(turn)
            self._changed()
        elif not isinstance(turn, Answer):
            turn.drop()

    def pause(self) -> None:
        """The client does not read."""
        self._readable.clear()
        self._step(Answered.PAUSE)

    def resume(self) -> None:
        """The client reads again."""
        self._readable.set()
        self._step(Answered.RESUME)
        self._advance()

    def lose(self) -> None:
        """The connection is lost: what has begun is told so, what waits is dropped."""
        self._readable.set()
        self._drop()
        self._step(Answered.LOSE)
        if self._running is not None:
            self._running.cancel()

    def finish(self) -> None:
        """Write all that is left of an answer that has begun: the transport ends after it."""
        if self._waiting and isinstance(first := self._waiting[0], Answer) and isinstance(first.data, memoryview):
            self._waiting.popleft()
            self._transport.write(first.data)

    def write(self, data: bytes | memoryview) -> None:
        """Send to the client, if it is there: a downstream's part."""
        if not self.has_gone:
            self._transport.write(data)

    async def drain(self) -> None:
        """Wait while the client does not read."""
        await self._readable.wait()

    def end(self) -> bool:
        """Tell the client that nothing more comes, if the connection can be half closed: a downstream's part."""
        if self.has_gone or not self._transport.can_write_eof():
            return False
        self._transport.write_eof()
        return True

    def leave(self) -> None:
        """Drop a client that sends no more, if its answer takes its time: TCP does not tell whether it still reads."""
        if self.client_has_ended and self._running is not None:
            self.abort()

    def abort(self) -> None:
        """Break the connection off so that its peer cannot take it for a proper end."""
        reset_on_close(self._transport.get_extra_info("socket"))
        self._transport.abort()

    def _step(self, event: Answered) -> None:
        self.state = ANSWERING[self.state][event]
        self._changed()

    def _give(self, turn: Answer | Work) -> None:
        if not isinstance(turn, Answer):
            self._step(Answered.BEGIN)
            self._running = self._spawn(self._run(turn))
            self._running.add_done_callback(lambda _: turn.drop())  # one that is cancelled at once never runs
        elif turn.reset:
            self._step(Answered.END)
            self.abort()
        elif len(turn.data) > PIECE:
            data = memoryview(turn.data)
            self._waiting.appendleft(Answer(data[PIECE:], turn.close))
            self._transport.write(data[:PIECE])
        else:
            self._transport.write(turn.data)
            if turn.close:
                self._end()

    def _drop(self) -> None:
        for turn in self._waiting:
            if not isinstance(turn, Answer):
                turn.drop()
        self._waiting.clear()

    def _end(self) -> None:
        self._drop()
        self._step(Answered.END)
        self._transport.close()

    def _advance(self) -> None:
        """Go on with what waits, as far as it goes."""
        if not self._waiting:
            return
        while self._waiting and self.state is _READY:
            self._give(self._waiting.popleft())
        self._changed()

    async def _run(self, work: Work) -> None:
        goes_on = False
        try:
            goes_on = await work.run()
        finally:
            self._running = None
            if goes_on:
                self._step(Answered.FINISH)
            else:
                self._end()
        self._advance()
