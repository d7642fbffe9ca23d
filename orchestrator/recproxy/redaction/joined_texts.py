"""Texts that a stream sends in pieces, put together: the deltas of a model, over server-sent events or lines of JSON.

    data: {"delta": {"text": "the key is sk_li"}}

    data: {"delta": {"text": "ve_abc..."}}

A secret may be cut anywhere, and no piece of it is one. Finds no secrets itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import field
from itertools import accumulate

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.spans import Span
from recproxy.redaction.views import json_unescaped

__all__ = ["JoinedText", "joined_texts"]

#: Names under which services send pieces of a text, or of the arguments of a call.
_PIECE = lazy_pattern(
    rb"\"(content|text|delta|partial_json|arguments|response|thinking|reasoning|reasoning_content|completion|output|token|input"
    rb"|generated_text|transcript)\"\s*:\s*\"((?:[^\"\\\r\n]|\\.)*+)\""
)
#: One event or line, as far as pieces go.
_LINE = lazy_pattern(rb"(?m)^(?:data:[ \t]*)?(\{[^\r\n]*\}|\"(?:[^\"\\\r\n]|\\.)*+\"|[^\s{\"\[:][^\r\n]*)[ \t]*\r?$")
_EVENT = lazy_pattern(rb"(?:\A|[\r\n])data:")
_STREAMED = lazy_pattern(rb"[\r\n](?:data:|(?<=\}\n)\{|(?<=\}\r\n)\{)")
_INDEX = lazy_pattern(rb"\"(?:output_|content_|choice_)?index\"\s*:\s*([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class JoinedText:
    """A `text` that was sent in pieces; `in_pieces(span)` are the places of them that hold a part of it.

    A text of `words` has no names and values: only what is known is looked for.
    """

    text: bytes = field(repr=False)
    words: bool
    _begins: list[int] = field(repr=False)
    #: Where each piece stands in the stream, and the piece with its escapes.
    _pieces: list[tuple[int, bytes]] = field(repr=False)

    def in_pieces(self, span: Span) -> Iterator[Span]:
        """A place of the text as places of the stream; none where it lies in one piece, which is read by itself."""
        first = bisect_right(self._begins, span.start) - 1
        last = bisect_right(self._begins, span.end - 1) - 1
        if first == last:
            return
        value = span.value or self.text[span.start : span.end]
        for number in range(first, last + 1):
            at, raw = self._pieces[number]
            view, begin = json_unescaped(raw), self._begins[number]
            start, end = view.raw(max(0, span.start - begin), min(len(view.text), span.end - begin))
            if start < end:
                if number == first:
                    yield Span(at + start, at + end, span.rule, span.name, "text", value)
                else:  # of the same value, which is learned once
                    yield Span(at + start, at + end, span.rule, span.name, "inside", value, b"")


def joined_texts(text: bytes) -> Iterator[JoinedText]:
    """The texts that a stream holds in two pieces or more, by the names and indexes under which they stand."""
    if (b"\n" not in text and b"\r" not in text) or not _STREAMED.search(text):
        return
    pieces: dict[tuple[bytes, bytes], list[tuple[int, bytes]]] = {}
    is_events = _EVENT.search(text) is not None
    for line in _LINE.finditer(text) if is_events or text[:1] == b"{" else ():
        said = line[1]
        if said[:1] == b"{":
            index = _INDEX.search(said)
            for found in _PIECE.finditer(said):
                key = found[1], index[1] if index else b""
                pieces.setdefault(key, []).append((line.start(1) + found.start(2), found[2]))
        elif is_events and line[0].startswith(b"data:"):
            quoted = said[:1] == b'"'
            pieces.setdefault((b"", b""), []).append((line.start(1) + quoted, said[1:-1] if quoted else said))
    for (name, _), each in pieces.items():
        if len(each) > 1:
            texts = [json_unescaped(raw).text if b"\\" in raw else raw for _, raw in each]
            begins = [0, *accumulate(map(len, texts))][:-1]
            yield JoinedText(b"".join(texts), not name, begins, each)
