"""TLS with a client of a mail server that begins in the middle of a connection, and what is said where it goes wrong."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from recproxy.config.mail_endpoints import MailPlace, ports_without_tls
from recproxy.proxy.tls import HANDSHAKE_SECONDS

__all__ = ["NO_TLS_REASONS", "TLS_AT_ONCE", "client_tls_problem", "no_tls", "upgraded"]

#: What OpenSSL makes of a client that speaks something else.
NO_TLS_REASONS = (
    "HTTP_REQUEST",
    "HTTPS_PROXY_REQUEST",
    "WRONG_VERSION_NUMBER",
    "UNKNOWN_PROTOCOL",
    "RECORD_LAYER_FAILURE",
)
TLS_AT_ONCE = "TLS begins here with STARTTLS, and the client began it at once: use a port with TLS"


async def upgraded(
    transport: asyncio.Transport,
    protocol: asyncio.Protocol,
    context: ssl.SSLContext,
    note: Callable[[str], None],
    *,
    host: str,
    injected: int,
) -> asyncio.Transport | None:
    """The transport with TLS; None where the client has gone, or does not do it. `injected` bytes were dropped before."""
    if injected:
        note(f"{injected} bytes that a client of {host} sent after STARTTLS, before TLS began, were dropped")
    try:
        return await asyncio.get_running_loop().start_tls(
            transport, protocol, context, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
        )
    except OSError as problem:  # TLS errors are among these
        note(client_tls_problem(host, problem))
        transport.abort()
        return None


def client_tls_problem(authority: str | None, problem: OSError) -> str:
    """Why TLS with a client failed."""
    reason = str(getattr(problem, "reason", None) or problem).lower().replace("_", " ")
    text = f"TLS with a client of {authority} failed: {reason or type(problem).__name__}"
    if "unknown ca" in reason or "certificate" in reason:
        text += "; it does not trust the run's CA: point its CA setting at $SSL_CERT_FILE"
    return text


def no_tls(place: MailPlace) -> str:
    """What is said of a client that speaks no TLS where a connection begins with it."""
    return (
        f"a client of {place.host}:{place.port} began no TLS, with which connections to this port begin: have it begin "
        f"TLS at once, or use STARTTLS at another port ({ports_without_tls(place.protocol)})"
    )
