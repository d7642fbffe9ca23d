"""Masks in a text: the places that rules find and those of secret values, each replaced, until nothing is found.

Knows what a mask is for which side; finds nothing itself. Without a search it only learns what the rules find.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import field
from operator import attrgetter

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.splicing import Moved, same
from recproxy.redaction.base64_forms import hex_lines, whole_run, with_padding
from recproxy.redaction.budget import Budget
from recproxy.redaction.language import Language
from recproxy.redaction.masks import is_mask, request_mask, response_mask
from recproxy.redaction.placeholders import is_placeholder
from recproxy.redaction.quoted_printable import folded_place, may_be_folded
from recproxy.redaction.rules import Unsafe
from recproxy.redaction.secret_values import SecretValues
from recproxy.redaction.spans import FindSpans, Span, merged, replaced
from recproxy.redaction.value_search import ValueSearch
from recproxy.redaction.views import percent_decoded

__all__ = ["Finding", "TextMask"]

_LINK = lazy_pattern(rb"https?:\\?/\\?/", re.IGNORECASE)
_CODED = ("base64", "inside")
_ROUNDS = 6  # a mask may bring a shape to light that stood beside it


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret that was found: by which rule, and where. `value` is what stood there, for whoever looks for the line.

    `place` begins with the side, as `response body`; `position` is that of the interaction in its scope.
    """

    rule: str
    place: str
    value: bytes = field(repr=False)
    position: int = 0


class TextMask:
    """Masks the texts of one block; what it finds is added to `findings`."""

    def __init__(
        self,
        side: str,
        word: str,
        values: SecretValues,
        search: ValueSearch | None,
        budget: Budget,
        findings: list[Finding],
    ) -> None:
        self.word = word
        self.budget = budget
        #: The place of the text that could not be masked.
        self.failed = ""
        self._linked = False
        self._place = ""
        self._language: Language | None = None
        self.side = side
        #: Without a search nothing is masked, and texts stay as they are.
        self.learns = search is None
        #: Whether there is anything to mask that rules have found, as long as nothing is masked.
        self.found = False
        self._values = values
        self._search = search
        self.findings = findings

    @property
    def blind(self) -> bool:
        """Whether no value is known that could hide in what cannot be read."""
        return self._search is None or self._search.blind

    def holds(self, data: bytes) -> bool:
        """Whether data holds a secret value in any layer."""
        return self._search is not None and self._search.holds(data, self.budget)

    def masked(
        self,
        text: bytes,
        find: FindSpans,
        place: str,
        *,
        language: Language | None = None,
        opened: bool = False,
    ) -> tuple[bytes, Moved]:
        """A text without its secrets, and how offsets in it moved; `opened`: it was decompressed before."""
        self._place, self._language = place, language
        try:
            return self._masked(text, find, opened=opened)
        except Unsafe:
            self.failed = place
            raise

    def _masked(self, text: bytes, find: FindSpans, *, opened: bool) -> tuple[bytes, Moved]:
        place, lines = self._place, self._language is Language.LINES
        # Of the other places, linking reads none.
        self._linked = place in ("url", "body") or place.startswith("header ")
        if self._search is None:
            for span in find(text):
                raw = text[span.start : span.end]
                self.found = self.found or not (is_mask(raw, self.word.encode()) or self._stays(span, raw))
                self._values.learn(span, response=self.side == "response", word=self.word.encode())
            return text, same
        moves: list[Moved] = []
        for _ in range(_ROUNDS):
            spans = [*find(text), *self._search.spans(text, self.budget, lines=lines, opened=opened)]
            masks = self._masks(text, spans)
            if not masks:
                break
            where = f"{self.side} {place}".strip()
            self.findings += (
                Finding(span.rule, where, text[span.start : span.end])
                for span, _ in masks
                if not self._is_placeholder(text[span.start : span.end])
            )
            text, moved = replaced(text, masks)
            moves.append(moved)
        else:
            raise Unsafe("holds a known secret in a form that cannot be masked")
        if not moves:
            return text, same

        def all_moved(offset: int) -> int:
            for moved in moves:
                offset = moved(offset)
            return offset

        return text, all_moved

    def _masks(self, text: bytes, spans: list[Span]) -> list[tuple[Span, bytes]]:
        kept = [span for span in spans if not self._stays(span, text[span.start : span.end])]
        if self.side == "request":
            kept = list(self._comparable_ones(kept, text))
        masks = []
        kept.sort(key=attrgetter("start"))  # stable, so that the first found stays it
        starts = [each.start for each in kept]
        for span in merged(kept):
            raw = text[span.start : span.end]
            mask = self._mask(span, raw, text)
            if mask != raw:
                masks.append((span, mask))
            elif self.side == "response":
                inside = kept[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
                masks += self._public_secrets(span, raw, inside, text) if len(inside) > 1 else ()
        return masks

    def _public_secrets(self, mask: Span, raw: bytes, spans: list[Span], text: bytes) -> Iterator[tuple[Span, bytes]]:
        """Masks of other secrets in what a shape of the profile keeps."""
        parts = [
            part.moved(part.start + mask.start, part.end + mask.start)
            for part in self._values.shapes.public_parts(raw, self.word.encode())
        ]
        for span in merged(
            each for each in spans if any(part.start <= each.start and each.end <= part.end for part in parts)
        ):
            new = self._mask(span, text[span.start : span.end], text)
            if new != text[span.start : span.end]:
                yield span, new

    def _comparable_ones(self, spans: list[Span], text: bytes) -> Iterator[Span]:
        """Spans over all that a value of another length would change; one that another covers is not looked at."""
        folded = self._place.endswith("body") and may_be_folded(text)
        done = -1
        for span in sorted(spans, key=lambda each: (each.start, -each.end)):
            if span.end > done:
                wider = self._comparable(span, text, folded=folded) if folded or span.kind in _CODED else span
                done = max(done, wider.end)
                yield wider

    def _comparable(self, span: Span, text: bytes, *, folded: bool) -> Span:
        """A span over all that a value of another length would change: the rest of its run of base64, or of its line."""
        start, end = span.start, span.end
        if span.kind == "base64":
            start, end = whole_run(text, start, end)
        elif span.kind == "inside":
            end = with_padding(text, start, end)
            end = hex_lines(text, end) if span.replacement is not None else end
        if folded:
            start, end = folded_place(text, start, end, in_json=self._language is Language.JSON)
        return span if (start, end) == (span.start, span.end) else span.moved(start, end)

    def _stays(self, span: Span, raw: bytes) -> bool:
        """Whether what stands in a span is a placeholder that is kept; in a URL or form it becomes a mask.

        A link with a mask in it stays, too: the profile that it was recorded with may keep more of it than this one.
        """
        if span.rule == "json" and _LINK.match(raw) and self.word.encode() in raw:
            return True
        is_compared = self.side == "request" and span.rule in ("query", "form")
        return self._is_placeholder(span.value or raw) and not is_compared

    def _is_placeholder(self, value: bytes) -> bool:
        """Whether a word stands in a secret's place, and is not what a variable holds."""
        return is_placeholder(value) and not self._values.is_of_variable(value)

    def _mask(self, span: Span, raw: bytes, text: bytes) -> bytes:
        """What is to stand in a span; the same as before where that is a mask."""
        word = self.word.encode()
        if is_mask(raw, word):
            return raw
        if not self._linked:
            return self._plain_mask(span, word, raw)
        number = span.kind == "scalar" and span.rule == "known value" and self.side == "response"
        if (span.kind == "text" or number) and word not in span.value and self._fillable(span, raw, text):
            name = self._values.name(span.value, number=number)
            if name:
                return b"%s[%s]" % (word, name.encode())
        return self._plain_mask(span, word, raw)

    def _plain_mask(self, span: Span, word: bytes, raw: bytes) -> bytes:
        if self.side == "response":
            return response_mask(span, word, raw, self._values.shapes)
        if span.kind == "text" and (address := self._values.shapes.wild_address(raw, word)) is not None:
            return address
        return request_mask(span, word)

    def _fillable(self, span: Span, raw: bytes, text: bytes) -> bool:
        """Whether a replay takes the value from this place, or puts it there, as the program knows it."""
        if raw == span.value or (b"\\" in raw and _unescaped(raw) == span.value):
            return True
        if self.side == "response" or percent_decoded(raw, plus=True).text != span.value:
            return False
        return self._language is Language.FORM or (self._place == "url" and b"?" in text[: span.start])


def _unescaped(raw: bytes) -> bytes:
    """A string of JSON without its escapes; empty where it is none."""
    try:
        text = json.loads(b'"%s"' % raw)
    except ValueError:
        return b""
    return str(text).encode("utf-8", "surrogatepass")
