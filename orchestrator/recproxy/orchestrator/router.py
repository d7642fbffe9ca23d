"""Where the connections of a gateway go, as an arrival sees it. Knows neither sockets' bytes nor proxies."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol

__all__ = ["Router"]


class Router(Protocol):
    """Where connections go: who owns a host, and what becomes of a host that nobody owns."""

    def owns(self, host: str) -> bool:
        """Whether a proxy of this run answers for a host."""

    def hand_over(self, sock: socket.socket, host: str, *, authority: str | None, tls: bool, held: bytes) -> None:
        """Give a connection to the proxy that owns `host`."""

    def mail_place(self, host: str, port: int) -> bool:
        """Whether a host and port are those of a mail server of this run."""

    def is_own_port(self, port: int | None) -> bool:
        """Whether this run is reached at a port of this machine."""

    def passes(self, host: str) -> bool:
        """Whether a host that nobody owns may be reached; loopback always may."""

    def tunnel(self, sock: socket.socket, host: str, port: int, greeting: bytes, first: bytes = b"") -> None:
        """Join a connection with the real host, which gets the `first` bytes before what the client still sends."""

    def probe(
        self, host: str, port: int, spoke: Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], None]
    ) -> asyncio.Task[None]:
        """Connect to a server on this machine, and tell what it says first, if it does."""

    def join(
        self, sock: socket.socket, far: tuple[asyncio.StreamReader, asyncio.StreamWriter], greeting: bytes
    ) -> None:
        """Join a connection with a server that was reached already; the client gets the greeting first."""

    def refused(self, what: str, host: str) -> str:
        """Remember that a host was refused; the text for the client."""

    def crowded(self) -> None:
        """Remember that an idle connection had to go, because no more can be open."""

    def unreadable(self, answer: str, reason: str) -> None:
        """Remember that a client got this answer, a status or an alert: what it sent leads nowhere."""
