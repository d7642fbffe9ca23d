"""Attachments of mail taken out of their messages, so that each is read once, as what it is and not as base64 too.

A message of 10 MB is nothing but letters of base64 for whoever looks for such runs in text. Knows bytes only.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence

from recproxy.lazy.dataclass import dataclass
from recproxy.recording.multipart import MessagePart, read_part, read_parts

__all__ = ["Attachment", "parted", "whole"]

#: Letters of base64 that are left in their message.
_SMALL = 4096
_DEEPEST = 50  # parts in parts: deeper ones stay in their message


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment: the mark that stands for it, how it was sent, what it is, and its media type."""

    mark: bytes
    coded: bytes
    content: bytes
    media: bytes


def parted(text: bytes, *, is_message: bool) -> tuple[bytes, tuple[Attachment, ...]]:
    """A message with marks for its large attachments, and these; or a text that is base64 from end to end."""
    if len(text) <= _SMALL:
        return text, ()
    places = list(_leaves(read_part(text), text, 0, 0)) if is_message else [(0, len(text), b"application/octet-stream")]
    kept: list[bytes] = []
    found: list[Attachment] = []
    done = 0
    for start, end, media in places:
        content = _decoded(text[start:end])
        if content is None:
            continue
        mark = base64.b64encode(b"attachment number %d of this message" % len(found))
        if mark in text:
            return text, ()
        found.append(Attachment(mark, text[start:end], content, media))
        kept += text[done:start], mark
        done = end
    return b"".join([*kept, text[done:]]), tuple(found)


def whole(
    text: bytes, attachments: Sequence[Attachment], contents: Sequence[bytes], word: bytes | None
) -> bytes | None:
    """A text with its attachments again, as they are now; None where a mark has gone.

    One that has changed is coded anew, or becomes the wild `word` where there is one.
    """
    made: list[bytes] = []
    for attachment, content in zip(attachments, contents, strict=True):
        before, mark, text = text.partition(attachment.mark)
        if not mark:
            return None
        coded = attachment.coded
        if content != attachment.content:
            ending = b"\r\n" if coded.endswith(b"\n") else b""
            lines = base64.encodebytes(content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
            coded = (lines if word is None else word) + ending
        made += before, coded
    return b"".join([*made, text])


def _leaves(part: MessagePart, text: bytes, base: int, depth: int) -> Iterator[tuple[int, int, bytes]]:
    """Where the parts in base64 are that are large, with their media types."""
    kind = part.field(b"content-type")
    if kind.lower().startswith(b"multipart/") and depth < _DEEPEST:
        content = text[part.start : part.end]
        inner = read_parts(content, kind)
        for each in () if inner is None else inner.parts:
            yield from _leaves(each, content, base + part.start, depth + 1)
    elif part.field(b"content-transfer-encoding").lower() == b"base64" and part.end - part.start > _SMALL:
        yield base + part.start, base + part.end, kind.partition(b";")[0].strip() or b"application/octet-stream"


def _decoded(text: bytes) -> bytes | None:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return None
