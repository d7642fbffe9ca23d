"""A recording whose interactions are found at once and read one by one, when they are asked for.

The text is looked through to its end, so that whatever is wrong with it is said before anything is read: what is not
written in the plainest way is read at once by the reader itself. Only of what is left it is certain that it can be read
later. The text is kept, the interactions are made of it when they are asked for, and are then the same objects.
"""

from __future__ import annotations

import datetime as dt
import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import overload

from recproxy.lazy.patterns import repeated
from recproxy.recording.bodies import read_style
from recproxy.recording.json_reader import check_json
from recproxy.recording.lines import Cursor
from recproxy.recording.values import WILD, Interaction

__all__ = ["Located", "asked_of", "line_of", "may_hold", "recorded_scopes", "together"]

_NAME = rb"(?![|#])[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TEXT = rb"[\t -~]*"
#: Lines below a first line that are what they seem: headers in ASCII, and directives that cannot be wrong by themselves.
_HEAD = (
    rb"("
    + repeated(
        _NAME + rb":" + _TEXT + rb"\n"
        rb"|:(?:encoding (?:gzip|br|deflate|zstd)|body json" + repeated(rb" [a-z-]+") + rb")\n"
    )
    + rb")(?:\n|(?=====))"
)
_REQUEST = re.compile(
    rb"\n*+(?::scope ([!#-~](?:[ -~]*[!-~])?)\n)?(?::recorded ([0-9-]{10})\n)?"
    # The messages of a WebSocket are read at once: their lines may be wrong.
    rb"([A-Za-z][!#$%&'*+.^_`|~0-9A-Za-z-]*) ((?![Ww][Ss]{1,2}:)[A-Za-z][A-Za-z0-9+.-]*://[!-.0->@-~][!-~]*) HTTP/[0-9](?:\.[0-9])?\n"
    + _HEAD
)
_RESPONSE = re.compile(
    rb"HTTP/[0-9](?:\.[0-9])? [1-9][0-9]{2}(?: " + _TEXT + rb")?\n(?::delay [0-9]{1,9}(?:\.[0-9]{1,17})?\n)?" + _HEAD
)
_DIRECTIVE = re.compile(rb"^:([a-z]+)([^\n]*)", re.MULTILINE)
_PATH = re.compile(rb"[^ ]+ [A-Za-z][A-Za-z0-9+.-]*://[^/?# ]*(/[A-Za-z0-9\-._~!$&'()*+,;=:@/]*)?(?:\?[^# ]*)? ")
_REQUEST_END, _RESPONSE_END = b"\n====\n", b"\n=======\n"


class Located(Sequence[Interaction]):
    """The interactions of a text, each read when it is first asked for and the same object from then on.

    `read` gives the interaction that a place in a text leads to.
    """

    def __init__(self, text: bytes, path: str | None, read: Callable[[Cursor], Interaction]) -> None:
        self._text = text
        self._path = path
        self._reader = read
        self._starts = array("q")
        #: Where the request line of each begins, and its number; 0 for what was read at once.
        self._first_lines = array("q")
        self._lines = array("q")
        self._read: dict[int, Interaction] = {}
        #: The scope that recorded each.
        self.scopes: list[str | None] = []

    def read_at_once(self) -> list[Interaction]:
        """Those that have been read by now; what is not written in the plainest way is among them from the start."""
        return [*self._read.values()]

    def append(self, interaction: Interaction) -> None:
        """Add one that was read at once."""
        self._read[len(self)] = interaction
        self._add(0, 0, 0, interaction.scope)

    def pass_plain(self, cursor: Cursor) -> None:
        """Add the interactions that follow as far as it is certain that they can be read, and move behind them."""
        text, position, line = self._text, cursor.position, cursor.line
        while (found := _REQUEST.match(text, position)) is not None:
            end = _end_of_block(text, found, _REQUEST_END)
            answer = _RESPONSE.match(text, end) if end else None
            end = _end_of_block(text, answer, _RESPONSE_END) if answer else 0
            if not end or not _is_day(found[2]):
                break
            first = found.start(3)
            scope = found[1]
            self._add(position, first, line + text.count(b"\n", position, first), _name(scope) if scope else None)
            line += text.count(b"\n", position, end)
            position = end
        cursor.position, cursor.line = position, line

    def _add(self, start: int, first_line: int, line: int, scope: str | None) -> None:
        self._starts.append(start)
        self._first_lines.append(first_line)
        self._lines.append(line)
        self.scopes.append(scope)

    def __len__(self) -> int:
        return len(self.scopes)

    @overload
    def __getitem__(self, position: int) -> Interaction: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Interaction, ...]: ...
    def __getitem__(self, position: int | slice) -> Interaction | tuple[Interaction, ...]:
        if isinstance(position, slice):
            return tuple([self[each] for each in range(*position.indices(len(self)))])
        if position < 0:
            position += len(self)
        found = self._read.get(position)
        if found is None:
            if not 0 <= position < len(self):
                raise IndexError(position)
            # Another thread may read it, too: what is kept is the one for both.
            found = self._read.setdefault(position, self._parsed(position))
        return found

    def _parsed(self, position: int) -> Interaction:
        start = self._starts[position]
        cursor = Cursor(self._text, self._path)
        cursor.position = start
        cursor.line = self._lines[position] - self._text.count(b"\n", start, self._first_lines[position])
        return self._reader(cursor)

    def __iter__(self) -> Iterator[Interaction]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Located | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def line(self, position: int) -> int:
        """The line of an interaction; it need not be read for that."""
        found = self._read.get(position)
        return self._lines[position] if found is None else found.line

    def plain_paths(self) -> Iterator[bytes | None]:
        """The path of each as it is written; None where it holds more than letters that mean themselves."""
        for position, start in enumerate(self._first_lines):
            found = None if position in self._read else _PATH.match(self._text, start)
            yield (found[1] or b"/") if found is not None and b"XXX" not in (found[1] or b"") else None

    def holds(self, text: bytes) -> bool:
        """Whether the text of the interactions holds another."""
        return text in self._text

    def asked(self, position: int) -> tuple[str, str, str | None]:
        """Method, URL and wild word of a request; it need not be read for that."""
        found = self._read.get(position)
        if found is not None:
            return found.request.method, found.request.url, found.request.wild
        start = self._first_lines[position]
        method, url, _ = self._text[start : self._text.index(b"\n", start)].decode().split(" ")
        return method, url, "XXX"


class _Together(Sequence[Interaction]):
    """The interactions of several recordings, of which some are read later."""

    def __init__(self, parts: Sequence[Sequence[Interaction]]) -> None:
        self._parts = parts
        self._ends = list(accumulate(map(len, parts)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, position: int) -> Interaction: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Interaction, ...]: ...
    def __getitem__(self, position: int | slice) -> Interaction | tuple[Interaction, ...]:
        if isinstance(position, slice):
            return tuple([self[each] for each in range(*position.indices(len(self)))])
        part, place = self.place(position)
        return part[place]

    def place(self, position: int) -> tuple[Sequence[Interaction], int]:
        """The recording of an interaction, and its place there."""
        position += len(self) if position < 0 else 0
        if not 0 <= position < len(self):
            raise IndexError(position)
        number = bisect_right(self._ends, position)
        return self._parts[number], position - (self._ends[number - 1] if number else 0)


def together(parts: Sequence[Sequence[Interaction]]) -> Sequence[Interaction]:
    """The interactions of several recordings as one; none is read for that."""
    if len(parts) == 1:
        return parts[0]
    if any(isinstance(part, Located) for part in parts):
        return _Together(parts)
    return tuple([interaction for part in parts for interaction in part])


def recorded_scopes(interactions: Sequence[Interaction]) -> Sequence[str | None]:
    """The scope that recorded each of some interactions; none is read for that."""
    return interactions.scopes if isinstance(interactions, Located) else [each.scope for each in interactions]


def line_of(interactions: Sequence[Interaction], position: int) -> int:
    """The line of an interaction; it need not be read for that."""
    if isinstance(interactions, _Together):
        interactions, position = interactions.place(position)
    return interactions.line(position) if isinstance(interactions, Located) else interactions[position].line


def may_hold(interactions: Sequence[Interaction], text: bytes) -> bool:
    """Whether a text may stand in interactions; False only where none of them need be read to know."""
    return not isinstance(interactions, Located) or interactions.holds(text)


def asked_of(interactions: Sequence[Interaction], position: int) -> tuple[str, str, str | None]:
    """Method, URL and wild word of a request; it need not be read for that."""
    if isinstance(interactions, _Together):
        interactions, position = interactions.place(position)
    if isinstance(interactions, Located):
        return interactions.asked(position)
    request = interactions[position].request
    return request.method, request.url, request.wild


def _end_of_block(text: bytes, head: re.Match[bytes], wanted: bytes) -> int:
    """Where a block ends whose head was found; 0 where that is not certain."""
    start = head.end()
    end = text.find(b"\n====", start - 1)
    if end < 0 or not text.startswith(wanted, end):
        return 0
    said = head[head.re.groups]
    if b"\n:" in said or said.startswith(b":"):
        directives = _DIRECTIVE.findall(said)
        style = dict(directives).get(b"body")
        if len(dict(directives)) < len(directives) or (style and not _is_written_so(text[start:end], style)):
            return 0
    return end + len(wanted)


def _is_written_so(text: bytes, style: bytes) -> bool:
    """Whether a body is JSON, as its directive says."""
    try:
        read_style(tuple(style.decode().split()))
        check_json(text.decode(), WILD)  # a block with another word is not plain
    except ValueError:
        return False
    return b"\\====" not in text


@lru_cache(maxsize=4096)
def _name(scope: bytes) -> str:
    return scope.decode()


@lru_cache(maxsize=4096)
def _is_day(text: bytes | None) -> bool:
    try:
        return text is None or bool(dt.date.fromisoformat(text.decode()))
    except ValueError:
        return False
