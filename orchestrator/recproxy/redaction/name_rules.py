"""A profile's rules of redaction made ready: its names, pointers and expressions, and the letters to look for first.

An automaton finds in one pass the letters of which every name that may be secret holds some; only what stands there
is looked at. Knows names and expressions, no values.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import field
from functools import lru_cache

from ahocorasick_rs import BytesAhoCorasick, Implementation

from recproxy.lazy.dataclass import dataclass
from recproxy.redaction.expressions import Expression
from recproxy.redaction.kept_shapes import KeptShapes
from recproxy.redaction.name_table import TRIGGERS
from recproxy.redaction.rules import RedactionRules

__all__ = ["NameHits", "NameRules", "name_rules"]

#: Where letters of names that may be secret stand in a text: (number, start, end).
NameHits = Sequence[tuple[int, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NameRules:
    """Rules made ready: names in lower case, pointers taken apart, expressions compiled.

    They are made once and compared by identity, since caches ask for them at each header.
    """

    headers: frozenset[bytes]
    query: frozenset[bytes]
    form: frozenset[bytes]
    keys: frozenset[bytes]
    pointers: tuple[tuple[bytes, ...], ...]
    patterns: tuple[Expression, ...]
    shapes: KeptShapes
    _triggers: BytesAhoCorasick = field(repr=False)
    #: The letters without which patterns cannot match: all are looked for at once.
    _letters: BytesAhoCorasick = field(repr=False)

    def patterns_for(self, text: bytes) -> Sequence[Expression]:
        """The patterns that may match in a text."""
        if not self.patterns:
            return ()
        found = {number for number, _, _ in self._letters.find_matches_as_indexes(text, overlapping=True)}
        return [each for number, each in enumerate(self.patterns) if number in found or not each.letters]

    def pointers_for(self, text: bytes) -> Sequence[tuple[bytes, ...]]:
        """The pointers that may lead somewhere in JSON: those whose keys are all in it."""
        if not self.pointers or b"\\u" in text or b"\\/" in text:  # a key may be written with escapes
            return self.pointers
        keys = {token for pointer in self.pointers for token in pointer}
        absent = {token for token in keys if not _is_open(token) and b'"%s"' % token not in text}
        return [pointer for pointer in self.pointers if absent.isdisjoint(pointer)] if absent else self.pointers

    def within_strings(self) -> NameRules:
        """The rules for JSON that stands in a string of JSON: a pointer leads through the body, not into its strings."""
        return _without_pointers(self) if self.pointers else self

    def hits(self, text: bytes) -> list[tuple[int, int, int]]:
        """Where a text holds letters of a name that may be secret: (number, start, end)."""
        return self._triggers.find_matches_as_indexes(text.lower())


def name_rules(rules: RedactionRules) -> NameRules:
    """The rules made ready, the same for those that differ only in their values.

    Raises:
        ValueError: a pattern is no regular expression.
    """
    return _made_ready(
        dataclasses.replace(rules, values=(), variables=()) if rules.values or rules.variables else rules
    )


@lru_cache(maxsize=64)
def _made_ready(rules: RedactionRules) -> NameRules:
    keys = _lower(name for name in rules.json if not name.startswith("/"))
    query, form = _lower(rules.query), _lower(rules.form)
    shapes = tuple(map(_compiled, rules.shapes))
    patterns = (
        *(Expression(_compiled(each)) for each in rules.patterns),
        *(Expression(each, is_shape=True) for each in shapes),
    )
    return NameRules(
        headers=_lower(rules.headers),
        query=query,
        form=form,
        keys=keys,
        pointers=tuple(_tokens(name) for name in rules.json if name.startswith("/")),
        patterns=patterns,
        shapes=KeptShapes(shapes),
        _triggers=_automaton(keys | query | form),
        _letters=_letters_of(patterns),
    )


@lru_cache(maxsize=64)
def _without_pointers(rules: NameRules) -> NameRules:
    return dataclasses.replace(rules, pointers=())


@lru_cache(maxsize=64)  # rules that differ only in their values share it, and to make it takes a millisecond
def _automaton(names: frozenset[bytes]) -> BytesAhoCorasick:
    return BytesAhoCorasick(sorted({*TRIGGERS, *(name for name in names if name)}), implementation=Implementation.DFA)


def _letters_of(patterns: Sequence[Expression]) -> BytesAhoCorasick:
    """What finds the letters of patterns, by their numbers; of those that have none, something that is in no text."""
    never = b"\xff" * 64
    return BytesAhoCorasick([each.letters or never for each in patterns], implementation=Implementation.DFA)


def _lower(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.lower().encode() for name in names)


def _tokens(pointer: str) -> tuple[bytes, ...]:
    """A JSON Pointer taken apart, RFC 6901."""
    return tuple(token.replace("~1", "/").replace("~0", "~").encode() for token in pointer[1:].split("/"))


def _is_open(token: bytes) -> bool:
    """Whether a step of a pointer need not be a key: it is any, or may be an index, or is written with an escape."""
    return token == b"*" or token.isdigit() or b'"' in token or b"\\" in token


def _compiled(pattern: str) -> re.Pattern[bytes]:
    try:
        return re.compile(pattern.encode())
    except re.error as problem:
        raise ValueError(f"{pattern!r} is no regular expression: {problem}") from None
    except (OverflowError, RecursionError):
        raise ValueError(f"{pattern[:200]!r} is too large for a regular expression") from None
