"""The end of a connection: a GOAWAY whose debug data say why in words, besides its code. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from hyperframe.frame import GoAwayFrame

from recproxy.http.h2.flood_guard import FrameKind
from recproxy.http.h2.frames import PREFACE

__all__ = ["with_goaway"]

_HEAD = 9


def with_goaway(unsent: bytes, *, stream: int, code: int, reason: str) -> bytes:
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
