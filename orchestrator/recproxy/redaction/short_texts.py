"""Headers, methods and reasons, most of which stand in many interactions of a scope: each is read and masked once.

Holds secrets, in this process only, and shows none.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from recproxy.redaction.language import Language
from recproxy.redaction.masking import Finding, TextMask
from recproxy.redaction.name_rules import NameRules
from recproxy.redaction.spans import FindSpans, Span
from recproxy.redaction.text_places import text_places

__all__ = ["ShortTexts", "word_places"]

_KEPT = 64  # bytes of a word whose places are kept

#: A side, a wild word, the name of a place, and what stands there.
_Key = tuple[str, str, str, bytes]


class ShortTexts:
    """What was made of such texts in one scope. Masks are asked for when all values of it are known."""

    def __init__(self) -> None:
        #: Whether rules have found anything.
        self._read: dict[_Key, bool] = {}
        #: What stands there then, and findings.
        self._masked: dict[_Key, tuple[bytes, list[Finding]]] = {}

    def masked(self, text: bytes, mask: TextMask, find: FindSpans, place: str) -> bytes:
        """A text masked, with its findings added; or only read, where the mask learns."""
        key = mask.side, mask.word, place, text
        if mask.learns:
            self._learn(key, mask, find)
            return text
        done = self._masked.get(key)
        if done is None:
            before = len(mask.findings)
            new, _ = mask.masked(text, find, place)
            self._masked[key] = done = new, mask.findings[before:]
        else:
            mask.findings += done[1]
        return done[0]

    def _learn(self, key: _Key, mask: TextMask, find: FindSpans) -> None:
        if key not in self._read:
            others, mask.found = mask.found, False
            mask.masked(key[3], find, key[2])
            self._read[key] = mask.found
            mask.found = others or mask.found
        elif self._read[key]:
            mask.found = True


def word_places(word: bytes, rules: NameRules) -> Sequence[Span]:
    """The places of a method, a reason or the name of a header that hold a secret."""
    return _kept_places(word, rules) if len(word) <= _KEPT else text_places(word, Language.LINES, rules)


@lru_cache(maxsize=1024)
def _kept_places(word: bytes, rules: NameRules) -> Sequence[Span]:
    """All programs use the same ones, in each scope."""
    return text_places(word, Language.LINES, rules)
