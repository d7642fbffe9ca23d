"""What a client proves who it is with: the responses of SASL mechanisms, which SMTP and IMAP carry in base64. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["PROVES_NOTHING", "SEEN_THROUGH", "proof_of"]

#: Mechanisms that can be replayed: nothing in them proves to the client that its partner knows the secret.
SEEN_THROUGH = frozenset(
    (b"PLAIN", b"LOGIN", b"CRAM-MD5", b"XOAUTH", b"XOAUTH2", b"OAUTHBEARER", b"EXTERNAL", b"ANONYMOUS")
)
#: Responses that a client sends to go on or to give up.
PROVES_NOTHING = (b"", b"*", b"=")
_BEARER = lazy_pattern(rb"(?i)\x01auth=([^\x01]+)")


def proof_of(mechanism: bytes, responses: Sequence[bytes]) -> bytes:
    """What a client's responses so far say, as the value of an Authorization header; empty where that is unknown.

    The responses are in base64, as they are sent. In LOGIN the first is the user and the second the password.
    """
    plain = [_decoded(each) for each in responses]
    last = plain[-1] if plain else None
    if last is None:
        return b""
    if mechanism == b"PLAIN":
        _, _, known = last.partition(b"\x00")
        user, is_one, password = known.partition(b"\x00")
        return _basic(user, password) if is_one else b""
    if mechanism == b"LOGIN":
        return _basic(plain[0] or b"", last) if len(plain) > 1 else b""
    if mechanism in (b"XOAUTH2", b"OAUTHBEARER"):
        found = _BEARER.search(last)
        return found[1] if found is not None else b""
    if mechanism == b"XOAUTH":
        return b"OAuth " + last.rpartition(b" ")[2]
    return b""


def _basic(user: bytes, password: bytes) -> bytes:
    return b"Basic " + base64.b64encode(user + b":" + password)


def _decoded(text: bytes) -> bytes | None:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        return None
