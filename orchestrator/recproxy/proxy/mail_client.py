"""The socket of a mail client and the server's side of SMTP on it: replies out, also with a fault, and its end.

What is said to a client, `MailConnection` knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from recproxy.config.mail_endpoints import MailPlace
from recproxy.control.sockets import reset_on_close
from recproxy.mail.smtp_server import SmtpServer
from recproxy.proxy.mail_faults import MailFaults
from recproxy.proxy.mail_lane import MailHistory, MailLane
from recproxy.recording import Act

if TYPE_CHECKING:
    import ssl

__all__ = ["MailClient"]


class MailClient(asyncio.Protocol):
    """One client of a lane; `context` is for TLS that begins later."""

    def __init__(self, lane: MailLane, place: MailPlace, context: ssl.SSLContext | None) -> None:
        self._lane = lane
        self._place = place
        self._context = context
        self._secure = place.tls
        self._server = SmtpServer(lane.max_body)
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
        self._scope = lane.scope
        self._history = MailHistory()
        self._faults = MailFaults(self)
        self.is_fresh = True

    def close(self) -> None:
        """Drop the connection."""
        self._transport.abort()

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if not self._transport.is_closing():
            self._transport.write(data)

    def end(self, act: Act) -> None:
        """End the connection as a recording says."""
        if act is Act.RESET:
            reset_on_close(self._transport.get_extra_info("socket"))
            self._transport.abort()
        else:
            self._transport.close()

    def _guarded(self, step: Callable[[], None]) -> None:
        """Do something; a defect of ours is told, and ends this connection: a client must not wait for ever."""
        try:
            step()
        except Exception as problem:  # noqa: BLE001 - one connection's trouble is that connection's alone
            self._scope.traffic.fail(f"{self._place.url}: a defect of recproxy: {type(problem).__name__}: {problem}")
            self._transport.abort()

    def _reply(self, text: bytes, write: Callable[[bytes], None] | None = None) -> None:
        self._history.replied(text)
        begins_tls = text.startswith(b"220") and self._server.asks_tls
        if begins_tls:
            self._transport.pause_reading()  # the next bytes are TLS's
        (write or self._transport.write)(self._server.reply(text))
        if not begins_tls and not self._server.is_full and not self._transport.is_closing():
            self._transport.resume_reading()
