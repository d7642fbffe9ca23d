"""A gRPC call that is answered message by message: a stream both ways, or a call that nothing recorded knows.

Knows the client's side of a stream; what is said, the dialogue decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace

from recproxy.grpc.bodies import LARGEST, compression_of, on_the_wire
from recproxy.grpc.frames import frames
from recproxy.grpc.order import whole_frames
from recproxy.http import Head, ResponseFraming
from recproxy.http.refusals import UNAVAILABLE, status_lines
from recproxy.play.dialogue import Dialogue, Reply
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import Answer, Downstream, Later, Onward, Work
from recproxy.proxy.half_said_call import OpenCall
from recproxy.proxy.open_exchanges import TEST_ENDED
from recproxy.recording import Headers
from recproxy.recording.faults import Fault, read_fault
from recproxy.recording.message_coding import MessageError

__all__ = ["CallDialogue"]

_STATUS = (b"grpc-status", b"grpc-message")
#: Seconds to wait for the first message of a call that no recording fits: the text of the miss then shows it.
_QUIET = 0.5
_LEFT = "its client left this call before it was answered"
_UNANSWERED = "its test ended before this call was answered"


class CallDialogue(Work):
    """One such call on its way.

    Args:
        head: of the request.
        feed: its body, as it comes.
        dialogue: what is said.
        read: makes JSON of a message.
        missed: counts a miss, for the reason given, and answers with its text.
        failed: answers to what cannot be sent.
        fault: the fault to play with the call at a position.
        forward: has the service answer a call that nothing recorded fits, where it may.
        calls: those of the scope that are open; this is one until it has run, or never will.
    """

    def __init__(
        self,
        downstream: Downstream,
        head: Head,
        feed: BodyFeed,
        dialogue: Dialogue,
        *,
        read: Callable[[bytes], bytes],
        missed: Callable[[str], Answer | Later],
        failed: Callable[[MessageError, int], Answer],
        fault: Callable[[int], Fault | None],
        played: Callable[[int], None],
        forward: Callable[[], Work] | None,
        calls: set[OpenCall],
    ) -> None:
        self._downstream = downstream
        self._feed = feed
        self._dialogue = dialogue
        self._compression = compression_of(head.headers)
        self._read, self._missed, self._failed = read, missed, failed
        self._fault, self._played, self._forward = fault, played, forward
        self._held = b""
        self._framing: ResponseFraming | None = None
        self._ends = False
        self._calls = calls
        self._has_spoken = False
        #: What runs it, while it does.
        self.running: asyncio.Future[object] | None = None
        #: Whether its scope has ended, and what its client gets then where it has got nothing.
        self._is_over = False
        self._last: Answer | Later | None = None
        calls.add(self)  # at once: its scope may end before it runs

    @property
    def is_answered(self) -> bool:
        """Whether the answer has begun."""
        return self._framing is not None

    @property
    def is_waiting(self) -> bool:
        """Whether its client must say more before it is answered."""
        return not (self.is_answered or self._ends)

    async def run(self) -> bool:
        """Answer; return whether the connection may go on."""
        self.running = asyncio.current_task()
        try:
            if self._is_over:
                await self._say_last()
                return False
            return await self._converse()
        except asyncio.CancelledError:
            if self._is_over:
                await self._say_last()
                return False
            if self.is_waiting:
                self._missed(_LEFT)
            raise
        finally:
            self._calls.discard(self)

    def drop(self) -> None:
        """It has run, or never will: its client has left it at once."""
        if self in self._calls:
            self._calls.discard(self)
            if not self._is_over:
                self._missed(_LEFT)

    def end(self) -> None:
        """Its scope has ended: break it off, as a miss if it was not answered."""
        if self._is_over or self._ends:
            return
        self._is_over = True
        if self.is_waiting:
            self._last = self._missed(_UNANSWERED)
        if self.running is not None:
            self.running.cancel()

    async def _say_last(self) -> None:
        """Tell the client that its call has ended."""
        if self._last is not None:
            await self._refuse(self._last)
        elif self._framing is not None and self._has_spoken:
            self._downstream.write(self._framing.end(status_lines(UNAVAILABLE, TEST_ENDED)))
        else:
            self._downstream.abort()  # in the middle of a fault

    async def _converse(self) -> bool:
        await self._speak()
        while not self._ends:
            try:
                piece = await self._piece()
            except TimeoutError:
                return await self._miss("")
            if piece is None:
                break
            try:
                messages = list(self._messages(piece))
            except ValueError:
                return await self._miss("its messages cannot be read")
            for message in messages:
                if not self._dialogue.hear(self._read(message)):
                    return await self._miss("")
                await self._speak()
        if not self._ends:
            if self._held or not self._dialogue.end():
                return await self._miss("")
            await self._speak()
        if not self._ends:
            return await self._miss("")
        return self._feed.ended and self._framing is not None

    async def _piece(self) -> bytes | None:
        """What the client says next. Raises TimeoutError where no recorded call fits, and it waits for the service."""
        if self._dialogue.fits:
            return await self._feed.next()
        async with asyncio.timeout(_QUIET):
            return await self._feed.next()

    def _messages(self, piece: bytes) -> Iterator[bytes]:
        """The messages that are complete now. Raises ValueError where they cannot be read."""
        self._held += piece
        if len(self._held) > LARGEST:
            raise ValueError("too large")
        whole = whole_frames(self._held)
        self._held = self._held[len(whole) :]
        return (frame.data for frame in frames(whole, self._compression, LARGEST))

    async def _speak(self) -> None:
        """Say what is due."""
        try:
            reply = self._dialogue.reply()
            if reply is None:
                return
            assert self._dialogue.position is not None
            begins = self._framing is None
            if begins:
                self._played(self._dialogue.position)
            data = self._data(reply)
        except MessageError as problem:
            assert self._dialogue.position is not None
            await self._refuse(self._failed(problem, self._dialogue.position))
            return
        if begins and (fault := self._fault(self._dialogue.position) or _recorded_fault(reply)) is not None:
            await asyncio.sleep((fault.value or 0.0) if fault.kind in ("delay", "hang") else 0.0)
            if fault.kind != "delay":
                self._ends, self._framing = True, None
                self._downstream.abort()
                return
        self._downstream.write(data)
        self._has_spoken = True
        await self._downstream.drain()

    def _data(self, reply: Reply) -> bytes:
        response, messages, self._ends = reply
        data = b""
        if self._framing is None:
            sent = on_the_wire(replace(response, body=b"", encoding=None))
            self._framing = ResponseFraming(response.status, sent.headers, head_only=False, http10=False, http2=True)
            data = self._framing.head(response.reason, keep_alive=True)
        data += b"".join([self._framing.piece(each) for each in messages])
        if self._ends:
            trailers = on_the_wire(replace(response, body=b"", encoding=None)).trailers
            data += self._framing.end(trailers)
        return data

    async def _miss(self, reason: str) -> bool:
        if self._forward is not None and self._framing is None and self._feed.whole:
            self._ends = True  # for this dialogue: the exchange goes on
            self._feed.rewind()
            exchange = self._forward()
            try:
                return await exchange.run()
            finally:
                exchange.drop()
        await self._refuse(self._missed(reason))
        return False

    async def _refuse(self, answer: Answer | Later) -> None:
        """End the call with a status, behind what was said."""
        self._ends = True
        kept = _Kept()
        if not isinstance(answer, Answer):
            await answer.work(kept).run()
            answer = Answer(bytes(kept.data), reset=kept.has_gone)
        if answer.reset:
            self._downstream.abort()
        elif self._framing is None:
            self._downstream.write(answer.data)
        else:
            self._downstream.write(self._framing.end(_status_of(bytes(answer.data))))


class _Kept:
    """A downstream that keeps what is written."""

    client_has_ended = False
    feed: BodyFeed | None = None
    again: Callable[[], Answer | Later | None] | None = None
    onward: Onward | None = None

    def __init__(self) -> None:
        self.data = bytearray()
        self.has_gone = False

    def write(self, data: bytes | memoryview) -> None:
        """Keep it."""
        self.data += data

    async def drain(self) -> None:
        """Nothing is waited for."""

    def end(self) -> bool:
        """There is nobody to tell."""
        return False

    def abort(self) -> None:
        """The answer is a reset."""
        self.has_gone = True


def _status_of(answer: bytes) -> Headers:
    """The status in an answer that is nothing else, as trailers."""
    lines = (line.partition(b": ") for line in answer.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:])
    return tuple((name, value) for name, _, value in lines if name in _STATUS)


def _recorded_fault(reply: Reply) -> Fault | None:
    fault = reply[0].fault
    return read_fault(fault) if fault is not None else None
