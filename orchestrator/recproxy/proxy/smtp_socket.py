"""A client of SMTP and the server's side of the protocol on its socket: replies out, also with a fault.

What is said to a client, `SmtpConnection` knows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from recproxy.config.mail_endpoints import MailPlace
from recproxy.errors import defect_text
from recproxy.mail.smtp_server import SmtpServer
from recproxy.proxy.mail_lane import MailLane
from recproxy.proxy.mail_socket import MailSocket
from recproxy.proxy.open_exchanges import INSISTS
from recproxy.proxy.smtp_history import SmtpHistory

if TYPE_CHECKING:
    import ssl

__all__ = ["SENT_AWAY", "SmtpSocket"]

#: To a client of the service in a test that insists on replay. RFC 5321 section 3.8: it may connect anew.
SENT_AWAY = f"421 4.3.2 recproxy: {INSISTS}\r\n".encode()


class SmtpSocket(MailSocket):
    """One client of a lane; `context` is for TLS that begins later."""

    def __init__(self, lane: MailLane, place: MailPlace, context: ssl.SSLContext | None) -> None:
        super().__init__()
        self._lane = lane
        self._place = place
        self._context = context
        self._secure = place.tls
        self._server = SmtpServer(lane.max_body)
        self._scope = lane.scope
        self._history = SmtpHistory()
        self._is_paused = False

    def pause_writing(self) -> None:
        """Called by the loop: the client does not read, and is answered nothing more meanwhile."""
        self._is_paused = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Called by the loop: the client reads again."""
        self._is_paused = False
        self._guarded(self._advance)
        self._read_on()

    def catch_up(self) -> None:
        """Hear what has come, in the scope that is open still, although the client does not read the replies."""
        if self._is_paused and not self._transport.is_closing():
            self._is_paused = False
            self._guarded(self._advance)
            self._is_paused = True
            self._transport.pause_reading()

    @abstractmethod
    def _advance(self) -> None:
        """Hear what has come, as far as it goes."""

    def _guarded(self, step: Callable[[], None]) -> None:
        """Do something; a defect of ours is told, and ends this connection: a client must not wait for ever."""
        try:
            step()
        except Exception as problem:  # noqa: BLE001 - one connection's trouble is that connection's alone
            self._scope.traffic.fail(f"{self._place.url}: {defect_text(problem)}")
            self._transport.abort()

    def _reply(self, text: bytes, write: Callable[[bytes], None] | None = None) -> None:
        self._history.replied(text)
        if text.startswith(b"220") and self._server.asks_tls:
            self._transport.pause_reading()  # the next bytes are TLS's
        (write or self._transport.write)(self._server.reply(text))
        self._read_on()

    def _read_on(self) -> None:
        holds = self._is_paused or self._server.is_full or self._server.awaits_tls
        if not holds and not self._transport.is_closing():
            self._transport.resume_reading()
