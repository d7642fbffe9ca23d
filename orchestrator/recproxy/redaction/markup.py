"""Secrets in HTML and XML by name: form fields, meta tags and data attributes; elements, attributes and property lists.

The text of a page, and what scripts and styles stand in it, has no names and values. Finds spans, masks nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.names import is_secret
from recproxy.redaction.spans import FindSpans, Span, wild_name

__all__ = ["html_spans", "xml_spans"]

_TAG = lazy_pattern(rb"(?i)<(?:input|meta|textarea|param)\s[^<>]*>")
#: Names are read from where they begin, and once: a search from each of their letters would be quadratic.
_ATTRIBUTE = lazy_pattern(
    rb"(?<![A-Za-z0-9_:.-])[0-9.-]*+([A-Za-z_:][A-Za-z0-9_:.-]*+)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))"
)
_DATA = lazy_pattern(rb"(?i)\sdata-([a-z0-9_.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'<>]+))")
_LINK = lazy_pattern(
    rb"(?i)(?:href|src|action|content|(?<![a-z-])(?>[a-z-]*?data-[a-z-]+))\s*+=\s*+(?:\"([^\"<>]*)\"|'([^'<>]*)')"
)
_SCRIPT = lazy_pattern(rb"(?i)<script\b")
_SCRIPT_END = lazy_pattern(rb"(?i)</script>")
_DATA_TYPE = lazy_pattern(rb"(?i)type\s*=\s*[\"']?application/(?:ld\+|[a-z.+-]*)json")
_ELEMENT = lazy_pattern(
    rb"<((?:[A-Za-z0-9_.-]+:)?[A-Za-z_][A-Za-z0-9_.-]*)((?:\s[^<>]*)?)>\s*+(?:<!\[CDATA\[|(?P<text>[^<>]++)</)"
)
_CDATA_END = lazy_pattern(rb"\]\]>\s*+</")
_XML_TAG = lazy_pattern(rb"<[A-Za-z_][^<>!?]*>")
_PLIST = lazy_pattern(
    rb"<(?:key|name)>([^<>]+)</(?:key|name)>\s*+(?:<value>\s*+)?<(?:string|data|value)>\s*+(?:<string>)?"
    rb"(?:<!\[CDATA\[|(?P<text>[^<>]++)</)"
)
_ANY_TAG = lazy_pattern(rb"<(/?)([A-Za-z_][A-Za-z0-9_:.-]*)(?:\s(?:[^<>]*[^<>/])?)?>")
_VALUES = frozenset({b"value", b"content"})
_BEARING = frozenset({b"value", b"plaintext", b"text", b"string"})
_NAMING = frozenset({b"name", b"key"})


def html_spans(text: bytes, url: FindSpans, json: FindSpans) -> Iterator[Span]:
    """Secrets of a page; `url` and `json` find those of a link and of a script of data."""
    for tag in _TAG.finditer(text):
        yield from _named_value(tag, markup_json=False)
    for found in _DATA.finditer(text):
        group = found.lastindex or 2
        value = _plain(found[group])
        if found[group] and is_secret(found[1], value):
            yield Span(*found.span(group), "markup", wild_name(found[1]), value=value)
    for found in _LINK.finditer(text):
        group = found.lastindex or 1
        if b"=" in found[group] or b"@" in found[group]:
            yield from _moved(url(found[group]), found.start(group))
    for start, end in _islands(text):
        yield from _moved(json(text[start:end]), start)


def _islands(text: bytes) -> Iterator[tuple[int, int]]:
    """Where scripts of data stand; what is begun and never ended is looked for once, not from each that begins."""
    at = 0
    while (begun := _SCRIPT.search(text, at)) and (start := text.find(b">", begun.end()) + 1):
        at = start
        if _DATA_TYPE.search(text, begun.end(), start):
            ended = _SCRIPT_END.search(text, start)
            if ended is None:
                return
            yield start, ended.start()
            at = ended.end()


def xml_spans(text: bytes, inner: FindSpans) -> Iterator[Span]:
    """Secrets of a document; `inner` finds those of what stands in an element that is no secret itself."""
    around = _Around(text)
    for found, begun, ended in _texts(_ELEMENT, text):
        value = text[begun:ended]
        raw = value.strip()
        name = found[1].rpartition(b":")[2]
        start = begun + (value.index(raw) if raw else 0)
        said = _saying(name, found[2], _plain(raw), around, found.start()) if raw else None
        if said is not None:
            yield Span(start, start + len(raw), "markup", wild_name(said), value=_plain(raw))
        elif raw and (raw[:1] in b"{[" or b"=" in raw or b"&lt;" in raw or b"\n" in raw):
            yield from _moved(inner(raw), start)
    for tag in _XML_TAG.finditer(text):
        if b"=" in tag[0]:
            yield from _named_value(tag, markup_json=True)
            for found in _ATTRIBUTE.finditer(tag[0]):
                yield from _attribute(found, tag.start())
    for found, begun, ended in _texts(_PLIST, text):
        value = text[begun:ended]
        raw = value.strip()
        if raw and is_secret(found[1].strip(), _plain(raw), json=True):
            start = begun + value.index(raw)
            yield Span(start, start + len(raw), "markup", wild_name(found[1].strip()), value=_plain(raw))


def _texts(elements: re.Pattern[bytes], text: bytes) -> Iterator[tuple[re.Match[bytes], int, int]]:
    """The elements without a child, and where their text is; the end of a CDATA section is looked for once."""
    at = ended = behind = 0
    while found := elements.search(text, at):
        at = found.end()
        if found["text"] is not None:
            yield found, *found.span("text")
            continue
        if 0 <= ended < at:
            end = _CDATA_END.search(text, at)
            ended, behind = (end.start(), end.end()) if end else (-1, 0)
        if ended >= 0:
            yield found, at, ended
            at = behind


def _saying(name: bytes, attributes: bytes, value: bytes, around: _Around, at: int) -> bytes | None:
    """The name that makes an element's text secret: its own, one in an attribute, or that of the element around a value."""
    if is_secret(name, value, json=True):
        return name
    if b"=" in attributes:
        for found in _ATTRIBUTE.finditer(attributes):
            if found[1].lower() in _NAMING and is_secret(_first(found)[0], value, json=True):
                return _first(found)[0]
    if name.lower() in _BEARING:
        outer = around.name(at)
        if outer and is_secret(outer, value, json=True):
            return outer
    return None


class _Around:
    """The elements that are open at places of a text. They are asked for in order, so that it is read once."""

    def __init__(self, text: bytes) -> None:
        self._tags = _ANY_TAG.finditer(text)
        self._next: re.Match[bytes] | None = None
        self._open: list[bytes] = []

    def name(self, at: int) -> bytes:
        """The name of the innermost element that is open at a place; empty where none is."""
        if self._next is None:
            self._next = next(self._tags, None)
        while self._next is not None and self._next.end() <= at:
            if not self._next[1]:
                self._open.append(self._next[2])
            elif self._open:
                self._open.pop()
            self._next = next(self._tags, None)
        return self._open[-1].rpartition(b":")[2] if self._open else b""


def _attribute(found: re.Match[bytes], base: int) -> Iterator[Span]:
    group = found.lastindex or 2
    name = found[1].rpartition(b":")[2]
    value = _plain(found[group])
    if found[group] and name.lower() not in (b"key", b"code") and is_secret(name, value, json=True):
        start, end = found.span(group)
        yield Span(base + start, base + end, "markup", wild_name(name), value=value)


def _named_value(tag: re.Match[bytes], *, markup_json: bool) -> Iterator[Span]:
    """The value of a tag that has a name for it: `<input name= value=>`, `<add key= value=>`."""
    said = {found[1].rpartition(b":")[2].lower(): found for found in _ATTRIBUTE.finditer(tag[0])}
    names = [_first(said[key])[0] for key in (b"name", b"key", b"property", b"id") if key in said]
    hidden = b"type" in said and _first(said[b"type"])[0].lower() == b"password"
    for key in _VALUES:
        if key in said:
            value, start = _first(said[key])
            named = [name for name in names[:1] if is_secret(name, _plain(value), json=markup_json)]
            if value and (hidden or named):
                start += tag.start()
                yield Span(
                    start,
                    start + len(value),
                    "markup",
                    wild_name((named or names or [b"secret"])[0]),
                    value=_plain(value),
                )


def _plain(raw: bytes) -> bytes:
    if b"&" not in raw:
        return raw
    return html.unescape(raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _first(found: re.Match[bytes]) -> tuple[bytes, int]:
    group = found.lastindex or 1
    return found[group], found.start(group)


def _moved(spans: Sequence[Span], base: int) -> Iterator[Span]:
    return (span.moved(span.start + base, span.end + base) for span in spans)
