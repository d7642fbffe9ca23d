"""Where a value of a JSON body stands in the text of its interaction, by its place in the tree that a page shows. Pure.

A place is a list of numbers, counted from 0: of the member or item that leads there at each level. So a key may stand
twice, and a tree in which secrets are masked has the same places as the text.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from recproxy.errors import RecordingError
from recproxy.play.text_blocks import body_place
from recproxy.recording.json_reader import JSON_DEPTH, RECORDED_TOKEN

__all__ = ["JsonPlace", "json_place"]

_NO_VALUE = "the tree has no such value in the text of the file: mask a selection of the text instead"


class JsonPlace(NamedTuple):
    """Where a value begins and ends, in bytes of the block; of a string what its quotes hold. `is_whole` are lists and objects."""

    start: int
    end: int
    is_whole: bool


def json_place(block: bytes, side: str, path: Sequence[int]) -> JsonPlace:
    """The place of a value in the JSON body of a block's `side`, which is `request` or `response`.

    Raises:
        RecordingError: the body is no JSON there, or has no such value.
    """
    first, last = body_place(block, is_response=side == "response")
    tokens = RECORDED_TOKEN.finditer(block, first, last)
    token = _next(tokens)
    for number in path:
        token = _child(tokens, token, number)
    if token[2] in (b"{", b"["):
        return JsonPlace(token.start(), _end(tokens, token), True)
    if token[2]:
        raise RecordingError(_NO_VALUE)
    return JsonPlace(*token.span(1 if token[1] is not None else 3), False)


def _next(tokens: Iterator[re.Match[bytes]]) -> re.Match[bytes]:
    token = next(tokens, None)
    if token is None:
        raise RecordingError(_NO_VALUE)
    return token


def _child(tokens: Iterator[re.Match[bytes]], parent: re.Match[bytes], number: int) -> re.Match[bytes]:
    """The first token of a member or item of the object or list that `parent` begins."""
    if parent[2] not in (b"{", b"["):
        raise RecordingError(_NO_VALUE)
    for at in itertools.count():
        token = _next(tokens)
        if parent[2] == b"{":
            if _next(tokens)[2] != b":":
                raise RecordingError(_NO_VALUE)
            token = _next(tokens)
        if at == number:
            return token
        _end(tokens, token)
        if _next(tokens)[2] != b",":
            raise RecordingError(_NO_VALUE)
    raise AssertionError


def _end(tokens: Iterator[re.Match[bytes]], token: re.Match[bytes]) -> int:
    """Where the value ends that a token begins; the tokens behind it are left."""
    depth = JSON_DEPTH.get(token[2], 0)
    while depth:
        token = _next(tokens)
        depth += JSON_DEPTH.get(token[2], 0)
    return token.end()
