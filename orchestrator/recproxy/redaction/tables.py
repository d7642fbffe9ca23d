"""Secrets in tables of text by the name of their column: CSV and its like, also in a string of JSON, and drawn with bars.

Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern, repeated
from recproxy.recording.field_names import is_listed
from recproxy.recording.json_reader import JSON_STRING
from recproxy.redaction.name_rules import NameHits, NameRules
from recproxy.redaction.names import is_secret, is_wordy, may_be_secret
from recproxy.redaction.spans import Span, wild_name
from recproxy.redaction.views import json_unescaped

__all__ = ["drawn_spans", "is_table", "string_tables", "table_spans"]

_SEPARATORS = (b"\t", b";", b"|", b",")
_HEAD = 65536  # bytes of the names of all columns
_FAR = 1024  # bytes from the beginning of a string to a name in it
#: Spreadsheets read such a line in front of the names.
_SAID = lazy_pattern(rb"\A(?:\xef\xbb\xbf)?(?:[Ss]ep=([^\r\n])\r?\n)?")
_NAME = rb"(?:\"[^\"\r\n]{1,80}\"|(?! )[A-Za-z0-9_\x80-\xff .()#/-]{0,80})"
#: Names and separators without blanks behind them, as no sentence has them, and the like in the line below.
_TABLE = lazy_pattern(
    _SAID.pattern
    + rb"%s(?P<mark>[,;\t|])%s%s[ ]*\r?\n[^\r\n]*(?P=mark)" % (_NAME, _NAME, repeated(rb"(?P=mark)" + _NAME))
)
_COLUMN = rb"[ \t]*+[+|][ \t]*+-++"
#: A table for people, in Markdown or from the terminal of a database: a line divides the names from the cells.
_DRAWN = lazy_pattern(
    rb"(?m)^[ \t]*(?:\|[^|\r\n]{1,200})+\|?[ \t]*\r?\n[ \t]*[|+](?=[ \t:|+]*-)[ \t:|+-]*+\r?$"
    rb"|^[^|\r\n]{1,200}(?:\|[^|\r\n]{1,200})+\r?\n[ \t]*-++" + _COLUMN + repeated(_COLUMN) + rb"[ \t]*+\r?$"
)
#: The line between them, which few texts have: it is found many times faster.
_RULED = lazy_pattern(rb"(?m)\n[ \t:|+]*-[ \t:|+-]*+\r?$")
_DRAWN_ROW = lazy_pattern(rb"\n([^\r\n]*\|[^\r\n]*)\r?")
_AROUND = b" \t\r*`"
_SHORTEST = 6  # letters of a cell for people that is a value
#: What follows a name in the first line of a table that stands in a string, and what stands before it, backwards.
_AFTER = lazy_pattern(rb"[A-Za-z0-9_ .()-]{0,60}(?:\\\")?[ ]?(?:[,;|\t]|\\[trn])")
_BEFORE = lazy_pattern(rb"(?:t\\|[A-Za-z0-9_\x80-\xff .,;|()#/\t-]|\"\\)*+\"(?!\\)")


def is_table(text: bytes) -> bool:
    """Whether a text has names of columns in its first line, and as many or other cells in the next."""
    return _TABLE.match(text) is not None


def string_tables(text: bytes, hits: NameHits, rules: NameRules) -> Iterator[Span]:
    """The same in strings of JSON; `hits` are where letters of secret names stand."""
    if b"\\n" not in text and b"\\r" not in text:
        return
    done = 0
    for _, start, end in hits:
        if start < done or not _AFTER.match(text, end):
            continue
        before = _BEFORE.match(text[max(0, start - _FAR) : start][::-1])
        found = JSON_STRING.match(text, start - before.end()) if before else None
        if found is None:
            continue
        done = found.end()
        view = json_unescaped(found[1])
        for span in table_spans(view.text, rules) if is_table(view.text) else ():
            low, high = view.raw(span.start, span.end)
            yield span.moved(low + found.start(1), high + found.start(1))
    if b"|" in text and b"--" in text:
        view = json_unescaped(text)
        for span in drawn_spans(view.text, rules):
            yield span.moved(*view.raw(span.start, span.end))


def table_spans(text: bytes, rules: NameRules) -> Iterator[Span]:
    """The cells of columns with secret names: the first line has the names of all columns."""
    said = _SAID.match(text)
    start = said.end() if said else 0
    head = re.split(rb"[\r\n]", text[start : start + _HEAD], maxsplit=1)[0]
    separator = (said and said[1]) or max(_SEPARATORS, key=head.count)
    cells = _cells(separator)
    names: list[bytes] = []
    secret: dict[int, bytes] = {}
    column, in_head = 0, True
    for found in cells.finditer(text, start):
        raw = found[1]
        if in_head:
            name = raw.strip(b"\"' \t")
            names.append(name)
            if is_listed(name, rules.form) or may_be_secret(name):
                secret[column] = name
        elif (name := secret.get(column, b"")) and (value := raw.strip(b"\"'")):
            plain = value.replace(b'""', b'"').strip()
            if is_secret(name, plain) or is_listed(name, rules.form):
                low = found.start(1) + raw.index(value)
                yield Span(low, low + len(value), "text", wild_name(name), value=plain)
        column += 1
        if found[2] != separator:
            if in_head and not secret:
                return
            column, in_head = 0, False


def drawn_spans(text: bytes, rules: NameRules) -> Iterator[Span]:
    """The cells of tables for people that stand among other lines. There, words say something of a password."""
    for head in _DRAWN.finditer(text) if _RULED.search(text) else ():
        names = [each.strip(_AROUND) for each in head[0].partition(b"\n")[0].split(b"|")]
        secret = {at: name for at, name in enumerate(names) if is_listed(name, rules.form) or may_be_secret(name)}
        at = head.end()
        while secret and (row := _DRAWN_ROW.match(text, at)):
            start, at = row.start(1), row.end()
            for column, cell in enumerate(row[1].split(b"|")):
                value, name = cell.strip(_AROUND), secret.get(column, b"")
                told = len(value) >= _SHORTEST and b" " not in value and not is_wordy(value)
                if name and told and not value.isalpha() and is_secret(name, value):
                    low = start + cell.index(value)
                    yield Span(low, low + len(value), "text", wild_name(name), value=value)
                start += len(cell) + 1


def _cells(separator: bytes) -> re.Pattern[bytes]:
    """A cell and what ends it: quotes may hold separators and ends of lines."""
    mark = re.escape(separator)
    return re.compile(
        rb'[ ]*+("(?:[^"]|"")*+"(?=[ ]*+(?:%s|[\r\n]|\Z))|[^%s\r\n]*+)[ ]*+(%s|\r?\n|\r|\Z)' % (mark, mark, mark)
    )
