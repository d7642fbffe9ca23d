"""Secrets in lines of settings and headers by name: shell, ini, YAML, TOML, the head of a request.

A line has one name and its value, or, in YAML and TOML, names and values in braces; in YAML a name may itself be a value.
Finds spans, masks nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from recproxy.lazy.patterns import lazy_pattern, repeated
from recproxy.redaction.coded_places import opaque
from recproxy.redaction.header_values import header_spans
from recproxy.redaction.name_rules import NameHits, NameRules
from recproxy.redaction.names import is_secret, looks_like_a_token
from recproxy.redaction.spans import Span, wild_name

__all__ = ["line_spans"]

_VALUE = rb"(?:\"([^\"\r\n]+)\"|'([^'\r\n]+)'|([^\s\"'{}\[\]<&|>(),;][^\s\"'{}\[\]<>(),;]{3,}))"
_LINE = lazy_pattern(
    rb"[ \t>]*(?:- |export |set |\$env:|\$|env\.|//[^\s=\"']{1,200}:)?([\"']?)([A-Za-z_][A-Za-z0-9_.-]{1,80})\1[ \t]*"
    rb"(?::=|::|[:=]|=>)[ \t]*(?:[!&][A-Za-z0-9_!:/.-]*[ \t]+){0,3}" + _VALUE + rb"[ \t]*(?:[#;].*)?\r?\Z"
)
#: A constant of PHP, in a text that does not say that it is PHP.
_DEFINE = lazy_pattern(
    rb"[ \t]*define\([ \t]*([\"'])(?P<name>[A-Za-z_][A-Za-z0-9_]*)\1[ \t]*,[ \t]*(?:\"([^\"\r\n]+)\"|'([^'\r\n]+)')[ \t]*\)"
)
#: A setting whose name and value have only a blank between them.
_SET = lazy_pattern(
    rb"[ \t]*(?:setx|setenv|ENV|set -[Ugx]{1,3})[ \t]+(?P<name>[A-Z][A-Z0-9_]*)[ \t]+"
    + _VALUE
    + rb"[ \t]*(?:/[A-Za-z])?\r?\Z"
)
#: The strings of TOML that may hold line ends.
_LONG = lazy_pattern(rb"[ \t]*[\"']?([A-Za-z_][A-Za-z0-9_.-]*)[\"']?[ \t]*=[ \t]*(\"{3}|'{3})")
_BLOCK = lazy_pattern(
    rb"([ \t]*+)(?:- )?[\"']?([A-Za-z_][A-Za-z0-9_.-]*)[\"']?:[ \t]*(?:[!&][A-Za-z0-9_!:/.-]*[ \t]+){0,3}[|>][+-]?[0-9]?[ \t]*\r?\Z"
)
#: A name in YAML whose value stands in the next line, or in a list below it.
_ASKED = lazy_pattern(rb"[ \t]*(?:- )*\?[ \t]+([\"']?)([A-Za-z_][A-Za-z0-9_.-]*)\1[ \t]*\r?\Z")
_ANSWER = lazy_pattern(rb"\n[ \t]*:[ \t]+(?:[!&][A-Za-z0-9_!:/.-]*[ \t]+){0,3}" + _VALUE + rb"[ \t]*(?=\r?\n|\Z)")
_LISTS = lazy_pattern(rb"([ \t]*+)(?:- )?([\"']?)([A-Za-z_][A-Za-z0-9_.-]*)\2:[ \t]*\r?\Z")
_ITEM = lazy_pattern(rb"\n([ \t]*+)- +" + _VALUE + rb"[ \t]*(?=\r?\n|\Z)")
_MORE = lazy_pattern(rb"&(?=[A-Za-z_][A-Za-z0-9_.-]*=)")
_HEADER_LINE = lazy_pattern(rb"[ \t>]*([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]+(\S[^\r\n]*?)[ \t]*\r?\Z")
_HEADS = frozenset({b"authorization", b"cookie"})
#: A mapping in braces is read where names alone stand before it: what stands in code is no mapping.
_FLOW = lazy_pattern(
    rb"[ \t]*+" + repeated(rb"- +") + repeated(rb"[\"']?[A-Za-z0-9_.-]++[\"']?(?:: +| *= *)") + rb"[\[ ]*+\{"
)
_MEMBER = lazy_pattern(
    rb"[{,][ \t]*([\"']?)([A-Za-z_][A-Za-z0-9_.-]*)\1[ \t]*[:=][ \t]*"
    rb"(?:\"([^\"\r\n]+)\"|'([^'\r\n]+)'|([^\s\"'{}\[\],]+))(?=[ \t]*[,}])"
)
_NAME = lazy_pattern(rb"[ \t]*+(?:- [ \t]*+)?(?:name|key):[ \t]+[\"']?([A-Za-z_][A-Za-z0-9_.-]*)[\"']?[ \t]*\r?\Z")
_BESIDE = lazy_pattern(rb"[ \t]*+(?:- [ \t]*+)?value:[ \t]+" + _VALUE + rb"[ \t]*\r?\Z")
_SECRET = lazy_pattern(rb"(?m)^kind:[ \t]*[\"']?Secret[\"']?[ \t]*\r?$")
_DATA = lazy_pattern(rb"(?m)^(?:data|stringData):[ \t]*\r?\n((?:[ \t]+\S[^\n]*(?:\n|\Z)|[ \t]*\r?\n)+)")
_DOCUMENT = lazy_pattern(rb"(?m)^---[^\n]*$")
_ENTRY = lazy_pattern(
    rb"(?m)^[ \t]+(?>(?:[\"']?[A-Za-z0-9_.-]+[\"']?:(?:[ \t]+[|>][+-]?[ \t]*\r?$|[ \t]+))?)[\"']?([^\s\"'|>][^\r\n\"']*)"
)


def line_spans(text: bytes, hits: NameHits, rules: NameRules) -> Iterator[Span]:
    """Secrets in lines of settings and headers: `password: ...`, `export TOKEN=...`, `Authorization: ...`."""
    done = -1
    for _, start, _ in hits:
        if start < done:
            continue
        begin = text.rfind(b"\n", 0, start) + 1
        end = text.find(b"\n", start)
        done = end = len(text) if end < 0 else end
        line = text[begin:end]
        if len(line) <= 8192:
            for span in _in_line(line, rules) or _beside(text, begin, end) or _below(text, line, end, rules):
                yield span.moved(span.start + begin, span.end + begin)
        yield from _block(text, line, end, rules)
    if hits and b"Secret" in text and _SECRET.search(text):
        yield from _secrets(text)


def _block(text: bytes, line: bytes, end: int, rules: NameRules) -> Iterator[Span]:
    """The lines of a block of YAML under a secret name: `api_key: |`, and what is indented below it."""
    found = _LONG.match(line)
    if found is not None:
        start = end - len(line) + found.end()
        stop = text.find(found[2], start)
        value = text[start:stop].strip()
        if stop > 0 and value and (is_secret(found[1], value) or found[1].lower() in rules.keys):
            start = text.index(value, start)
            yield Span(start, start + len(value), "text", wild_name(found[1]), value=value)
        return
    found = _BLOCK.match(line)
    if found is None:
        return
    block = re.compile(rb"\n((?:%s[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\r?\n)+)" % re.escape(found[1])).match(text, end)
    value = block[1].strip() if block else b""
    if block and (is_secret(found[2], value) or found[2].lower() in rules.keys):
        start = block.start(1) + block[1].index(value)
        yield Span(start, start + len(value), "text", wild_name(found[2]), value=value)


def _in_line(line: bytes, rules: NameRules) -> list[Span]:
    found = _HEADER_LINE.match(line)
    spans = header_spans(found[1], found[2], rules.headers) if found else None
    if found and spans is not None and (b"-" in found[1] or b" " not in found[2] or found[1].lower() in _HEADS):
        return [span.moved(span.start + found.start(2), span.end + found.start(2)) for span in spans]
    for setting in (_DEFINE, _SET):
        found = setting.match(line)
        group = (found and found.lastindex) or 1
        if found and is_secret(found["name"], found[group]):
            return [Span(*found.span(group), "text", wild_name(found["name"]), value=found[group])]
    found = _LINE.match(line)
    if found:
        group = found.lastindex or 5
        # A form in a line has more names behind the first.
        value = _MORE.split(found[group], maxsplit=1)[0]
        if is_secret(found[2], value) or found[2].lower() in rules.keys:
            start = found.start(group)
            return [Span(start, start + len(value), "text", wild_name(found[2]), value=value)]
    if b"{" in line and _FLOW.match(line):
        return list(_members(line, rules))
    return []


def _below(text: bytes, line: bytes, end: int, rules: NameRules) -> list[Span]:
    """The value of `? name` in the line below, and the items of a list below a name."""
    asked = _ASKED.match(line)
    if asked is not None:
        answer = _ANSWER.match(text, end)
        group = (answer and answer.lastindex) or 1
        if answer is None or not (is_secret(asked[2], answer[group]) or asked[2].lower() in rules.keys):
            return []
        return [Span(*answer.span(group), "text", wild_name(asked[2]), value=answer[group])]
    named = _LISTS.match(line)
    spans: list[Span] = []
    while named is not None and (item := _ITEM.match(text, end)) is not None and len(item[1]) >= len(named[1]):
        end, group = item.end(), item.lastindex or 2
        if is_secret(named[3], item[group]) or named[3].lower() in rules.keys:
            spans.append(Span(*item.span(group), "text", wild_name(named[3]), value=item[group]))
    return spans


def _members(line: bytes, rules: NameRules) -> Iterator[Span]:
    """Secrets of a mapping in braces: `{name: me, password: "..."}`."""
    for found in _MEMBER.finditer(line):
        group = found.lastindex or 5
        value = found[group]
        secret = is_secret(found[2], value) and (group != 5 or looks_like_a_token(value))
        if secret or found[2].lower() in rules.keys:
            yield Span(*found.span(group), "text", wild_name(found[2]), value=value)


def _beside(text: bytes, begin: int, end: int) -> list[Span]:
    """The value in the line after or before a name: `- name: DB_PASSWORD`, `value: ...`."""
    name = _NAME.match(text[begin:end])
    if name is None:
        return []
    after = text.find(b"\n", end + 1)
    before = text.rfind(b"\n", 0, max(0, begin - 1)) + 1
    for low, high in ((end + 1, len(text) if after < 0 else after), (before, begin - 1)):
        found = _BESIDE.match(text[low:high]) if low < high else None
        if found is not None and is_secret(name[1], found[found.lastindex or 1]):
            start, stop = found.span(found.lastindex or 1)
            value = found[found.lastindex or 1]
            return [Span(start + low - begin, stop + low - begin, "text", wild_name(name[1]), value=value)]
    return []


def _secrets(text: bytes) -> Iterator[Span]:
    """The values of a Secret of Kubernetes, which are in base64 under `data` and plain under `stringData`."""
    edges = [0, *(found.end() for found in _DOCUMENT.finditer(text)), len(text)]
    for start, end in itertools.pairwise(edges):
        document = text[start:end]
        if _SECRET.search(document):
            for data in _DATA.finditer(document):
                for found in _ENTRY.finditer(data[1]):
                    low = start + data.start(1) + found.start(1)
                    value = found[1].rstrip()
                    yield opaque(value, low, low + len(value), "text", "secret")
