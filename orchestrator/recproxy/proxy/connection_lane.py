"""What a client's connection asks of its lane, as a protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from recproxy.control.open_connections import IdleConnection, OpenConnections
from recproxy.http import Head
from recproxy.proxy.downstream import Answer, Later
from recproxy.proxy.forwarding import Forwarding
from recproxy.proxy.route import Route
from recproxy.proxy.scope import OpenScope

__all__ = ["ConnectionLane"]

_Connection = TypeVar("_Connection", bound=IdleConnection)


class ConnectionLane(Protocol[_Connection]):
    """What a connection asks of its lane."""

    connections: OpenConnections[_Connection]
    max_body: int
    hand_back: Callable[[int, bytes], None]
    forwarding: Forwarding
    scope: OpenScope

    @property
    def forwards(self) -> bool:
        """Whether every request goes to the service now."""

    def owns(self, host: str) -> bool:
        """Whether a host is this profile's."""

    def answer(
        self,
        route: Route,
        head: Head,
        body: bytes,
        *,
        complete: bool,
        waits: bool = False,
        scope: OpenScope | None = None,
    ) -> Answer | Later | None:
        """The recorded answer to a request, in the scope that is open or in `scope`; None if it is to be forwarded.

        The bytes of an answer that `waits` are made when its turn comes.
        """

    def forwards_large(self) -> bool:
        """Whether a request goes to the service whose body is too large to be matched."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that takes its time."""
