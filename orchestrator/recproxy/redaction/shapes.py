"""Secrets known by their shape: tokens and keys that their makers gave a form of their own.

Each row of the tables has words of which one must occur, so that one pass over a text says which rows to try, and
where. Knows text, not where it stands.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.cloud_shapes import CLOUD_SHAPES
from recproxy.redaction.command_table import COMMANDS
from recproxy.redaction.json_forms import SAYS
from recproxy.redaction.json_spans import SIGNERS
from recproxy.redaction.link_table import LINKS
from recproxy.redaction.member_places import MEMBERS
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.shape_rows import ShapeRow
from recproxy.redaction.shape_table import SHAPES
from recproxy.redaction.spans import Span

__all__ = ["Hints", "hints_of", "shapes"]

_ROWS = (*SHAPES, *CLOUD_SHAPES, *COMMANDS, *LINKS)
_ONE_WORD = lazy_pattern(r"\W+")

#: What says that JSON has secrets in another way than by their keys. Other rules ask for these words: they are found in
#: the same pass, since looking for some of them, one by one, takes longer than all of the pass.
_SIGNS = frozenset(
    {
        *(b'"grant_type"', b'"query"', b'"mutation"', b'"variables"', b'"kty"'),
        *(b'"Secret"', b'"SecretList"', b"\\u00", b" -", b'"-', b"set "),
        *(b'"params"', b"<methodName>", b"data:"),
        *MEMBERS,
        *SAYS,
        *(b'"client_id"', b'"client_secret"', b'"code_verifier"'),
        *SIGNERS,
    }
)

_HINTS = sorted({*_SIGNS, *(hint for shape in _ROWS for hint in shape.hints)})


def _rules_of(hints: list[bytes]) -> list[list[int]]:
    """The rows of each word. Each row is taken once: to look for each word in all of them takes 20 times as long."""
    rows: dict[bytes, list[int]] = {hint: [] for hint in hints}
    for number, shape in enumerate(_ROWS):
        for hint in dict.fromkeys(shape.hints):
            rows[hint].append(number)
    return list(rows.values())


_RULES_OF = _rules_of(_HINTS)
#: Of the kind that takes longest to make and searches three times as fast as the others: it is made once.
_AUTOMATON = BytesAhoCorasick(_HINTS, implementation=Implementation.DFA)

_USER = lazy_pattern(
    rb"://([^\s/?#@:\"'<>\\]*:[^\s/?#@\"'<>\\]+|[A-Za-z0-9_.~%-]{16,}|[A-Za-z0-9_.~%-]{8,}(?=:@)):?(?=@)"
)
#: A Twitter user's token begins with the user's number.
_TWITTER = lazy_pattern(rb"-(?=[0-9a-z]*[A-Z])(?=[0-9A-Z]*[a-z])[0-9A-Za-z]{40}(?![0-9A-Za-z_-])")
_NUMBER = lazy_pattern(rb"(?<![A-Za-z0-9_-])[0-9]{5,20}\Z")


class Hints(NamedTuple):
    """What a text holds of the words that rows have, and where; and of those that other rules ask for."""

    words: dict[int, list[int]]
    signs: set[bytes]


def hints_of(text: bytes) -> Hints:
    """The words of a text that tell of secrets."""
    words: dict[int, list[int]] = {}
    signs: set[bytes] = set()
    for hint, start, _ in _AUTOMATON.find_matches_as_indexes(text, overlapping=True):
        for number in _RULES_OF[hint]:
            words.setdefault(number, []).append(start)
        if (word := _HINTS[hint]) in _SIGNS:
            signs.add(word)
    return Hints(words, signs)


def shapes(text: bytes, hints: Hints | None = None) -> Iterator[Span]:
    """The places of a text that have the shape of a secret; `hints` are those of the text, where they are known."""
    words = (hints or hints_of(text)).words
    for number in sorted(words):
        yield from _found(_ROWS[number], text, words[number])
    if b"@" in text:
        for found in _USER.finditer(text):
            if is_placeholder(found[1].rpartition(b":")[2]):
                continue  # a template: `https://${user}:${password}@${host}/`
            yield Span(*found.span(1), "user info", "user_info", value=found[1])
    for found in _TWITTER.finditer(text):
        before = _NUMBER.search(text, max(0, found.start() - 21), found.start())
        if before is not None:
            start, end = before.start(), found.end()
            yield Span(start, end, "twitter token", "twitter_token", value=text[start:end])


def _found(shape: ShapeRow, text: bytes, words: list[int]) -> Iterator[Span]:
    group = 1 if shape.places.groups else 0
    for found in _at_words(shape, text, words) if _is_at_words(shape) else shape.places.finditer(text):
        value = found[group]
        if not shape.fits(text, found, value):
            continue
        if group and shape.rule == "private key":
            value = value.rstrip()
        start = found.start(group)
        yield Span(start, start + len(value), shape.rule, _ONE_WORD.sub("_", shape.rule), value=value)


@functools.cache
def _is_at_words(shape: ShapeRow) -> bool:
    """Whether every place of a shape is near one of its words: that is said, or its pattern begins with them."""
    pattern = shape.pattern
    if pattern.startswith(b"(?<!["):  # what must not stand before it
        pattern = pattern[pattern.index(b"])") + 2 :]
    words = [hint.replace(b".", rb"\.") for hint in shape.hints]
    one_of_them = b"(?:" + b"|".join(words) + b")"
    return shape.before is not None or pattern.startswith(words[0] if len(words) == 1 else one_of_them)


def _at_words(shape: ShapeRow, text: bytes, words: list[int]) -> Iterator[re.Match[bytes]]:
    """The places of a shape where its words stand: data that is no text holds short words by the hundred."""
    end = 0
    for word in words:
        for start in range(max(end, word - (shape.before or 0)), word + 1):
            found = shape.places.match(text, start)
            if found is not None:
                end = found.end()
                yield found
                break
