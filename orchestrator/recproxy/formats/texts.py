"""Bodies as text, by the character set that their content type names. Knows no format."""

from __future__ import annotations

import re

__all__ = ["bytes_text", "parameter", "says_utf8", "text_bytes"]


def parameter(kind: str, name: str) -> str:
    """A parameter of a content type; empty where it has none."""
    found = re.search(rf';\s*{name}\s*=\s*(?:"([^"]*)"|([^\s;"]+))', kind, re.IGNORECASE)
    return (found[1] or found[2] or "") if found else ""


def says_utf8(kind: str) -> bool:
    """Whether a content type says UTF-8, or nothing."""
    return parameter(kind, "charset").lower() in ("", "utf-8", "utf8")


def text_bytes(text: str, kind: str) -> bytes | None:
    """Text in its character set, UTF-8 where none is named; None where that is unknown or cannot hold it."""
    try:
        return text.encode(parameter(kind, "charset") or "utf-8")
    except (LookupError, UnicodeError):
        return None


def bytes_text(body: bytes, kind: str) -> str | None:
    """Bytes as the text that `text_bytes` makes exactly them of; None where there is none."""
    try:
        text = body.decode(parameter(kind, "charset") or "utf-8")
    except (LookupError, UnicodeError):
        return None
    return text if text_bytes(text, kind) == body else None
