"""The parts of what one side of a conversation said: lines, mail messages, and credentials. Pure."""

from __future__ import annotations

from dataclasses import field
from enum import Enum, auto

from recproxy.lazy.dataclass import dataclass

__all__ = ["Piece", "PieceKind"]


class PieceKind(Enum):
    """What a piece is."""

    LINES = auto()
    MESSAGE = auto()
    CREDENTIAL = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a step. `proof` is what a credential says, as the value of an Authorization header; empty if unknown."""

    kind: PieceKind
    data: bytes = field(repr=False)
    proof: bytes = field(default=b"", repr=False)
