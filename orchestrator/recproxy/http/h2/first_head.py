"""Whose the first request of a connection of HTTP/2 is, told by its first bytes before any is consumed. Pure."""

from __future__ import annotations

from hpack import Decoder, HPACKError

from recproxy.http.h2.flood_guard import FrameKind
from recproxy.http.h2.frames import PREFACE

__all__ = ["first_authority"]

_HEAD = 9
_END_HEADERS, _PADDED, _PRIORITY = 0x4, 0x8, 0x20


def first_authority(seen: bytes) -> bytes | None:
    """The authority of the first request, empty if it names none; None while its head is not complete.

    Raises:
        ValueError: these are not the first bytes of HTTP/2.
    """
    if not PREFACE.startswith(seen[: len(PREFACE)]):
        raise ValueError("no preface")
    block = b""
    place = len(PREFACE)
    while place + _HEAD <= len(seen):
        size, kind, flags = int.from_bytes(seen[place : place + 3], "big"), seen[place + 3], seen[place + 4]
        payload = seen[place + _HEAD : place + _HEAD + size]
        if len(payload) < size:
            return None
        place += _HEAD + size
        if kind == FrameKind.HEADERS:
            payload = _without_padding(payload, flags)
        if kind in (FrameKind.HEADERS, FrameKind.CONTINUATION):
            block += payload
            if flags & _END_HEADERS:
                return _authority(block)
    return None


def _without_padding(payload: bytes, flags: int) -> bytes:
    start, end = 0, len(payload)
    if flags & _PADDED and payload:
        start, end = 1, end - payload[0]
    if flags & _PRIORITY:
        start += 5
    return payload[start:end]


def _authority(block: bytes) -> bytes:
    try:
        fields = [(bytes(name), bytes(value)) for name, value in Decoder().decode(block, raw=True)]
    except HPACKError as problem:
        raise ValueError("no head") from problem
    named = dict(reversed(fields))
    return named.get(b":authority") or named.get(b"host") or b""
