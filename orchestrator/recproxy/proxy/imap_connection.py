"""A client's connection that speaks IMAP: bytes to whoever answers it, bytes back, and TLS where it begins in the middle.

Knows sockets and the loop. What is answered, from a recording or by the service, its `ImapSpeaker` knows.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from recproxy.control.open_connections import OpenConnections
from recproxy.control.sockets import acknowledge, hold_reading
from recproxy.mail.imap.server import ImapServer
from recproxy.proxy.mail_socket import MailSocket
from recproxy.proxy.mail_tls import upgraded
from recproxy.recording.faults import Fault

__all__ = ["ImapConnection", "ImapSpeaker"]

#: So many bytes are answered to a client that does not read, when a scope ends in which it has asked for them.
_MOST_UNREAD = 1 << 24


class ImapSpeaker(Protocol):
    """Who answers a client."""

    @property
    def is_idle(self) -> bool:
        """Whether the client waits for nothing."""

    def go_on(self) -> None:
        """Take what the client said."""

    def tls_started(self) -> None:
        """TLS with the client is up."""

    def hold(self, *, holds: bool) -> None:
        """The client does not read, or reads again."""

    def catch_up(self) -> None:
        """Answer from recordings what has come, although the client does not read, until it is held again."""

    def lost(self) -> None:
        """The client has gone."""

    def leave(self, ended: object) -> None:
        """A scope has ended, although the connection goes on."""

    def turn(self) -> None:
        """Another scope is open: end what goes to a service, if that may not answer any more."""


class ImapConnection(MailSocket):
    """One connection. `speaker` makes who answers it, `context` the TLS that it may begin with `host`.

    It is among `open_connections` from when it is up, behind the TLS that it may begin with, until it is lost.
    """

    def __init__(
        self,
        server: ImapServer,
        speaker: Callable[[ImapConnection], ImapSpeaker],
        *,
        context: Callable[[], ssl.SSLContext | None],
        host: str,
        note: Callable[[str], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        open_connections: OpenConnections[ImapConnection],
    ) -> None:
        super().__init__()
        self._server = server
        self._make = speaker
        self._context = context
        self._host = host
        self._note = note
        self._spawn = spawn
        self._open = open_connections
        self.speaker: ImapSpeaker = None  # type: ignore[assignment]
        self._timers: set[asyncio.TimerHandle] = set()
        self._is_upgrading = False
        self._is_paused = False
        #: What came in TLS before it was known that TLS is up.
        self._early: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = transport  # type: ignore[assignment]
        self._open.add(self)
        self.speaker = self._make(self)

    def data_received(self, data: bytes) -> None:
        """Called by the loop: bytes of the client."""
        self.is_fresh = True
        if self._is_upgrading:
            self._early.append(data)
            return
        self._server.receive(data)
        self._go_on()
        acknowledge(self._transport.get_extra_info("socket"))

    def eof_received(self) -> bool:
        """Called by the loop: a client that sends no more has gone."""
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Called by the loop."""
        for timer in self._timers:
            timer.cancel()
        self._faults.cancel()
        self._open.discard(self)
        self.speaker.lost()

    def pause_writing(self) -> None:
        """Called by the loop: the client does not read, and is asked nothing more."""
        self._is_paused = True
        self.speaker.hold(holds=True)
        self.steer()

    def resume_writing(self) -> None:
        """Called by the loop: the client reads again."""
        self._is_paused = False
        self.speaker.hold(holds=False)
        self._go_on()

    @property
    def is_idle(self) -> bool:
        """Whether the client waits for nothing."""
        return not self._is_upgrading and self.speaker.is_idle

    def catch_up(self) -> None:
        """Answer what has come, in the scope that is open still, although the client does not read."""
        if self._is_paused and not self._is_upgrading and not self._transport.is_closing():
            self.speaker.catch_up()

    def leave(self, ended: object) -> None:
        """A scope has ended: what was said in it is its own, although the connection goes on."""
        self.speaker.leave(ended)

    def turn(self) -> None:
        """Another scope is open: a service that may not answer any more must not say anything unasked either."""
        if not self._transport.is_closing():
            self.speaker.turn()

    def write(self, data: bytes) -> None:
        """Send bytes; what a client had to be answered first before more was read of it may have been."""
        super().write(data)
        if self._is_paused and self._transport.get_write_buffer_size() > _MOST_UNREAD:
            self.speaker.hold(holds=True)
        self.steer()

    def begin_tls(self) -> None:
        """Have TLS begin, behind what was written."""
        if not self._is_upgrading:
            self._is_upgrading = True
            self._transport.pause_reading()
            self._spawn(self._upgrade())

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do something after a while, if the connection is there still."""

        def done() -> None:
            self._timers.discard(timer)
            work()

        timer = asyncio.get_running_loop().call_later(seconds, done)
        self._timers.add(timer)

    def play(self, fault: Fault, data: bytes, done: Callable[[], None], lasted: Callable[[], None]) -> None:
        """Send bytes with a fault; `done` is called where the connection goes on."""
        self._faults.play(fault, data, done, lasted)

    def steer(self) -> None:
        """Read from the client, or let it wait."""
        if not self._is_upgrading:
            hold_reading(self._transport, holds=self._is_paused or self._server.is_full)

    def _go_on(self) -> None:
        if not self._is_paused:
            self.speaker.go_on()
        self.steer()

    async def _upgrade(self) -> None:
        context = self._context()
        if context is None:
            self._transport.abort()
            return
        # What was sent before TLS is told by the speaker.
        transport = await upgraded(self._transport, self, context, self._note, host=self._host, injected=0)
        if transport is None:
            return
        self._transport = transport
        self._is_upgrading = self._is_paused = False
        self.speaker.hold(holds=False)
        self.speaker.tls_started()
        early, self._early = b"".join(self._early), []
        if early:
            self._server.receive(early)
        self._go_on()
