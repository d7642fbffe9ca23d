"""A request or response part by part: URL or reason, headers, body, trailers, each searched and masked.

Knows where secrets may stand in a block and puts masks there; what is secret is said by the rules it calls.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from recproxy.recording.grammar import clean
from recproxy.recording.values import Chunk, Headers, Request, Response
from recproxy.redaction.bodies import body_spans, check_archive, packed_coding, repacked, text_charset, undone
from recproxy.redaction.deep import hidden_runs, layered, still_holds
from recproxy.redaction.masks import is_mask, request_mask, response_mask
from recproxy.redaction.rules import Plan, Unsafe
from recproxy.redaction.seen import Seen
from recproxy.redaction.spans import Span, merged, replaced
from recproxy.redaction.text import header_value, plain_text, url_text

__all__ = ["Cleaner", "Finding"]

_Block = TypeVar("_Block", Request, Response)
_RUN = re.compile(rb"(?:[A-Za-z0-9+_-]|%2[Bb]|/(?=[A-Za-z0-9+/]{8}))*(?:=|%3[Dd]){0,2}")
_ROUNDS = 5  # a mask may bring a shape to light that stood beside it


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret that was found: by which rule, and where. `value` is what stood there, for whoever looks for the line.

    `place` begins with the side, as `response body`; `position` is that of the interaction in its scope.
    """

    rule: str
    place: str
    value: bytes = field(repr=False)
    position: int = 0


class Cleaner:
    """Masks the secrets of one block; what it finds is added to `findings`."""

    def __init__(self, side: str, word: str, plan: Plan, seen: Seen | None, findings: list[Finding]) -> None:
        self._side = side
        self._word = word
        self._plan = plan
        self._seen = seen
        self._findings = findings

    def block(self, block: _Block) -> _Block:
        """The block without its secrets."""
        headers, trailers = self._headers(block.headers), self._headers(block.trailers)
        body, encoding, moved = self._body(block)
        changed = dataclasses.replace(
            block, headers=headers, trailers=trailers, body=body, encoding=encoding, wild=self._word
        )
        if isinstance(changed, Request):
            url = self._masked(changed.url.encode("utf-8", "surrogateescape"), self._url, "url")[0]
            return dataclasses.replace(changed, url=url.decode("utf-8", "surrogateescape"))
        reason = self._masked(changed.reason, self._plain, "reason")[0]
        return dataclasses.replace(
            changed, reason=reason, chunks=_moved(changed.chunks, len(block.body), moved, len(body))
        )

    def text(self, text: bytes) -> bytes:
        """Text without its secrets."""
        return self._masked(text, self._plain, self._side)[0]

    def _plain(self, text: bytes) -> Iterable[Span]:
        return plain_text(text, self._plan)

    def _url(self, text: bytes) -> Iterable[Span]:
        return url_text(text, self._plan)

    def _headers(self, headers: Headers) -> Headers:
        clean: list[tuple[bytes, bytes]] = []
        for name, value in headers:

            def find(text: bytes, name: bytes = name) -> Iterable[Span]:
                return header_value(name, text, self._plan)

            clean.append((name, self._masked(value, find, "header " + name.decode("latin-1"))[0]))
        return tuple(clean)

    def _body(self, block: Request | Response) -> tuple[bytes, str | None, Callable[[int], int]]:
        body, encoding = block.body, block.encoding
        if encoding is None:
            try:
                found = undone(block.headers, body)
            except ValueError:
                # Some programs keep the header and store what was decoded.
                if self._plan.known.long and not clean(body):
                    raise Unsafe("has a content coding that cannot be undone") from None
                found = None
            if found is not None:
                payload, moved = self._payload(block.headers, found[0])
                return (body, None, _same) if payload == found[0] else (payload, found[1], moved)
        payload, moved = self._payload(block.headers, body)
        return payload, encoding, moved

    def _payload(self, headers: Headers, body: bytes, depth: int = 0) -> tuple[bytes, Callable[[int], int]]:
        """A payload without its secrets, and how offsets in it moved."""
        if not body:
            return body, _same
        charset = text_charset(headers, body)
        if charset is not None:
            try:
                body = self._wide(body, body.decode(charset, "surrogatepass"), charset)
            except UnicodeDecodeError:
                if self._plan.known.long and text_charset(headers, b"") is not None:
                    raise Unsafe(f"is no {charset} text, though it says so") from None
        coding = packed_coding(body)
        if coding is not None and depth < 3:
            plain = repacked(body, coding, lambda content: self._payload((), content, depth + 1)[0], self._plan)
            if plain != body:
                return plain, _same
        check_archive(body, self._plan)
        plain, moved = self._masked(body, lambda text: body_spans(headers, text, self._plan), "body")
        if still_holds(plain, self._plan.known):
            raise Unsafe("holds a known secret in a form that cannot be masked")
        return plain, moved

    def _wide(self, body: bytes, text: str, charset: str) -> bytes:
        """Text in UTF-16 or UTF-32, redacted as UTF-8 and written again as it was. Its bytes are still searched."""
        before = text.encode("utf-8", "surrogatepass")
        plain = self._masked(before, lambda each: body_spans((), each, self._plan), "body")[0]
        if plain == before:
            return body
        return plain.decode("utf-8", "surrogatepass").encode(charset, "surrogatepass")

    def _masked(
        self, text: bytes, find: Callable[[bytes], Iterable[Span]], place: str
    ) -> tuple[bytes, Callable[[int], int]]:
        moves: list[Callable[[int], int]] = []
        for _ in range(_ROUNDS):
            spans = self._spans(text, find)
            masks = [(span, self._mask(span, text[span.start : span.end])) for span in merged(spans)]
            masks = [(span, mask) for span, mask in masks if mask != text[span.start : span.end]]
            if not masks:
                known = self._plan.known
                spans = merged([*layered(text, known), *hidden_runs(text, known)])
                masks = [(span, self._mask(span, text[span.start : span.end])) for span in spans]
            if not masks:
                break
            self._findings += (
                Finding(span.rule, f"{self._side} {place}", text[span.start : span.end]) for span, _ in masks
            )
            text, moved = replaced(text, masks)
            moves.append(moved)

        def all_moved(offset: int) -> int:
            for moved in moves:
                offset = moved(offset)
            return offset

        return text, all_moved if moves else _same

    def _spans(self, text: bytes, find: Callable[[bytes], Iterable[Span]]) -> list[Span]:
        spans = [*find(text), *self._plan.known.spans(text)]
        if self._seen is not None:
            spans += self._seen.spans(text)
        if self._side == "request":
            spans = [_to_the_end(span, text) if span.kind == "base64" else span for span in spans]
        return spans

    def _mask(self, span: Span, raw: bytes) -> bytes:
        """What is to stand in a span; the same as before where that is a mask."""
        word = self._word.encode()
        if is_mask(raw, word):
            return raw
        if self._side != "response":
            name = self._seen.send(span, word) if self._seen is not None else None
            return b"%s[%s]" % (word, name.encode()) if name else request_mask(span, word)
        if self._seen is not None and span.rule != "known value" and (name := self._seen.hand_out(span, word)):
            return b"%s[%s]" % (word, name.encode())
        return response_mask(span, word, raw)


def _to_the_end(span: Span, text: bytes) -> Span:
    """A span over the rest of its run of base64: behind a value of another length, all of it is another text."""
    found = _RUN.match(text, span.end)
    end = found.end() if found else span.end
    return dataclasses.replace(span, end=end)


def _same(offset: int) -> int:
    return offset


def _moved(chunks: tuple[Chunk, ...], size: int, moved: Callable[[int], int], new_size: int) -> tuple[Chunk, ...]:
    """The chunks of a body whose length changed; a secret that was cut by a boundary goes into the first piece."""
    if not chunks or sum(chunk.size for chunk in chunks) != size:
        return chunks
    result, old, new = [], 0, 0
    for number, chunk in enumerate(chunks, 1):
        old += chunk.size
        end = new_size if number == len(chunks) else min(max(moved(old), new), new_size)
        result.append(dataclasses.replace(chunk, size=end - new))
        new = end
    return tuple(result)
