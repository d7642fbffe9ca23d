"""Placeholders that another tool put in the place of secrets, filled in.

`<TOKEN>` in a cassette stands for what the program really sends. It becomes a value that is given, or a named wild
place, which takes what the program sends and gives it back in responses. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from recproxy.recording import Headers, Interaction, Recording, Request, Response, unused

__all__ = ["filled"]

_Block = TypeVar("_Block", Request, Response)


def filled(recording: Recording, placeholders: Mapping[str, str | None]) -> Recording:
    """The recording with each placeholder replaced, in URLs also where it is percent-encoded.

    The value None makes a wild place of it, named after the placeholder's letters and digits.
    """
    if not placeholders:
        return recording
    interactions = tuple(_interaction(each, placeholders) for each in recording.interactions)
    return replace(recording, interactions=interactions)


def _interaction(each: Interaction, placeholders: Mapping[str, str | None]) -> Interaction:
    request, response = _block(each.request, placeholders), _block(each.response, placeholders)
    if request is each.request and response is each.response:
        return each
    return replace(each, request=request, response=response)


def _block(block: _Block, placeholders: Mapping[str, str | None]) -> _Block:
    url = block.url.encode("ascii", "surrogateescape") if isinstance(block, Request) else b""
    whole = b"\n".join((url, block.body, *(value for _, value in block.headers)))
    found = [text for text in placeholders if text.encode() in whole or quote(text, safe="").encode() in url]
    if not found:
        return block
    word = block.wild or unused(whole)
    wild = word if any(placeholders[text] is None for text in found) else block.wild
    pairs: list[tuple[bytes, bytes]] = []
    for text in found:
        value = placeholders[text]
        pairs.append((text.encode(), (f"{word}[{_name(text)}]" if value is None else value).encode()))
    made = replace(block, headers=_headers(block.headers, pairs), body=_put(block.body, pairs), wild=wild)
    if isinstance(made, Request):
        coded = [(quote(old, safe="").encode(), new) for old, new in pairs]
        return replace(made, url=_put(_put(url, pairs), coded).decode("ascii", "surrogateescape"))
    return made


def _headers(headers: Headers, pairs: list[tuple[bytes, bytes]]) -> Headers:
    return tuple((name, _put(value, pairs)) for name, value in headers)


def _put(text: bytes, pairs: list[tuple[bytes, bytes]]) -> bytes:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def _name(text: str) -> str:
    return "".join(letter for letter in text if letter.isascii() and (letter.isalnum() or letter in "_-.")) or "value"
