"""What the parts of a multipart text hold, with their own encodings undone: to be looked into, not to be written again."""

from __future__ import annotations

import base64
import binascii
import quopri
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.codings import decode
from recproxy.recording.multipart import parts_between
from recproxy.recording.values import Headers, header
from recproxy.redaction.budget import Budget

__all__ = ["parts_of", "untransferred"]

_FIRST_MARKER = lazy_pattern(rb"--([A-Za-z0-9'()+_,./:=?-]{1,70})[ \t]*\r?\n")
_MARKER = lazy_pattern(rb"\n" + _FIRST_MARKER.pattern)  # that begins with a letter: it is found many times faster so


def parts_of(data: bytes, budget: Budget) -> Iterator[bytes]:
    """The contents of the parts, if it is a text of parts."""
    marker = _FIRST_MARKER.match(data) or _MARKER.search(data)
    found = None if marker is None else parts_between(data, marker[1], beyond=True)
    for part in () if found is None else found.parts:
        if part.whole:
            content = data[part.start : part.end]
            if part.end == len(data):  # no boundary follows, to which the line end would belong
                content = content.removesuffix(b"\n").removesuffix(b"\r")
            budget.charge(len(content))
            yield _undone(tuple((field.name, field.value) for field in part.fields), content, budget)


def _undone(lines: Headers, content: bytes, budget: Budget) -> bytes:
    plain = untransferred(content, (header(lines, b"content-transfer-encoding") or b"").lower())
    if plain is None:
        return content
    coding = header(lines, b"content-encoding")
    if coding is None:
        return plain
    try:
        opened = decode(plain, coding.decode("latin-1").lower(), limit=max(budget.left, 1))
    except ValueError:
        return plain
    budget.charge(len(opened))
    return opened


def untransferred(content: bytes, transfer: bytes) -> bytes | None:
    """What content holds behind its transfer encoding; None where it is not what that says."""
    if transfer == b"base64":
        try:
            return base64.b64decode(content)
        except binascii.Error:
            return None
    return quopri.decodestring(content) if transfer == b"quoted-printable" else content
