"""Values of scalar types: from the wire to JSON and back.

Integers stay integers, also those of 64 bits, which JSON as text can hold. Bytes are base64. A number that JSON has no
form for is its name in a string, as in the JSON form of Protocol Buffers.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from typing import TypeAlias

from recproxy.grpc.types import SCALARS
from recproxy.grpc.wire import Unreadable, put_number, take_number

__all__ = ["Scalar", "packed_values", "put_packed", "put_scalar", "scalar"]

Scalar: TypeAlias = "str | int | float | bool"

_ALL = 1 << 64
_RANGES = {
    "int32": (-(1 << 31), 1 << 31), "int64": (-(1 << 63), 1 << 63), "uint32": (0, 1 << 32), "uint64": (0, _ALL),
    "sint32": (-(1 << 31), 1 << 31), "sint64": (-(1 << 63), 1 << 63), "sfixed32": (-(1 << 31), 1 << 31),
    "sfixed64": (-(1 << 63), 1 << 63), "fixed32": (0, 1 << 32), "fixed64": (0, _ALL),
}  # fmt: skip
_SIGNED = frozenset(("int32", "int64", "sfixed32", "sfixed64"))
_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def scalar(kind: str, wire: int, value: int | bytes) -> Scalar:
    """A value from the wire. Raises Unreadable where it is not of that kind."""
    if wire != SCALARS[kind]:
        raise Unreadable(f"no {kind}")
    if isinstance(value, int):
        return _integer(kind, value)
    if kind == "string":
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise Unreadable("a string that is not UTF-8") from None
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if kind in ("float", "double"):
        return _float(kind, value)
    return int.from_bytes(value, "little", signed=kind in _SIGNED)


def _integer(kind: str, value: int) -> Scalar:
    if kind == "bool":
        if value > 1:
            raise Unreadable("no bool")
        return bool(value)
    if kind in ("sint32", "sint64"):
        number = value >> 1 ^ -(value & 1)
    else:
        number = value - _ALL if kind in _SIGNED and value >> 63 else value
    low, high = _RANGES[kind]
    if not low <= number < high:
        raise Unreadable(f"no {kind}")
    return number


def _float(kind: str, value: bytes) -> Scalar:
    (number,) = struct.unpack("<d" if kind == "double" else "<f", value)
    if not math.isfinite(number):
        word = "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"
        if put_scalar(kind, word) != value:
            raise Unreadable("a NaN with bits of its own")
        return word
    if kind == "double":
        return float(number)
    return next(short for digits in range(6, 18) if struct.pack("<f", short := float(f"{number:.{digits}g}")) == value)


def put_scalar(kind: str, value: object) -> bytes:
    """A value as it stands behind its tag, but for the length. Raises ValueError where it is not of that kind."""
    if kind in ("string", "bytes"):
        return _text(kind, value)
    if kind in ("float", "double"):
        number = _WORDS.get(value) if isinstance(value, str) else None
        if number is None:
            number = float(_number(kind, value))
        try:
            return struct.pack("<d" if kind == "double" else "<f", number)
        except OverflowError:
            raise ValueError(f"{value!r} is too large for a float") from None
    if kind == "bool":
        if value not in (True, False, "true", "false"):
            raise ValueError(f"{value!r} is no bool")
        return b"\1" if value in (True, "true") else b"\0"
    found = _number(kind, value)
    low, high = _RANGES[kind]
    if not isinstance(found, int) or not low <= found < high:
        raise ValueError(f"{value!r} is no {kind}")
    if SCALARS[kind] != 0:
        return found.to_bytes(4 if kind.endswith("32") else 8, "little", signed=kind in _SIGNED)
    if kind in ("sint32", "sint64"):
        found = found << 1 ^ found >> 63
    return put_number(found % _ALL)


def _text(kind: str, value: object) -> bytes:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no {kind}")  # noqa: TRY004 - wrong text in a file, not a wrong call
    if kind == "string":
        return value.encode()
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError(f"{value!r} is not base64") from None


def _number(kind: str, value: object) -> int | float:
    """A number; one in a string, as a named place leaves it, is read."""
    if isinstance(value, str):
        try:
            return float(value) if kind in ("float", "double") else int(value)
        except ValueError:
            raise ValueError(f"{value!r} is no {kind}") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no {kind}")  # noqa: TRY004 - wrong text in a file, not a wrong call
    return value


def packed_values(kind: str, data: bytes) -> list[Scalar]:
    """The values of a packed field."""
    found: list[Scalar] = []
    at, wire = 0, SCALARS[kind]
    size = 8 if wire == 1 else 4
    value: int | bytes
    while at < len(data):
        if wire == 0:
            value, at = take_number(data, at)
        else:
            value, at = data[at : at + size], at + size
            if len(value) < size:
                raise Unreadable("a field that is cut off")
        found.append(scalar(kind, wire, value))
    return found


def put_packed(kind: str, values: list[object]) -> bytes:
    """The bytes of a packed field, behind its length."""
    return b"".join([put_scalar(kind, value) for value in values])
