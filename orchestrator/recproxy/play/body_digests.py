"""The headers that tell a digest of a body, after the body was changed: RFC 9530, RFC 3230, RFC 1864, and clouds' own.

Knows header names and bytes.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import Response, encode
from recproxy.recording.message_coding import is_message_coding

__all__ = ["tells_digest", "with_digests"]

_Digest = Callable[[bytes], bytes]


def _crc32(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(4, "big")


def _hash(name: str) -> _Digest:
    return lambda body: hashlib.new(name, body, usedforsecurity=False).digest()


_ALGORITHMS: Mapping[bytes, _Digest] = MappingProxyType(
    {b"md5": _hash("md5"), b"sha": _hash("sha1"), b"sha-256": _hash("sha256"), b"sha-512": _hash("sha512")}
)
#: Headers that hold one digest.
_SINGLE: Mapping[bytes, _Digest] = MappingProxyType(
    {
        b"content-md5": _hash("md5"),
        b"x-ms-blob-content-md5": _hash("md5"),
        b"x-amz-checksum-sha1": _hash("sha1"),
        b"x-amz-checksum-sha256": _hash("sha256"),
        b"x-amz-checksum-crc32": _crc32,
    }
)
#: Headers that hold one or more, each with its algorithm.
_LISTED = frozenset((b"digest", b"content-digest", b"repr-digest", b"x-goog-hash"))
#: Amazon's, of which some need what Python does not have; and what it says of them.
_CHECKSUM = b"x-amz-checksum-"
_ABOUT = (b"x-amz-checksum-type", b"x-amz-checksum-algorithm")
_MEMBER = lazy_pattern(rb"\s*([A-Za-z0-9-]+)=(:?)")


def tells_digest(name: bytes) -> bool:
    """Whether a header of this name, in lower case, tells a digest of the body, or something of that digest."""
    return name in _SINGLE or name in _LISTED or name.startswith(_CHECKSUM)


def with_digests(response: Response) -> Response:
    """A response with the digests of its body, as it is sent where it is coded; one that cannot be worked out is left out."""
    if not any(tells_digest(name.lower()) for name, _ in response.headers):
        return response
    if is_message_coding(response.encoding):
        return response  # no digest of messages that are framed anew is known
    body = response.body if response.encoding is None else encode(response.body, response.encoding)
    new = ((name, _value(name.lower(), value, body)) for name, value in response.headers)
    return replace(response, headers=tuple((name, value) for name, value in new if value is not None))


def _value(name: bytes, value: bytes, body: bytes) -> bytes | None:
    if (digest := _SINGLE.get(name)) is not None:
        return base64.b64encode(digest(body))
    if name not in _LISTED:
        return None if tells_digest(name) and name not in _ABOUT else value
    members: list[bytes] = []
    for each in value.split(b","):
        found = _MEMBER.match(each)
        if found is not None and (made := _ALGORITHMS.get(found[1].lower())) is not None:
            members.append(found[1] + b"=" + found[2] + base64.b64encode(made(body)) + found[2])
    return b", ".join(members) or None
