"""The webhooks of one lane: where its application is, and what its tests want of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from recproxy.config.profile import Profile
from recproxy.config.webhook_table import WebhookTable, is_port
from recproxy.control.webhook_messages import SteerWebhooks, WebhooksNow
from recproxy.errors import ControlError
from recproxy.orchestrator.proxy import Proxy

__all__ = ["LaneWebhooks"]


class LaneWebhooks:
    """The webhooks of a lane; `proxies` are those of the run."""

    def __init__(self, lane: str, proxies: Mapping[str, Proxy]) -> None:
        self._lane = lane
        self._proxies = proxies
        self._addresses: dict[tuple[str, str], str] = {}

    def address(self, profile: Profile, table: WebhookTable) -> str:
        """Where a webhook goes; empty where the profile leaves the port open, and no test has said it."""
        return self._addresses.get((profile.name, table.name)) or (
            "" if table.address.endswith(":*") else table.address
        )

    def set_address(self, name: str, address: str) -> None:
        """Say the port of the application, for webhooks whose profile leaves it open.

        Raises:
            ControlError: no webhook of this name has such an address.
        """
        parts = urlsplit(address)
        start = f"{parts.scheme}://{parts.netloc.rpartition(':')[0]}:"
        found = [
            (proxy.profile.name, table.name)
            for proxy in self._declaring()
            for table in proxy.profile.webhooks
            if name in ("", table.name) and table.address == f"{start}*" and is_port(address.removeprefix(start))
        ]
        if not found:
            raise ControlError(
                f"{address!r} is no address of a webhook{f' {name!r}' if name else ''}: its profile must declare it with "
                "* for the port"
            )
        self._addresses |= dict.fromkeys(found, address)

    async def steer(self, action: str, webhook: str = "", count: int = 0) -> dict[str, Any]:
        """Look at the webhooks of the open scope, hold, release or send them; how things are then."""
        asked = [
            proxy.ask(
                lambda order: SteerWebhooks(order=order, lane=self._lane, action=action, webhook=webhook, count=count),
                WebhooksNow,
            )
            for proxy in self._declaring()
        ]
        replies = await asyncio.gather(*asked)
        return {
            "held": any(each.held for each in replies),
            "due": [
                {"webhook": name, "method": method, "target": target}
                for each in replies
                for name, method, target in each.due
            ],
            "sent": sum(each.sent for each in replies),
        }

    def _declaring(self) -> Iterable[Proxy]:
        return [proxy for proxy in self._proxies.values() if proxy.profile.webhooks]
