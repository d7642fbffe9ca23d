"""Carries webhooks: to the application, where a proxy has one to send, and in a run that records from the user's tunnel.

Only the addresses that a profile declares are called; where it leaves the port open, a test says which. A tunnel's
requests come in on a port of loopback, go on to the application, and are told to the proxy with its answer.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping

from recproxy.control.webhook_messages import Deliver, Delivered
from recproxy.errors import ConfigurationError
from recproxy.orchestrator.lane import Lane
from recproxy.orchestrator.proxy import Proxy

__all__ = ["WebhookCarrier"]

_LOOPBACK = "127.0.0.1"


class WebhookCarrier:
    """The webhooks of a run, on their way in both directions.

    `lanes` are the open lanes by name.
    """

    def __init__(self, lanes: Mapping[str, Lane]) -> None:
        self._lanes = lanes
        self._numbers = itertools.count(1)
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, proxy: Proxy) -> None:
        """Take what tunnels bring for a profile that records or runs live.

        Raises:
            ConfigurationError: the port is taken.
        """
        for table in proxy.profile.webhooks:
            if not table.listen:
                continue
            from recproxy.orchestrator.webhook_intake import WebhookIntake  # noqa: PLC0415 - a replay takes none

            intake = WebhookIntake(self._lanes, proxy, table, self._numbers)
            try:
                server = await asyncio.start_server(intake.serve, _LOOPBACK, table.listen)
            except OSError as problem:
                raise ConfigurationError(
                    f"webhook {table.name!r} of profile {proxy.profile.name!r}: port {table.listen} cannot be listened "
                    f"on: {problem.strerror}: free it, or change listen"
                ) from None
            self._servers.append(server)

    def prepare(self) -> None:
        """Import what sending takes: a run whose profiles declare no webhooks starts without it."""
        import recproxy.orchestrator.webhook_call  # noqa: F401, PLC0415

    def deliver(self, proxy: Proxy, message: Deliver) -> None:
        """Send a webhook to the application, and its answer to the proxy."""
        task = asyncio.ensure_future(self._deliver(proxy, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Take nothing more, and give up what is under way."""
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()

    async def _deliver(self, proxy: Proxy, message: Deliver) -> None:
        table = next((each for each in proxy.profile.webhooks if each.name == message.webhook), None)
        lane = self._lanes.get(message.lane)
        address = lane.webhooks.address(proxy.profile, table) if lane is not None and table is not None else ""
        if lane is None or not address:
            answer = Delivered(
                order=message.order, error=f"the address of {message.webhook!r} has no port yet: a test says it"
            )
        else:
            from recproxy.orchestrator.webhook_call import call_application  # noqa: PLC0415 - see `prepare`

            answer = await asyncio.to_thread(call_application, address, message, lane.outgoing)
        proxy.send(answer)
