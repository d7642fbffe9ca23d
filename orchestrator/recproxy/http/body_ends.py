"""Where a body may end in the bytes that came, because the parser does not say where it did.

A head that the parser refuses is written anew, and for that its first byte must be known. If it came together with the
end of a body, the bytes are cut where a request may begin. To cut at one place too many costs nothing. Pure.
"""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Headers

__all__ = ["body_framing", "possible_ends"]

_REQUEST_LINE = lazy_pattern(rb"(?<=\n)[!-~]+ [^ \r\n]+ HTTP/", re.MULTILINE)


def body_framing(headers: Headers) -> tuple[bytes, bytes] | None:
    """The header that frames the body, or None if there is no body."""
    for name, value in headers:
        lower = name.lower()
        if lower == b"transfer-encoding" or (lower == b"content-length" and value.strip(b"0")):
            return name, value
    return None


def possible_ends(data: bytes, framing: tuple[bytes, bytes] | None, size: int) -> list[int]:
    """The places in `data` at which a body may end of which `size` bytes have come before."""
    name, value = framing or (b"", b"")
    if name.lower() == b"content-length":
        return [int(value) - size]
    # Chunks end with a line: whatever looks like a request line behind one, and the last line, which may be cut off.
    ends = [found.start() for found in _REQUEST_LINE.finditer(data)] if b" HTTP/" in data else []
    return [*ends, data.rfind(b"\n") + 1]
