"""One webhook on its way to the application: sent and answered in a thread of its own. Knows no run."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlsplit

from recproxy.control.webhook_messages import Deliver, Delivered

__all__ = ["call_application"]

#: Seconds that an application may take for an answer.
_SECONDS = 30.0
_OF_LOOPBACK = ".localhost"
#: Makes a socket of a family that reaches the application; None where this process's own do.
_Outgoing: TypeAlias = Callable[[socket.AddressFamily], socket.socket] | None


def call_application(address: str, message: Deliver, outgoing: _Outgoing = None) -> Delivered:
    """Send a webhook to an address, and wait for the answer. For a thread of its own."""
    parts = urlsplit(address)
    host, port = (
        parts.hostname or "",
        parts.port if parts.port is not None else (443 if parts.scheme == "https" else 80),
    )
    made: type[http.client.HTTPConnection] = (
        http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    )
    if host.lower().endswith(_OF_LOOPBACK):
        host = "localhost"  # few resolvers know the names below it, and one of the network may say what it likes
    connection = made(host, port, timeout=_SECONDS)
    try:
        if outgoing is not None and parts.scheme == "http":
            connection.sock = outgoing(socket.AF_INET6 if ":" in host else socket.AF_INET)
            connection.sock.settimeout(_SECONDS)
            connection.sock.connect((host, port))
        connection.putrequest(message.method, message.target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", parts.netloc)
        for name, value in message.headers:
            connection.putheader(name.decode("latin-1"), value)
        connection.putheader("Content-Length", str(len(message.body)))
        connection.endheaders(message.body)
        response = connection.getresponse()
        headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in response.getheaders())
        reason = response.reason.encode("latin-1", "replace")
        return Delivered(
            order=message.order, status=response.status, reason=reason, headers=headers, body=response.read()
        )
    except (OSError, http.client.HTTPException, ValueError) as problem:
        why = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
        if isinstance(problem, http.client.HTTPException) and not isinstance(problem, OSError):
            why = "what it sent is no HTTP response"  # and may be a secret
        return Delivered(order=message.order, error=f"the application at {address} did not answer: {why}")
    finally:
        connection.close()
