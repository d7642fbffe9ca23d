"""Secrets in the arguments of commands by name: `--token abc`, `config set api_key abc`, `-H "X-Api-Key: abc"`.

In the lines of a text, in strings of JSON, and in a list of arguments as JSON has it: `["--token", "abc"]`. Such text may
tell of a command too, so a plain word is no value. Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.header_values import header_spans
from recproxy.redaction.name_rules import NameHits, NameRules
from recproxy.redaction.names import is_secret, is_wordy, may_be_secret
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.spans import Span, wild_name

__all__ = ["argument_spans"]

_FAR = 80  # bytes of a name
_LETTERS = lazy_pattern(rb"[A-Za-z0-9_.:/-]*")
_REST = lazy_pattern(rb"[A-Za-z0-9_.-]*")
_VALUE = rb"(?:\\?\"([^\"\\\r\n]{6,})\\?\"|'([^'\\\r\n]{6,})'|(?:\\?[\"'])?([^\s\"'\\,;|<>()\[\]{}&]{6,}))"
_BEHIND = lazy_pattern(rb"(?:[ \t]{1,4}|\"[ \t\r\n]*,[ \t\r\n]*(?=\")|'[ \t\r\n]*,[ \t\r\n]*(?='))" + _VALUE)
_BLANK = lazy_pattern(rb"[ \t]{1,4}" + _VALUE)
#: What sets a value that has a name: `aws configure set NAME VALUE`, `npm config set NAME VALUE`.
_SETS = lazy_pattern(
    rb"(?:config|configure|conf|env|secrets?|variables?|vars?|params?|settings?)[ :](?:set|add|put)(?: --?[a-z-]{1,30}){0,4} \Z"
)
#: A word, or a name that ends like one of a secret: `config set --secret db:password VALUE`.
_WORDS = lazy_pattern(rb"[A-Za-z_]+(?:[.:][A-Za-z_]+)*\Z")
_BEGINS = lazy_pattern(rb"(?:[\s\"'`=(\[,]|\A)\Z")
_HEADER = lazy_pattern(rb"(?:H|-header)(?:[ \t]{1,4}|=)?(\\?[\"'])\Z")
#: In single quotes JSON may stand as it is.
_HEADER_VALUE = lazy_pattern(rb":[ \t]*(?:(\{[^'\r\n]*\})(?=')|([^\"'\\\r\n]{4,}))")


def argument_spans(text: bytes, hits: NameHits, rules: NameRules) -> Iterator[Span]:
    """The values of arguments whose names say that they are secret; `hits` are where letters of such names stand."""
    done = 0
    for _, start, end in hits:
        if start < done or not _may_begin(text, start):
            continue
        before = _LETTERS.match(text[max(0, start - _FAR) : start][::-1])
        rest = _REST.match(text, end, end + _FAR)
        begin, stop = start - (before.end() if before else 0), rest.end() if rest else end
        for span in _at(text, begin, stop, rules):
            done = span.end
            yield span


def _may_begin(text: bytes, start: int) -> bool:
    """Whether an option, a header or a name that is set may begin shortly before a place: most places are told by that."""
    low = max(0, start - _FAR)
    return (
        text.find(b"-", low, start) >= 0 or text.find(b"set ", low, start) >= 0 or text.find(b"add ", low, start) >= 0
    )


def _at(text: bytes, begin: int, stop: int, rules: NameRules) -> Iterator[Span]:
    name = text[begin:stop]
    if name.startswith(b"-"):
        key = name.lstrip(b"-")
        if _BEGINS.search(text, max(0, begin - 1), begin) and may_be_secret(key):
            yield from _given(key, _BEHIND.match(text, stop))
        return
    low = max(0, begin - _FAR)
    if _HEADER.match(text, text.rfind(b"-", low, begin) + 1, begin):
        value = _HEADER_VALUE.match(text, stop)
        if value is not None:
            begin = value.start(value.lastindex or 1)
            for span in header_spans(name, text[begin : value.end()], rules.headers) or ():
                yield span.moved(span.start + begin, span.end + begin)
    elif text[begin - 1 : begin] == b" " and _SETS.search(text, low, begin):
        key = name.rpartition(b":")[2]
        if may_be_secret(key):
            yield from _given(key, _BLANK.match(text, stop))


def _given(key: bytes, found: re.Match[bytes] | None) -> Iterator[Span]:
    if found is None:
        return
    group = found.lastindex or 1
    value = found[group].rstrip(b".:")
    mixed = re.search(rb"[0-9]", value) or not _WORDS.match(value)
    told = is_secret(key, value) and not is_placeholder(value) and value[:1] not in b"-$%"
    if mixed and told and not value.startswith(b"id=") and (is_secret(key, b"x") or not is_wordy(value)):
        start = found.start(group)
        yield Span(start, start + len(value), "argument", wild_name(key), value=value)
