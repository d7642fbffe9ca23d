"""Bytes that are a compressed file or an archive, opened within a budget.

gzip, deflate, brotli, zstandard, bz2, xz, zip and tar. Knows how they begin, and nothing of what they hold.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator
from typing import Protocol, cast

from recproxy.recording.codings import Decompressor, decode, decompressor
from recproxy.redaction.budget import Budget
from recproxy.redaction.rules import Unsafe

__all__ = [
    "archive_kind",
    "archived",
    "compression",
    "inflated",
    "opened",
    "opened_in_part",
    "packed",
]

_PIECE = 512  # bytes that are decompressed at once where there may be damage
_MOST_DENSE = 1032  # bytes that a byte of deflate data holds at most
_LITTLE = 64  # bytes: most attempts fail, and a buffer of the usual size costs more than they do
_TRY = 512  # what an attempt costs of a budget, beside what it brings to light
_MAGIC = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x78\x01", "deflate"),
    (b"\x78\x5e", "deflate"),
    (b"\x78\x9c", "deflate"),
    (b"\x78\xda", "deflate"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
)


def compression(data: bytes) -> str | None:
    """How bytes are compressed, as they begin."""
    if data[:1] not in (b"\x1f", b"\x28", b"\x78", b"B", b"\xfd"):
        return None
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)


def opened(data: bytes, kind: str, budget: Budget) -> bytes:
    """What compressed bytes hold. Raises ValueError where they are damaged, Unsafe where the budget ends."""
    if kind in ("bz2", "xz"):
        content = _unpacked(bz2.BZ2Decompressor() if kind == "bz2" else lzma.LZMADecompressor(), data, budget.left)
    else:
        content = decode(data, kind, limit=max(budget.left, 1))
    budget.charge(len(content))
    return content


def opened_in_part(data: bytes | memoryview, kind: str, budget: Budget) -> tuple[bytes, int]:
    """What compressed bytes hold as far as they can be read, and where they end; 0 where no end was reached.

    Other bytes may stand behind them. Beside the kinds of `compression` there are those of the entries of a zip
    archive, "raw deflate" and "lzma".
    """
    if kind == "lzma":  # of a zip archive: it has a version in front, and no size behind the properties
        data = bytes(data[4:9]) + b"\xff" * 8 + bytes(data[9:])
    machine, content, position = _machine(kind), bytearray(), 0
    try:
        while not machine.eof and position < len(data):
            # In pieces, so that what stands before damage is seen.
            content += machine.decompress(data[position : position + _PIECE], max(budget.left - len(content), 1))
            position += _PIECE
            if len(content) >= budget.left:
                break  # the charge below refuses it
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        pass
    budget.charge(len(content) + _TRY)
    end = min(position, len(data)) - len(machine.unused_data) if machine.eof else 0
    return bytes(content), end - 4 if kind == "lzma" and end else end


class _LimitedDecompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes | memoryview, max_length: int = ..., /) -> bytes: ...


def _machine(kind: str) -> _LimitedDecompressor:
    if kind == "bz2":
        return bz2.BZ2Decompressor()
    if kind in ("xz", "lzma"):
        return lzma.LZMADecompressor()
    machine, damage = decompressor(kind)
    return _Unlimited(machine, damage) if kind == "zstd" else cast("_LimitedDecompressor", machine)


class _Unlimited:
    """A frame of zstandard. Its own reader knows no limit: a piece holds some megabytes at most."""

    def __init__(self, machine: Decompressor, damage: type[Exception]) -> None:
        self._machine = machine
        self._damage = damage

    @property
    def eof(self) -> bool:
        return self._machine.eof

    @property
    def unused_data(self) -> bytes:
        return self._machine.unused_data

    def decompress(self, data: bytes | memoryview, _: int = -1, /) -> bytes:
        try:
            return self._machine.decompress(data)
        except self._damage as problem:
            raise OSError("is damaged") from problem


def _unpacked(machine: _LimitedDecompressor, data: bytes, limit: int) -> bytes:
    try:
        content = machine.decompress(data, limit)
    except (OSError, lzma.LZMAError, EOFError) as problem:
        raise ValueError("is damaged") from problem
    if not machine.eof:
        raise ValueError("is cut off or too large")
    return content


def packed(content: bytes, kind: str) -> bytes:
    """The content compressed again by bz2 or xz."""
    return bz2.compress(content) if kind == "bz2" else lzma.compress(content)


def inflated(data: bytes, limit: int) -> bytes | None:
    """What deflate data without a header holds, up to a limit; None where it is none."""
    if len(data) * _MOST_DENSE < limit:
        try:
            return zlib.decompress(data, -15, bufsize=_LITTLE) or None
        except zlib.error:
            return None
    machine = zlib.decompressobj(-15)
    try:
        content = machine.decompress(data, limit)
    except zlib.error:
        return None
    return content if content and (machine.eof or machine.unconsumed_tail) else None


def archive_kind(data: bytes) -> str | None:
    """Whether bytes are a zip or a tar archive."""
    if data.startswith(b"PK\x03\x04"):
        return "zip"
    return "tar" if data[257:262] == b"ustar" else None


def archived(data: bytes, kind: str, budget: Budget) -> Iterator[bytes]:
    """The names and contents of an archive. Raises Unsafe where it cannot be read."""
    from recproxy.redaction import archives  # noqa: PLC0415 - slow to import, and few bodies are archives

    try:
        yield from archives.members(data, kind, budget)
    except archives.DAMAGED as problem:
        raise Unsafe(f"is a {kind} archive that cannot be read") from problem
