"""Bodies as Polly.js puts them into HAR: in pieces, and in hex or base64.

A body that was coded on the wire is a list of pieces, as JSON text or as a list. Until version 6 its bytes are in hex,
with `_isBinary` or without a mark; since then in base64.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from recproxy.formats.reading import base64_bytes, mapping, sequence, string
from recproxy.recording import Headers, header

__all__ = ["stored_bytes"]


def stored_bytes(content: Mapping[str, Any], headers: Headers) -> bytes | None:
    """The bytes of a body whose text stands for bytes; None where the text is the body itself."""
    text, pieces = content["text"], _pieces(content["text"])
    coding = content.get("encoding") or ("hex" if content.get("_isBinary") is True else "")
    if coding in ("base64", "hex"):
        return b"".join(_bytes(piece, coding) for piece in ([text] if pieces is None else pieces))
    if pieces and header(headers, b"content-encoding") is not None and all(map(_is_hex, pieces)):
        return b"".join(_bytes(piece, "hex") for piece in pieces)
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


def _is_hex(piece: Any) -> bool:
    return isinstance(piece, str) and bool(piece) and len(piece) % 2 == 0 and not piece.strip("0123456789abcdefABCDEF")
