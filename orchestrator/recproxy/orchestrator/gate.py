"""Asks a connection of another machine for the credentials of the run, in its first head."""

from __future__ import annotations

import socket

from recproxy.http import Absolute, ClientHello, Connecting, FirstBytes, Malformed, error_response
from recproxy.http.request_heads import head_size
from recproxy.orchestrator.access import Access

__all__ = ["Gate"]

_NO_CREDENTIALS = "this gateway asks for the credentials of the run: use the URL in HTTPS_PROXY as it is, or what `recproxy env` prints"
_ASKS = 'Proxy-Authenticate: Basic realm="recproxy"'
_ACCESS_DENIED = b"\x15\x03\x03\x00\x02\x02\x31"  # a fatal alert, RFC 8446 section 6.2


class Gate:
    """Stands before one connection until its credentials were seen."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def answer(self, sock: socket.socket, wants: FirstBytes, seen: bytes) -> bytes | None:
        """What to end the connection with; None lets it pass, and empty waits for more of its head."""
        if isinstance(wants, Malformed):  # it gets an answer that tells nothing
            return None
        is_proxied = isinstance(wants, Absolute | Connecting)
        size = head_size(seen)
        if size < 0 and isinstance(wants, Absolute):
            return b""
        if is_proxied and self._access.authorizes(seen[: max(size, 0)]):
            return None
        self._access.unauthorized(sock)
        if isinstance(wants, ClientHello):
            return _ACCESS_DENIED
        return error_response(407, _NO_CREDENTIALS, head_only=seen.startswith(b"HEAD "), header=_ASKS)
