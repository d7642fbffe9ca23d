"""The boundaries and part ids of a multipart body that was recorded again: those that the file had before.

Most clients and services make up a boundary for each message, and those that send batches an id for each part. Without
this, every line that holds one would change each time the file is recorded. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

from recproxy.recording import Headers, Interaction, Request, Response, header
from recproxy.recording.multipart import parameters, read_parts, unquoted

__all__ = ["with_boundaries_of", "with_part_ids_of"]

_Message = TypeVar("_Message", Request, Response)

#: Parts within parts deeper than this keep the boundaries they came with.
_DEEPEST = 20
#: A part's id that is shorter may be a word of the content.
_SHORTEST_ID = 16


def with_boundaries_of(old: _Message, new: _Message) -> _Message:
    """The new message with the boundaries of the old one, where its parts are nested in the same way."""
    before = [*_boundaries(old.body, _content_type(old), 0)]
    after = [*_boundaries(new.body, _content_type(new), 0)]
    if before == after or len(before) != len(after) or not _are_distinct(before, new.body):
        return new
    names = dict(zip(after, before, strict=True))
    # Only whole boundaries: one may begin like another, and content like one.
    places = re.compile(
        rb'(--|boundary="?)('
        + b"|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        + rb')(?=--|["; \t\r\n]|\Z)'
    )
    content_type, body = (
        places.sub(lambda found: found[1] + names[found[2]], text) for text in (_content_type(new), new.body)
    )
    return replace(new, headers=_headers(new, content_type, len(body)), body=body)


def with_part_ids_of(old: Interaction, new: Interaction) -> Interaction:
    """The new interaction with the Content-IDs that the parts of the old request had, in its response as well.

    The response to a batch names its parts after those of the request.
    """
    before, after = _part_ids(old.request), _part_ids(new.request)
    names = dict(zip(after, before, strict=False))
    if before == after or len(before) != len(after) or len(set(before)) != len(names):
        return new
    if any(len(one) != len(other) or len(one) < _SHORTEST_ID for one, other in names.items()):
        return new
    places = re.compile(b"|".join(map(re.escape, names)))

    def changed(body: bytes) -> bytes:
        return places.sub(lambda found: names[found[0]], body)

    return replace(
        new,
        request=replace(new.request, body=changed(new.request.body)),
        response=replace(new.response, body=changed(new.response.body)),
    )


def _part_ids(request: Request) -> list[bytes]:
    content_type = _content_type(request)
    found = read_parts(request.body, content_type) if content_type.lower().startswith(b"multipart/") else None
    parts = found.parts if found is not None and found.complete else ()
    return [name for part in parts if (name := part.field(b"content-id").strip(b"<>"))]


def _content_type(message: Request | Response) -> bytes:
    return header(message.headers, b"content-type") or b""


def _boundaries(body: bytes, content_type: bytes, depth: int) -> Iterator[bytes]:
    """The boundary of a multipart body, and those of the parts within its parts, in order."""
    if depth > _DEEPEST or not content_type.lower().startswith(b"multipart/"):
        return
    said = parameters(content_type).get(b"boundary")
    found = read_parts(body, content_type) if said is not None and said.value else None
    if said is None or found is None or not found.complete:
        return
    yield unquoted(said.value)
    for part in found.parts:
        yield from _boundaries(body[part.start : part.end], part.field(b"content-type"), depth + 1)


def _are_distinct(boundaries: list[bytes], body: bytes) -> bool:
    """Whether boundaries can be put into a body and still be told from one another and from its content."""
    return len(set(boundaries)) == len(boundaries) and not any(b"--" + each in body for each in boundaries)


def _headers(message: Request | Response, content_type: bytes, length: int) -> Headers:
    """The headers with the content type, and with the new length where they had the right one before."""
    values = {b"content-type": content_type}
    if header(message.headers, b"content-length") == b"%d" % len(message.body):
        values[b"content-length"] = b"%d" % length
    return tuple((name, values.get(name.lower(), value)) for name, value in message.headers)
