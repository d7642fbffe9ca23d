"""The webhooks of a test's scope: what is due, and when it is sent."""

from __future__ import annotations

from typing import Any, NamedTuple

from recproxy.client.address import Address

__all__ = ["DueWebhook", "Webhooks"]


class DueWebhook(NamedTuple):
    """A webhook that waits to be sent: its name in the profile, its method, and the path and query it goes to."""

    webhook: str
    method: str
    target: str


class Webhooks:
    """The webhooks of the open scope of a lane; each is due once the interaction that caused it was played."""

    def __init__(self, address: Address, lane: str) -> None:
        self._address = address
        self._lane = lane

    @property
    def due(self) -> tuple[DueWebhook, ...]:
        """Those that are held back, in the order in which they were recorded."""
        return tuple(DueWebhook(**each) for each in self._look()["due"])

    @property
    def sent(self) -> int:
        """How many were sent in this scope."""
        sent: int = self._look()["sent"]
        return sent

    def hold(self) -> None:
        """Send none until the test says so."""
        self._address.set_webhooks(self._lane, hold=True)

    def release(self) -> None:
        """Send what is held, and what follows at once."""
        self._address.set_webhooks(self._lane, hold=False)

    def send(self, webhook: str = "", count: int | None = None) -> None:
        """Send what is held: all of it, or the first ones, or those of one name."""
        self._address.send_webhooks(self._lane, webhook, count)

    def to(self, address: str, webhook: str = "") -> None:
        """Say where the application is, if its profile leaves the port open: `http://127.0.0.1:5001`.

        Raises:
            ControlError: no webhook, or none of this name, has such an address.
        """
        self._address.set_webhooks(self._lane, address=address, webhook=webhook)

    def _look(self) -> dict[str, Any]:
        return self._address.webhooks(self._lane)
