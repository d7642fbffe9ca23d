"""Masks of a new recording, put into the old text that is kept in its place. Pure.

If the service said the same again, the old interaction keeps its text. A redaction rule may have been added since that
was written: where only the new text masks a value, the old text gets that mask. What a person wrote stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TypeVar

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Act, Headers, Interaction, Request, Response, Step, pattern

__all__ = ["with_renewed_masks"]

_WORD = lazy_pattern(rb"(?s)[^\s\"'&=?/;,:{}()<>]+|.")
#: Two texts of more words are not compared: the new one stands then.
_MOST_WORDS = 4_000


def with_renewed_masks(kept: Interaction, new: Interaction) -> Interaction:
    """An interaction that is kept in the place of a `new` one, without what the new one hides."""
    request, response = _block(kept.request, new.request), _block(kept.response, new.response)
    if request.url != new.request.url:
        request = replace(request, url=_url(request, new.request))
    steps = kept.steps
    if steps != new.steps:
        steps = _steps(kept, new)
    if (request, response, steps) == (kept.request, kept.response, kept.steps):
        return kept
    return replace(kept, request=request, response=response, steps=steps)


_Block = TypeVar("_Block", Request, Response)


def _block(old: _Block, new: _Block) -> _Block:
    word = new.wild
    if old == new or word is None:
        return old
    if old.wild != word:  # it holds the letters of a wild word itself, and cannot have the new words
        return new if any(word.encode() in each for each in _texts(new)) else old
    headers, trailers = _headers(old.headers, new.headers, word), _headers(old.trailers, new.trailers, word)
    body = _text(old.body, new.body, word)
    return replace(old, headers=headers, trailers=trailers, body=body)


def _texts(block: Request | Response) -> Iterator[bytes]:
    yield from (value for _, value in (*block.headers, *block.trailers))
    yield block.body
    if isinstance(block, Request):
        yield block.url.encode("utf-8", "surrogateescape")


def _url(old: Request, new: Request) -> str:
    if new.wild is None or old.wild != new.wild:
        return old.url
    before, after = (each.url.encode("utf-8", "surrogateescape") for each in (old, new))
    return _text(before, after, new.wild).decode("utf-8", "surrogateescape")


def _headers(old: Headers, new: Headers, word: str) -> Headers:
    """Old lines with the new value where that hides something: of each name the first with the first, and so on."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in new:
        values.setdefault(name.lower(), []).append(value)
    lines = []
    for name, value in old:
        others = values.get(name.lower())
        lines.append((name, _text(value, others.pop(0), word) if others else value))
    return tuple(lines)


def _text(old: bytes, new: bytes, word: str) -> bytes:
    """The old text with the new words where they hide something that the old ones show."""
    if old == new or word.encode() not in new or _covers(old, new, word):
        return old
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > _MOST_WORDS:
        return new
    return b"".join(_words(before, after, word))


def _words(before: list[bytes], after: list[bytes], word: str) -> Iterator[bytes]:
    for _, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        was, now = b"".join(before[start:end]), b"".join(after[first:last])
        yield now if word.encode() in now and not _covers(was, now, word) else was


def _covers(old: bytes, new: bytes, word: str) -> bool:
    """Whether each letter of the old text that is no wild place stands in the new one: it shows no more than that."""
    known = pattern(old, word)
    return known is not None and known.fits(new) is not None


def _steps(kept: Interaction, new: Interaction) -> tuple[Step, ...]:
    """The steps of a conversation; pings come when they come."""
    before = [each for each in kept.steps if each.act is not Act.PING]
    after = [each for each in new.steps if each.act is not Act.PING]
    if [each.act for each in before] != [each.act for each in after]:
        return kept.steps
    told = iter(after)
    return tuple(each if each.act is Act.PING else _step(each, next(told), kept) for each in kept.steps)


def _step(old: Step, new: Step, kept: Interaction) -> Step:
    block = kept.request if old.act in (Act.CLIENT, Act.LEAVE) else kept.response
    if old.data == new.data or block.wild is None:
        return old
    data = _text(old.data, new.data, block.wild)
    return old if data == old.data else replace(old, data=data)
