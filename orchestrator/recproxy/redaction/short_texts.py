"""Short texts, which stand in many interactions and in many scopes: each is read once, and masked once in a scope.

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

__all__ = ["ShortTexts", "short_places"]

_KEPT = 256  # bytes of a text whose places are kept

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


def short_places(text: bytes, language: Language, rules: NameRules) -> Sequence[Span]:
    """The places of a text that hold a secret; those of a short one are kept: of an address, a method, a login."""
    return _kept_places(text, language, rules) if len(text) <= _KEPT else text_places(text, language, rules)


@lru_cache(maxsize=4096)
def _kept_places(text: bytes, language: Language, rules: NameRules) -> tuple[Span, ...]:
    """A program sends the same ones in each test, and what was redacted is read again."""
    return tuple(text_places(text, language, rules))
