"""Secrets in SQL by the name of their column: `INSERT INTO users (name, password) VALUES ('me', '...')`, and in `SET`.

Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.names import is_secret, may_be_secret
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.spans import Span, wild_name

__all__ = ["sql_spans"]

_INSERT = lazy_pattern(
    rb"(?i)\b(?:insert|replace)(?: ignore)? into [^\s()\\]{1,100}(?:\s|\\[nrt])*+\(([^()]{1,4000})\)(?:\s|\\[nrt])*+values?(?:\s|\\[nrt])*+(?=\()"
)
_ROW = lazy_pattern(rb"(?:\s|\\[nrt]|,)*+\(")
_CELL = lazy_pattern(
    rb"(?:\s|\\[nrt])*+(?:[NE]?'((?:[^'\\]|''|\\.)*+)'|[^',()]*+(?:\([^()]*+\))?[^',()]*+)(?:\s|\\[nrt])*+([,)])",
    re.DOTALL,
)
_SET = lazy_pattern(
    rb"(?i)(?:\bset|,|\bwhere|\band|\bor)\s+[\"`\[]?([a-z_][a-z0-9_.]{1,60})[\"`\]]?\s*=\s*[NE]?'((?:[^'\\]|'')+)'"
)


def sql_spans(text: bytes) -> Iterator[Span]:
    """The values of columns with secret names, in statements that stand in a text or in a string of JSON."""
    if b"'" not in text:
        return  # no value without it, and a letter is found many times faster than a word
    if b"INTO " in text or b"into " in text:
        for found in _INSERT.finditer(text):
            names = [each.strip(b' \t\r\n"`[]\\') for each in found[1].split(b",")]
            secret = {at: name for at, name in enumerate(names) if may_be_secret(name)}
            if secret:
                yield from _rows(text, found.end(), secret)
    if b"SET " in text or b"set " in text or b"WHERE " in text or b"where " in text:
        for found in _SET.finditer(text):
            if _is_value(found[1], found[2]):
                yield Span(*found.span(2), "text", wild_name(found[1]), value=found[2])


def _rows(text: bytes, at: int, secret: dict[int, bytes]) -> Iterator[Span]:
    while (row := _ROW.match(text, at)) is not None:
        at, column = row.end(), 0
        while (cell := _CELL.match(text, at)) is not None:
            at, name = cell.end(), secret.get(column, b"")
            if name and cell[1] and _is_value(name, cell[1]):
                yield Span(*cell.span(1), "text", wild_name(name), value=cell[1].replace(b"''", b"'"))
            column += 1
            if cell[2] == b")":
                break
        else:
            return


def _is_value(name: bytes, value: bytes) -> bool:
    return is_secret(name, value) and not is_placeholder(value)
