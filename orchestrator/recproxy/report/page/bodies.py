"""Bodies as a page shows them: text that a person reads, and what kind of text it is. Pure.

What is too large is cut, and says so: the page of a report is sent by mail and kept by CI services.
"""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_plus

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Request, Response, header
from recproxy.recording.printable import printable
from recproxy.recording.readable_body import readable_body
from recproxy.report.page.pictures import picture_type

__all__ = ["BodyLimits", "BodyTable", "cut_text", "hex_rows"]

#: Characters of a text that are shown.
_LONGEST = 16_384
_FORM = b"application/x-www-form-urlencoded"
_MARKUP = lazy_pattern(rb"\s*(?:text/html|application/xhtml|[a-z]+/(?:[a-z0-9.+-]+\+)?xml)", re.IGNORECASE)
_HEX_ROW = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """How much of a body is shown: characters of a text, bytes of a picture, and bytes in hexadecimal."""

    text: int = _LONGEST
    picture: int = 65_536
    hexadecimal: int = 256


class BodyTable:
    """The bodies of a page, equal ones once. `left_out` counts those for which there was no room.

    Args:
        most: bytes of all of them together, compressed.
        limits: how much of each is shown.
    """

    def __init__(self, most: int, limits: BodyLimits | None = None) -> None:
        self._limits = limits or BodyLimits()
        self.values: list[dict[str, Any]] = []
        self.left_out = 0
        self._most = most
        self._numbers: dict[tuple[str, str], int] = {}
        # What is like a body before it costs little; one compressor sees them all, as that of the page will.
        self._compressor = zlib.compressobj(6)
        self._size = 0

    def add(self, block: Request | Response) -> int | None:
        """The number of a block's body; None where it has none."""
        if block.omitted is not None:
            return self._put({"kind": "omitted", "size": block.omitted})
        if not block.body:
            return None
        value = _value(block, self._limits)
        key = (str(value.get("kind")), str(value.get("text") or value.get("picture")))
        known = self._numbers.get(key)
        if known is not None:
            return known
        data = key[1].encode("utf-8", "replace")
        if self._size <= self._most:
            self._size += len(self._compressor.compress(data)) + len(self._compressor.flush(zlib.Z_SYNC_FLUSH))
        if self._size > self._most:
            self.left_out += 1
            return self._put({"kind": "left out", "size": len(block.body)})
        self._numbers[key] = self._put(value)
        return self._numbers[key]

    def _put(self, value: dict[str, Any]) -> int:
        self.values.append(value)
        return len(self.values) - 1


def _value(block: Request | Response, limits: BodyLimits) -> dict[str, Any]:
    """A body: its kind, its size in bytes, its text, and how many characters were cut off."""
    body, size = block.body, len(block.body)
    kind = picture_type(body) if size <= limits.picture else ""
    if kind:
        return {"kind": "picture", "size": size, "type": kind, "picture": base64.b64encode(body).decode()}
    content_type = header(block.headers, b"content-type") or b""
    if not _is_text(body):
        shown, kind = hex_rows(body, limits.hexadecimal), "binary"
    elif content_type.lower().startswith(_FORM):
        shown, kind = _form(body), "form"
    else:
        is_multipart = content_type.lower().startswith(b"multipart/")  # its parts begin behind CR LF
        lines = block if is_multipart else replace(block, body=body.replace(b"\r\n", b"\n"))
        shown = readable_body(lines)
        kind = "json" if shown[:1] in ("{", "[") else "markup" if _MARKUP.match(content_type) else "text"
    return {"kind": kind, "size": size, **cut_text(shown, limits.text)}


def cut_text(text: str, most: int = _LONGEST) -> dict[str, Any]:
    """A text, and how many of its characters are not shown."""
    left = len(text) - most
    return {"text": text[:most], "cut": left} if left > 0 else {"text": text}


def _is_text(body: bytes) -> bool:
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return body.isascii()


def _form(body: bytes) -> str:
    """The fields of a form, a line each, decoded."""
    pairs = (pair.partition("=") for pair in body.decode("utf-8", "replace").split("&"))
    return printable("\n".join(f"{unquote_plus(name)} = {unquote_plus(value)}" for name, _, value in pairs))


def hex_rows(body: bytes, most: int) -> str:
    """The first bytes, sixteen in a line: their place, in hexadecimal, and as characters."""
    rows = []
    for place in range(0, min(len(body), most), _HEX_ROW):
        row = body[place : place + _HEX_ROW]
        letters = "".join(chr(each) if 32 <= each < 127 else "." for each in row)
        rows.append(f"{place:08x}  {row.hex(' '):<{3 * _HEX_ROW - 1}}  {letters}")
    more = [f"and {len(body) - most} more bytes"] if len(body) > most else []
    return "\n".join([*rows, *more])
