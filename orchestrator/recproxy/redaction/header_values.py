"""Secrets in the value of a header: Authorization by its scheme, cookies by their names, others by the header's name.

Finds spans, masks nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.names import header_is_secret, header_key, is_secret, says_nothing
from recproxy.redaction.random_values import is_key
from recproxy.redaction.spans import Span, wild_name

__all__ = ["HEADERS_WITH_RULES", "header_spans"]

#: Headers that are read by rules of their own.
HEADERS_WITH_RULES = frozenset(
    {b"authorization", b"proxy-authorization", b"cookie", b"set-cookie", b"list-unsubscribe"}
)
#: A segment of a link, or a parameter of it.
_PIECE = lazy_pattern(rb"[A-Za-z0-9_~-]{16,}")

_SCHEMES = frozenset(
    b"apikey api-key apitoken basic bearer bot dpop genie-key geniekey googlelogin hoba jwt key mac mutual negotiate ntlm privatetoken sharedkey "
    b"sharedkeylite splunk ssws storagekey token vapid zoho-oauthtoken aws oauth2 hmac goog1 snowflake klaviyo-api-key deepl-auth-key discogs "
    b"privileged scram-sha-256 scram-sha-1 acs-hmac hmac-sha256 private-token auth".split()
)
#: Schemes made of parameters, of which only some are secret.
_WITH_PARAMETERS = frozenset(
    b"oauth digest aws4-hmac-sha256 aws4-ecdsa-p256-sha256 goog4-hmac-sha256 goog4-rsa-sha256 hawk signature".split()
)
_SECRET_PARAMETERS = frozenset(
    b"response nonce cnonce opaque nc mac signature credential auth token hash oauth_token oauth_consumer_key "
    b"oauth_signature oauth_nonce oauth_timestamp oauth_verifier oauth_body_hash oauth_token_secret".split()
)
#: Browsers cannot set a header when they open a WebSocket: a token goes as a name of a protocol.
_PROTOCOL = lazy_pattern(
    rb"(?i)(?:(?:\A|,)\s*(?:access[_-]?token|authorization|bearer|auth|jwt|api[_-]?key|token)\s*,\s*|[a-z-]*api-key\.|(?:\bbearer|\btoken|\bauthorization[A-Za-z0-9.-]*)\.|\bheader-(?=eyJ))([A-Za-z0-9_.~+/=-]{12,})"
)
#: With these anybody can try passwords: they answer what the client has sent.
_PROOFS = frozenset({b"rspauth", b"data", b"cnonce"})
_CHALLENGES = frozenset({b"www-authenticate", b"proxy-authenticate", b"authentication-info"})
_PARAMETER = lazy_pattern(rb"([A-Za-z0-9_-]+)\s*=\s*(?:\"([^\"]*)\"|([^\s,\"]+))")


def header_spans(name: bytes, value: bytes, chosen: frozenset[bytes]) -> list[Span] | None:
    """Secrets of a header's value; None where its name says nothing. `chosen` are headers that a profile names."""
    key = name.lower()
    if key in (b"authorization", b"proxy-authorization") or key.endswith(b"-authorization"):
        return list(_authorization(value))
    if key == b"cookie":
        return list(_cookies(value))
    if key == b"list-unsubscribe":
        places = (found for found in _PIECE.finditer(value) if is_key(found[0]))
        return [Span(*found.span(), "header", "unsubscribe", value=found[0]) for found in places]
    if key == b"sec-websocket-protocol":
        return [Span(*found.span(1), "header", "token", value=found[1]) for found in _PROTOCOL.finditer(value)]
    if key in _CHALLENGES:
        return [
            Span(*found.span(found.lastindex or 1), "header", wild_name(found[1]), value=found[found.lastindex or 1])
            for found in _PARAMETER.finditer(value)
            if is_secret(found[1], found[found.lastindex or 1])
            or (key == b"authentication-info" and found[1].lower() in _PROOFS)
        ]
    if key == b"set-cookie":
        return list(_cookie(value.partition(b";")[0], 0))
    if header_key(name, value):
        return [Span(0, len(value), "header", wild_name(key), value=value)]
    # Access-Control-Allow-Credentials: true says something of credentials and holds none.
    if key in chosen or (
        (header_is_secret(key) or header_is_secret(name))
        and not says_nothing(value)
        and not key.startswith(b"access-control-")
    ):
        return [Span(0, len(value), "header", wild_name(key), value=value)]
    return None


def _authorization(value: bytes) -> Iterator[Span]:
    """The secrets of an Authorization header; its scheme, and parameters that are none, stay."""
    found = re.match(rb"\s*([^\s]+)(?:\s+|(?<=^key)=)(?=\S)", value)
    scheme = found[1].lower() if found else b""
    if scheme in _WITH_PARAMETERS and found and b"=" in value[found.end() :]:
        for each in _PARAMETER.finditer(value, found.end()):
            group = each.lastindex or 1
            inner, start = each[group], each.start(group)
            key = each[1].lower()
            if inner and (key in _SECRET_PARAMETERS or is_secret(key, inner)):
                # What follows the key id in a credential is date, region and service.
                size = len(inner.partition(b"/")[0]) if key == b"credential" else len(inner)
                yield Span(start, start + size, "authorization", wild_name(key), value=unquote_to_bytes(inner[:size]))
    elif found and scheme in _SCHEMES | _WITH_PARAMETERS:
        end = len(value.rstrip())
        yield Span(found.end(), end, "authorization", "token", value=value[found.end() : end])
    else:
        yield Span(0, len(value), "authorization", "token", value=value)


def _cookies(value: bytes) -> Iterator[Span]:
    """The values of a Cookie header; names stay. One without a name is all value."""
    start = 0
    for part in value.split(b";"):
        yield from _cookie(part, start)
        start += len(part) + 1


def _cookie(part: bytes, start: int) -> Iterator[Span]:
    name, _, value = part.partition(b"=") if b"=" in part else (b"cookie", b"", part)
    start += len(part) - len(value)
    inner = value.strip().strip(b'"')
    if inner:
        start += value.index(inner)
        yield Span(start, start + len(inner), "cookie", wild_name(name.strip()), value=inner)
