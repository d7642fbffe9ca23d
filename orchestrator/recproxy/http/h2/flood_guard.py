"""When a peer asks for too much work that leads nowhere: floods of frames that are cheap to send and dear to take.

A bucket holds so much patience. Frames that need not lead to anything take some of it; answered requests, bodies and
time give it back, so that no honest client, however long its connection lasts, gets to the bottom. Pure; the clock is
its caller's. CVE-2019-9511 to 9518, CVE-2023-44487, CVE-2024-27316.
"""

from __future__ import annotations

from enum import IntEnum

from recproxy.http.h2.errors import Code, PeerError

__all__ = ["PATIENCE", "FloodGuard", "FrameKind"]

#: What a full bucket holds; nghttp2 has the same number for streams that are reset.
PATIENCE = 1000
#: What comes back in a second.
_PER_SECOND = 33
#: What an answered request, and a frame with a good piece of a body, give back.
_ANSWERED, _MOVED = 2, 3
#: The size in bytes of such a piece. Windows that are opened by a few bytes make frames below it.
_GOOD_PIECE = 256
#: So many CONTINUATION frames may one head have, and so many of them may be empty.
_MOST_CONTINUATIONS, _MOST_EMPTY = 63, 4


class FrameKind(IntEnum):
    """The types of frames, RFC 9113 section 6."""

    DATA = 0
    HEADERS = 1
    PRIORITY = 2
    RST_STREAM = 3
    SETTINGS = 4
    PUSH_PROMISE = 5
    PING = 6
    GOAWAY = 7
    WINDOW_UPDATE = 8
    CONTINUATION = 9


#: What a frame costs, by its type. One that is not here costs 1: it may be of a type that nobody knows.
_COSTS: dict[int, int] = {
    FrameKind.DATA: 1,  # where it is empty
    FrameKind.HEADERS: 0,  # the number of open streams bounds them, and RST_STREAM is what gets around that
    FrameKind.SETTINGS: 5,  # one may change the window of each stream
}


class FloodGuard:
    """The patience with one peer; `now` is its clock's time in seconds at the start."""

    def __init__(self, now: float) -> None:
        self._left = float(PATIENCE)
        self._when = now
        self._continued = self._empty = 0

    def frame(self, kind: int, size: int, now: float, *, is_acknowledgement: bool = False) -> None:
        """A frame of a type has come, with so many bytes; one that is an acknowledgement costs nothing.

        Raises:
            PeerError: it is one too many.
        """
        if kind == FrameKind.DATA and size:
            self.sent(size)
            return
        if kind == FrameKind.CONTINUATION:
            self._continue(size)
        elif kind in (FrameKind.HEADERS, FrameKind.PUSH_PROMISE):
            self._continued = self._empty = 0
        cost = 0 if is_acknowledgement else _COSTS.get(kind, 1)
        if not cost:
            return
        self._give((now - self._when) * _PER_SECOND)
        self._when = now
        self._left -= cost
        if self._left < 0:
            raise _flood(kind)

    def sent(self, size: int, *, is_whole: bool = False) -> None:
        """A frame with so many bytes of a body has passed: the peer's WINDOW_UPDATE frames have led to something.

        One that no window has cut short `is_whole`: a stream of small messages has a few such frames for each.
        """
        if is_whole or size >= _GOOD_PIECE:
            self._give(_MOVED)

    def answered(self) -> None:
        """A request was answered whole."""
        self._give(_ANSWERED)

    def _continue(self, size: int) -> None:
        self._continued += 1
        self._empty += not size
        if self._continued > _MOST_CONTINUATIONS or self._empty > _MOST_EMPTY:
            raise _flood(FrameKind.CONTINUATION)

    def _give(self, back: float) -> None:
        self._left = min(self._left + back, float(PATIENCE))


def _flood(kind: int) -> PeerError:
    name = FrameKind(kind).name if kind in FrameKind._value2member_map_ else f"type {kind}"
    return PeerError(Code.ENHANCE_YOUR_CALM, f"too many frames that lead to nothing, at last of {name}")
