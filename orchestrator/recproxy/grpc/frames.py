"""Messages in a body: behind a flag and a length each, in base64 or not, the last frame of gRPC-Web with the trailers.

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md and PROTOCOL-WEB.md.
"""

from __future__ import annotations

import base64
import binascii
from typing import NamedTuple

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.codings import decode, encode
from recproxy.recording.grammar import FIELD_NAME
from recproxy.recording.values import Headers

__all__ = ["TRAILERS", "Frame", "frames", "put_frames", "put_trailers", "take_trailers", "untexted"]

_COMPRESSED = 1
#: The flag of the trailers of gRPC-Web.
TRAILERS = 0x80
_PIECE = lazy_pattern(rb"[A-Za-z0-9+/]+={0,2}")


class Frame(NamedTuple):
    """A message, and whether it was compressed; or the trailers of gRPC-Web."""

    data: bytes
    compressed: bool = False
    trailers: bool = False


def frames(body: bytes, compression: str, limit: int) -> list[Frame]:
    """The frames of a body, decompressed. Raises ValueError where one is cut off, damaged, or they hold too much."""
    found: list[Frame] = []
    at = 0
    while at < len(body):
        flag, size = body[at], int.from_bytes(body[at + 1 : at + 5], "big")
        data = body[at + 5 : at + 5 + size]
        if at + 5 + size > len(body) or flag not in (0, _COMPRESSED, TRAILERS):
            raise ValueError("no frames of gRPC")
        at += 5 + size
        if flag == _COMPRESSED:
            if not compression:
                raise ValueError("a compressed message without the name of its compression")
            data = decode(data, compression, limit=limit)
        limit -= len(data)
        if limit < 0:
            raise ValueError("frames of gRPC that hold too much")
        found.append(Frame(data, flag == _COMPRESSED, flag == TRAILERS))
    return found


def put_frames(found: list[Frame], compression: str) -> bytes:
    """The body of frames."""
    pieces: list[bytes] = []
    for frame in found:
        data = encode(frame.data, compression) if frame.compressed else frame.data
        flag = TRAILERS if frame.trailers else int(frame.compressed)
        pieces += bytes((flag,)), len(data).to_bytes(4, "big"), data
    return b"".join(pieces)


def take_trailers(data: bytes) -> tuple[Headers, bool]:
    """The trailers in a frame, and whether no blank follows the colons. Raises ValueError for another form."""
    for colon, tight in ((b": ", False), (b":", True)):
        lines = data.removesuffix(b"\r\n").split(b"\r\n")
        pairs = [line.partition(colon) for line in lines]
        headers = tuple((name, value) for name, _, value in pairs)
        if all(FIELD_NAME.fullmatch(name) for name, _ in headers) and put_trailers(headers, tight=tight) == data:
            return headers, tight
    raise ValueError("no trailers of gRPC-Web")


def put_trailers(headers: Headers, *, tight: bool) -> bytes:
    """The frame's content that trailers make."""
    colon = b":" if tight else b": "
    return b"".join([name + colon + value + b"\r\n" for name, value in headers])


def untexted(body: bytes) -> bytes:
    """The bytes of a body of grpc-web-text: pieces of base64, each maybe padded. Raises ValueError."""
    found: list[bytes] = []
    at = 0
    while (piece := _PIECE.match(body, at)) is not None:
        try:
            found.append(base64.b64decode(piece[0], validate=True))
        except binascii.Error:
            raise ValueError("no base64") from None
        at = piece.end()
    if at < len(body):
        raise ValueError("no base64")
    return b"".join(found)
