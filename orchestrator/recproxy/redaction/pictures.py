"""The texts of a picture in PNG: what programs say of it in chunks beside its pixels, compressed or not.

Knows how chunks are made, and nothing of what their texts hold.
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable

from recproxy.redaction.budget import Budget
from recproxy.redaction.rules import Unsafe

__all__ = ["SIGNATURE", "with_texts"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"

Rewrite = Callable[[bytes], bytes]


def with_texts(picture: bytes, rewrite: Rewrite, budget: Budget) -> bytes:
    """A picture whose texts are rewritten; what cannot be read stays. Raises Unsafe for a damaged text."""
    if b"EXt" not in picture and b"TXt" not in picture:
        return picture
    pieces, at = [SIGNATURE], len(SIGNATURE)
    while at + 12 <= len(picture):
        size = int.from_bytes(picture[at : at + 4], "big")
        kind, data, end = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + size], at + 12 + size
        if end > len(picture):
            _text(kind, data, rewrite, budget) if kind in (b"zTXt", b"iTXt") else data
            break
        new = _text(kind, data, rewrite, budget) if kind in (b"tEXt", b"zTXt", b"iTXt") else data
        if new == data:
            pieces.append(picture[at:end])
        else:
            pieces += len(new).to_bytes(4, "big"), kind, new, zlib.crc32(kind + new).to_bytes(4, "big")
        at = end
    return b"".join((*pieces, picture[at:]))


def _text(kind: bytes, data: bytes, rewrite: Rewrite, budget: Budget) -> bytes:
    """The data of a chunk: a keyword, what says how the text is coded, and the text."""
    pieces = data.split(b"\0", 1)
    if len(pieces) < 2:
        return data
    rest = pieces[1]
    head, text, packed = b"", rest, kind == b"zTXt"
    if kind == b"zTXt":
        head, text = rest[:1], rest[1:]
    elif kind == b"iTXt":
        packed = rest[:1] == b"\1"
        said = rest[2:].split(b"\0", 2)
        if len(said) < 3:
            return data
        head, text = rest[: len(rest) - len(said[2])], said[2]
    if not packed:
        return pieces[0] + b"\0" + head + rewrite(text)
    machine, plain, damaged = zlib.decompressobj(), b"", False
    try:
        plain = machine.decompress(text, max(budget.left, 1))
    except zlib.error:
        machine, damaged, read = zlib.decompressobj(), True, bytearray()
        with contextlib.suppress(zlib.error):  # what a reader gets before the damage
            for at in range(len(text)):
                read += machine.decompress(text[at : at + 1], max(budget.left - len(read), 1))
        plain = bytes(read)
    budget.charge(len(plain))
    clean = rewrite(plain)
    if clean == plain or not plain:
        return data
    if damaged or not machine.eof:
        raise Unsafe("is a picture with a damaged text that holds a secret")
    return pieces[0] + b"\0" + head + zlib.compress(clean)
