"""What a request reader tells: a head, pieces of a body, an end; or that the bytes are no request. Pure."""

from __future__ import annotations

from typing import Protocol

from recproxy.lazy.dataclass import dataclass
from recproxy.recording import Headers

__all__ = ["Head", "MalformedRequest", "PriorKnowledge", "Sink"]


@dataclass(slots=True)
class Head:
    """The head of a request: `host` is its Host header, `target` the request line's.

    `upgrades` says that it asks for a WebSocket, which begins behind it: no other request can follow.
    """

    method: bytes
    target: bytes
    headers: Headers
    host: bytes
    http10: bool
    expects: bool
    keep_alive: bool
    upgrades: bool = False


class Sink(Protocol):
    """Who is told of a request: its head, its body in pieces, its end (with the trailers)."""

    def head_received(self, head: Head) -> None:
        """A head is complete; pieces of the body may follow."""

    def body_received(self, piece: bytes) -> None:
        """A piece of the body, content coding untouched."""

    def request_ended(self, trailers: Headers) -> None:
        """The request is complete."""


class MalformedRequest(Exception):
    """The bytes are no request: answer with `status` and end the connection."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class PriorKnowledge(Exception):
    """The first bytes of a connection are those of HTTP/2 (RFC 9113 section 3.3): `seen` is all that has come."""

    def __init__(self, seen: bytes) -> None:
        super().__init__(seen)
        self.seen = seen
