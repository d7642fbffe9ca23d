"""What the parts of a multipart text hold, with their own encodings undone: to be looked into, not to be written again."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator

from recproxy.recording.codings import decode
from recproxy.redaction.budget import Budget

__all__ = ["parts_of"]

_MARKER = re.compile(rb"(?:\A|\n)(--[A-Za-z0-9'()+_,./:=?-]{1,70})[ \t]*\r?\n")
_BLANK = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_TRANSFER = re.compile(rb"(?i)content-transfer-encoding:[ \t]*(base64|quoted-printable)")
_CODING = re.compile(rb"(?i)content-encoding:[ \t]*([a-z0-9, -]+)")
_END = re.compile(rb"\r?\n\Z")


def parts_of(data: bytes, budget: Budget) -> Iterator[bytes]:
    """The contents of the parts, if it is a text of parts."""
    marker = _MARKER.search(data)
    if marker is None:
        return
    for piece in data.split(marker[1])[1:]:
        part = piece.removeprefix(b"\r\n").removeprefix(b"\n")
        blank = _BLANK.search(part)
        if blank is None:
            continue
        content = _END.sub(b"", part[blank.end() :])
        budget.charge(len(content))
        yield from _undone(part[: blank.start()], content, budget)


def _undone(head: bytes, content: bytes, budget: Budget) -> Iterator[bytes]:
    transfer, coding = _TRANSFER.search(head), _CODING.search(head)
    if transfer is not None and transfer[1].lower() == b"base64":
        try:
            content = base64.b64decode(content)
        except binascii.Error:
            yield content
            return
    elif transfer is not None:
        content = quopri.decodestring(content)
    if coding is not None:
        try:
            content = decode(content, coding[1].decode().strip().lower(), limit=max(budget.left, 1))
            budget.charge(len(content))
        except ValueError:
            pass
    yield content
