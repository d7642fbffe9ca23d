"""Lines of IMAP with their literals: `A1 LOGIN {4}`, four bytes, and what follows them are one line.

Reads bytes as they come, in time linear in their number. What is longer than the limit is read past and not kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["LIMIT", "ImapLine", "LineReader", "LiteralAsked", "Oversized", "announced"]

#: Bytes of a line with its literals that are kept, unless a reader is told otherwise.
LIMIT = 64 << 20

_ANNOUNCED = lazy_pattern(rb"~?\{([0-9]{1,18})(\+?)\}\Z")
_SIZE = lazy_pattern(rb"\{[0-9]+(\+?\})\Z")
#: A status response: its human text may end in what looks like a literal, and is none.
_STATUS = lazy_pattern(rb"(?i)(?:\+|(?:\S+ )(?:OK|NO|BAD|BYE|PREAUTH)\b)")
_CODE = lazy_pattern(rb"(?i)\S+ (?:OK|NO|BAD|BYE|PREAUTH) \[[^\]]*\Z")
#: Bytes of a line too long to keep that are kept all the same: its tag.
_START = 200
#: The `{n}` of a literal at the end of a line has fewer bytes.
_LONGEST_ANNOUNCED = 24
#: Texts and literals of a line that are kept: each costs more memory than the bytes that announce an empty one.
_MOST_PIECES = 20_000


@dataclass(frozen=True, slots=True)
class ImapLine:
    """A line: its texts with the literals between them, so that texts are at even places.

    A text ends in the announcement of the literal that follows it (`{4}`), and has no line end.
    """

    pieces: tuple[bytes, ...]

    @property
    def data(self) -> bytes:
        """The bytes on the wire."""
        if len(self.pieces) == 1:
            return self.pieces[0] + b"\r\n"
        wire: list[bytes] = []
        for number, piece in enumerate(self.pieces):
            wire.append(piece)
            if number % 2 == 0:
                wire.append(b"\r\n")
        return b"".join(wire)

    @property
    def text(self) -> bytes:
        """The text up to the first literal."""
        return self.pieces[0]


def announced(pieces: Sequence[bytes]) -> ImapLine:
    """A line of these pieces, in which each text announces the size that the literal behind it has."""
    made = list(pieces)
    for place in range(1, len(made), 2):
        made[place - 1] = _SIZE.sub(b"{%d\\1" % len(made[place]), made[place - 1])
    return ImapLine(tuple(made))


@dataclass(frozen=True, slots=True)
class LiteralAsked:
    """A client waits for the permission to send a literal of this size."""

    size: int


@dataclass(frozen=True, slots=True)
class Oversized:
    """A line longer than the limit has been read past; `start` is how it begins.

    `waits` says that the client has not sent the literal yet: a refusal ends the command.
    """

    start: bytes
    waits: bool = False


_Read: TypeAlias = ImapLine | LiteralAsked | Oversized


class LineReader:
    """Cuts bytes into lines: those of a client (`commands`), or those of a server."""

    def __init__(self, *, commands: bool, limit: int = LIMIT) -> None:
        self._commands = commands
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0
        self._pieces: list[bytes] = []
        self._size = 0
        self._literal: bytearray | None = None
        self._missing = 0
        self._oversized: bytes | None = None
        self._has_literals = False

    def feed(self, data: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += data

    def clear(self) -> int:
        """Forget all bytes that are not read yet, and a line begun; return how many bytes that were."""
        count = len(self._buffer) + self._size
        self._buffer.clear()
        self._begin()
        return count

    @property
    def held(self) -> int:
        """How many bytes were not looked at yet, or are of a line that is not complete."""
        return len(self._buffer)

    @property
    def is_between(self) -> bool:
        """Whether no line is begun."""
        return not (self._buffer or self._pieces or self._oversized)

    def next(self) -> _Read | None:
        """The next line, or what must be known before it is complete; None where bytes are missing."""
        while True:
            if self._literal is not None and not self._fill():
                return None
            end = self._buffer.find(b"\n", self._searched)
            if end < 0:
                self._searched = len(self._buffer)
                so_far = self._size + len(self._buffer) - self._buffer.endswith(b"\r")  # which may be of the line end
                if self._oversized is not None or so_far > self._limit:
                    self._pass_over(bytes(self._buffer[:_START]))
                    del self._buffer[:-_LONGEST_ANNOUNCED]  # it may end with a literal
                    self._searched = len(self._buffer)
                return None
            text = bytes(self._buffer[: end - 1 if self._buffer[end - 1 : end] == b"\r" else end])
            del self._buffer[: end + 1]
            self._searched = 0
            found = self._take(text)
            if found is not None:
                return found

    def _begin(self) -> None:
        self._searched = self._size = self._missing = 0
        self._pieces, self._literal, self._oversized = [], None, None
        self._has_literals = False

    def _take(self, text: bytes) -> _Read | None:
        """Take the text of a line; return what is complete by it."""
        self._size += len(text)
        if self._oversized is not None or self._size > self._limit or len(self._pieces) > _MOST_PIECES:
            self._pass_over(text[:_START])
        else:
            self._pieces.append(text)
        announced = self._announced(text)
        if announced is None:
            return self._complete()
        size, asks = int(announced[1]), self._commands and not announced[2]
        if self._size + size > self._limit:
            self._pass_over(text[:_START])
            if asks:
                return self._complete(waits=True)
        self._size += size
        self._literal, self._missing, self._has_literals = bytearray(), size, True
        return LiteralAsked(size) if asks and self._oversized is None else None

    def _announced(self, text: bytes) -> re.Match[bytes] | None:
        """The literal that a text announces at its end."""
        start = text.rfind(b"{", max(0, len(text) - _LONGEST_ANNOUNCED)) if text.endswith(b"}") else -1
        found = None if start < 0 else _ANNOUNCED.search(text, start)
        if found is None or self._commands or self._has_literals:
            return found
        begin = text if self._oversized is None else self._oversized  # the whole of it may not have been kept
        is_text = _STATUS.match(begin) is not None and _CODE.match(begin) is None
        return None if is_text else found

    def _fill(self) -> bool:
        """Move bytes into the literal; return whether it is complete."""
        assert self._literal is not None
        piece = self._buffer[: self._missing]
        del self._buffer[: len(piece)]
        self._missing -= len(piece)
        if self._oversized is None:
            self._literal += piece
        if self._missing:
            return False
        if self._oversized is None:
            self._pieces.append(bytes(self._literal))
        self._literal = None
        return True

    def _pass_over(self, start: bytes) -> None:
        if self._oversized is None:
            self._oversized = (self._pieces[0] if self._pieces else start)[:_START]
            self._pieces, self._size = [], 0

    def _complete(self, *, waits: bool = False) -> _Read:
        pieces, over = tuple(self._pieces), self._oversized
        self._begin()
        return ImapLine(pieces) if over is None else Oversized(over, waits)
