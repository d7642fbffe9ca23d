"""Bodies as Polly.js puts them into HAR: in pieces, and in hex or base64.

A body that was coded on the wire is a list of pieces, as JSON text or as a list. Until version 6 its bytes are in hex,
with `_isBinary` or without a mark; since then in base64. A list of hex words may as well be a body of JSON, so without a
mark it is taken for bytes only in a file of Polly.js, or where it holds the named coding.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from recproxy.formats.reading import base64_bytes, mapping, sequence, string
from recproxy.recording import DecodeError, Headers, decode, header

__all__ = ["stored_bytes", "wrote"]

#: How coded bytes begin, where a coding has a beginning of its own.
_MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "deflate": b"\x78", "zstd": b"\x28\xb5\x2f\xfd"}


def wrote(log: Mapping[str, Any]) -> bool:
    """Whether Polly.js wrote the file."""
    creator = log.get("creator")
    return isinstance(creator, Mapping) and creator.get("name") == "Polly.JS"


def stored_bytes(content: Mapping[str, Any], headers: Headers, *, by_polly: bool) -> bytes | None:
    """The bytes of a body whose text stands for bytes; None where the text is the body itself."""
    text, pieces = content["text"], _pieces(content["text"])
    coding = content.get("encoding") or ("hex" if content.get("_isBinary") is True else "")
    if coding in ("base64", "hex"):
        return b"".join(_bytes(piece, coding) for piece in ([text] if pieces is None else pieces))
    named = header(headers, b"content-encoding")
    if pieces and named is not None and all(map(_is_hex, pieces)):
        joined = b"".join(_bytes(piece, "hex") for piece in pieces)
        if by_polly or _holds(joined, named.decode("latin-1").strip().lower()):
            return joined
    return "".join(string(piece, "a piece of a body") for piece in text).encode() if isinstance(text, list) else None


def _pieces(text: Any) -> list[Any] | None:
    """The pieces of a body that is kept in pieces, as a list or as the JSON text of one; None for any other body."""
    if isinstance(text, str) and text.startswith("["):
        try:
            text = json.loads(text)
        except (ValueError, RecursionError):
            return None
    return text if isinstance(text, list) and all(isinstance(piece, str | Mapping) for piece in text) else None


def _bytes(piece: Any, coding: str) -> bytes:
    if isinstance(piece, Mapping):  # a Buffer of node, as JSON has it
        return bytes(sequence(mapping(piece, "a piece").get("data"), "the data of a piece"))
    if coding == "base64":
        return base64_bytes(piece, "content")
    try:
        return bytes.fromhex(string(piece, "content"))
    except ValueError:
        raise ValueError("content is not hex, as its entry says") from None


def _holds(data: bytes, coding: str) -> bool:
    """Whether bytes are a payload in this coding, surely enough."""
    if coding not in _MAGIC or not data.startswith(_MAGIC[coding]):
        return False
    try:
        decode(data, coding)
    except DecodeError:
        return False
    return True


def _is_hex(piece: Any) -> bool:
    return isinstance(piece, str) and bool(piece) and len(piece) % 2 == 0 and not piece.strip("0123456789abcdefABCDEF")
