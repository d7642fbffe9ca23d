"""Secrets in tables of JSON by the name of their column: lists of cells below a list of names, as spreadsheets and databases answer.

The names are strings, `["name", "password"]`, or objects with a name. The rows follow them in the same list, or stand
under a key of their own; a cell is a value or an object around it. Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from recproxy.lazy.patterns import lazy_pattern, repeated
from recproxy.recording.json_reader import RECORDED_TOKEN
from recproxy.redaction.name_rules import NameHits, NameRules
from recproxy.redaction.names import is_label, is_secret, may_be_secret
from recproxy.redaction.spans import Span, wild_name
from recproxy.redaction.views import json_unescaped

__all__ = ["json_tables"]

_FAR = 4096  # bytes of the names of columns before one that is looked at
#: What stands before a name in a list of names, backwards.
_MORE = repeated(rb",\s*\"[^\"\\]*\"\s*")
_BEFORE = lazy_pattern(rb"\s*" + _MORE + rb"\[")
_NAMES = lazy_pattern(rb"\[\s*\"[^\"\\]*\"\s*" + _MORE + rb"\]")
_STRING = lazy_pattern(rb"\"([^\"\\]*)\"")
_RUN = lazy_pattern(repeated(rb"\"[^\"\\]*\"\s*,\s*"))
_OBJECTS = lazy_pattern(rb"\[\s*\{")
_ELEMENT = lazy_pattern(rb"\s*[,\]]")
_NAMED = lazy_pattern(rb"(?i)\"(?:name|label|title|columnname|column_name)\"\s*:\s*\Z")
_FOLLOWS = lazy_pattern(rb"\s*,\s*(?=\[)")
_ROWS = lazy_pattern(
    rb"(?i)\"(?:rows|values|data|records|rowset|data_?array|data_?rows|result_?rows|results?|tuples|matrix)\"\s*:\s*\[\s*(?=[\[{])"
)
#: Below names without a key for their rows: any two words may stand in a pair.
_WORD = lazy_pattern(rb"[A-Za-z]*\Z")
_WORDS = lazy_pattern(rb"[A-Za-z]+(?:[-_ ][A-Za-z]+)*\Z")
_WHO = frozenset({b"name", b"user", b"username", b"email", b"login", b"id", b"account", b"service"})


def json_tables(text: bytes, hits: NameHits, rules: NameRules) -> Iterator[Span]:
    """The cells of columns with secret names; `hits` are where letters of such names stand."""
    done = 0
    rows: list[tuple[int, int]] | None = None
    for _, start, end in hits:
        opening, closing = text.rfind(b'"', max(0, start - 80), start), text.find(b'"', end - 1, end + 80)
        if start < done or opening < 0 or closing < 0 or text.startswith(b":", closing + 1):
            continue  # a key is no name of a column
        is_named = _NAMED.search(text, max(0, opening - 40), opening)
        if not is_named and not _ELEMENT.match(text, closing + 1):
            continue
        if not _is_name(text[opening + 1 : closing], rules):
            continue
        names, begin, done = (_objects if is_named else _strings)(text, opening)
        columns = {at: name for at, name in enumerate(names) if _is_name(name, rules)}
        if not columns:
            continue
        follows = _FOLLOWS.match(text, done)
        if rows is None:
            rows = [found.span() for found in _ROWS.finditer(text)]
        at = follows.end() if follows else _rows_of(rows, begin, done)
        if at is not None:
            surely = not follows or not _WHO.isdisjoint(name.lower() for name in names)
            cells = _Cells(columns, rules, is_said=not follows, surely=surely)
            yield from cells.spans(text, at)
            done = max(done, cells.end)


def _is_name(name: bytes, rules: NameRules) -> bool:
    return name.lower() in rules.keys or may_be_secret(name, json=True)


def _rows_of(rows: Sequence[tuple[int, int]], begin: int, end: int) -> int | None:
    """Where the rows begin that follow the names of their columns, or else stand before them."""
    after = bisect_left(rows, (end, 0))
    if after < len(rows):
        return rows[after][1]
    return rows[after - 1][1] if after and rows[after - 1][0] < begin else None


def _strings(text: bytes, opening: int) -> tuple[list[bytes], int, int]:
    """The names of a list of strings, and where it begins and ends."""
    before = _BEFORE.match(text[max(0, opening - _FAR) : opening][::-1])
    found = _NAMES.match(text, opening - before.end()) if before else None
    if found is not None:
        return _STRING.findall(found[0]), *found.span()
    run = _RUN.match(text, opening)  # it began too far away, or is no list of strings
    return [], opening, run.end() if run else opening


def _objects(text: bytes, opening: int) -> tuple[list[bytes], int, int]:
    """The names of a list of objects, in which each says the name of a column."""
    begin = text.rfind(b"[", max(0, opening - _FAR), opening)
    if begin < 0 or not _OBJECTS.match(text, begin):
        return [], opening, opening
    names: list[bytes] = []
    depth, name, end = 0, b"", begin
    for found in RECORDED_TOKEN.finditer(text, begin, begin + 16 * _FAR):
        mark, end = found[2], found.end()
        if mark is not None and mark in b"{[":
            depth += 1
        elif mark is not None and mark in b"}]":
            depth -= 1
            if depth == 1:
                names.append(name)
                name = b""
            if not depth:
                return names, begin, end
        elif found[1] is not None and depth == 2 and not name:
            before = max(0, found.start() - 40)
            name = found[1] if _NAMED.search(text, before, found.start()) else b""
    return [], begin, end


class _Cells:
    """The cells of secret columns. `is_said` says that a key calls them rows, `surely` that they are no pairs of words."""

    def __init__(self, columns: dict[int, bytes], rules: NameRules, *, is_said: bool, surely: bool) -> None:
        self._columns, self._rules = columns, rules
        self._is_said, self._surely = is_said, surely
        #: Where the last list of rows ended.
        self.end = 0

    def spans(self, text: bytes, at: int) -> Iterator[Span]:
        """The secrets of the rows that begin at a place, up to the end of their list."""
        depth = in_cells = column = 0  # `in_cells`: the depth of the list that holds the cells of a row
        for found in RECORDED_TOKEN.finditer(text, at):
            mark, self.end = found[2], found.end()
            if mark is not None and mark in b"{[":
                depth += 1
                if mark == b"[" and not in_cells:
                    in_cells, column = depth, 0
            elif mark is not None and mark in b"}]":
                in_cells = 0 if depth == in_cells else in_cells
                depth -= 1
                if depth < 0:
                    return
            elif mark == b",":
                column += depth == in_cells
            elif mark is None and in_cells and column in self._columns and text[self.end : self.end + 1] != b":":
                yield from self._cell(self._columns[column], found)

    def _cell(self, name: bytes, found: re.Match[bytes]) -> Iterator[Span]:
        quoted = found[1] is not None
        raw = found[1] if quoted else found[3]
        value = json_unescaped(raw).text
        if not value or (not quoted and value in (b"true", b"false", b"null")):
            return
        if not self._is_said and (_WORD.match(value) or (not self._surely and _WORDS.match(value))):
            return
        if name.lower() in self._rules.keys or (is_secret(name, value, json=True) and not is_label(name, value)):
            yield Span(*found.span(1 if quoted else 3), "json", wild_name(name), "text" if quoted else "scalar", value)
