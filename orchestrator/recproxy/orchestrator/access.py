"""Who may ask a run: the rule of its listeners, the credentials of the run, and the count of those turned away."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
import socket
from collections import Counter

from recproxy.control.listening import LOOPBACK, Listening, peer_of
from recproxy.control.sockets import reset_on_close
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.counting import counted

__all__ = ["OPEN_ACCESS", "Access"]

_USER = "recproxy"
_CREDENTIALS = lazy_pattern(rb"\nproxy-authorization[ \t]*:[ \t]*basic[ \t]+([a-z0-9+/=]+)[ \t]*\r?\n", re.IGNORECASE)
#: Peers that are told apart: who scans a network must not fill the memory.
_MOST = 100
_OTHERS = "other addresses"


class Access:
    """The rule of one run, and what it has refused so far."""

    def __init__(self, listening: Listening = LOOPBACK) -> None:
        self.listening = listening
        self._password = secrets.token_urlsafe(24) if listening.credentials else ""
        self._closed: Counter[str] = Counter()
        self._unauthorized: Counter[str] = Counter()

    @property
    def user_info(self) -> str:
        """What stands before the host in the gateway's URL; empty without credentials."""
        return f"{_USER}:{self._password}@" if self._password else ""

    def admits(self, sock: socket.socket) -> bool:
        """Whether a new connection to the gateway or the control address may stay; else it is closed, and counted."""
        if not self.listening.is_wide or self.listening.lets_connect(peer := peer_of(sock)):
            return True
        reset_on_close(sock)
        sock.close()
        self.closed(peer)
        return False

    def closed(self, peer: str) -> None:
        """Count a connection that was closed because of who asked."""
        _count(self._closed, peer)

    def is_near(self, sock: socket.socket) -> bool:
        """Whether a connection comes from this machine."""
        return not self.listening.is_wide or self.listening.is_near(peer_of(sock))

    def asks(self, sock: socket.socket) -> bool:
        """Whether a connection must bring credentials."""
        return bool(self._password) and not self.is_near(sock)

    def authorizes(self, head: bytes) -> bool:
        """Whether a complete head of a request holds the run's credentials."""
        found = _CREDENTIALS.search(head)
        wanted = base64.b64encode(f"{_USER}:{self._password}".encode())
        return bool(self._password) and found is not None and hmac.compare_digest(found[1], wanted)

    def unauthorized(self, sock: socket.socket) -> None:
        """Count a request without the run's credentials."""
        _count(self._unauthorized, peer_of(sock))

    @property
    def notes(self) -> list[str]:
        """What the run says at its end of those it turned away, a line for each rule."""
        rule = f"--peers {','.join(self.listening.peers)}" if self.listening.peers else "--peers"
        lines = (
            (self._closed, "connection", f"closed: not in {rule}"),
            (self._unauthorized, "request", "refused: without the credentials of --proxy-credentials"),
        )
        return [
            f"{counted(sum(counts.values()), noun)} from {', '.join(sorted(counts))} {'was' if sum(counts.values()) == 1 else 'were'} {why}"
            for counts, noun, why in lines
            if counts
        ]


def _count(counts: Counter[str], peer: str) -> None:
    known = peer or "an address that has gone"
    counts[known if known in counts or len(counts) < _MOST else _OTHERS] += 1


#: Of a run that only this machine reaches.
OPEN_ACCESS = Access()
