"""The small forms that both sides of the text agree on: request line, status line, header line, coded values.

Knows bytes of single lines; which line stands where is the reader's and the writer's affair.
"""

from __future__ import annotations

import base64
import binascii
import math
from functools import lru_cache

from recproxy.lazy.patterns import lazy_pattern

__all__ = [
    "ABSOLUTE",
    "FIELD_NAME",
    "FIRST_LINE",
    "METHOD",
    "REASON",
    "VERSION",
    "clean",
    "from_base64",
    "header_line",
    "is_plain",
    "is_utf8",
    "plain_header",
    "seconds_of",
    "usual_method",
]

#: What a file of format 2 begins with.
FIRST_LINE = b"#recproxy 2"
FIELD_NAME = lazy_pattern(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: A token that no comment, directive or conflict marker begins like.
METHOD = lazy_pattern(rb"[A-Za-z][!#$%&'*+.^_`|~0-9A-Za-z-]*")
#: Most clients send these in capitals, however a program wrote them.
_METHODS = frozenset((b"DELETE", b"GET", b"HEAD", b"OPTIONS", b"PATCH", b"POST", b"PUT"))
_SECONDS = lazy_pattern(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
VERSION = lazy_pattern(rb"HTTP/[0-9](?:\.[0-9])?")
#: Scheme, host, and anything but spaces and control characters.
ABSOLUTE = lazy_pattern(rb"[A-Za-z][A-Za-z0-9+.-]*://[^\x00-\x20\x7f/?#][^\x00-\x20\x7f]*")
REASON = lazy_pattern(rb"[^\x00-\x08\x0a-\x1f\x7f]*")

_CONTROLS = bytes(number for number in range(0x20) if number not in b"\t\n") + b"\x7f"
_HIGH_CONTROLS = lazy_pattern(rb"\xc2[\x80-\x9f]")


def usual_method(method: bytes) -> bytes:
    """A method in capitals if it is a common one, as most clients send it."""
    capitals = method.upper()
    return capitals if capitals in _METHODS else method


def is_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def clean(data: bytes) -> bool:
    """Whether the bytes can stand in a text as they are: UTF-8, and no control characters but tab and LF."""
    if len(data.translate(None, _CONTROLS)) != len(data):
        return False
    return data.isascii() or (is_utf8(data) and _HIGH_CONTROLS.search(data) is None)


def is_plain(name: bytes, value: bytes) -> bool:
    """Whether a header can be written as `Name: value` and read again as the same bytes."""
    return not name.startswith(b"#") and b"\n" not in value and value == value.strip(b" \t") and clean(value)


def header_line(line: bytes) -> tuple[bytes, bytes] | None:
    """Name and value of a header line, or None where it is none."""
    name, colon, value = line.partition(b":")
    if not colon or not FIELD_NAME.fullmatch(name):
        return None
    return name, value.strip(b" \t")


@lru_cache(maxsize=4096)
def plain_header(line: bytes) -> tuple[bytes, bytes] | None:
    """The same of a line that can be nothing else in a recording; most such lines stand in many of its heads."""
    found = header_line(line) if line[:1] not in (b"#", b":", b"=", b"<", b">", b"|") else None
    return found if found is not None and clean(found[1]) else None


def from_base64(text: bytes) -> bytes:
    """The bytes that base64 text stands for, whatever its line breaks. Raises ValueError where it is none."""
    try:
        return base64.b64decode(text.translate(None, b" \t\n"), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error).lower()) from None


def seconds_of(value: str) -> float:
    """The seconds that a decimal says. Raises ValueError where it is none."""
    if not _SECONDS.fullmatch(value) or math.isinf(seconds := float(value)):
        raise ValueError("write seconds as a decimal number")
    return seconds
