"""Content codings: a payload and the bytes it has on the wire.

gzip and deflate come with Python, aws-chunked is what uploads to S3 are sent in; brotli and zstandard are imported when
first needed. Knows no headers. Bytes of the coded form are not kept: what `encode` makes is deterministic, and `decode`
gives the payload back exactly.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, Protocol

from recproxy.lazy.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["CODINGS", "DecodeError", "Decompressor", "codings_of", "decode", "decompressor", "encode", "is_read_alike"]

#: The codings that can be undone and made again, by the names of Content-Encoding.
CODINGS = frozenset({"aws-chunked", "br", "deflate", "gzip", "zstd"})

#: A payload that is larger than this once its coding is undone is refused: a small body may be made to fill the memory.
LARGEST_PAYLOAD = 256_000_000

_CHUNK = lazy_pattern(rb"([0-9a-fA-F]{1,16})(?:;[^\r\n]{0,1000})?\r\n")
_TRAILERS = lazy_pattern(rb"(?:[^\r\n]+\r\n)*(?:\r\n)?")
_ALIASES = {"x-gzip": "gzip"}
_MANY = 8  # codings one on another; more is an attack


class DecodeError(ValueError):
    """Bytes are not what their content coding says, or decode to more than is allowed."""


def codings_of(coding: str) -> tuple[str, ...]:
    """The codings that a Content-Encoding value names, in the order they were put on; identity is left out.

    Raises ValueError for a name that is not in CODINGS.
    """
    names = [_ALIASES.get(name, name) for name in (word.strip().lower() for word in coding.split(",")) if name]
    names = [name for name in names if name != "identity"]
    for name in names:
        if name not in CODINGS:
            raise ValueError(f"content coding {name!r} is none of {', '.join(sorted(CODINGS))}")
    if len(names) > _MANY:
        raise ValueError(f"{len(names)} content codings one on another, {_MANY} are the limit")
    return tuple(names)


def encode(payload: bytes, coding: str) -> bytes:
    """The payload coded as Content-Encoding says; the same payload gives the same bytes."""
    for name in codings_of(coding):
        payload = _encode(payload, name)
    return payload


def decode(data: bytes, coding: str, *, limit: int | None = LARGEST_PAYLOAD) -> bytes:
    """The payload of coded bytes.

    Raises DecodeError where they are damaged, cut off, followed by other bytes, or hold more than `limit` bytes at
    any stage; memory stays near the limit. Raises ValueError for an unknown coding.
    """
    for name in reversed(codings_of(coding)):
        data = _decode(data, name, limit)
    return data


def is_read_alike(data: bytes, payload: bytes, coding: str) -> bool:
    """Whether every client gets this payload of coded bytes: gzip of one member, deflate in the form of zlib.

    Some clients read the first member alone, and some refuse deflate without the head of zlib.
    """
    names = codings_of(coding)
    if names == ("gzip",):
        return int.from_bytes(data[-4:], "little") == len(payload) & 0xFFFFFFFF  # the size of the last member
    return names != ("deflate",) or (data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0)


def _encode(payload: bytes, name: str) -> bytes:
    if name == "aws-chunked":
        return (b"%x\r\n%s\r\n" % (len(payload), payload) if payload else b"") + b"0\r\n\r\n"
    if name == "gzip":
        machine = zlib.compressobj(6, zlib.DEFLATED, 31)  # unlike gzip.compress: no time, the same on every platform
        return machine.compress(payload) + machine.flush()
    if name == "deflate":
        return zlib.compress(payload)
    if name == "br":
        import brotli  # noqa: PLC0415 - slow to import, seldom needed

        coded: bytes = brotli.compress(payload, quality=5)
        return coded
    import zstandard  # noqa: PLC0415 - slow to import, seldom needed

    return zstandard.ZstdCompressor().compress(payload)


def _decode(data: bytes, name: str, limit: int | None) -> bytes:
    if name == "aws-chunked":
        return _chunks(data, limit)
    if name != "deflate":
        return _members(data, name, limit)
    try:
        return _members(data, name, limit)
    except DecodeError:
        try:  # RFC 9110 section 8.4.1.2: the zlib form is meant, the raw one is also met
            return _members(data, "raw deflate", limit)
        except DecodeError:
            pass
        raise


def _chunks(data: bytes, limit: int | None) -> bytes:
    """What uploads to S3 hold: chunks, each with a signature or none, and trailers. Those are new each time."""
    found: list[bytes] = []
    position = size = 0
    while (head := _CHUNK.match(data, position)) is not None:
        length = int(head[1], 16)
        if not length and _TRAILERS.fullmatch(data, head.end()):
            return b"".join(found)
        end = head.end() + length
        size += length
        if limit is not None and size > limit:
            raise DecodeError(f"aws-chunked data holds more than {limit} bytes")
        if not length or data[end : end + 2] != b"\r\n":
            break
        found.append(data[head.end() : end])
        position = end + 2
    raise DecodeError("damaged aws-chunked data")


class Decompressor(Protocol):
    """A decompressor of one member, as zlib and zstandard make it."""

    @property
    def eof(self) -> bool:
        """Whether its end was reached."""

    @property
    def unused_data(self) -> bytes:
        """What came behind its end."""

    def decompress(self, data: bytes | memoryview, /) -> bytes:
        """What a piece holds."""


class _Brotli:
    """A brotli decompressor with that face; brotli itself refuses bytes after the end."""

    unused_data = b""

    def __init__(self, machine: Any) -> None:
        self._machine = machine

    @property
    def eof(self) -> bool:
        return bool(self._machine.is_finished())

    def decompress(self, data: bytes | memoryview, /) -> bytes:
        piece: bytes = self._machine.process(data)
        return piece


def decompressor(name: str) -> tuple[Decompressor, type[Exception]]:
    """A decompressor for one member of gzip, deflate, raw deflate, br or zstd, and the error that it raises.

    Those of zlib take the most bytes that a step gives as a second argument.
    """
    if name == "br":
        import brotli  # noqa: PLC0415 - slow to import, seldom needed

        return _Brotli(brotli.Decompressor()), brotli.error
    if name == "zstd":
        import zstandard  # noqa: PLC0415 - slow to import, seldom needed

        return zstandard.ZstdDecompressor().decompressobj(read_across_frames=False), zstandard.ZstdError
    return zlib.decompressobj({"gzip": 31, "deflate": 15, "raw deflate": -15}[name]), zlib.error


#: Bytes fed at a time, so few that what one step can blow them up to stays below some 30 MB.
_STEPS = {"br": 16, "zstd": 256}


def _members(data: bytes, name: str, limit: int | None) -> bytes:
    """All members of coded data, one behind another (RFC 1952 section 2.2, RFC 8878 section 3)."""
    found: list[bytes] = []
    size = position = 0
    while position < len(data) or not found:
        machine, error = decompressor(name)
        for piece, end in _steps(machine, error, data, position, name):
            position = end
            size += len(piece)
            if limit is not None and size > limit:
                raise DecodeError(f"{name} data holds more than {limit} bytes")
            found.append(piece)
        if not machine.eof:
            raise DecodeError(f"{name} data is cut off")
    return b"".join(found)


def _steps(
    machine: Decompressor, error: type[Exception], data: bytes, position: int, name: str
) -> Iterator[tuple[bytes, int]]:
    """What each step gives, and the position in the data behind it, until the member or the data ends."""
    step = _STEPS.get(name, 4096)
    while position < len(data) and not machine.eof:
        try:
            piece = machine.decompress(data[position : position + step])
        except error as found:
            raise DecodeError(f"damaged {name} data: {found}") from None
        position = min(position + step, len(data)) - len(machine.unused_data)
        yield piece, position
