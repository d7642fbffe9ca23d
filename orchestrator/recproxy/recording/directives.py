"""Directives: lines that begin with `:` and say what HTTP has no place for.

One table holds each directive's places and its reader; beside it stand the functions that write them. Knows single
lines; where they may stand is in the table, and the reader asks for it.
"""

from __future__ import annotations

import base64
import datetime as dt
import difflib
import json
import math
import re
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.bodies import read_style
from recproxy.recording.codings import codings_of
from recproxy.recording.faults import read_fault
from recproxy.recording.grammar import FIELD_NAME, from_base64, header_line, seconds_of
from recproxy.recording.message_coding import check_framing, is_message_coding, read_order, type_line
from recproxy.recording.values import WILD, Chunk
from recproxy.recording.wildcard import WORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "REPEATS",
    "DirectiveError",
    "Notes",
    "apply",
    "chunks",
    "coded_header",
    "scope",
    "seconds_text",
    "where",
]

#: What may follow the last recorded repeat of a request.
REPEATS = ("last", "miss", "cycle")

_COUNT = lazy_pattern(r"[0-9]{1,18}")
#: Chunks per `:chunks` line: short lines, so that a diff shows which chunk changed.
_CHUNKS_IN_A_LINE = 8


class DirectiveError(ValueError):
    """A directive is unknown, misplaced or has a wrong value: `expected` says what could stand there."""

    def __init__(self, expected: str, hint: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.hint = hint


@dataclass(slots=True)
class Notes:
    """What the directives and header lines of one place have said so far."""

    said: set[str] = field(default_factory=set)
    match_on: tuple[str, ...] | None = None
    repeat: str | None = None
    correlate: bool | None = None
    scope: str | None = None
    recorded: dt.date | None = None
    webhook: float | None = None
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    trailers: list[tuple[bytes, bytes]] = field(default_factory=list)
    style: tuple[str, ...] = ()
    encoding: str | None = None
    types: list[str] = field(default_factory=list)
    wild: str = WILD
    latin: bool = False
    framing: str | None = None
    delay: float = 0.0
    fault: str | None = None
    chunks: list[Chunk] = field(default_factory=list)
    after: list[int] = field(default_factory=list)

    @property
    def omitted(self) -> int | None:
        """The size of a body that was too large to store."""
        return int(self.style[1]) if self.style[:1] == ("omitted",) else None

    @property
    def coding(self) -> str | None:
        """How the body was coded, with the types of its messages."""
        return "\n".join((self.encoding, *self.types)) if self.encoding and self.types else self.encoding


@dataclass(frozen=True, slots=True)
class _Directive:
    places: tuple[str, ...]
    example: str
    read: Callable[[Notes, str], None]
    repeats: bool = False


def apply(notes: Notes, line: bytes, place: str) -> None:
    """Add what a directive says to the notes of its place: file, interaction, request or response.

    Raises DirectiveError where it is unknown, stands in a wrong place or twice, or has a wrong value.
    """
    name, _, value = line[1:].decode().strip(" \t").partition(" ")
    known = _DIRECTIVES.get(name)
    if known is None:
        near = difflib.get_close_matches(name, _DIRECTIVES, n=1, cutoff=0.5) or sorted(_DIRECTIVES)
        raise DirectiveError("a directive", f"known is :{', :'.join(near)}")
    if place not in known.places:
        raise DirectiveError(f"no :{name} here", f"it stands {_PLACES[known.places[0]]}")
    if name in notes.said and not known.repeats:
        raise DirectiveError(f"one :{name}", "remove one of the two")
    notes.said.add(name)
    try:
        known.read(notes, value.strip(" \t"))
    except ValueError as error:
        raise DirectiveError(f"a line like {known.example!r}", str(error)) from None


def where(line: bytes | None) -> str:
    """Where a directive stands, for a line that is one in a wrong place: the beginning of a hint, empty where it is none."""
    name = (line or b"")[1:].decode("utf-8", "replace").strip(" \t").partition(" ")[0]
    known = _DIRECTIVES.get(name) if line is not None and line.startswith(b":") else None
    return f":{name} stands {_PLACES[known.places[0]]}: " if known is not None else ""


_PLACES = {
    "file": "before the first interaction",
    "interaction": "above a request line",
    "request": "below a request or status line",
    "response": "below a status line",
}


def _match_on(notes: Notes, value: str) -> None:
    if not value.isprintable():
        raise ValueError("name parts of a request, without control characters")
    notes.match_on = tuple(value.replace(",", " ").split())


def _repeat(notes: Notes, value: str) -> None:
    if value not in REPEATS:
        raise ValueError(f"known are {', '.join(REPEATS)}")
    notes.repeat = value


def _correlate(notes: Notes, value: str) -> None:
    if value not in ("yes", "no"):
        raise ValueError("known are yes, no")
    notes.correlate = value == "yes"


def _scope(notes: Notes, value: str) -> None:
    if not value:
        raise ValueError("name the test that recorded it")
    try:
        notes.scope = str(json.loads(value)) if value.startswith('"') else value
    except json.JSONDecodeError:
        raise ValueError("end the JSON string that begins the name") from None


def _recorded(notes: Notes, value: str) -> None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("write year, month and day")
    notes.recorded = dt.date.fromisoformat(value)


def _webhook(notes: Notes, value: str) -> None:
    notes.webhook = seconds_of(value) if value else 0.0


def _body(notes: Notes, value: str) -> None:
    notes.style = read_style(tuple(value.split()))


def _encoding(notes: Notes, value: str) -> None:
    if is_message_coding(value):
        check_framing(value)
    elif not codings_of(value) or not value.isprintable():
        raise ValueError("name the content coding that was undone")
    notes.encoding = value


def _type(kind: str, notes: Notes, value: str) -> None:
    notes.types.append(type_line(kind, value, notes.encoding))


def _wild(notes: Notes, value: str) -> None:
    if not WORD.fullmatch(value):
        raise ValueError("take a word of three or more letters and digits")
    notes.wild = value


def _line(notes: Notes, value: str) -> None:
    if value != "latin-1":
        raise ValueError("latin-1 is the only one")
    notes.latin = True


def _framing(notes: Notes, value: str) -> None:
    if value != "close":
        raise ValueError("close is the only one; the headers tell the rest")
    notes.framing = value


def _delay(notes: Notes, value: str) -> None:
    notes.delay = seconds_of(value)


def _fault(notes: Notes, value: str) -> None:
    notes.fault = " ".join(value.split())
    read_fault(notes.fault)


def _chunks(notes: Notes, value: str) -> None:
    if not value:
        raise ValueError("write sizes, each with @SECONDS where there was a gap before it")
    for word in value.split():
        size, at, gap = word.partition("@")
        if not _COUNT.fullmatch(size):
            raise ValueError("write each size in bytes")
        notes.chunks.append(Chunk(size=int(size), gap=seconds_of(gap) if at else 0.0))


def _after(notes: Notes, value: str) -> None:
    notes.after = read_order(notes.after, value.split())


def _coded(value: str) -> tuple[bytes, bytes]:
    name, _, rest = value.partition(" ")
    form, _, coded = rest.partition(" ")
    if form != "base64" or not FIELD_NAME.fullmatch(name.encode()):
        raise ValueError("write the name, the word base64, and the value in base64")
    return name.encode(), from_base64(coded.encode())


def _header(notes: Notes, value: str) -> None:
    notes.headers.append(_coded(value))


def _trailer(notes: Notes, value: str) -> None:
    notes.trailers.append(header_line(value.encode()) or _coded(value))


_DIRECTIVES = {
    "match_on": _Directive(("file",), ":match_on method uri", _match_on),
    "repeat": _Directive(("file",), ":repeat miss", _repeat),
    "correlate": _Directive(("file",), ":correlate no", _correlate),
    "scope": _Directive(("interaction",), ":scope test_send", _scope),
    "recorded": _Directive(("interaction",), ":recorded 2026-01-31", _recorded),
    "webhook": _Directive(("interaction",), ":webhook 0.25", _webhook),
    "body": _Directive(("request", "response"), ":body base64", _body),
    "encoding": _Directive(("request", "response"), ":encoding gzip", _encoding),
    "message": _Directive(
        ("request", "response"), ":message a.Note text=1 id=2:int64", partial(_type, "message"), repeats=True
    ),
    "enum": _Directive(("request", "response"), ":enum a.Kind OPEN=1 CLOSED=2", partial(_type, "enum"), repeats=True),
    "wild": _Directive(("request", "response"), ":wild ZZZ", _wild),
    "line": _Directive(("request", "response"), ":line latin-1", _line),
    "header": _Directive(("request", "response"), ":header X-Name base64 6Q==", _header, repeats=True),
    "trailer": _Directive(("request", "response"), ":trailer X-Sum: 1", _trailer, repeats=True),
    "framing": _Directive(("response",), ":framing close", _framing),
    "delay": _Directive(("response",), ":delay 0.25", _delay),
    "fault": _Directive(("response",), ":fault reset after 100", _fault),
    "after": _Directive(("response",), ":after 0 1 2 end", _after, repeats=True),
    "chunks": _Directive(("response",), ":chunks 512 1024@0.5", _chunks, repeats=True),
}


def scope(name: str) -> str:
    """The `:scope` line for a name; as a JSON string where the plain name would not be read again."""
    plain = name == name.strip() and name.isprintable() and name and not name.startswith('"')
    return f":scope {name if plain else json.dumps(name)}"


def seconds_text(seconds: float) -> str:
    """Seconds as the shortest decimal that gives the same number. Raises ValueError below 0 and for no number."""
    if not 0 <= seconds < math.inf:
        raise ValueError(f"{seconds} is no time in seconds")
    return repr(float(seconds)).removesuffix(".0")


def chunks(pieces: tuple[Chunk, ...]) -> Iterator[str]:
    """The `:chunks` lines of a streamed body."""
    words = [f"{piece.size}@{seconds_text(piece.gap)}" if piece.gap else str(piece.size) for piece in pieces]
    if any(not _COUNT.fullmatch(str(piece.size)) for piece in pieces):
        raise ValueError("the size of a chunk is 0 or more")
    for start in range(0, len(words), _CHUNKS_IN_A_LINE):
        yield ":chunks " + " ".join(words[start : start + _CHUNKS_IN_A_LINE])


def coded_header(directive: str, name: bytes, value: bytes) -> bytes:
    """The `:header` or `:trailer` line for a value that cannot be written as it stands."""
    return b":%s %s base64 %s" % (directive.encode(), name, base64.b64encode(value))
