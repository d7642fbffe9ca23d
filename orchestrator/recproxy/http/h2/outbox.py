"""What is to be sent on streams and may not go yet, because the peer has opened no window for it. Pure."""

from __future__ import annotations

from collections import deque

from recproxy.recording import Headers

__all__ = ["Outbox"]


class Outbox:
    """The body of one message on its way out, its trailers and its end; `size` counts the bytes that wait."""

    __slots__ = ("_pieces", "ended", "size", "trailers")

    def __init__(self) -> None:
        self._pieces: deque[memoryview] = deque()
        self.size = 0
        self.ended = False
        self.trailers: Headers = ()

    def add(self, piece: bytes | memoryview) -> None:
        """Take a piece; it is not copied."""
        if len(piece):
            self._pieces.append(memoryview(piece))
            self.size += len(piece)

    def take(self, most: int) -> memoryview:
        """The next bytes, of one piece."""
        first = self._pieces[0]
        if len(first) <= most:
            self._pieces.popleft()
        else:
            self._pieces[0] = first[most:]
            first = first[:most]
        self.size -= len(first)
        return first
