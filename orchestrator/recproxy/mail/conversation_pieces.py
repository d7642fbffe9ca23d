"""The pieces of a conversation, whichever protocol it has. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from recproxy.mail.imap.pieces import imap_pieces
from recproxy.mail.pieces import Piece
from recproxy.mail.smtp_pieces import smtp_pieces
from recproxy.recording import Step

__all__ = ["conversation_pieces"]

_PIECES: Mapping[str, Callable[[Sequence[Step]], list[tuple[Piece, ...]]]] = {
    "SMTP": smtp_pieces,
    "IMAP": imap_pieces,
}


def conversation_pieces(protocol: str, steps: Sequence[Step]) -> list[tuple[Piece, ...]]:
    """The pieces of each step; `protocol` is the first word of the conversation."""
    return _PIECES[protocol](steps)
