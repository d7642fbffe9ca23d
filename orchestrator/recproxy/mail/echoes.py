"""What a server repeats of a login that it did not understand: `500 command "AGPVZQ" not recognized`. Pure.

A base64 response that is no command comes back as the tag of an answer, or in capital letters, where no search for the
secret itself would find it.
"""

from __future__ import annotations

import re
from collections import deque

from recproxy.mail.pieces import Piece, PieceKind

__all__ = ["Echoes"]

#: So many words of logins are looked for, the last ones: servers repeat at once.
_MOST = 20
#: A shorter word could be any word of a reply.
_SHORTEST = 6


class Echoes:
    """The credentials of one conversation so far, for what its server says."""

    def __init__(self) -> None:
        self._words: deque[bytes] = deque(maxlen=_MOST)
        self._search: re.Pattern[bytes] | None = None

    def remember(self, *given: bytes) -> None:
        """Look for the words of a credential from now on."""
        words = [word for text in given for word in (*text.split(), *text.replace(b'"', b" ").split())]
        known = [word for word in dict.fromkeys(words) if len(word) >= _SHORTEST]
        if known:
            self._words.extend(known)
            longest_first = sorted(map(re.escape, set(self._words)), key=len, reverse=True)
            self._search = re.compile(rb"(?i)(?<![a-z0-9+/])(?:%s)(?![a-z0-9+/=])" % b"|".join(longest_first))

    def told(self, piece: Piece) -> tuple[Piece, ...]:
        """A piece of what a server says, with the credentials that it repeats as pieces."""
        if self._search is None or piece.kind is not PieceKind.LINES:
            return (piece,)
        found: list[Piece] = []
        end = 0
        for each in self._search.finditer(piece.data):
            found += Piece(PieceKind.LINES, piece.data[end : each.start()]), Piece(PieceKind.CREDENTIAL, each[0])
            end = each.end()
        return tuple(each for each in (*found, Piece(PieceKind.LINES, piece.data[end:])) if each.data)
