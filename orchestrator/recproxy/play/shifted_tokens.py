"""Times inside of tokens and signed addresses: the claims of a JWT, and the query of an address that a signature covers.

Moved as the times of a response are: by what lies between the recording and now. A JWT stays a JWT and an address an
address, but no signature is made anew: whoever verifies one needs the key that the service has. Pure.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from urllib.parse import quote_from_bytes, unquote_to_bytes

from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.time_texts import moved_time
from recproxy.redaction.shape_table import JWT

__all__ = ["moved_jwt", "moved_tokens"]

_JWT = lazy_pattern(JWT)
#: RFC 7519 section 4.1, and the time of the login of OpenID Connect.
_CLAIM = lazy_pattern(rb'("(?:iat|nbf|exp|auth_time)"\s*:\s*)([0-9]{1,10}(?:\.[0-9]{1,9})?)(?![0-9.eE])')
#: What a masked token says: issued in 1970, so that nobody takes it for the service's.
_NO_TIME = b"0"
#: A whole address, or one without a host at the start of a value.
_ADDRESS = lazy_pattern(rb"""(?:https?:(?:\\?/){2}|(?:\A|(?<=["'\s]))\\?/)[^\s"'<>?]+\?[^\s"'<>]+""")
#: A separator of a query also as JSON and XML write it.
_SEPARATOR = rb"(?:[?&;]|\\u0026|&amp;)"
_SIGNED = lazy_pattern(
    _SEPARATOR + rb"(?:x-amz-signature|x-goog-signature|signature|sig|hmac|hash|token)=", re.IGNORECASE
)
#: Amazon's and Google's moment of signing, the end of CloudFront's and of others' addresses, Azure's beginning and end.
_SIGNED_TIME = lazy_pattern(
    _SEPARATOR + rb"(?:x-amz-date|x-goog-date|expires|expires_at|expiry|exp|st|se|skt|ske)=((?:[0-9A-Za-z:.+-]|%3A)+)",
    re.IGNORECASE,
)


def moved_tokens(text: bytes, since: int, now: int, life: int | None = None) -> Iterator[tuple[int, int, bytes]]:
    """What replaces tokens, and times in signed addresses, in a text: where each begins and ends, and what stands there.

    `life` is the time that a masked token lives, in seconds: what the service has said of it, if anything.
    """
    if b"eyJ" in text:
        for found in _JWT.finditer(text):
            new = moved_jwt(found[0], since, now, life)
            if new is not None and new != found[0]:
                yield (*found.span(), new)
    if b"?" in text and b"/" in text:
        for address in _ADDRESS.finditer(text):
            if _SIGNED.search(address[0]) is None:
                continue
            for found in _SIGNED_TIME.finditer(text, *address.span()):
                new = _moved_value(found[1], since, now)
                if new is not None:
                    yield (*found.span(1), new)


def moved_jwt(token: bytes, since: int, now: int, life: int | None = None) -> bytes | None:
    """A JWT with its times moved; None where it has none, or is no JWT."""
    head, _, rest = token.partition(b".")
    payload, _, signature = rest.partition(b".")
    try:
        claims = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
        json.loads(claims)
    except (binascii.Error, ValueError, RecursionError):
        return None
    masked = any(found[2] == _NO_TIME for found in _CLAIM.finditer(claims) if b"iat" in found[1])

    def moved(found: re.Match[bytes]) -> bytes:
        if masked:
            return found[1] + _of_mask(found, now, life)
        new = moved_time(found[2].decode(), since, now)
        return found[0] if new is None else found[1] + new.encode()

    new = _CLAIM.sub(moved, claims)
    return b".".join((head, base64.urlsafe_b64encode(new).rstrip(b"="), signature)) if new != claims else None


def _of_mask(claim: re.Match[bytes], now: int, life: int | None) -> bytes:
    """A time of a masked token: it is issued now, and lives as long as the service has said."""
    if b"exp" not in claim[1]:
        return b"%d" % now
    return claim[2] if life is None else b"%d" % (now + life)


def _moved_value(value: bytes, since: int, now: int) -> bytes | None:
    plain = unquote_to_bytes(value)
    if not plain.isascii():
        return None
    new = moved_time(plain.decode(), since, now)
    if new is None:
        return None
    return quote_from_bytes(new.encode(), safe="").encode() if b"%" in value else new.encode()
