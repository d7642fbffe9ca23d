"""The headers of a request that tell something of its body, after the body was masked.

The length of a login tells the length of its password, and a digest lets anybody try passwords. Knows header names.
"""

from __future__ import annotations

import dataclasses

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.values import WILD, Request

__all__ = ["with_headers_of_body"]

_LENGTH = lazy_pattern(rb"[0-9]+\Z")
_DIGEST = lazy_pattern(
    rb"content-md5|(?:content-|repr-|want-)?digest|x-amz-content-sha256|x-amz-checksum-[a-z0-9]+|x-goog-hash"
    rb"|x-ms-content-(?:md5|crc64|sha256)|x-bz-content-sha1|x-content-(?:md5|sha1|sha256)"
)


def with_headers_of_body(before: Request, after: Request) -> Request:
    """A request whose headers say nothing of the body `before`, where that is not the one `after` any more."""
    if before.body == after.body:
        return after
    length, word = b"%d" % len(after.body), (after.wild or WILD).encode()

    def value(name: bytes, old: bytes) -> bytes:
        lower = name.lower()
        if lower == b"content-length" and _LENGTH.match(old):
            return length
        return word if _DIGEST.fullmatch(lower) else old

    headers = tuple((name, value(name, old)) for name, old in after.headers)
    return after if headers == after.headers else dataclasses.replace(after, headers=headers)
