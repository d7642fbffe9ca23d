"""The client's side of SMTP without a socket: what is said to bytes, and the bytes of a server to replies."""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.authentication import SEEN_THROUGH

__all__ = ["NoReplyError", "SmtpClient", "message_bytes", "with_known_extensions"]

_LONGEST_REPLY = 1 << 20  # bytes: a server that never ends its reply must not fill the memory
#: What a line counts besides its text: a reply of empty lines has an end, too.
_LINE_COST = 16
_LINE = lazy_pattern(rb"([2-5][0-9]{2})(?:([ -])(.*))?\Z", re.DOTALL)
_STUFFING = lazy_pattern(rb"(?:\A|(?<=\r\n))\.")
_BARE = lazy_pattern(rb"(?<!\r)\n|\r(?!\n)")
#: Extensions that change nothing of what both sides say but what is known here.
_KNOWN = frozenset(
    b"SIZE 8BITMIME SMTPUTF8 PIPELINING CHUNKING BINARYMIME STARTTLS AUTH ENHANCEDSTATUSCODES DSN HELP VRFY EXPN "
    b"DELIVERBY FUTURERELEASE MT-PRIORITY NO-SOLICITING LIMITS REQUIRETLS".split()
)


class NoReplyError(Exception):
    """What a server sent is no reply of SMTP."""


class SmtpClient:
    """What one server says."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._lines: list[bytes] = []
        self._size = 0  # of these lines

    def feed(self, data: bytes) -> None:
        """Take bytes of the server."""
        self._buffer += data

    @property
    def has_more(self) -> bool:
        """Whether anything has come that no reply was made of yet: where TLS begins, that is an injection."""
        return bool(self._buffer or self._lines)

    def next_reply(self) -> bytes | None:
        """The next reply, `250 first` and more lines without the code; None while it has not come. Raises NoReplyError."""
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end]).rstrip(b"\r")
            del self._buffer[: end + 1]
            found = _LINE.match(line)
            if found is None or (self._lines and not self._lines[0].startswith(found[1])):
                raise NoReplyError("what it says is no SMTP")
            text = _BARE.sub(b" ", found[3] or b"")
            is_first = not self._lines
            self._lines.append(found[1] + (b" " + text if found[2] else b"") if is_first else text)
            self._size += len(self._lines[-1]) + _LINE_COST
            if found[2] != b"-":
                reply = b"\r\n".join(self._lines) + b"\r\n"
                self._lines.clear()
                self._size = 0
                return reply
            if self._size > _LONGEST_REPLY:
                break
        if len(self._buffer) + self._size > _LONGEST_REPLY:
            raise NoReplyError("its reply is too long")
        return None


def message_bytes(data: bytes) -> bytes:
    """The bytes of a message after DATA: with the dots of the wire, and the one that ends it."""
    ended = data if data.endswith(b"\r\n") or not data else data + b"\r\n"
    return _STUFFING.sub(b"..", ended) + b".\r\n"


def with_known_extensions(reply: bytes) -> bytes:
    """The reply to EHLO without the extensions and mechanisms that cannot be seen through."""
    first, *lines = reply.removesuffix(b"\r\n").split(b"\r\n")
    kept = [first]
    for line in lines:
        words = line.replace(b"AUTH=", b"AUTH ", 1).split()
        if not words or words[0].upper() not in _KNOWN:
            continue
        if words[0].upper() == b"AUTH":
            mechanisms = [each for each in words[1:] if each.upper() in SEEN_THROUGH]
            if not mechanisms:
                continue
            begin = line[:5]
            line = begin + b" ".join(mechanisms)  # noqa: PLW2901 - the same line, shorter
        kept.append(line)
    return b"\r\n".join(kept) + b"\r\n"
