"""The pieces of an IMAP conversation: which literal is a message, and what in a login is a credential. Pure."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.authentication import PROVES_NOTHING
from recproxy.mail.echoes import Echoes
from recproxy.mail.imap.commands import MalformedImap, read_imap_command
from recproxy.mail.imap.lines import ImapLine, LineReader, LiteralAsked
from recproxy.mail.imap.logins import ImapLogins
from recproxy.mail.imap.syntax import Atom, ImapString
from recproxy.mail.pieces import Piece, PieceKind
from recproxy.recording import Act, Step

__all__ = ["imap_pieces", "joined_pieces", "step_line"]

_ANNOUNCED = lazy_pattern(rb"\{[0-9]+(\+?\}\r\n)\Z")
#: What comes before a literal that is a whole message, or its head.
_MESSAGE = lazy_pattern(
    rb"(?i)(?:RFC822(?:\.HEADER)?|BODY\[(?:[0-9.]*(?:HEADER[^\]]*|MIME))?\](?:<[0-9]+>)?) *~?\{[0-9]+\}\Z"
)
_LAST_WORD = lazy_pattern(rb' ("[^"\\]*+(?:\\.[^"\\]*+)*+"|[^" ]+) *\r\n\Z')


def step_line(step: Step) -> ImapLine | None:
    """What was said in a step as one line; None where its literals are not as long as they say."""
    reader = LineReader(commands=step.act is Act.CLIENT, limit=len(step.data))
    reader.feed(step.data)
    while isinstance(line := reader.next(), LiteralAsked):
        pass
    return line if isinstance(line, ImapLine) and reader.is_between else None


def imap_pieces(steps: Sequence[Step]) -> list[tuple[Piece, ...]]:
    """The pieces of each step: together they are what was said in it. A literal is one piece."""
    logins, echoes = ImapLogins(), Echoes()
    found: list[tuple[Piece, ...]] = []
    for step in steps:
        if step.act is Act.SERVER:
            logins.hear(step.data)
            found.append(tuple(told for piece in _texts(step) for told in echoes.told(piece)))
        elif step.act is not Act.CLIENT:
            found.append(())
        elif (given := logins.credential(step.data)) is None:
            found.append(_texts(step))
        elif given.is_login:
            found.append(_login(step, given.start, echoes))
        else:
            end = step.data.rindex(b"\r\n") if step.data.endswith(b"\r\n") else len(step.data)
            echoes.remember(step.data[given.start : end], *_literals(step))
            found.append(_line(step.data[: given.start], step.data[given.start : end], step.data[end:], given.proof))
    return found


def joined_pieces(pieces: Sequence[Piece], said: Sequence[bytes]) -> bytes:
    """What a step says when its pieces say something else: each literal is announced with its size."""
    joined: list[bytes] = []
    for number, text in enumerate(said):
        before = _ANNOUNCED.search(joined[-1]) if number and _ANNOUNCED.search(pieces[number - 1].data) else None
        if before is not None and len(text) != len(pieces[number].data):
            joined[-1] = b"%s{%d%s" % (joined[-1][: before.start()], len(text), before[1])
        joined.append(text)
    return b"".join(joined)


def _texts(step: Step) -> tuple[Piece, ...]:
    """A step without a credential: its texts and its literals."""
    line = step_line(step)
    if line is None or len(line.pieces) == 1:
        return (Piece(PieceKind.LINES, step.data),)
    found: list[Piece] = []
    for number, piece in enumerate(line.pieces):
        if number % 2 == 0:
            found.append(Piece(PieceKind.LINES, piece + b"\r\n"))
        elif piece:
            is_message = step.act is Act.CLIENT or _MESSAGE.search(line.pieces[number - 1]) is not None
            found.append(Piece(PieceKind.MESSAGE if is_message else PieceKind.LINES, piece))
    return tuple(found)


def _literals(step: Step) -> tuple[bytes, ...]:
    line = step_line(step)
    return () if line is None else line.pieces[1:]


def _login(step: Step, end: int, echoes: Echoes) -> tuple[Piece, ...]:
    """LOGIN: its last word is the password. What is no proper LOGIN is a credential as a whole."""
    words = _words(step)
    if len(words) != 2:
        given = step.data[end:].removesuffix(b"\r\n").lstrip(b" ")
        echoes.remember(given, *_literals(step))
        start = step.data.index(given, end)
        return _line(step.data[:start], given, step.data[start + len(given) :], b"")
    echoes.remember(words[1])
    proof = b"Basic " + base64.b64encode(b":".join(words))
    pieces = _texts(step)
    if pieces[-1].data == b"\r\n":
        return (*pieces[:-2], Piece(PieceKind.CREDENTIAL, pieces[-2].data, proof), pieces[-1])
    last = pieces[-1].data
    password = _LAST_WORD.search(last)
    assert password is not None
    return (*pieces[:-1], *_line(last[: password.start(1)], password[1], last[password.end(1) :], proof))


def _words(step: Step) -> list[bytes]:
    line = step_line(step)
    try:
        words = () if line is None else read_imap_command(line).words
    except MalformedImap:
        return []
    return [each.value for each in words if isinstance(each, Atom | ImapString)]


def _line(before: bytes, given: bytes, after: bytes, proof: bytes) -> tuple[Piece, ...]:
    if given in PROVES_NOTHING:
        return (Piece(PieceKind.LINES, before + given + after),)
    pieces = (Piece(PieceKind.LINES, before), Piece(PieceKind.CREDENTIAL, given, proof), Piece(PieceKind.LINES, after))
    return tuple(piece for piece in pieces if piece.data)
