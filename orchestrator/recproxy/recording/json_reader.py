"""JSON read once for all: whether a text is JSON, its tokens, its values, and where each of its scalars is.

One grammar, four readings of it. `check` is strict and says where a text stops being JSON. `tokens` are the pieces of
a valid text, so that a writer changes only the white space between them. `Values` builds values with the caller's idea
of numbers and objects, so that repeated keys and exact numbers survive. `scalars` gives the offset, the key and the
path of every scalar and is forgiving: it reads several values in a row, the lines of an event stream, and text that
breaks off, as far as they go. All are linear in the text, however deeply it is nested.

Knows texts, not requests, and no names of secrets.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

__all__ = ["Holder", "Scalar", "Values", "check_json", "scalars", "string_text", "text_of", "tokens"]

# Possessive quantifiers, because a string that does not end may not be tried again at each of its characters.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BARE = r'[^\s"\[\]{},:]++'

tokens: Callable[[str], list[str]] = re.compile(rf"{_STRING}|[\[\]{{}},:]|{_BARE}", re.DOTALL).findall
"""The tokens of a valid text: strings with their quotes, marks, and all else as it is spelled."""

# A member with its key in one match: half as many matches as tokens, and that decides the speed. A string may also end
# where the text does. Which group matched last says what was found.
_CONTENT = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|\\?\Z)'
_MEMBER = re.compile(
    rf"[\s,:]*+(?:{_CONTENT}(?:\s*+:\s*+(?:{_CONTENT}|({_BARE})|([{{\[])|()))?|({_BARE})|([{{\[])|([}}\]])|\Z)".encode(),
    re.DOTALL,
)
_ITEM_STRING, _KEY_STRING, _KEY_BARE, _KEY_OPEN, _ITEM_BARE, _ITEM_OPEN, _CLOSE = 1, 2, 3, 4, 6, 7, 8
_MEMBERS = frozenset({_KEY_STRING, _KEY_BARE})
_ITEMS = frozenset({_ITEM_STRING, _ITEM_BARE})

_ESCAPE = re.compile(
    rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL
)
_SIMPLE = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class Holder:
    """An object or array, and its place in the one around it; the outermost is the text itself and no step of a path.

    `key` is the raw key that is nearest, its own or that of an object around it, empty where there is none; `index`
    its place among the members of an array. Two scalars with the same holder are members of one object or array.
    """

    __slots__ = ("depth", "index", "key", "named", "parent", "size")

    def __init__(self, parent: Holder | None, key: bytes, index: int, *, named: bool) -> None:
        self.parent = parent
        self.key = key
        self.index = index
        self.named = named
        self.size = 0
        self.depth: int = 0 if parent is None else parent.depth + 1

    @property
    def path(self) -> tuple[bytes, ...]:
        """The keys, escapes undone, and the indexes in digits that lead here; as long as the nesting is deep."""
        steps = []
        at = self
        while at.parent is not None:
            if at.named:
                steps.append(string_text(at.key))
            elif at.depth > 1:
                steps.append(b"%d" % at.index)
            at = at.parent
        return tuple(reversed(steps))


class Scalar(NamedTuple):
    """A string without its quotes, a number or a word, from `start` to `end` of the text.

    `key` is the nearest key as it is spelled. `key_start` is where its own key begins, without the quote, and
    `key_start + len(key)` its end; -1 for a member of an array, whose place in it is `position`.
    """

    start: int
    end: int
    quoted: bool
    key: bytes
    key_start: int
    position: int
    holder: Holder

    @property
    def name(self) -> bytes:
        """The nearest key, escapes undone."""
        return string_text(self.key)

    @property
    def path(self) -> tuple[bytes, ...]:
        """The keys, escapes undone, and the indexes in digits that lead here."""
        if self.key_start >= 0:
            return (*self.holder.path, string_text(self.key))
        return (*self.holder.path, b"%d" % self.position) if self.holder.depth else ()


def scalars(text: bytes, start: int = 0, end: int = sys.maxsize) -> Iterator[Scalar]:
    """The scalars of a text, or of a part of it, in order; offsets are those of the whole text."""
    holder = Holder(None, b"", 0, named=False)
    scalar = partial(tuple.__new__, Scalar)  # a third of the time that calling the class takes
    for found in _MEMBER.finditer(text, start, end):
        kind = found.lastindex
        if kind in _MEMBERS:
            at, until = found.span(kind)
            yield scalar((at, until, kind == _KEY_STRING, found[1], found.start(1), -1, holder))
        elif kind in _ITEMS:
            at, until = found.span(kind)
            yield scalar((at, until, kind == _ITEM_STRING, holder.key, -1, holder.size, holder))
            holder.size += 1
        elif kind == _KEY_OPEN:
            holder = Holder(holder, found[1], -1, named=True)
        elif kind == _ITEM_OPEN:
            holder.size += 1
            holder = Holder(holder, holder.key, holder.size - 1, named=False)
        elif kind == _CLOSE and holder.parent is not None:
            holder = holder.parent


def string_text(raw: bytes) -> bytes:
    """The text of a string, given without its quotes, in UTF-8 with escapes undone."""
    return _ESCAPE.sub(_character, raw) if b"\\" in raw else raw


def _character(found: re.Match[bytes]) -> bytes:
    high, low, single, simple = found.groups()
    if high is not None:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00).encode()
    if single is not None:
        return chr(int(single, 16)).encode("utf-8", "surrogatepass")
    return _SIMPLE.get(simple, simple)


def text_of(body: bytes, charset: str | None) -> str:
    """A body as text: in the form of Unicode that it shows, else in its character set.

    Raises ValueError or LookupError where it is neither.
    """
    if body.isascii() and b"\0" not in body:
        return body.decode("ascii")
    try:
        return body.decode(json.detect_encoding(body))
    except UnicodeDecodeError:
        return body.decode(charset or "utf-8")


def check_json(text: str, wild: str | None = None) -> None:
    """Raise json.JSONDecodeError where a text is not JSON. Numbers of any length and repeated keys pass.

    The word `wild`, where given, may stand where a value may, with a name behind it or without.
    """
    _CHECKED.read(text, wild)


class Values:
    """Reads text by value: `pairs` makes an object of its pairs, repeated ones too, the others numbers of their text.

    Without `integer`, integers are ints; those too long for that are given to `number`.
    """

    def __init__(
        self,
        *,
        pairs: Callable[[list[tuple[str, Any]]], Any] | None = None,
        number: Callable[[str], Any] = float,
        constant: Callable[[str], Any] = float,
        integer: Callable[[str], Any] | None = None,
    ) -> None:
        def decoder(whole: Callable[[str], Any] | None) -> Callable[[str], Any]:
            return json.JSONDecoder(
                object_pairs_hook=pairs, parse_float=number, parse_constant=constant, parse_int=whole
            ).decode

        self._decode = decoder(integer)
        self._decode_long = decoder(number)

    def read(self, text: str, wild: str | None = None) -> Any:
        """The value of a text; the word `wild` outside a string is read as a string of it.

        Raises json.JSONDecodeError where the text is not JSON or is nested more deeply than the interpreter allows.
        """
        try:
            return self._value(text)
        except json.JSONDecodeError:
            if wild is None or wild not in text:
                raise
            return self._value(_quoted(text, wild))

    def _value(self, text: str) -> Any:
        try:
            try:
                return self._decode(text)
            except json.JSONDecodeError:
                raise
            except ValueError:  # an integer of more digits than `int` takes
                return self._decode_long(text)
        except RecursionError:
            raise json.JSONDecodeError("nested too deeply", text, 0) from None


def _quoted(text: str, wild: str) -> str:
    """A text with each wild word outside a string put in quotes."""
    places = re.compile(rf"({_STRING})|({re.escape(wild)}(?:\[[A-Za-z0-9_.-]+\])?)", re.DOTALL)
    return places.sub(lambda found: found[1] or f'"{found[2]}"', text)


_CHECKED = Values(integer=float)
