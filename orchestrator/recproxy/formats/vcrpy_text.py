"""The YAML that vcrpy writes by itself, read several times as fast as by a reader of all of YAML.

It is block mappings and lists of plain and quoted text in ASCII, whole numbers, null and binary data. What is written in
any other way, by hand or with options, is not read here: `read_cassette` gives None, and the reader of all of YAML takes it. What
both read has the same values.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["read_cassette"]

_PRINTED = bytes((10, *range(32, 127)))
_KEY = lazy_pattern(r"([A-Za-z][A-Za-z0-9_-]{0,200}):(?: |(\n))")
_SCALAR = lazy_pattern(
    r"(0|[1-9][0-9]{0,17})\n"
    r"|(\{\}|\[\])\n"
    r"|!!binary \|\n((?: +[A-Za-z0-9+/=]+\n)+)"
    # What begins with a digit is text where no number and no date goes on so.
    r"|((?:[A-Za-z/(;$^\\]|<(?!<\n)|(?!0[xb])[0-9]+[A-Za-z;]|[0-9]+(?:\.[0-9]+)* (?=[!-~])"
    r"|(?!0x)[0-9][0-9A-Za-z_.-]*?[acdf-np-su-wyACDF-SU-WY])[!-~]*(?: [!-~]+)*)\n",
    re.DOTALL,
)
_BLANKS = lazy_pattern(" *")
_MORE = lazy_pattern(r"( +)([!-~]+(?: [!-~]+)*)\n")
#: What ends a plain text, or begins a comment.
_NOT_PLAIN = lazy_pattern(r":(?: |\Z)| #|\A#")
_NULL = frozenset({"null", "Null", "NULL"})
_RESERVED = _NULL | {
    word for each in ("true", "false", "yes", "no", "on", "off") for word in (each, each.title(), each.upper())
}
_ESCAPE = lazy_pattern(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")
_ESCAPED = {
    " ": " ",
    '"': '"',
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "a": "\a",
    "b": "\b",
    "v": "\v",
    "f": "\f",
    "e": "\x1b",
}
_ESCAPED |= {"N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029", "/": "/"}
_ESCAPED_BLANK = lazy_pattern(r"\\ +\n")  # before a break, where others are left out
_ESCAPED_BREAK = lazy_pattern(r"\\\n *")
_TWO_BREAKS = lazy_pattern("\1 *\n|\n *\1")
_BREAKS = lazy_pattern(r" *\n[ \n]*")
_NOT_INDENTED = lazy_pattern(r"\n[^ \n]")
_SURROGATES = range(0xD800, 0xE000)
#: No such text holds these. They stand for an escaped backslash or quote while the other escapes are undone, and for a
#: break of a line that is no blank.
_BACKSLASH, _QUOTE, _NO_BREAK = "\0", "\2", "\1"
_DEEPEST = 12  # levels: what vcrpy writes has fewer, and deeper text goes to the reader of YAML


class _Other(Exception):
    """The text is written in another way."""


def read_cassette(data: bytes) -> Any:
    """The values of a text; None where it is written in another way than vcrpy's own."""
    if not data.endswith(b"\n") or data.translate(None, _PRINTED):
        return None
    reader = _Reader(data.decode("ascii"))
    try:
        values = reader.block(0, 0)
    except _Other:
        return None
    return values if reader.at == len(data) else None


class _Reader:
    """Reads from `at` on, which is where a line begins between two values."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0

    def block(self, indent: int, depth: int) -> Any:
        """The mapping or list whose lines are indented so far."""
        if depth > _DEEPEST:
            raise _Other
        if self._text.startswith("- ", self.at + indent):
            return self._list(indent, depth)
        self.at += indent
        return self._mapping(indent, depth)

    def _list(self, indent: int, depth: int) -> list[Any]:
        start = " " * indent + "- "
        values: list[Any] = []
        while self._text.startswith(start, self.at):
            self.at += len(start)
            if self._text.startswith("- ", self.at):
                raise _Other
            is_mapping = _KEY.match(self._text, self.at) is not None
            values.append(self._mapping(indent + 2, depth + 1) if is_mapping else self._scalar(indent))
        return values

    def _mapping(self, indent: int, depth: int) -> dict[str, Any]:
        """A mapping; the first key is where the reader is."""
        text, start = self._text, " " * indent
        values: dict[str, Any] = {}
        while (found := _KEY.match(text, self.at)) is not None:
            key = found[1]
            if key in _RESERVED or key in values:
                raise _Other
            self.at = found.end()
            values[key] = self._below(indent, depth) if found[2] else self._scalar(indent)
            if not text.startswith(start, self.at) or self.at == len(text):
                return values
            self.at += indent
        raise _Other

    def _below(self, indent: int, depth: int) -> Any:
        """The value of a key that stands below it."""
        text = self._text
        inner = indent
        while text.startswith(" ", self.at + inner):
            inner += 1
        if not text.startswith(" " * inner, self.at) or (
            inner == indent and not text.startswith("- ", self.at + inner)
        ):
            raise _Other
        return self.block(inner, depth + 1)

    def _scalar(self, indent: int) -> Any:
        text = self._text
        if text.startswith("'", self.at):
            quoted = self._quoted("'").replace("''", _QUOTE)
            if "'" in quoted:
                raise _Other
            return _unfolded(quoted).replace(_QUOTE, "'")
        if text.startswith('"', self.at):
            return _unescaped(self._quoted("\\"))
        found = _SCALAR.match(text, self.at)
        if found is None:
            raise _Other
        self.at = found.end()
        kind = found.lastindex
        value: str = found[kind or 0]
        if kind == 1:
            return int(value)
        if kind == 2:
            return {} if value == "{}" else []
        return self._binary(value, indent) if kind == 3 else self._plain(value, indent)

    def _quoted(self, escape: str) -> str:
        """What stands between the quote here and the next one that ends a line and has no `escape` before it."""
        text, start = self._text, self.at + 1
        end_of_line = text[self.at] + "\n"
        end = text.find(end_of_line, start)
        while end >= 0:
            before = text[start:end]
            if (len(before) - len(before.rstrip(escape))) % 2 == 0:
                self.at = end + 2
                return before
            end = text.find(end_of_line, end + 1)
        raise _Other

    def _binary(self, lines: str, indent: int) -> bytes:
        rows = lines.split("\n")[:-1]
        depth = len(rows[0]) - len(rows[0].lstrip())
        if depth <= indent or any(len(row) - len(row.lstrip()) != depth for row in rows):
            raise _Other
        try:
            return base64.b64decode("".join(row[depth:] for row in rows), validate=True)
        except ValueError:
            raise _Other from None

    def _plain(self, first: str, indent: int) -> str | None:
        lines = [first]
        while (more := _MORE.match(self._text, self.at)) is not None and len(more[1]) > indent:
            lines.append(more[2])
            self.at = more.end()
        if any(map(_NOT_PLAIN.search, lines)):
            raise _Other
        value = " ".join(lines)
        if value in _NULL:
            return None
        if value in _RESERVED:
            raise _Other
        return value


def _unfolded(text: str) -> str:
    """A quoted text without the breaks of its lines: one is a blank, more are those but one."""
    if "\n" not in text:
        return text
    end = text.index("\n") + 1
    pad = "\n" + " " * (len(text) - end - len(text[end:].lstrip(" ")))
    joined = text.replace(pad, "\n")
    is_simple = len(pad) > 1 and " \n" not in joined and "\n " not in joined and "\n\n" not in joined
    if is_simple and joined.count("\n") == text.count(pad):
        return joined.replace("\n", " ")
    if _NOT_INDENTED.search(text):
        raise _Other
    return _BREAKS.sub(lambda found: "\n" * (found[0].count("\n") - 1) or " ", text)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        if '"' in text:
            raise _Other
        return _unfolded(text)
    text = text.replace("\\\\", _BACKSLASH).replace('\\"', _QUOTE)
    if '"' in text:
        raise _Other
    if "\n" in text:
        if _ESCAPED_BLANK.search(text) or _NOT_INDENTED.search(text):
            raise _Other
        if _ESCAPED_BREAK.search(text):
            text = _ESCAPED_BREAK.sub(_NO_BREAK, text)
            if _TWO_BREAKS.search(text):
                raise _Other
        text = _unfolded(text).replace(_NO_BREAK, "")
    if "\\" in text:
        text = _ESCAPE.sub(_character, text)
    return text.replace(_BACKSLASH, "\\").replace(_QUOTE, '"')


def _character(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code is not None:
        number = int(code, 16)
        if number < 3 or number in _SURROGATES or number > 0x10FFFF:  # of the first three are our signs
            raise _Other
        return chr(number)
    if found[4] not in _ESCAPED:
        raise _Other
    return _ESCAPED[found[4]]
