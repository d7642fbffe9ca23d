"""The pieces of an SMTP conversation: which step is a command, which a message, and what in it is a credential. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.mail.authentication import proof_of
from recproxy.mail.pieces import Piece, PieceKind
from recproxy.mail.smtp_server import SaidKind
from recproxy.mail.smtp_turns import said_kinds
from recproxy.recording import Step

__all__ = ["smtp_pieces"]

_NOTHING = (b"", b"*", b"=")  # responses that prove nothing


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
            mechanism, responses = words[1].upper(), words[2:]
            given = words[2] if len(words) > 2 else b""
            found.append(_credential(line[: len(line) - len(given)], given, end, mechanism, responses))
        else:
            found.append((Piece(PieceKind.LINES, step.data),) if step.data else ())
    return found


def _credential(
    before: bytes, given: bytes, after: bytes, mechanism: bytes, responses: Sequence[bytes]
) -> tuple[Piece, ...]:
    if given in _NOTHING:
        return (Piece(PieceKind.LINES, before + given + after),)
    proof = proof_of(mechanism, responses)
    pieces = (Piece(PieceKind.LINES, before), Piece(PieceKind.CREDENTIAL, given, proof), Piece(PieceKind.LINES, after))
    return tuple(piece for piece in pieces if piece.data)
