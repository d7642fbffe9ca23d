"""Numbers of cards: with the code of a card beside it, a number is that of the card, whatever it is called.

    {"number": "5105 ...", "cvc": "..."}      card[number]=5105...&card[cvc]=...      <CardNumber>5105...</CardNumber>

Only a number whose check digit is right counts: a mask has none. Finds spans, masks nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.name_rules import NameHits
from recproxy.redaction.spans import Span

__all__ = ["card_spans"]

_CODES = frozenset({b"cvc", b"cvv"})
_NEAR = 400  # bytes between the number and the code
_NUMBER = lazy_pattern(
    rb"(?i)(?:number|num|card|card_?no|pan|ccnum)(?:\]|%5D)?(?P<after>\\?\"\s{0,8}:\s{0,8}\\?\"?|=|>\s{0,8})"
    rb"([2-6][0-9]{3}(?:(?:[ +-]|%20)?[0-9]{2,6}){3,4})(?![0-9])"
)
_NO_DIGITS = lazy_pattern(rb"%20|[^0-9]")


def card_spans(text: bytes, hits: NameHits) -> Iterator[Span]:
    """The numbers of cards; `hits` are the places where letters of names stand."""
    done = 0
    for _, start, end in hits:
        if text[start:end].lower() not in _CODES:
            continue
        for found in _NUMBER.finditer(text, max(done, start - _NEAR), end + _NEAR):
            done = found.end()
            digits = _NO_DIGITS.sub(b"", found[2])
            if 13 <= len(digits) <= 19 and _is_checked(digits):
                is_bare = b":" in found["after"] and not found["after"].endswith(b'"')
                yield Span(*found.span(2), "card", "card_number", kind="scalar" if is_bare else "text", value=found[2])


def _is_checked(digits: bytes) -> bool:
    """Whether the last digit checks the others, ISO/IEC 7812-1."""
    doubled = (
        digit - 48 if at % 2 == 0 else sum(divmod(2 * (digit - 48), 10)) for at, digit in enumerate(digits[::-1])
    )
    return sum(doubled) % 10 == 0
