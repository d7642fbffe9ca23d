"""The wire format of Protocol Buffers: fields as numbers and bytes, without types.

https://protobuf.dev/programming-guides/encoding/. What a writer would not spell the same way again, such as a number
in more bytes than it needs, is refused: its message is then shown in another form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Unreadable", "WireField", "fields", "put_number", "put_tag", "take_number"]

_LARGEST_NUMBER = (1 << 29) - 1  # of a field, as protobuf defines it
#: Groups in groups that are followed.
_DEEPEST = 40


class Unreadable(ValueError):
    """Bytes are no message, or none that would be written the same way again."""


class WireField(NamedTuple):
    """A field as it stands on the wire: `value` is an integer for wire type 0, else the bytes."""

    number: int
    wire: int
    value: int | bytes


def take_number(data: bytes, at: int) -> tuple[int, int]:
    """A varint, and the position behind it."""
    value = shift = 0
    try:
        while (byte := data[at]) > 0x7F:
            value |= (byte & 0x7F) << shift
            shift += 7
            at += 1
            if shift > 63:
                raise Unreadable("a number of more than ten bytes")
    except IndexError:
        raise Unreadable("a number that is cut off") from None
    value |= byte << shift
    if (shift and not byte) or value >> 64:
        raise Unreadable("a number that is not written in the shortest way")
    return value, at + 1


def put_number(value: int) -> bytes:
    """A number from 0 to 2**64 - 1 as a varint."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def put_tag(number: int, wire: int) -> bytes:
    """What stands before a field."""
    return put_number(number << 3 | wire)


def fields(data: bytes) -> Iterator[WireField]:
    """The fields of a message in order. Raises Unreadable."""
    at = 0
    while at < len(data):
        tag, at = take_number(data, at)
        number, wire = tag >> 3, tag & 7
        if not 0 < number <= _LARGEST_NUMBER:
            raise Unreadable("no number of a field")
        if wire == 3:
            end, behind = _group_end(data, at, number, 0)
            yield WireField(number, wire, data[at:end])
            at = behind
        else:
            value, at = _value(data, at, wire)
            yield WireField(number, wire, value)


def _value(data: bytes, at: int, wire: int) -> tuple[int | bytes, int]:
    if wire == 0:
        return take_number(data, at)
    if wire == 2:
        size, at = take_number(data, at)
    elif wire in (1, 5):
        size = 8 if wire == 1 else 4
    else:
        raise Unreadable("no type of a field")
    end = at + size
    if end > len(data):
        raise Unreadable("a field that is cut off")
    return data[at:end], end


def _group_end(data: bytes, at: int, group: int, depth: int) -> tuple[int, int]:
    """Where the content of a group ends, and the position behind the group."""
    if depth > _DEEPEST:
        raise Unreadable("groups in groups, too deep")
    while at < len(data):
        start = at
        tag, at = take_number(data, at)
        number, wire = tag >> 3, tag & 7
        if wire == 4:
            if number != group:
                break
            return start, at
        at = _group_end(data, at, number, depth + 1)[1] if wire == 3 else _value(data, at, wire)[1]
    raise Unreadable("a group without its end")
