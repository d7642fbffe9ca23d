"""The times that ids hold: of a UUID of version 1, 6 or 7, a ULID, a KSUID, an ObjectId, a snowflake, a number of seconds.

An id whose time is that of the recording was made then. Knows single values. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["made_at"]

#: A program may have run so long before what it made is recorded; and clocks differ by so much.
_BEFORE, _AFTER = 6 * 3600.0, 120.0
_CROCKFORD = {letter: number for number, letter in enumerate(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")}
_BASE62 = {
    letter: number for number, letter in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}
_XID = {letter: number for number, letter in enumerate(b"0123456789abcdefghijklmnopqrstuv")}
_PUSH = {
    letter: number for number, letter in enumerate(b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
}
#: 100-nanosecond steps between the beginnings of the Gregorian calendar and of 1970.
_GREGORIAN = 0x01B21DD213814000
_KSUID_EPOCH = 1_400_000_000
#: Snowflakes count milliseconds from here: Twitter's and Discord's.
_SNOWFLAKE_EPOCHS = (1_288_834_974.657, 1_420_070_400.0)


def made_at(kind: str, value: bytes, now: float) -> bool:
    """Whether a value has the form of a kind, and a time in it that is `now`, or some hours before."""
    form, times = _KINDS[kind]
    if not form.match(value):
        return False
    return any(now - _BEFORE <= time <= now + _AFTER for time in times(value))


def _number(text: bytes, digits: dict[int, int]) -> int:
    number = 0
    for letter in text:
        number = number * len(digits) + digits[letter]
    return number


def _uuid1(value: bytes) -> tuple[float, ...]:
    low, middle, high = value[:8], value[9:13], value[15:18]
    return ((int(high + middle + low, 16) - _GREGORIAN) / 1e7,)


def _uuid6(value: bytes) -> tuple[float, ...]:
    return ((int(value[:8] + value[9:13] + value[15:18], 16) - _GREGORIAN) / 1e7,)


def _uuid7(value: bytes) -> tuple[float, ...]:
    return (int(value[:8] + value[9:13], 16) / 1000,)


def _digits(value: bytes) -> tuple[float, ...]:
    number, size = int(value), len(value)
    if size in (10, 13, 16):
        return (number / 10 ** (size - 10),)
    times = [number / 1e9] if size == 19 else []
    if 17 <= size <= 19:
        times += ((number >> 22) / 1000 + epoch for epoch in _SNOWFLAKE_EPOCHS)
    return tuple(times)


_Times = Callable[[bytes], tuple[float, ...]]
_ANY_UUID = lazy_pattern(rb"[0-9a-fA-F-]{36}\Z")
_KINDS: dict[str, tuple[re.Pattern[bytes], _Times]] = {
    "uuid1": (_ANY_UUID, _uuid1),
    "uuid6": (_ANY_UUID, _uuid6),
    "uuid7": (_ANY_UUID, _uuid7),
    "ulid": (
        lazy_pattern(rb"[0-7](?:[0-9A-HJKMNP-TV-Z]{25}|[0-9a-hjkmnp-tv-z]{25})\Z"),
        lambda value: (_number(value[:10].upper(), _CROCKFORD) / 1000,),
    ),
    "ksuid": (
        lazy_pattern(rb"[0-9A-Za-z]{27}\Z"),
        lambda value: (float((_number(value, _BASE62) >> 128) + _KSUID_EPOCH),),
    ),
    "object id": (lazy_pattern(rb"[0-9a-f]{24}\Z"), lambda value: (float(int(value[:8], 16)),)),
    "xid": (lazy_pattern(rb"[0-9a-v]{20}\Z"), lambda value: (float(_number(value[:7], _XID) >> 3),)),
    "cuid": (lazy_pattern(rb"c[0-9a-z]{24}\Z"), lambda value: (int(value[1:9], 36) / 1000,)),
    "push id": (lazy_pattern(rb"[0-9A-Za-z_-]{20}\Z"), lambda value: (_number(value[:8], _PUSH) / 1000,)),
    "digits": (lazy_pattern(rb"[0-9]{10,19}\Z"), _digits),
}
