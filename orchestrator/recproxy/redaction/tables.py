"""Secrets in tables of text by the name of their column. Finds spans, masks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.recording.field_names import is_listed
from recproxy.redaction.name_rules import NameRules
from recproxy.redaction.names import is_secret, may_be_secret
from recproxy.redaction.spans import Span, wild_name

__all__ = ["table_spans"]

_SEPARATORS = (b"\t", b";", b"|", b",")
_HEAD = 65536  # bytes of the names of all columns
#: Spreadsheets read such a line in front of the names.
_SAID = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:[Ss]ep=([^\r\n])\r?\n)?")


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


def _cells(separator: bytes) -> re.Pattern[bytes]:
    """A cell and what ends it: quotes may hold separators and ends of lines."""
    mark = re.escape(separator)
    return re.compile(
        rb'[ ]*+("(?:[^"]|"")*+"(?=[ ]*+(?:%s|[\r\n]|\Z))|[^%s\r\n]*+)[ ]*+(%s|\r?\n|\r|\Z)' % (mark, mark, mark)
    )
