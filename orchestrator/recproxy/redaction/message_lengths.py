"""A message of Protocol Buffers whose texts have changed, with the lengths around them made right.

Knows the wire format and offsets, no secrets.
"""

from __future__ import annotations

from collections.abc import Iterator

from recproxy.grpc.wire import Unreadable, fields, put_number, put_tag
from recproxy.recording.splicing import Moved

__all__ = ["with_lengths"]

#: Messages in messages that are followed.
_DEEPEST = 30


def with_lengths(before: bytes, after: bytes, moved: Moved) -> bytes:
    """The message `after`, in which offsets of `before` have moved, with its lengths; itself where `before` is none."""
    if moved(len(before)) != len(after):
        return after
    try:
        return b"".join(_fields(before, 0, after, moved, 0))
    except Unreadable:
        return after


def _fields(data: bytes, at: int, after: bytes, moved: Moved, depth: int) -> Iterator[bytes]:
    """The fields of a message that stood at an offset. Raises Unreadable where it is none."""
    if depth > _DEEPEST:
        raise Unreadable("messages in messages, too deep")
    for number, wire, value in fields(data):
        tag = put_tag(number, wire)
        at += len(tag)
        if isinstance(value, int):
            yield tag + put_number(value)
            at += len(put_number(value))
            continue
        ending = put_tag(number, 4) if wire == 3 else b""
        at += len(put_number(len(value))) if wire == 2 else 0
        new = after[moved(at) : moved(at + len(value))]
        if new != value and wire in (2, 3) and not _is_text(value):
            new = _inside(value, at, after, moved, depth) or new
        yield b"".join((tag, put_number(len(new)) if wire == 2 else b"", new, ending))
        at += len(value) + len(ending)


def _inside(data: bytes, at: int, after: bytes, moved: Moved, depth: int) -> bytes:
    """A message in a field, empty where its bytes are none."""
    try:
        return b"".join(_fields(data, at, after, moved, depth + 1))
    except Unreadable:
        return b""


def _is_text(data: bytes) -> bool:
    try:
        return data.decode().isprintable()
    except UnicodeDecodeError:
        return False
