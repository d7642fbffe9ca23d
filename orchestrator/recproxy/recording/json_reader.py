"""JSON read once for all: whether a text is JSON, its tokens, and its values.

One grammar, four readings of it. `check_json` is strict and says where a text stops being JSON. `strings_apart` takes a
valid text apart, so that a writer changes only what stands between its strings. `Values` builds values with the
caller's idea of numbers and objects, so that repeated keys and exact numbers survive. `JSON_TOKEN` and `JSON_STRING`
are the same pieces with their places in bytes of which nothing is known: redaction reads from the middle, past what is
no JSON, and to the end of a text that breaks off, where the others must refuse. All are linear in the text.

Knows texts, not requests, and no names of secrets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.wildcard import NAME

__all__ = [
    "BARE",
    "JSON_DEPTH",
    "JSON_STRING",
    "JSON_TOKEN",
    "RECORDED_TOKEN",
    "Values",
    "check_json",
    "is_bare",
    "quoted",
    "recorded_json",
    "recorded_tree",
    "strings_apart",
    "strings_joined",
    "text_of",
    "unquoted_wildcards",
]

# Possessive quantifiers, because a string that does not end may not be tried again at each of its characters.
_INSIDE = r'[^"\\]*+(?:\\.[^"\\]*+)*+'
_STRING = f'"{_INSIDE}"'
_CUT_STRING = rf'"({_INSIDE})(?:"|\Z)'
_MARK = r"[\[\]{},:]"
_BARE = r'[^\s"\[\]{},:]++'

#: A string in bytes, or one that the end of the text breaks off; the group is what stands in its quotes.
JSON_STRING = lazy_pattern(_CUT_STRING.encode(), re.DOTALL)

#: A token in bytes: in the groups what stands in the quotes of a string, a mark, or a bare value.
JSON_TOKEN = lazy_pattern(f"{_CUT_STRING}|({_MARK})|({_BARE})".encode(), re.DOTALL)

#: As `JSON_TOKEN`, in a recording: a wildcard without quotes is one bare value with its name.
RECORDED_TOKEN = lazy_pattern(rf"{_CUT_STRING}|({_MARK})|({_BARE}(?:\[{NAME}\])?)".encode(), re.DOTALL)

#: What each mark that begins or ends an object or a list does to the depth.
JSON_DEPTH = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}

#: In a tree, what a string begins with that is a wildcard without quotes, as JSON writes it.
BARE = "\\u0000"

#: Escapes that end at a quote, or may hide one. Control characters, which no JSON holds, stand for them for a while.
_ESCAPES = (("\\\\", "\0\0"), ('\\"', "\0\1"))


def strings_apart(text: str) -> list[str]:
    """What stands between the strings of a valid text, and in them, in turns. Many times faster than its tokens."""
    if '\\"' in text:
        for escape, sign in _ESCAPES:
            text = text.replace(escape, sign)
    return text.split('"')


def strings_joined(parts: Iterable[str]) -> str:
    """The text of what `strings_apart` gave."""
    text = '"'.join(parts)
    if "\0" in text:
        for escape, sign in _ESCAPES:
            text = text.replace(sign, escape)
    return text


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
            return self._value(quoted(text, wild))

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


def quoted(text: str, wild: str, sign: str = "") -> str:
    """A text with each wild word outside a string put in quotes, behind a `sign`."""
    places = re.compile(rf"({_STRING})|({re.escape(wild)}(?:\[{NAME}\])?)", re.DOTALL)
    return places.sub(lambda found: found[1] or f'"{sign}{found[2]}"', text)


def recorded_tree(body: bytes | str, wild: str | None) -> Any:
    """The value of a recorded body; a wildcard without quotes is a string of it that `is_bare`.

    Raises ValueError where the body is no JSON or is nested more deeply than the interpreter allows.
    """
    try:
        try:
            return json.loads(body)
        except ValueError:
            text = body if isinstance(body, str) else body.decode()
            if wild is None or wild not in text:
                raise
            return json.loads(quoted(text, wild, BARE))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def is_bare(value: object) -> bool:
    """Whether a value of a recorded tree is a wildcard without quotes, which may stand for a value of any type."""
    return isinstance(value, str) and value.startswith("\0")


def recorded_json(tree: object, wild: str | None) -> str:
    """The text of a recorded tree: a wildcard without quotes has none again."""
    text = json.dumps(tree)
    return text if wild is None else unquoted_wildcards(text, wild)


def unquoted_wildcards(text: str, wild: str) -> str:
    """A text as it was before `quoted` put its wildcards in quotes, behind the sign `BARE`."""
    return re.sub(rf'"\\u0000({re.escape(wild)}(?:\[{NAME}\])?)"', r"\1", text) if BARE in text else text


_CHECKED = Values(integer=float)
