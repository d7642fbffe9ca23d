"""The pieces of an SMTP conversation: which step is a command, which a message, and what in it is a credential. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.mail.authentication import proof_of
from recproxy.mail.pieces import Piece, PieceKind
from recproxy.recording import Act, Step

__all__ = ["smtp_pieces"]

_NOTHING = (b"", b"*", b"=")  # responses that prove nothing


def smtp_pieces(steps: Sequence[Step]) -> list[tuple[Piece, ...]]:
    """The pieces of each step: together they are what was said in it."""
    found: list[tuple[Piece, ...]] = []
    code = b""
    chunk = False  # whether the data of a BDAT comes next
    mechanism, responses = b"", list[bytes]()
    for step in steps:
        if step.act is Act.SERVER:
            code = step.data[:3]
            found.append((Piece(PieceKind.LINES, step.data),))
            continue
        if step.act is not Act.CLIENT:
            found.append(())
            continue
        line = step.data.removesuffix(b"\r\n")
        words = line.split(None, 2)
        verb = words[0].upper() if words else b""
        if chunk or code == b"354":
            found.append((Piece(PieceKind.MESSAGE, step.data),))
            chunk, code = False, b""
        elif code == b"334" and mechanism:
            responses.append(line)
            found.append(_credential(b"", line, step.data[len(line) :], mechanism, responses))
        elif verb == b"AUTH" and len(words) > 1:
            mechanism, responses = words[1].upper(), words[2:]
            given = words[2] if len(words) > 2 else b""
            found.append(
                _credential(line[: len(line) - len(given)], given, step.data[len(line) :], mechanism, responses)
            )
        else:
            chunk = verb == b"BDAT"
            found.append((Piece(PieceKind.LINES, step.data),))
    return found


def _credential(
    before: bytes, given: bytes, after: bytes, mechanism: bytes, responses: Sequence[bytes]
) -> tuple[Piece, ...]:
    if given in _NOTHING:
        return (Piece(PieceKind.LINES, before + given + after),)
    proof = proof_of(mechanism, responses)
    pieces = (Piece(PieceKind.LINES, before), Piece(PieceKind.CREDENTIAL, given, proof), Piece(PieceKind.LINES, after))
    return tuple(piece for piece in pieces if piece.data)
