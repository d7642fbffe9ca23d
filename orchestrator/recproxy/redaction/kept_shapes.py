"""The shapes that a profile keeps: of a secret that fits one, only what is in its groups is masked in a response.

    pi_[0-9A-Za-z]+_secret_([0-9A-Za-z]{25})     pi_3Nk_secret_aB3dE6gH9jK2mN5pQ8sT1vW4y
                                              -> pi_3Nk_secret_XXXXXXXXXXXXXXXXXXXXXXXXX

The mask fits the shape itself, depends on nothing but the shape and what stays, and masking it again changes nothing.
In a request a secret is wild as a whole, but of an address what is outside the groups stays, since it says where the
request goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.spans import Span, merged, replaced

__all__ = ["NO_SHAPES", "KeptShapes"]

_ANY = lazy_pattern(rb"(?s).")
#: Signs such as - and = may be what a shape asks for; letters of all alphabets are never.
_LETTER = lazy_pattern(rb"[0-9A-Za-z\x80-\xff]")
#: Letters that need no escape in any text.
_PLAIN = lazy_pattern(rb"[0-9A-Za-z_.~-]+\Z")

_ADDRESS = lazy_pattern(rb"[a-z]+://")
_KEPT = 512  # bytes of a value for which the shapes that it fits are kept

_Fill = Callable[[bytes], bytes]


class KeptShapes:
    """The shapes of one profile; each of the expressions has a group."""

    def __init__(self, shapes: Sequence[re.Pattern[bytes]]) -> None:
        self._shapes = shapes
        self._kept_fitting = lru_cache(maxsize=1024)(lambda value: tuple(self._all_fitting(value)))

    def fits(self, value: bytes) -> bool:
        """Whether a part of a value stays."""
        return self.masked(value, b"XXX") is not None

    def secret_parts(self, value: bytes) -> list[bytes]:
        """What is in the groups of a value, which clients that take it apart may send alone."""
        for shape in self._fitting(value):
            if self.masked(value, b"XXX") is not None and (groups := _groups(shape, value)):
                return [value[each.start : each.end] for each in groups]
        return []

    def public_parts(self, mask: bytes, word: bytes) -> list[Span]:
        """What stays in a mask that a shape has made, in order; nothing if none has."""
        for shape in self._fitting(mask):
            groups = _groups(shape, mask)
            if groups and self.masked(mask, word) == mask:
                ends = [0, *(each.end for each in groups)]
                starts = [*(each.start for each in groups), len(mask)]
                return [Span(*part, "shape") for part in zip(ends, starts, strict=True) if part[0] < part[1]]
        return []

    def wild_address(self, value: bytes, word: bytes) -> bytes | None:
        """An address with the wild word in the place of its groups; None for other values, and where no shape fits."""
        for shape in self._fitting(value) if _ADDRESS.match(value) else ():
            if groups := _groups(shape, value):
                return replaced(value, [(each, word) for each in groups])[0]
        return None

    def masked(self, value: bytes, word: bytes, raw: bytes | None = None) -> bytes | None:
        """The value with its groups masked; None if it fits no shape, or no mask does.

        `raw` is how it is written in its place, which may need escapes: those of slashes in JSON are put on again, else
        only plain letters may stay.
        """
        for shape in self._fitting(value):
            for fill in _fills(word):
                made = _masked(shape, value, fill)
                if made is not None and _masked(shape, made, fill) == made:  # it fits the shape, too
                    if raw == value.replace(b"/", rb"\/"):
                        return made.replace(b"/", rb"\/")
                    return made if raw in (None, value) or _PLAIN.match(made) else None
        return None

    def _fitting(self, value: bytes) -> Iterable[re.Pattern[bytes]]:
        """The shapes that a value fits: they are asked for several times in a row, and most values fit none."""
        return self._kept_fitting(value) if len(value) <= _KEPT else self._all_fitting(value)

    def _all_fitting(self, value: bytes) -> Iterator[re.Pattern[bytes]]:
        return (shape for shape in self._shapes if shape.fullmatch(value))


def _fills(word: bytes) -> tuple[_Fill, ...]:
    """Ways to mask a group, the first that fits is taken: the word, or X, zeros or x for each letter.

    Signs between the letters stay only if the shape does not fit otherwise.
    """
    letters = (word[:1], b"0", word[:1].lower())
    return (
        lambda _: word,
        *(
            (lambda secret, what=what, each=each: what.sub(each, secret))
            for what in (_ANY, _LETTER)
            for each in letters
        ),
    )


def _groups(shape: re.Pattern[bytes], value: bytes) -> list[Span] | None:
    """The places in a value that are masked, none of them empty; None if it does not fit."""
    found = shape.fullmatch(value)
    if found is None:
        return None
    return merged(Span(*found.span(number), "shape") for number in range(1, shape.groups + 1) if found[number])


def _masked(shape: re.Pattern[bytes], value: bytes, fill: _Fill) -> bytes | None:
    groups = _groups(shape, value)
    if not groups:
        return None
    masks = [(each, fill(value[each.start : each.end])) for each in groups]
    if not all(_LETTER.search(mask) for _, mask in masks):
        return None  # of signs alone nothing would be hidden
    return replaced(value, masks)[0]


NO_SHAPES = KeptShapes(())
