"""How services sign their webhooks: a request with the headers that say so. Pure but for the moment, which is given.

The forms are those of the services' own documentation: Stripe's `t=...,v1=...` over time and body, GitHub's
`X-Hub-Signature-256` over the body, Slack's `v0=...` over version, time and body, and an HMAC in a header of any name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace

from recproxy.config.webhook_table import WebhookTable
from recproxy.recording import Headers, Request

__all__ = ["signed"]


def signed(
    table: WebhookTable, request: Request, secret: str, now: int, hook: Callable[[Request, str], Request] | None = None
) -> Request:
    """A webhook with its signature; what it had of one is replaced. The `hook` signs where the scheme is hook.

    Args:
        table: which scheme.
        request: the webhook as it will be sent.
        secret: the value of the secret's variable.
        now: the application's time, in seconds since 1970.
        hook: the profile's function.
    """
    if table.scheme == "none":
        return request
    names = table.signature_headers
    had = {name.lower().decode("latin-1") for name, _ in request.headers}
    bare = replace(
        request, headers=tuple(line for line in request.headers if line[0].lower().decode("latin-1") not in names)
    )
    if table.scheme == "hook":
        return hook(bare, secret) if hook is not None else bare
    return replace(bare, headers=(*bare.headers, *_made(table, request.body, secret.encode(), now, had)))


def _made(table: WebhookTable, body: bytes, secret: bytes, now: int, had: set[str]) -> Headers:
    moment = b"%d" % now
    if table.scheme == "stripe":
        return ((b"Stripe-Signature", b"t=%s,v1=%s" % (moment, _hex(secret, b"%s.%s" % (moment, body)))),)
    if table.scheme == "slack":
        signature = b"v0=" + _hex(secret, b"v0:%s:%s" % (moment, body))
        return ((b"X-Slack-Request-Timestamp", moment), (b"X-Slack-Signature", signature))
    if table.scheme == "github":
        old = ((b"X-Hub-Signature", b"sha1=" + _hex(secret, body, "sha1")),) if "x-hub-signature" in had else ()
        return (*old, (b"X-Hub-Signature-256", b"sha256=" + _hex(secret, body)))
    digest = hmac.new(secret, body, getattr(hashlib, table.digest)).digest()
    text = base64.b64encode(digest) if table.encoding == "base64" else digest.hex().encode()
    return ((table.header.encode("latin-1"), table.prefix.encode() + text),)


def _hex(secret: bytes, text: bytes, digest: str = "sha256") -> bytes:
    return hmac.new(secret, text, digest).hexdigest().encode()
