"""A response of a server: a continuation, untagged data, or the end of a command. Pure."""

from __future__ import annotations

from enum import StrEnum

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.imap.lines import ImapLine

__all__ = ["ImapResponse", "ResponseKind", "read_imap_response", "retagged"]

_STATUSES = (b"OK", b"NO", b"BAD", b"BYE", b"PREAUTH")


class ResponseKind(StrEnum):
    """What a response is."""

    CONTINUE = "+"
    UNTAGGED = "*"
    TAGGED = "the end of a command"


@dataclass(frozen=True, slots=True)
class ImapResponse:
    """A response. `name` is its first word in capital letters (`OK`, `CAPABILITY`, `FETCH`); empty in a continuation."""

    kind: ResponseKind
    tag: bytes
    name: bytes
    line: ImapLine


_HEAD = lazy_pattern(rb"(\S+)(?: (?:[0-9]+ )?([^\s\[(]+))?")


def read_imap_response(line: ImapLine) -> ImapResponse:
    """A line of a server; what is none of the three kinds is untagged data, which a client may ignore."""
    if line.text[:1] == b"+":
        return ImapResponse(ResponseKind.CONTINUE, b"+", b"", line)
    head = _HEAD.match(line.text)
    tag, name = (b"*", b"") if head is None else (head[1], (head[2] or b"").upper())
    if tag == b"*" or name not in _STATUSES:
        return ImapResponse(ResponseKind.UNTAGGED, b"*", name, line)
    return ImapResponse(ResponseKind.TAGGED, tag, name, line)


def retagged(line: ImapLine, tag: bytes) -> ImapLine:
    """The end of a command under another tag."""
    _, blank, rest = line.text.partition(b" ")
    return ImapLine((tag + blank + rest, *line.pieces[1:]))
