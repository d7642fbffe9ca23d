"""The connection to a real IMAP service: its bytes, and TLS where it begins in the middle. Knows sockets and the loop."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from recproxy.config.mail_endpoints import MailPlace
from recproxy.control.sockets import hold_reading
from recproxy.mail.imap.client import ImapClient
from recproxy.proxy.mail_upstream import reach_mail_server
from recproxy.proxy.tls import HANDSHAKE_SECONDS
from recproxy.proxy.upstream import Upstreams

__all__ = ["ImapClient", "ImapService", "ServiceListener", "reach"]


class ServiceListener(Protocol):
    """Who hears what a service says."""

    def service_said(self, data: bytes) -> None:
        """Bytes of the service."""

    def service_lost(self, reason: str = "") -> None:
        """The service has ended the connection, or it broke."""


class ImapService(asyncio.Protocol):
    """One connection. `name` is whom its certificate must be for, `context` what verifies that."""

    def __init__(
        self,
        name: str,
        context: Callable[[], ssl.SSLContext],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._name = name
        self._context = context
        self._spawn = spawn
        self._listener: ServiceListener | None = None
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
        self._is_upgrading = False
        #: What came before anybody listened.
        self._early: list[bytes] = []
        self._lost: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Called by the loop: bytes of the service."""
        if self._listener is None or self._is_upgrading:
            self._early.append(data)
        else:
            self._listener.service_said(data)

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the loop."""
        self._lost = "" if error is None else str(error) or type(error).__name__
        if self._listener is not None:
            self._listener.service_lost(self._lost)

    def listen(self, listener: ServiceListener) -> None:
        """Tell somebody what the service says."""
        self._listener = listener
        self._tell_early()
        if self._lost is not None:
            listener.service_lost(self._lost)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def hold(self, *, holds: bool) -> None:
        """Read from the service, or let it wait because the client does not read."""
        if not self._is_upgrading:
            hold_reading(self._transport, holds=holds)

    def begin_tls(self, done: Callable[[str], None]) -> None:
        """Begin TLS; `done` is told what went wrong, or an empty text."""
        self._is_upgrading = True
        self._transport.pause_reading()
        self._spawn(self._upgrade(done))

    def close(self) -> None:
        """Drop it, once what was sent is out."""
        self._listener = None
        self._transport.close()

    async def _upgrade(self, done: Callable[[str], None]) -> None:
        problem = ""
        try:
            transport = await asyncio.get_running_loop().start_tls(
                self._transport,
                self,
                self._context(),
                server_hostname=self._name,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
            )
        except ssl.SSLCertVerificationError as failure:
            problem = f"the certificate cannot be verified: {failure.verify_message}"
        except OSError as failure:
            problem = str(getattr(failure, "reason", None) or failure).lower() or type(failure).__name__
        else:
            if transport is None:
                problem = "the connection ended"
            else:
                self._transport = transport
        self._is_upgrading = False
        done(problem)
        self._tell_early()

    def _tell_early(self) -> None:
        early, self._early = b"".join(self._early), []
        if early and self._listener is not None:
            self._listener.service_said(early)


async def reach(
    place: MailPlace, address: str, upstreams: Upstreams, spawn: Callable[[Coroutine[Any, Any, None]], object]
) -> ImapService:
    """A connection to a server, at another `address` where there is one. Raises UpstreamError."""
    _, service = await reach_mail_server(
        place, address, upstreams, lambda: ImapService(place.host, upstreams.tls, spawn)
    )
    return service
