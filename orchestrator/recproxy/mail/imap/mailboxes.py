"""Names of mailboxes: INBOX in any case, and other scripts in UTF-7 or in UTF-8. Pure."""

from __future__ import annotations

import base64
import re

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["mailbox_name"]

_SHIFTED = lazy_pattern(rb"&([A-Za-z0-9+,]*)-")


def mailbox_name(name: bytes) -> bytes:
    """A name in UTF-8, by which two spellings of it are equal."""
    if name[:5].upper() == b"INBOX" and name[5:6] in (b"", b"/", b"."):
        name = b"INBOX" + name[5:]
    if b"&" not in name or not name.isascii():
        return name
    try:
        return _SHIFTED.sub(_decoded, name)
    except ValueError:
        return name


def _decoded(found: re.Match[bytes]) -> bytes:
    if not found[1]:
        return b"&"
    coded = found[1].replace(b",", b"/")
    return base64.b64decode(coded + b"=" * (-len(coded) % 4), validate=True).decode("utf-16-be").encode()
