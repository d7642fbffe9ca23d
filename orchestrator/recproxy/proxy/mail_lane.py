"""What a mail connection asks of its lane."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol

from recproxy.control.open_connections import OpenConnections
from recproxy.proxy.forwarding import Forwarding
from recproxy.proxy.scope import OpenScope

__all__ = ["MailLane", "may_ask"]


class MailLane(Protocol):
    """What a connection of SMTP or IMAP asks of its lane."""

    smtp: OpenConnections[Any]
    imap: OpenConnections[Any]
    max_body: int
    forwarding: Forwarding
    scope: OpenScope
    reset_on_miss: bool

    @property
    def forwards(self) -> bool:
        """Whether everything goes to the service now."""

    def forwards_large(self) -> bool:
        """Whether what was not recorded goes to the service."""

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that takes its time."""


def may_ask(lane: MailLane) -> bool:
    """Whether the open scope lets the service answer."""
    return lane.forwards or lane.forwards_large()
