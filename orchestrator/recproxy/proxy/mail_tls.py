"""TLS that begins in the middle of a mail client's connection."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

__all__ = ["upgraded"]

_HANDSHAKE_SECONDS = 60.0


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
            transport, protocol, context, server_side=True, ssl_handshake_timeout=_HANDSHAKE_SECONDS
        )
    except (OSError, ssl.SSLError) as problem:
        note(f"TLS with a client of {host} failed: {str(problem).lower()}")
        transport.abort()
        return None
