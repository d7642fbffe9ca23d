"""Automata that find many values at once: as they are, in base64 and hex, and as whole fields.

An automaton knows only the last bytes of each text, and the text before a match is compared then: it is made several
times faster so, and thousands of values fit into memory. Knows bytes, and nothing of layers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Generic, TypeVar

from ahocorasick_rs import BytesAhoCorasick, Implementation

from recproxy.lazy.dataclass import dataclass
from recproxy.redaction.secret_values import SHORT, SecretValue
from recproxy.redaction.value_forms import MARKS, Form, forms, grouped, windows

__all__ = ["FIELD_MARKS", "Automata", "Finder", "kept_automata", "made_automata", "made_finder"]

#: What stands in front of a field.
FIELD_MARKS = b'"=/#>['
#: Bytes of a text that the automaton knows: few by chance are the same, and it is small enough to stay in fast memory.
_END = 6
#: Bytes that are in no UTF-8.
_NEVER = [bytes((byte,)) * _END for byte in range(0xF5, 0xFA)]
#: Bytes to search before the faster machine pays, and for each text, from measurements.
_LITTLE = 50_000
_LITTLE_EACH = 250
#: Looks for a text in a short one that take as long as it takes to make an automaton.
_LOOKS = 300
_SHORT_TEXT = 2000  # bytes: a look begins in the time in which it goes through these
#: More texts would need too much memory for it: so many need 30 MB.
_MOST_FAST = 60_000
#: Values of which the forms that only few texts can hold, which are most, are made when there is such a text.
_MANY = 300
#: So many values are most often those of variables alone, or with what one login hands out.
_FEW = 16

_Owner = TypeVar("_Owner")
#: A form, how its value is looked for, and the whole value.
_Plain = tuple[bytes, SecretValue, bytes]


class _Automaton:
    """Finds texts by their ends: one after another, then by an automaton that is made fast, then by one that searches fast."""

    __slots__ = ("_left", "_machine", "_size", "_texts", "_tries")

    def __init__(self, texts: list[bytes]) -> None:
        self._texts = texts
        self._size = len(texts)
        self._machine: BytesAhoCorasick | None = None
        #: Short texts to search before it pays to make an automaton: most scopes are small.
        self._tries = _LOOKS // len(texts)
        #: Bytes to search before it pays to make the other one, which needs four times as long and finds in a third.
        self._left = _LITTLE + _LITTLE_EACH * len(texts) if len(texts) <= _MOST_FAST else math.inf

    def matches(self, text: bytes) -> list[tuple[int, int, int]]:
        """The number of each text that is found, and its start and end; in the order of the ends, the longest first."""
        self._tries -= 1 + len(text) // _SHORT_TEXT
        if self._tries >= 0:
            return self._one_by_one(text)
        self._left -= len(text)
        if self._machine is None or self._left < 0:
            self._make()
        assert self._machine is not None
        found = self._machine.find_matches_as_indexes(text, overlapping=True)
        return [each for each in found if each[0] < self._size] if found else found

    def _one_by_one(self, text: bytes) -> list[tuple[int, int, int]]:
        found = []
        for number, each in enumerate(self._texts):
            if each in text:
                start = text.find(each)
                while start >= 0:
                    found.append((number, start, start + len(each)))
                    start = text.find(each, start + 1)
        if len(found) > 1:
            found.sort(key=lambda place: (place[2], place[1]))
        return found

    def _make(self) -> None:
        if self._machine is None:
            # For two to a few texts it looks for single bytes first, which are letters that any text is full of.
            self._texts = self._texts if self._size == 1 else [*self._texts, *_NEVER]
        kind = Implementation.DFA if self._left < 0 else Implementation.ContiguousNFA
        self._left = math.inf if self._left < 0 else self._left
        self._machine = BytesAhoCorasick(self._texts, implementation=kind)


@dataclass(frozen=True, slots=True)
class Finder(Generic[_Owner]):
    """Texts made ready for finding them; each has one owner."""

    _automaton: _Automaton | None = field(repr=False)
    #: The lengths of the texts with an end, by the number of the end.
    _lengths: tuple[tuple[int, ...], ...] = field(repr=False)
    _owners: Mapping[bytes, _Owner] = field(repr=False)

    def __bool__(self) -> bool:
        return self._automaton is not None

    def __contains__(self, text: bytes) -> bool:
        return text in self._owners

    def find(self, text: bytes) -> Iterator[tuple[_Owner, int, int]]:
        """Who owns what stands in a text, and where."""
        if self._automaton is None:
            return
        lengths, owner_of = self._lengths, self._owners.get
        for number, _, end in self._automaton.matches(text):
            for length in lengths[number]:
                owner = owner_of(text[end - length : end]) if length <= end else None
                if owner is not None:
                    yield owner, end - length, end


@dataclass(frozen=True, slots=True)
class Automata:
    """Some values made ready for finding them."""

    values: Mapping[bytes, SecretValue] = field(repr=False)
    #: A value, and the whole value of which it is a form or a piece.
    plain: Finder[_Plain] = field(repr=False)
    coded: Finder[tuple[Form, SecretValue]] = field(repr=False)
    #: With the mark in front.
    fields: Finder[tuple[bytes, SecretValue]] = field(repr=False)
    #: What finds forms in groups where they are not among the others, once it was needed.
    _grouped: list[Finder[_Plain]] = field(default_factory=list, repr=False)

    @property
    def has_groups_apart(self) -> bool:
        """Whether forms in groups are looked for apart from others; many values have none."""
        return len(self.values) >= _MANY and all(self._grouped)

    def in_groups(self, text: bytes) -> Iterator[tuple[_Plain, int, int]]:
        """What stands in a text in groups, and where, if it is looked for apart."""
        if not self._grouped:
            found = {text: owner for text, owner in _in_groups(self.values) if text not in self.plain}
            self._grouped.append(made_finder(found))
        return self._grouped[0].find(text)


def _in_groups(values: Mapping[bytes, SecretValue]) -> Iterator[tuple[bytes, _Plain]]:
    for value, how in reversed(list(values.items())):  # the first of those with the same form has it
        for piece in windows(value) if not how.field else ():
            yield from ((text, (text, how, value)) for text in grouped(piece))


def _owner(form: bytes, value: bytes, how: SecretValue, plain: Mapping[bytes, _Plain]) -> _Plain:
    """Who has a form, where those in groups are apart: an earlier value, if this is one of its groups."""
    bare = form.translate(None, MARKS)
    earlier = plain.get(bare) if len(bare) < len(form) else None
    if earlier is not None and earlier[2] != value and form in grouped(earlier[2]):
        _, how, value = earlier
    return form, how, value


def made_automata(values: Mapping[bytes, SecretValue]) -> Automata:
    """The automata for some values."""
    plain: dict[bytes, _Plain] = {}
    groups = len(values) < _MANY
    coded: dict[bytes, tuple[Form, SecretValue]] = {}
    fields: dict[bytes, tuple[bytes, SecretValue]] = {}
    for value, how in values.items():
        if how.field:
            fields.update((bytes((mark,)) + value, (value, how)) for mark in FIELD_MARKS)
            if b" " in value:
                fields.setdefault(b"=" + value.replace(b" ", b"+"), (value, how))
            if len(value) < SHORT:
                continue
        for piece in windows(value) if not how.field else ():
            for form in _forms(piece, groups=groups):
                if form.coded == "plain":
                    plain.setdefault(
                        form.text, (form.text, how, value) if groups else _owner(form.text, value, how, plain)
                    )
                else:
                    coded.setdefault(form.text, (form, how))
                    if form.coded == "hex":
                        coded.setdefault(form.text.upper(), (form, how))
    return Automata(values, made_finder(plain), made_finder(coded), made_finder(fields))


def kept_automata(values: Mapping[bytes, SecretValue]) -> Automata:
    """The same, kept if there are few: in most scopes of a run, and in what was redacted before, nothing is learned."""
    return _automata_of(tuple(values.items())) if len(values) <= _FEW else made_automata(values)


@lru_cache(maxsize=32)
def _automata_of(values: tuple[tuple[bytes, SecretValue], ...]) -> Automata:
    return made_automata(dict(values))


@lru_cache(maxsize=256)
def _forms(value: bytes, *, groups: bool) -> tuple[Form, ...]:
    """The forms of a value: those of variables are looked for in each scope."""
    return tuple(forms(value, groups=groups))


def made_finder(owners: Mapping[bytes, _Owner]) -> Finder[_Owner]:
    """What finds the texts that these are the owners of."""
    ends: dict[bytes, tuple[int, ...]] = {}
    for text in owners:
        end, length = text[-_END:], len(text)
        lengths = ends.get(end)
        if lengths is None:
            ends[end] = (length,)
        elif length not in lengths:
            ends[end] = tuple(sorted((*lengths, length)))
    return Finder(_Automaton(list(ends)) if ends else None, tuple(ends.values()), owners)
