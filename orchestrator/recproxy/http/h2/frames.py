"""Frames as they come, told apart by their first nine bytes: counted for the flood guard, and GOAWAY taken out.

The library takes GOAWAY for the end of the connection, while RFC 9113 section 6.8 has the streams that are open go on;
and it holds a frame that is too large until all of it is there. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from recproxy.http.h2.errors import Code, PeerError
from recproxy.http.h2.flood_guard import FloodGuard, FrameKind
from recproxy.lazy.dataclass import dataclass

__all__ = ["LARGEST_FRAME", "PREFACE", "Frames", "Leaving"]

#: RFC 9113 section 3.4.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#: What a peer may send, SETTINGS_MAX_FRAME_SIZE: the least that there is.
LARGEST_FRAME = 1 << 14
_HEAD = 9
_ACK, _END_HEADERS = 0x1, 0x4
_STREAM = 0x7FFFFFFF
_HEADS = (FrameKind.HEADERS, FrameKind.PUSH_PROMISE, FrameKind.CONTINUATION)
#: Of GOAWAY: the last stream and the error.
_LEAST = 8


@dataclass(frozen=True, slots=True)
class Leaving:
    """A GOAWAY: the peer takes no stream above `last`; `code` is why."""

    last: int
    code: int


class Frames:
    """Cuts what comes at each GOAWAY; so many bytes of a `preface` come before the first frame."""

    def __init__(self, guard: FloodGuard, *, preface: int) -> None:
        self._guard = guard
        #: How much is to come of the frame that has begun, and what has come of a head of one.
        self._left = preface
        self._head = b""
        self._goaway: bytearray | None = None
        self._in_head = False

    def cut(self, data: bytes, now: float) -> Iterator[bytes | Leaving]:
        """What is the library's, in order, and what was taken out. Raises PeerError at a frame that must not be."""
        data, self._head = self._head + data, b""
        begin = place = 0
        while place < len(data):
            if self._left or self._goaway is not None:
                step = min(self._left, len(data) - place)
                self._left -= step
                place += step
                if self._goaway is not None:
                    self._goaway += data[place - step : place]
                    begin = place
                    if not self._left:
                        yield Leaving(int.from_bytes(self._goaway[:4], "big") & _STREAM, self._goaway_code())
                        self._goaway = None
                continue
            if place + _HEAD > len(data):
                self._head = data[place:]
                break
            self._left = int.from_bytes(data[place : place + 3], "big")
            if self._begins(data[place + 3], data[place + 4], int.from_bytes(data[place + 5 : place + 9], "big"), now):
                if begin < place:
                    yield data[begin:place]
                self._goaway = bytearray()
            place += _HEAD
        end = place if self._goaway is None else begin
        if begin < end:
            yield data[begin:end]

    def _goaway_code(self) -> int:
        assert self._goaway is not None
        return int.from_bytes(self._goaway[4:8], "big")

    def _begins(self, kind: int, flags: int, stream: int, now: float) -> bool:
        """Count a frame; whether it is a GOAWAY that is to be taken out."""
        if self._left > LARGEST_FRAME:
            raise PeerError(Code.FRAME_SIZE_ERROR, f"a frame has {self._left} bytes, more than {LARGEST_FRAME}")
        is_acknowledgement = kind in (FrameKind.PING, FrameKind.SETTINGS) and bool(flags & _ACK)
        if is_acknowledgement and kind == FrameKind.SETTINGS and self._left:
            raise PeerError(Code.FRAME_SIZE_ERROR, "an acknowledgement of SETTINGS has a payload")
        self._guard.frame(kind, self._left, now, is_acknowledgement=is_acknowledgement)
        if kind in _HEADS:
            self._in_head = not flags & _END_HEADERS
        return kind == FrameKind.GOAWAY and self._left >= _LEAST and not stream & _STREAM and not self._in_head
