"""A connection that arrived at the gateway, until it is sent on: to the proxy that owns its host, or to the host itself.

It peeks and sorts a connection by its first bytes, consumes exactly a CONNECT's head, and hands the raw socket over,
so that its next byte is the client's own and the proxy can put TLS on it from the start. It serves nothing itself
but refusals.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from recproxy.config.mail_endpoints import MAIL_PORTS
from recproxy.control.host_names import is_loopback
from recproxy.control.listening import peer_of
from recproxy.control.sockets import acknowledge, greet
from recproxy.http import (
    NOT_RECORDED,
    Absolute,
    Announcement,
    ClientHello,
    Connecting,
    FirstBytes,
    Incomplete,
    Malformed,
    Origin,
    authority_host,
    bracketed,
    error_response,
    sort,
    split_authority,
)
from recproxy.http.first_bytes import HEAD_LIMIT
from recproxy.http.local_requests import local_head
from recproxy.http.request_heads import head_size
from recproxy.orchestrator.gate import Gate
from recproxy.orchestrator.last_answer import answer_and_close
from recproxy.orchestrator.reached_address import ReachedAddresses
from recproxy.orchestrator.router import Router

__all__ = ["Arrival"]

_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_NOTED = b"HTTP/1.1 204 No Content\r\n\r\n"
_UNRECOGNIZED_NAME = b"\x15\x03\x03\x00\x02\x02\x70"  # a fatal alert, RFC 6066 section 3
_NO_APPLICATION_PROTOCOL = b"\x15\x03\x03\x00\x02\x02\x78"  # a fatal alert, RFC 7301 section 3.2
_NO_MAIL_SERVER = '{} is a port of mail that no endpoint has: declare the server with protocol = "{}"'
_OWN_PORT = "{} is an address of recproxy itself, which nothing is forwarded to: use the gateway as a proxy only"
_TLS = 0x16
#: Nearly all heads are far smaller; only for the others is the limit of a head looked at.
_PEEK = 65536


class Arrival:
    """A connection on its way: looked at until it can be told where it belongs."""

    def __init__(
        self,
        sock: socket.socket,
        held: bytes,
        loop: asyncio.AbstractEventLoop,
        router: Router,
        gone: Callable[[Arrival], None],
        reached: ReachedAddresses,
        announced: str = "",
    ) -> None:
        self._sock = sock
        self._held = held
        self._loop = loop
        self._router = router
        self._gone = gone
        self._reached = reached
        #: The literal address that the redirect has announced for it.
        self._announced = announced
        #: Whether it comes from this machine, whose loopback it may reach; another one's may have to pass a gate first.
        self.is_near = True
        self.gate: Gate | None = None
        self._watching = self._head_only = self._has_greeted = False
        self.is_fresh = True
        self._seen = 0
        self._tunnel: Connecting | None = None

    @property
    def is_idle(self) -> bool:
        """Always: what has told where it goes is no arrival any more."""
        return True

    def close(self) -> None:
        """Drop it without a word."""
        self._leave()
        self._sock.close()

    def look(self) -> None:
        """Look at what has come, without taking it, and send the connection on if that tells enough."""
        if self._tunnel is not None:
            self._look_inside()
            return
        try:
            peeked = self._sock.recv(_PEEK, socket.MSG_PEEK)
            if len(peeked) == _PEEK:
                peeked = self._sock.recv(HEAD_LIMIT, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            peeked = None
        except OSError:
            peeked = b""
        if peeked == b"":
            self.close()
            return
        seen = self._held + (peeked or b"")
        wants = sort(seen)
        if isinstance(wants, Incomplete):
            if wants.greeting and not self._has_greeted:
                self._has_greeted = greet(self._sock, wants.greeting)
        elif self._send_on(wants, seen):
            return
        if peeked is not None and len(peeked) == self._seen:
            # Woken without more to see: the client ended in the middle of a head, or the socket holds no more of it.
            if len(peeked) >= _PEEK:
                self._unreadable(431, "the head is too large")
            else:
                self._dismiss(b"")
        else:
            self._watch(len(peeked or b""))

    def _watch(self, seen: int) -> None:
        """Wait for more than was seen, not for what is there already; acknowledge it, the client may wait for that."""
        self._seen = seen
        self.is_fresh = True
        if seen:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, seen + 1)
            acknowledge(self._sock)
        if not self._watching:
            self._watching = True
            self._loop.add_reader(self._sock, self.look)

    def _send_on(self, wants: FirstBytes, seen: bytes) -> bool:
        """Whether it went somewhere; else more of its head is needed."""
        self._head_only = seen.startswith(b"HEAD ")
        if self.gate is not None and (answer := self.gate.answer(self._sock, wants, seen)) is not None:
            if answer:
                self._dismiss(answer)
            return bool(answer)
        self.gate = None
        if isinstance(wants, Connecting):
            self._connect(wants)
        elif isinstance(wants, ClientHello):
            self._hello(wants)
        elif isinstance(wants, Absolute) and self._is_local(authority_host(wants.authority)):
            return self._local(wants.authority, seen)
        elif isinstance(wants, Absolute | Origin):
            if isinstance(wants, Absolute) or not self._leads_here(wants.authority):
                self._request(authority_host(wants.authority))
        elif isinstance(wants, Announcement):
            self._reached.announce(peer_of(self._sock), wants.port, wants.host, wants.to if self.is_near else 0)
            self._dismiss(_NOTED)
        elif isinstance(wants, Malformed):
            self._unreadable(wants.status, wants.reason)
        return True

    def _connect(self, wants: Connecting) -> None:
        host = wants.host
        if self._held:
            rest = self._held[wants.size :]
            self._held = self._held[: wants.size]
            if rest:
                self._unreadable(400, "a CONNECT on a used connection must be answered before more is sent")
                return
        if self._router.passes(host) and (self.is_near or not is_loopback(host)):
            self._consume(wants.size)
            self._leave()
            self._router.tunnel(self._sock, host, wants.port, _ESTABLISHED)
            return
        if not self._owned(host):
            self._refuse(host, self._router.refused("CONNECT", f"{bracketed(host)}:{wants.port}"))
            return
        protocol = next((name for name, ports in MAIL_PORTS.items() if str(wants.port) in ports), "")
        if protocol and not self._router.mail_place(host, wants.port):
            self._unreadable(501, _NO_MAIL_SERVER.format(f"{bracketed(host)}:{wants.port}", protocol))
            return
        self._consume(wants.size)
        self._tunnel = wants
        try:
            self._sock.send(_ESTABLISHED)
        except OSError:
            self.close()
            return
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        if self._router.mail_place(host, wants.port):  # the client waits for the server's first words
            self._hand_over(host, authority=f"{bracketed(host)}:{wants.port}", tls=False)
            return
        self._look_inside()

    def _look_inside(self) -> None:
        """The first byte inside a tunnel tells TLS from plain; it may be here already."""
        try:
            peeked = self._sock.recv(_PEEK, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            self._watch(0)
            return
        except OSError:
            peeked = b""
        if not peeked:
            self.close()
        elif self._tunnel is not None:
            is_tls = peeked[0] == _TLS
            if not (is_tls and self._lacks_http(sort(peeked), self._tunnel.host)):
                self._enter(self._tunnel, tls=is_tls)

    def _lacks_http(self, hello: FirstBytes, host: str) -> bool:
        """Whether a ClientHello offers no HTTP: then the client is told so, and the run."""
        if not isinstance(hello, ClientHello) or hello.speaks_http:
            return False
        offers = ", ".join(each.decode("ascii", "replace") for each in hello.protocols)
        self._router.unreadable("a TLS alert", f"the client of {host} speaks only {offers}: use HTTP/1.1 or HTTP/2")
        self._dismiss(_NO_APPLICATION_PROTOCOL)
        return True

    def _enter(self, tunnel: Connecting, *, tls: bool) -> None:
        port = "" if tunnel.port == (443 if tls else 80) else f":{tunnel.port}"
        self._hand_over(tunnel.host, authority=f"{bracketed(tunnel.host)}{port}", tls=tls)

    def _hello(self, wants: ClientHello) -> None:
        host = wants.host or self._announced or self._reached.of(self._sock)
        if host is None:
            self._router.refused("TLS without a server name", "")
            self._dismiss(_UNRECOGNIZED_NAME)
        elif self._router.passes(host) and not is_loopback(host):
            self._leave()
            self._router.tunnel(self._sock, host, 443, b"")
        elif self._owned(host):
            if not self._lacks_http(wants, host):
                self._hand_over(host, authority=bracketed(host), tls=True)
        else:
            self._router.refused("TLS", host)
            self._dismiss(_UNRECOGNIZED_NAME)

    def _local(self, authority: str, seen: bytes) -> bool:
        """Send a request on to a server on loopback, once its head is whole: the server must not take it for a proxy's."""
        size = head_size(seen)
        if size < 0:
            return False
        host, port = split_authority(authority, 80)
        self._sock.recv(max(size - len(self._held), 0))
        self._leave()
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        self._router.tunnel(self._sock, host, port or 80, b"", local_head(seen[:size]) + self._held[size:])
        return True

    def _leads_here(self, authority: str) -> bool:
        """Refuse a Host at a port of this run, by whatever name: forwarded, the request would come back for ever."""
        try:
            _, port = split_authority(authority)
        except ValueError:
            return False
        if not self._router.is_own_port(port):
            return False
        self._unreadable(421, _OWN_PORT.format(authority))
        return True

    def _request(self, host: str) -> None:
        if self._owned(host) or (host and self._router.passes(host) and not is_loopback(host)):
            self._hand_over(host, authority=None, tls=False)
        else:
            self._refuse(host, self._router.refused("HTTP", host))

    def _unreadable(self, status: int, reason: str) -> None:
        self._router.unreadable(str(status), reason)
        self._dismiss(error_response(status, reason, head_only=self._head_only))

    def _refuse(self, host: str, text: str) -> None:
        self._dismiss(error_response(NOT_RECORDED, text, reason=f"No Profile Owns {host}", head_only=self._head_only))

    def _is_local(self, host: str) -> bool:
        return bool(host) and self.is_near and is_loopback(host) and not self._owned(host)

    def _owned(self, host: str) -> bool:
        return bool(host) and (self.is_near or not is_loopback(host)) and self._router.owns(host)

    def _hand_over(self, host: str, *, authority: str | None, tls: bool) -> None:
        self._leave()
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        self._router.hand_over(self._sock, host, authority=authority, tls=tls, held=self._held)

    def _consume(self, size: int) -> None:
        """Take exactly a CONNECT's head: from what was held, or else from the socket, where it is known to be."""
        if self._held:
            self._held = b""
        else:
            self._sock.recv(size)

    def _dismiss(self, data: bytes) -> None:
        self._leave()
        answer_and_close(self._sock, data, self._loop)

    def _leave(self) -> None:
        if self._watching:
            self._watching = False
            self._loop.remove_reader(self._sock)
        self._gone(self)
