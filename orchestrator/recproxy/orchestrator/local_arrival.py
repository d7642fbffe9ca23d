"""A connection that was to go to a server on this machine, which the redirect brought here by its word.

HTTP on it is for the proxies while the open scope takes it. What is not HTTP goes on to the server: where the server is
the first to speak, too.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from recproxy.control.host_names import is_loopback
from recproxy.http import ClientHello, FirstBytes, Incomplete, Malformed, Origin, bracketed, split_authority
from recproxy.orchestrator.arrival import Arrival
from recproxy.orchestrator.reached_address import ReachedAddresses
from recproxy.orchestrator.router import Router

__all__ = ["LocalArrival"]

#: Clients of HTTP speak at once. One that does not may wait for the server's first words, so the server is asked for them.
_SILENT_SECONDS = 0.25


class LocalArrival(Arrival):
    """A connection that was to go to `place`, a host and a port of this machine."""

    def __init__(
        self,
        sock: socket.socket,
        loop: asyncio.AbstractEventLoop,
        router: Router,
        gone: Callable[[Arrival], None],
        reached: ReachedAddresses,
        place: tuple[str, int],
    ) -> None:
        super().__init__(sock, b"", loop, router, gone, reached, place[0])
        self._place = place
        self._probe: asyncio.Task[None] | None = None
        self._silence = loop.call_later(_SILENT_SECONDS, self._listen)

    def _listen(self) -> None:
        if not self._seen:
            self._probe = self._router.probe(*self._place, self._spoken)

    def _spoken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, data: bytes) -> None:
        """The server has spoken first: the client waits for that."""
        self._probe = None
        self._leave()
        self._router.join(self._sock, (reader, writer), data)

    def _send_on(self, wants: FirstBytes, seen: bytes) -> bool:
        host, _ = self._place
        if isinstance(wants, Malformed):
            self._pass_on()
        elif isinstance(wants, Origin):
            self._answer(self._named(wants.authority), 80, tls=False)
        elif isinstance(wants, ClientHello):
            if wants.speaks_http:
                self._answer(wants.host or host, 443, tls=True)
            else:
                self._pass_on()
        elif isinstance(wants, Incomplete):
            return False
        else:  # the server is a proxy for its client, and so is the run
            return super()._send_on(wants, seen)
        return True

    def _answer(self, host: str, usual: int, *, tls: bool) -> None:
        port = self._place[1]
        if self._owned(host):
            self._hand_over(host, authority=bracketed(host) + ("" if port == usual else f":{port}"), tls=tls)
        else:
            self._pass_on()

    def _named(self, authority: str) -> str:
        """This machine by the name that a request has for it; another name is a virtual host's there."""
        host, port = self._place
        try:
            named = split_authority(authority, 80)
        except ValueError:
            return host
        return named[0] if named[1] == port and (is_loopback(named[0]) or not is_loopback(host)) else host

    def _pass_on(self) -> None:
        self._leave()
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        self._router.tunnel(self._sock, *self._place, b"")

    def _leave(self) -> None:
        self._silence.cancel()
        if self._probe is not None:
            self._probe.cancel()
        super()._leave()
