"""Finds a value in bytes, whatever layers it stands in: undoes each layer that the bytes may be in, again and again.

Shares nothing with the engine, and is not clever: it tries every way to read the bytes, and forgets none.
"""

from __future__ import annotations

import base64
import bz2
import functools
import html
import io
import lzma
import quopri
import re
import tarfile
import zipfile
import zlib
from urllib.parse import unquote_to_bytes

import brotli
import zstandard

DEPTH = 7
SHORT = 128
_BASE64 = re.compile(
    rb"(?:[A-Za-z0-9+/_-]{12,}(?:\\r\\n|\\n|\r?\n[ \t]?)?)(?:[A-Za-z0-9+/_-]{4,}(?:\\r\\n|\\n|\r?\n[ \t]?)?)*={0,2}"
)
_SENSE = re.compile(rb"[\x20-\x7e]{8}|(?:[\x20-\x7e]\0){6}|\x1f\x8b\x08|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd|PK\x03\x04")
_WIDE = re.compile(rb"(?:[\x20-\x7e]\0){6,}|(?:\0[\x20-\x7e]){6,}")
_BREAKS = re.compile(rb"\\r\\n|\\n|[\r\n \t]")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){6,}[0-9a-fA-F]?")
_ESCAPE = re.compile(rb"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MAGIC = (
    (b"\x1f\x8b\x08", lambda data: zlib.decompressobj(31).decompress(data)),
    (b"\x78\x9c", lambda data: zlib.decompressobj().decompress(data)),
    (b"BZh", lambda data: bz2.BZ2Decompressor().decompress(data)),
    (b"\xfd7zXZ\0", lambda data: lzma.LZMADecompressor().decompress(data)),
    (b"\x5d\0\0", lambda data: lzma.LZMADecompressor().decompress(data)),
    (b"\x28\xb5\x2f\xfd", lambda data: zstandard.ZstdDecompressor().decompress(data, max_output_size=1 << 20)),
)
_PROBLEMS = (
    zlib.error, OSError, EOFError, ValueError, lzma.LZMAError, zstandard.ZstdError, brotli.error,
    zipfile.BadZipFile, tarfile.TarError, NotImplementedError, RuntimeError,
)  # fmt: skip


def left(secrets, texts):
    """Those of the secrets that stand in any of the texts, in any layer. A half of one counts."""
    wanted = [half for secret in secrets for half in halves(secret.encode())]
    found = set()
    for text in readings(texts):
        found |= {half for half in wanted if half in text}
    return sorted(half.decode() for half in found)


def halves(secret):
    """What must not be seen of a secret: either half of it, if each is long enough to be its own."""
    if len(secret) < 20:
        return [secret]
    middle = len(secret) // 2
    return [secret[:middle], secret[middle:]]


def readings(texts):
    """The texts, and all that they may be read as."""
    seen = set()
    layer = list(texts)
    for _ in range(DEPTH):
        layer = [text for text in dict.fromkeys(layer) if len(text) >= 6 and text not in seen]
        seen.update(layer)
        layer = [inner for text in layer for inner in (_often(text) if len(text) < SHORT else _once(text))]
    return seen


@functools.lru_cache(maxsize=4096)
def _often(text):
    """Most headers and masks are in thousands of cases."""
    return tuple(_once(text))


def _once(text):
    if b"%" in text:
        yield unquote_to_bytes(text)
        yield unquote_to_bytes(text.replace(b"+", b" "))
    if b"\\" in text:
        yield _ESCAPE.sub(_unescaped, text)
    if b"&" in text:
        yield html.unescape(text.decode("utf-8", "replace")).encode("utf-8", "replace")
    if re.search(rb"=(?:[0-9A-F]{2}|\r?\n)", text):
        yield quopri.decodestring(text)
    if not text.isascii():
        yield from _tried(lambda data: data.decode().encode("latin-1"), text)
    for run in _WIDE.findall(text):
        yield run.replace(b"\0", b"")
    for run in _BASE64.findall(text):
        yield from _base64(run)
    for run in _HEX.findall(text):
        for start in (0, 1):
            digits = run[start:]
            yield from _sense(bytes.fromhex(digits[: len(digits) // 2 * 2].decode()))
    yield from _unpacked(text)


def _unescaped(found):
    escape = found[1]
    if len(escape) == 5:
        return chr(int(escape[1:], 16)).encode("utf-8", "replace")
    return _LETTERS.get(escape, escape)


@functools.lru_cache(maxsize=4096)
def _base64(run):
    """What a run may hold: the address of the service is one, and the name of a media type."""
    letters = _BREAKS.sub(b"", run).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    found = []
    for start in range(4):
        piece = letters[start:]
        piece = piece[: len(piece) - (len(piece) % 4 == 1)]
        found += _sense(base64.b64decode(piece + b"=" * (-len(piece) % 4)), packed=not start)
    return found


def _sense(data, *, packed=False):
    """The bytes, unless they are what any letters give when they are taken for base64 or hex."""
    if _SENSE.search(data) or (packed and not data.isascii()):
        yield data


def _unpacked(text):
    for magic, unpack in _MAGIC:
        at = text.find(magic)
        while at >= 0:
            yield from _tried(unpack, text[at:])
            at = text.find(magic, at + 1)
    if text[0] & 15 == 8 and int.from_bytes(text[:2], "big") % 31 == 0:  # else it is refused by these two bytes
        yield from _tried(lambda data: zlib.decompressobj().decompress(data), text)
    if not text.isascii() and len(text) < 5000:
        yield from _tried(lambda data: zlib.decompressobj(-15).decompress(data), text)
        yield from _tried(brotli.decompress, text)
    if b"PK\x03\x04" in text:
        yield from _tried(_entries_of_zip, text[text.find(b"PK\x03\x04") :], many=True)
        yield from _tried(_entries_by_their_heads, text, many=True)
    if b"ustar" in text:
        yield from _tried(_entries_of_tar, text, many=True)
    if text.count(b"\r\n\r\n") and b"\r\n--" in text:
        for part in re.split(rb"\r?\n?--[\w-]+(?:--)?\r\n", text):
            body = part.partition(b"\r\n\r\n")[2]
            yield body
    if text[:1] in b"\0\1" and len(text) > 5:
        yield text[5:]


def _tried(unpack, text, *, many=False):
    try:
        result = unpack(text)
    except _PROBLEMS:
        return
    yield from result if many else [result]


def _entries_of_zip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def _entries_by_their_heads(data):
    return [
        zlib.decompressobj(-15).decompress(data[found.end() + sum(found.group(1)[at] for at in (0, 2)) :])
        for found in re.finditer(rb"PK\x03\x04.{4}\x08\0.{16}(.{4})", data, re.DOTALL)
    ]


def _entries_of_tar(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return [archive.extractfile(entry).read() for entry in archive if entry.isfile()]
