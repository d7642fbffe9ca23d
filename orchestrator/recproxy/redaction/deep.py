"""Secrets behind several encodings: base64 of compressed data, base64 of base64, a coded text inside a coded text.

Where the forms of a value do not reach, a run of base64 is taken apart, and its content again, a few times over.
The whole run then counts as secret. Knows bytes and known values.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

from recproxy.recording.codings import decode
from recproxy.redaction.known import Known
from recproxy.redaction.spans import Layer, Span, coded_layer, parameter, string_content, unescaped

__all__ = ["hidden_runs", "layered", "still_holds"]

_RUN = re.compile(rb"(?:[A-Za-z0-9+/_-]|%2[BbFf]|\\/){16,}(?:=|%3[Dd]){0,2}")
_HEX = re.compile(rb"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{2}){12,}(?![0-9A-Fa-f])")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);")
_DEEP = 3
_SLASHES = 8
_PATH = 4096  # bytes of a run that may be a path
_LIMIT = 64_000_000


def hidden_runs(text: bytes, known: Known, depth: int = 1) -> Iterator[Span]:
    """Runs of base64 in a text whose content, once taken apart, holds a known value."""
    if not known.long:
        return
    for found in _RUN.finditer(text):
        for start, end in _parts(found[0]):
            if any(still_holds(content, known, depth) for content in _contents(found[0][start:end])):
                yield Span(found.start() + start, found.start() + end, "known value", kind="inside")
                break


def layered(text: bytes, known: Known, depth: int = 0) -> Iterator[Span]:
    """Places of a text that hold a known value once escapes around its own encoding are undone."""
    if not known.long or depth >= _DEEP:
        return
    for decode_all, layer in _ESCAPES:
        view = decode_all(text)
        if view == text:
            continue
        inner = [*known.spans(view), *layered(view, known, depth + 1)]
        if inner:
            places = layer(text)
            for span in inner:
                raw = places.raw(span)
                yield Span(raw.start, raw.end, "known value", kind="inside")


def _entities(text: bytes) -> Layer:
    return coded_layer(text, _ENTITY, lambda found: html.unescape(found[0].decode()).encode())


def _parts(run: bytes) -> Iterator[tuple[int, int]]:
    """Where the base64 in a run may begin and end: in a path, a slash is not part of it."""
    yield 0, len(run)
    if len(run) > _PATH:
        return
    slashes = [found.end() for found in re.finditer(rb"/", run)][:_SLASHES]
    for number, slash in enumerate(slashes):
        yield slash, slashes[number + 1] - 1 if number + 1 < len(slashes) else len(run)
        yield slash, len(run)


def still_holds(text: bytes, known: Known, depth: int = 0) -> bool:
    """Whether a text, taken apart by every encoding it may have, holds a known value.

    At depth 0, what the functions above find is taken to be gone.
    """
    if not known.long:
        return False
    if depth and next(known.spans(text), None) is not None:
        return True
    if depth >= _DEEP:
        return False
    if any(still_holds(view, known, depth + 1) for view in _views(text)):
        return True
    if depth == 0:
        return False
    return next(layered(text, known, 1), next(hidden_runs(text, known, depth + 1), None)) is not None


def _views(text: bytes) -> Iterator[bytes]:
    """A text with one layer of encoding taken off."""
    for magic, coding in ((b"\x1f\x8b\x08", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\x78", "deflate")):
        if text.startswith(magic):
            yield from _decoded(text, coding)
    for run in _HEX.findall(text):
        yield bytes.fromhex(run.decode())


#: Ways to take escapes off a whole text: fast, and with the places kept.
_ESCAPES: tuple[tuple[Callable[[bytes], bytes], Callable[[bytes], Layer]], ...] = (
    (unquote_to_bytes, lambda text: parameter(text, plus=False)),
    (unescaped, string_content),
    (lambda text: _entities(text).text if b"&" in text else text, _entities),
)


def _contents(run: bytes) -> Iterator[bytes]:
    """What a run of base64 stands for, also decompressed where it is deflate data, as SAML has it."""
    plain = unquote_to_bytes(run).replace(b"\\/", b"/").translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    if len(plain) % 4 == 1:
        plain = plain[:-1]
    try:
        content = base64.b64decode(plain + b"=" * (-len(plain) % 4))
    except binascii.Error:
        return
    yield content
    for bits in (15 + 32, -15):
        machine = zlib.decompressobj(bits)
        try:
            inflated = machine.decompress(content, _LIMIT)
        except zlib.error:
            continue
        if inflated:
            yield inflated


def _decoded(text: bytes, coding: str) -> Iterator[bytes]:
    try:
        yield decode(text, coding, limit=_LIMIT)
    except ValueError:
        return
