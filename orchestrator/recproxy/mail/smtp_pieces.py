"""The pieces of an SMTP conversation: which step is a command, which a message, and what in it is a credential. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from recproxy.mail.authentication import proof_of
from recproxy.mail.pieces import Piece, PieceKind
from recproxy.mail.smtp_server import SaidKind
from recproxy.mail.smtp_turns import said_kinds
from recproxy.recording import Step

__all__ = ["smtp_pieces"]

_NOTHING = (b"", b"*", b"=")  # responses that prove nothing
#: The name of a mechanism (RFC 4422 section 3.1).
_MECHANISM = re.compile(rb"[A-Za-z0-9_-]{1,20}\Z")
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z")
#: Commands of one word that could be base64.
_VERBS = frozenset(b"AUTH DATA EHLO ETRN EXPN HELO HELP MAIL NOOP QUIT RCPT RSET STARTTLS TURN VRFY".split())


def smtp_pieces(steps: Sequence[Step]) -> list[tuple[Piece, ...]]:
    """The pieces of each step: together they are what was said in it."""
    found: list[tuple[Piece, ...]] = []
    mechanism, responses = b"", list[bytes]()
    for step, kind in zip(steps, said_kinds(steps), strict=True):
        line = step.data.removesuffix(b"\r\n")
        end = step.data[len(line) :]
        words = line.split(None, 2)
        if kind is SaidKind.MESSAGE:
            found.append((Piece(PieceKind.MESSAGE, step.data),))
        elif kind is SaidKind.RESPONSE:
            responses.append(line)
            found.append(_credential(b"", line, end, mechanism, responses))
        elif kind is SaidKind.COMMAND and len(words) > 1 and words[0].upper() == b"AUTH":
            is_named = _MECHANISM.match(words[1]) is not None
            mechanism, responses = (words[1].upper(), words[2:]) if is_named else (b"", [])
            given = b"".join(words[2:] if is_named else line.split(None, 1)[1:])
            found.append(_credential(line.removesuffix(given), given, end, mechanism, responses))
        elif kind is SaidKind.COMMAND and words and words[0].upper().startswith(b"AUTH="):
            mechanism, responses = words[0][5:].upper(), [b" ".join(words[1:])]
            given = b"".join(line.split(None, 1)[1:])
            found.append(_credential(line.removesuffix(given), given, end, mechanism, responses))
        elif kind is SaidKind.COMMAND and _is_response(words):
            # A client that did not wait for the reply to AUTH, or did not mind it.
            responses = [*responses, words[0]]
            before, _, after = line.partition(words[0])
            found.append(_credential(before, words[0], after + end, mechanism, responses))
        else:
            found.append((Piece(PieceKind.LINES, step.data),) if step.data else ())
    return found


def _is_response(words: Sequence[bytes]) -> bool:
    """Whether the words of what was read as a command can only be a response of AUTH."""
    return len(words) == 1 and words[0].upper() not in _VERBS and _BASE64.match(words[0]) is not None


def _credential(
    before: bytes, given: bytes, after: bytes, mechanism: bytes, responses: Sequence[bytes]
) -> tuple[Piece, ...]:
    if given in _NOTHING:
        return (Piece(PieceKind.LINES, before + given + after),)
    proof = proof_of(mechanism, responses)
    pieces = (Piece(PieceKind.LINES, before), Piece(PieceKind.CREDENTIAL, given, proof), Piece(PieceKind.LINES, after))
    return tuple(piece for piece in pieces if piece.data)
