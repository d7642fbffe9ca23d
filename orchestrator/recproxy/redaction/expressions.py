"""What a profile's regular expressions cost: the letters without which one cannot match, and repeats that explode.

`re` cannot be stopped while it matches, so that an expression is judged before it is used. Knows no texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["Expression", "nested_repeat"]

#: A parsed expression is a list of these: what it is, and its arguments.
_Items = Iterable[tuple[Any, Any]]

#: What begins an address, or a name in quotes before its value: of these, what is outside the groups is no secret.
_NO_TOKEN = lazy_pattern(rb"[a-z]+://|\"")
_FARTHEST = 4096  # bytes that a match and what must stand around it may have
_MANY = 32  # repeats that count as endless
_BACKTRACKING = (ops.MAX_REPEAT, ops.MIN_REPEAT)


class Expression:
    """An expression, and the letters without which it cannot match a text; it need not look into others."""

    def __init__(self, pattern: re.Pattern[bytes], *, is_shape: bool = False) -> None:
        self._pattern = pattern
        self._is_shape = is_shape
        self.letters = _required(pattern)
        self._reach = _reach(pattern) if self.letters else 0

    def places(self, text: bytes) -> Iterator[tuple[int, int]]:
        """Where its matches in a text begin and end; of a shape that is no token, the groups of each."""
        for found in self._matches(text):
            if self._is_shape and _NO_TOKEN.match(found[0]):
                yield from (found.span(number) for number in range(1, self._pattern.groups + 1) if found[number])
            elif found[0]:
                yield found.span()

    def _matches(self, text: bytes) -> Iterator[re.Match[bytes]]:
        """Its matches, looked for only as far from its letters as one can reach: `re` would begin at each word."""
        at = text.find(self.letters) if self._reach else -1
        if at < 0:
            yield from self._pattern.finditer(text)
        while at >= 0:
            start = max(0, at - self._reach)
            end = at + self._reach
            while 0 <= (at := text.find(self.letters, at + 1)) <= end + self._reach:
                end = at + self._reach
            yield from self._pattern.finditer(text, start, end)


def nested_repeat(expression: str) -> bool:
    """Whether an endless repeat holds another one, as in (a+)+: it may try more ways than a lifetime has seconds."""
    return _explodes(parser.parse(expression.encode()), ())


def _required(pattern: re.Pattern[bytes]) -> bytes:
    """The longest run of letters that each match holds."""
    if pattern.flags & re.IGNORECASE:
        return b""
    runs = [b""]
    for code in _letters(parser.parse(pattern.pattern, pattern.flags)):
        if code is None:
            runs.append(b"")
        else:
            runs[-1] += bytes((code,))
    return max(runs, key=len)


def _reach(pattern: re.Pattern[bytes]) -> int:
    """How many bytes a match may have, with what must stand around it; 0 if there may be very many."""
    parsed = parser.parse(pattern.pattern, pattern.flags)
    reach = parsed.getwidth()[1] + _around(parsed)
    return reach + 1 if reach < _FARTHEST else 0


def _around(items: _Items) -> int:
    """How far what must stand around a match, or must not, may be from it."""
    return sum(
        value[1].getwidth()[1] + _around(value[1])
        if op in (ops.ASSERT, ops.ASSERT_NOT)
        else sum(map(_around, _parts(op, value)))
        for op, value in items
    )


def _letters(items: _Items) -> Iterator[int | None]:
    """The letters that stand in each match, None where something else may stand between them."""
    for op, value in items:
        if op is ops.LITERAL:
            yield value
        elif op is ops.SUBPATTERN and not value[1]:  # without flags of its own
            yield from _letters(value[3])
        elif op is ops.ASSERT:  # what must stand before or behind may be apart from the rest, or be a part of it
            yield None
            yield from _letters(value[1])
            yield None
        elif op is not ops.AT:
            yield None


def _explodes(items: _Items, outer: tuple[_Items, ...]) -> bool:
    for op, value in items:
        if op in _BACKTRACKING and value[1] >= _MANY:
            if any(not _is_cut(each, value[2]) for each in outer):
                return True
            if _explodes(value[2], (*outer, value[2])):
                return True
        elif any(_explodes(each, outer) for each in _parts(op, value)):
            return True
    return False


def _is_cut(body: _Items, inner: _Items) -> bool:
    """Whether each round of a repeat begins or ends with a letter at which the repeat in it must stop."""
    ends = list(body)
    if len(ends) == 1 and ends[0][0] is ops.SUBPATTERN:
        return _is_cut(ends[0][1][3], inner)
    fixed = [value for op, value in (ends[0], ends[-1]) if op is ops.LITERAL]
    return any(not any(_takes(each, letter) for each in inner) for letter in fixed)


def _takes(item: tuple[Any, Any], letter: int) -> bool:
    """Whether a single letter or class takes a letter; what is neither may."""
    op, value = item
    if op is ops.SUBPATTERN:
        return any(_takes(each, letter) for each in value[3])
    if op not in (ops.LITERAL, ops.NOT_LITERAL, ops.IN):
        return True
    if op is not ops.IN:
        return bool((value == letter) is (op is ops.LITERAL))
    negated = value[0][0] is ops.NEGATE
    return negated is not any(_in_class(each, letter) for each in value[int(negated) :])


def _in_class(item: tuple[Any, Any], letter: int) -> bool:
    op, value = item
    if op is ops.RANGE:
        return bool(value[0] <= letter <= value[1])
    if op is ops.LITERAL:
        return bool(value == letter)
    classes = {
        ops.CATEGORY_DIGIT: rb"\d", ops.CATEGORY_NOT_DIGIT: rb"\D", ops.CATEGORY_SPACE: rb"\s",
        ops.CATEGORY_NOT_SPACE: rb"\S", ops.CATEGORY_WORD: rb"\w", ops.CATEGORY_NOT_WORD: rb"\W",
    }  # fmt: skip
    return re.match(classes[value], bytes((letter,))) is not None


def _parts(op: Any, value: Any) -> list[_Items]:
    """The expressions in an item."""
    if op in (*_BACKTRACKING, ops.POSSESSIVE_REPEAT):
        return [value[2]]
    if op is ops.SUBPATTERN:
        return [value[3]]
    if op is ops.BRANCH:
        return list(value[1])
    if op is ops.ATOMIC_GROUP:
        return [value]
    return [value[1]] if op in (ops.ASSERT, ops.ASSERT_NOT) else []
