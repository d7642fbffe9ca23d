"""What a peer is told at last: why its connection ends, in words besides the code. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from hyperframe.frame import GoAwayFrame

from recproxy.http.h2.flood_guard import FrameKind
from recproxy.http.h2.frames import PREFACE

__all__ = ["last_words"]

_HEAD = 9


def last_words(unsent: bytes, *, stream: int, code: int, reason: str) -> bytes:
    """The frames that are still unsent, and a GOAWAY in the place of any among them; `stream` is the last one taken."""
    goaway = GoAwayFrame(0, last_stream_id=stream, error_code=code)
    goaway.additional_data = reason.encode()
    return b"".join(_kept(unsent)) + bytes(goaway.serialize())


def _kept(unsent: bytes) -> Iterator[bytes]:
    if unsent.startswith(PREFACE):
        yield PREFACE
        unsent = unsent[len(PREFACE) :]
    while unsent:
        size = _HEAD + int.from_bytes(unsent[:3], "big")
        if unsent[3] != FrameKind.GOAWAY:
            yield unsent[:size]
        unsent = unsent[size:]
