"""Faults on purpose: an answer that its client gets late, in part, or not at all. Pure: bytes in, timed pieces out."""

from __future__ import annotations

from recproxy.proxy.pacing import PacedAnswer
from recproxy.recording.faults import read_fault

__all__ = ["faulty"]

#: A body that drips comes in so many pieces a second, or a byte at a time.
_DRIPS = 10


def faulty(text: str, data: bytes, close: bool) -> PacedAnswer:
    """What a client gets of a response with this fault; bytes count from the beginning of its body."""
    fault = read_fault(text)
    value = fault.value or 0.0
    head = data.index(b"\r\n\r\n") + 4
    if fault.kind == "reset":
        return PacedAnswer(((0.0, b"" if fault.value is None else data[: head + int(value)]),), close=True, reset=True)
    if fault.kind == "truncate":
        return PacedAnswer(((0.0, data[: head + int(value)]),), close=True)
    if fault.kind == "hang":
        return PacedAnswer(((value, b""),), close=True)
    if fault.kind == "delay":
        return PacedAnswer(((value, data),), close)
    size = max(int(value) // _DRIPS, 1)
    drops = ((size / value, data[at : at + size]) for at in range(head, len(data), size))
    return PacedAnswer(((0.0, data[:head]), *drops), close)
