"""Secrets in tables of text by the name of their column. Finds spans, masks nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.redaction.name_rules import NameRules
from recproxy.redaction.names import is_secret
from recproxy.redaction.spans import Span, wild_name

__all__ = ["table_spans"]

_SEPARATORS = (b"\t", b";", b",")
_LONGEST = 8192  # bytes of a line


def table_spans(text: bytes, rules: NameRules) -> Iterator[Span]:
    """The cells of columns with secret names: the first line has the names of all columns."""
    head, _, _ = text.partition(b"\n")
    separator = max(_SEPARATORS, key=head.count)
    names = [found[0].strip(b"\r\"' ") for found in _cells(head, separator)]
    secret = {number: name for number, name in enumerate(names) if _may_hold(name, rules)}
    if not secret or len(head) > _LONGEST:
        return
    start = len(head) + 1
    for line in text[start:].split(b"\n"):
        if len(line) <= _LONGEST:
            for number, found in enumerate(_cells(line, separator)):
                raw = found[0].rstrip(b"\r")
                value = raw.strip(b'"')
                name = secret.get(number)
                if name is not None and value and (is_secret(name, value) or name.lower() in rules.form):
                    low = start + found.start() + raw.index(value)
                    yield Span(low, low + len(value), "text", wild_name(name), value=value)
        start += len(line) + 1


def _may_hold(name: bytes, rules: NameRules) -> bool:
    return name.lower() in rules.form or is_secret(name, b"a-token-like-value-0123456789")


def _cells(line: bytes, separator: bytes) -> Iterator[re.Match[bytes]]:
    cell = rb'(?:"(?:[^"]|"")*"|[^%s]*)(?=%s|\Z)' % (re.escape(separator), re.escape(separator))
    position = 0
    while (found := re.compile(cell).match(line, position)) is not None:
        yield found
        position = found.end() + 1
        if found.end() >= len(line):
            return
