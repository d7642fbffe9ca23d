"""Automata that find many values at once: as they are, in base64 and hex, and as whole fields.

An automaton knows only the last bytes of each text, and the text before a match is compared then: it is made several
times faster so, and thousands of values fit into memory. Knows bytes, and nothing of layers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Generic, TypeVar

from ahocorasick_rs import BytesAhoCorasick, Implementation

from recproxy.recording.dataclass import dataclass
from recproxy.redaction.secret_values import SHORT, SecretValue
from recproxy.redaction.value_forms import Form, forms, windows

__all__ = ["FIELD_MARKS", "Automata", "Finder", "made_automata", "made_finder"]

#: What stands in front of a field.
FIELD_MARKS = b'"=/#>['
_END = 16

_Owner = TypeVar("_Owner")


@dataclass(frozen=True, slots=True)
class Finder(Generic[_Owner]):
    """Texts made ready for finding them; each has one owner."""

    _automaton: BytesAhoCorasick | None = field(repr=False)
    #: The lengths of the texts with an end, by the number of the end.
    _lengths: tuple[tuple[int, ...], ...] = field(repr=False)
    _owners: Mapping[bytes, _Owner] = field(repr=False)

    def __bool__(self) -> bool:
        return self._automaton is not None

    def find(self, text: bytes) -> Iterator[tuple[_Owner, int, int]]:
        """Who owns what stands in a text, and where."""
        if self._automaton is None:
            return
        for number, _, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for length in self._lengths[number]:
                owner = self._owners.get(text[end - length : end]) if length <= end else None
                if owner is not None:
                    yield owner, end - length, end


@dataclass(frozen=True, slots=True)
class Automata:
    """Some values made ready for finding them."""

    values: Mapping[bytes, SecretValue] = field(repr=False)
    #: A value, and the whole value of which it is a form or a piece.
    plain: Finder[tuple[bytes, SecretValue, bytes]] = field(repr=False)
    coded: Finder[tuple[Form, SecretValue]] = field(repr=False)
    #: With the mark in front.
    fields: Finder[tuple[bytes, SecretValue]] = field(repr=False)


def made_automata(values: Mapping[bytes, SecretValue]) -> Automata:
    """The automata for some values."""
    plain: dict[bytes, tuple[bytes, SecretValue, bytes]] = {}
    coded: dict[bytes, tuple[Form, SecretValue]] = {}
    fields: dict[bytes, tuple[bytes, SecretValue]] = {}
    for value, how in values.items():
        if how.field:
            fields.update((bytes((mark,)) + value, (value, how)) for mark in FIELD_MARKS)
            if len(value) < SHORT:
                continue
        for piece in windows(value) if not how.field else ():
            for form in forms(piece):
                if form.coded == "plain":
                    plain.setdefault(form.text, (form.text, how, value))
                else:
                    coded.setdefault(form.text, (form, how))
                    if form.coded == "hex":
                        coded.setdefault(form.text.upper(), (form, how))
    return Automata(values, made_finder(plain), made_finder(coded), made_finder(fields))


def made_finder(owners: Mapping[bytes, _Owner]) -> Finder[_Owner]:
    """What finds the texts that these are the owners of."""
    ends: defaultdict[bytes, set[int]] = defaultdict(set)
    for text in owners:
        ends[text[-_END:]].add(len(text))
    return Finder(_automaton(list(ends)), tuple(tuple(sorted(lengths)) for lengths in ends.values()), owners)


def _automaton(texts: list[bytes]) -> BytesAhoCorasick | None:
    """Of the kind that is made several times faster than the default one for few texts, and searches about as fast.

    Each scope makes its own, and most scopes have few values and little text.
    """
    return BytesAhoCorasick(texts, implementation=Implementation.ContiguousNFA) if texts else None
