"""The socket of a mail client, of either protocol: bytes out, and its end. Knows nothing of what is said."""

from __future__ import annotations

import asyncio

from recproxy.control.sockets import reset_on_close
from recproxy.proxy.mail_faults import MailFaults
from recproxy.recording import Act

__all__ = ["MailSocket"]


class MailSocket(asyncio.Protocol):
    """One connection, which may end as a recording says, and whose bytes may go out with a fault."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport = None  # type: ignore[assignment]
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
