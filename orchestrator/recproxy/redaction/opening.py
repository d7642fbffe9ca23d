"""Bytes that are a compressed file or an archive, opened within a budget.

gzip, deflate, brotli, zstandard, bz2, xz, zip and tar. Knows how they begin, and nothing of what they hold.
"""

from __future__ import annotations

import bz2
import contextlib
import lzma
import re
import zlib
from collections.abc import Iterator
from typing import Protocol

from recproxy.recording.codings import decode
from recproxy.redaction.budget import Budget
from recproxy.redaction.part_contents import parts_of
from recproxy.redaction.rules import Unsafe

__all__ = [
    "archive_kind",
    "archived",
    "compression",
    "contents_of",
    "inflated",
    "may_open",
    "opened",
    "opened_in_part",
    "packed",
]

_TRIES = 16  # places in data where something compressed may begin
_BEGINS = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|BZh[1-9]1AY&SY|\xfd7zXZ\0|\x78[\x01\x5e\x9c\xda]|PK\x03\x04")
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
_DEFLATE = (2, 3, 4, 5)  # the first three bits of a block that is compressed
#: What compressed data and zip archives begin with; a tar archive shows itself at its 257th byte.
_FIRST = frozenset(
    {magic[0] for magic, _ in _MAGIC} | {ord("P")} | {byte for byte in range(256) if byte & 7 in _DEFLATE}
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


def opened_in_part(data: bytes, kind: str, budget: Budget) -> bytes:
    """What compressed bytes hold as far as they can be read: other bytes may stand behind them."""
    machine: _Decompressor
    if kind in ("gzip", "deflate"):
        machine = zlib.decompressobj(47 if kind == "gzip" else 15)
    elif kind in ("bz2", "xz"):
        machine = bz2.BZ2Decompressor() if kind == "bz2" else lzma.LZMADecompressor()
    else:
        return _frame_in_part(data, budget)
    content, position = bytearray(), 0
    try:
        while not machine.eof and position < len(data):
            # In pieces, so that what stands before damage is seen.
            content += machine.decompress(data[position : position + 4096], max(budget.left - len(content), 1))
            position += 4096
            if len(content) >= budget.left:
                break  # the charge below refuses it
    except (OSError, EOFError, lzma.LZMAError, zlib.error):
        pass
    budget.charge(len(content) + 1)
    return bytes(content)


def _frame_in_part(data: bytes, budget: Budget) -> bytes:
    """What a frame of zstandard holds as far as it can be read."""
    import zstandard  # noqa: PLC0415 - slow to import, seldom needed

    machine, content = zstandard.ZstdDecompressor().decompressobj(read_across_frames=False), bytearray()
    try:
        for at in range(0, len(data), 256):
            content += machine.decompress(data[at : at + 256])
            if machine.eof or len(content) >= budget.left:
                break
    except zstandard.ZstdError:
        pass
    budget.charge(len(content) + 1)
    return bytes(content)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


def _unpacked(machine: _Decompressor, data: bytes, limit: int) -> bytes:
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


def inflated(data: bytes, budget: Budget) -> bytes | None:
    """What deflate data without a header holds; None where it is none."""
    content = _inflated(data, max(budget.left, 1))
    if content is not None:
        budget.charge(len(content))
    return content


def _inflated(data: bytes, limit: int) -> bytes | None:
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


def may_open(content: bytes) -> bool:
    """Whether data looks like something compressed, an archive, parts or wide text, or holds where such data begins."""
    if _BEGINS.search(content) or (b"--" in content and b"\n" in content) or content.count(0) * 3 > len(content):
        return True
    if not content or (content[0] not in _FIRST and len(content) < 262):
        return False  # most of what is asked about: digests and ids
    return (
        compression(content) is not None
        or archive_kind(content) is not None
        or b"ustar" in content
        or (len(content) >= 16 and content[0] & 7 in _DEFLATE and _inflated(content[:4096], 1 << 20) is not None)
    )


def contents_of(data: bytes, budget: Budget) -> Iterator[bytes]:
    """Data, and what it holds where it is compressed, an archive or parts, or where such data begins in it."""
    yield data
    if b"--" in data and (b"\n\n" in data or b"\n\r\n" in data):
        yield from parts_of(data, budget)
    kind = compression(data)
    if kind is not None:
        yield opened_in_part(data, kind, budget)
    archive = archive_kind(data)
    if archive is not None:
        yield from archived(data, archive, budget)
    elif kind is None and data[:1] and data[0] & 7 in _DEFLATE:
        content = inflated(data, budget)
        if content is not None:
            yield content
    if not data.isascii():
        yield from _begun(data, budget)
    if data.count(0) * 3 > len(data):
        yield data.replace(b"\0", b"")  # text in UTF-16


def _begun(data: bytes, budget: Budget) -> Iterator[bytes]:
    """What compressed data and archives hold that begin behind other bytes."""
    for _, found in zip(range(_TRIES), _BEGINS.finditer(data, 1), strict=False):
        rest = data[found.start() :]
        if rest.startswith(b"PK"):
            with contextlib.suppress(Unsafe):
                yield from archived(rest, "zip", budget)
        else:
            yield opened_in_part(rest, compression(rest) or "gzip", budget)
    at = data.find(b"ustar", 258)
    if at >= 0:
        with contextlib.suppress(Unsafe):
            yield from archived(data[at - 257 :], "tar", budget)
