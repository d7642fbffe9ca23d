"""An answer as it is made for every client, in the form of HTTP/1.1, taken apart for a stream: heads, pieces, an end.

All that makes answers (recordings, faults, misses, the service's own on their way) makes bytes, and does not know who
reads them. It is our own output that is read here, so nothing of it is doubted. Pure.
"""

from __future__ import annotations

from typing import Protocol

from recproxy.http.h2.states import READ_STATES, Read, ReadState
from recproxy.recording import Headers, header

__all__ = ["AnswerReader", "AnswerSink"]

_NO_BODY = (204, 304)
_SWITCHING = 101


class AnswerSink(Protocol):
    """Who is told of an answer."""

    def head_read(self, status: int, headers: Headers) -> None:
        """A head; one of 1xx is followed by another."""

    def piece_read(self, piece: memoryview) -> None:
        """A piece of the body."""

    def answer_ended(self, trailers: Headers) -> None:
        """The answer is complete."""

    def answer_broken(self) -> None:
        """No more comes of an answer that is not complete."""


class AnswerReader:
    """Reads one answer, of whatever size its pieces are."""

    def __init__(self, sink: AnswerSink, *, head_only: bool) -> None:
        self.state = ReadState.HEAD
        self._sink = sink
        self._head_only = head_only
        self._held = b""
        #: Bytes to come of the body, or of a chunk.
        self._left = 0
        self._trailers: list[bytes] = []
        self._readers = {
            ReadState.HEAD: self._head,
            ReadState.LENGTH: self._body,
            ReadState.SIZE: self._size,
            ReadState.CHUNK: self._chunk,
            ReadState.CHUNK_END: self._chunk_end,
            ReadState.TRAILERS: self._trailer,
            ReadState.UNTIL_END: self._rest,
            ReadState.TUNNEL: self._rest,
        }

    def feed(self, data: bytes | memoryview) -> None:
        """Take bytes of the answer; what follows its end is ignored."""
        view = memoryview(data)
        while view and (read := self._readers.get(self.state)):
            view = read(view)

    def end(self) -> None:
        """No more comes: that ends an answer whose length nobody told, and breaks off any other."""
        self._over(Read.END)

    def abort(self) -> None:
        """The answer is broken off."""
        self._over(Read.BREAK)

    def _over(self, event: Read) -> None:
        before = self.state
        self._step(event)
        if self.state is before:
            return
        if self.state is ReadState.COMPLETE:
            self._sink.answer_ended(())
        else:
            self._sink.answer_broken()

    def _step(self, event: Read) -> None:
        self.state = READ_STATES[self.state][event]

    def _complete(self, trailers: Headers) -> None:
        self._step(Read.LAST)
        self._sink.answer_ended(trailers)

    def _head(self, view: memoryview) -> memoryview:
        head, rest = self._until(b"\r\n\r\n", view)
        if head is None:
            return rest
        line, *lines = head.split(b"\r\n")
        status = int(line.split(b" ", 2)[1])
        headers = _fields(lines)
        self._sink.head_read(status, headers)
        event = self._framing(status, headers)
        self._step(event)
        if event is Read.BODILESS:
            self._sink.answer_ended(())
        elif event is Read.MEASURED and not self._left:
            self._complete(())
        return rest

    def _framing(self, status: int, headers: Headers) -> Read:
        if status == _SWITCHING:
            return Read.SWITCHED
        if status < 200:
            return Read.INTERIM
        if self._head_only or status in _NO_BODY:
            return Read.BODILESS
        if header(headers, b"transfer-encoding") is not None:
            return Read.CHUNKS
        length = header(headers, b"content-length")
        if length is None:
            return Read.UNMEASURED
        self._left = int(length)
        return Read.MEASURED

    def _counted(self, view: memoryview) -> memoryview:
        piece = view[: self._left]
        self._left -= len(piece)
        self._sink.piece_read(piece)
        return view[len(piece) :]

    def _body(self, view: memoryview) -> memoryview:
        rest = self._counted(view)
        if not self._left:
            self._complete(())
        return rest

    def _size(self, view: memoryview) -> memoryview:
        line, rest = self._until(b"\r\n", view)
        if line is not None:
            self._left = int(line, 16)
            self._step(Read.SIZED if self._left else Read.LAST_SIZE)
        return rest

    def _chunk(self, view: memoryview) -> memoryview:
        rest = self._counted(view)
        if not self._left:
            self._step(Read.CUT)
        return rest

    def _chunk_end(self, view: memoryview) -> memoryview:
        line, rest = self._until(b"\r\n", view)
        if line is not None:
            self._step(Read.LINE_END)
        return rest

    def _trailer(self, view: memoryview) -> memoryview:
        line, rest = self._until(b"\r\n", view)
        if line:
            self._trailers.append(line)
        elif line is not None:
            self._complete(_fields(self._trailers))
        return rest

    def _rest(self, view: memoryview) -> memoryview:
        self._sink.piece_read(view)
        return view[:0]

    def _until(self, mark: bytes, view: memoryview) -> tuple[bytes | None, memoryview]:
        """What comes before a mark and what behind it; None while the mark has not come."""
        held, self._held = self._held, b""
        data = held + bytes(view)  # heads are short, and the line of a chunk's size is found in its first bytes
        place = data.find(mark)
        if place < 0:
            self._held = data
            return None, view[:0]
        return data[:place], view[place + len(mark) - len(held) :]


def _fields(lines: list[bytes]) -> Headers:
    return tuple((name, value.strip(b" \t")) for name, _, value in (line.partition(b":") for line in lines))
