"""How a proxy forwards: where each request goes, and how what came of it is redacted and kept.

Redaction is here, in the process that saw the secret: what leaves it for the orchestrator's disk is clean.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable

from recproxy.config import Profile
from recproxy.control import Kept, Message, Recorded, Setup
from recproxy.control.modes import credentials_missing
from recproxy.errors import HookError
from recproxy.http import Head
from recproxy.play.hooks import NO_HOOKS, Hooks
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.exchange import Downstream, Exchange, Keep
from recproxy.proxy.route import Route, target_of
from recproxy.proxy.traffic import Traffic
from recproxy.proxy.upstream import UpstreamError, Upstreams
from recproxy.recording import Interaction, Request
from recproxy.redaction import Redactor, Unsafe

__all__ = ["Forwarding"]

#: Bytes from which redaction takes long enough to be kept off the event loop.
_LARGE = 1 << 17


class Forwarding:
    """The way out of one proxy; `mode` is its profile's, `unset` the credentials that have no value."""

    def __init__(
        self, profile: Profile, setup: Setup, send: Callable[[Message], None], hooks: Hooks = NO_HOOKS
    ) -> None:
        self.mode = setup.mode
        self.unset = setup.unset
        self._profile = profile
        # In auto what is unset makes a miss; here it would go to the service without its name.
        barred = credentials_missing(profile.name, setup.mode, setup.unset) if setup.unset else ""
        self._upstreams = Upstreams(profile.upstream, barred=barred)
        self._send = send
        self.hooks = hooks
        self.rules = profile.redaction(setup.secrets)
        self._redactors: dict[int, Redactor] = {}
        self._redacting = asyncio.Lock()
        self._orders = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[None]] = {}

    def exchange(
        self,
        downstream: Downstream,
        route: Route,
        head: Head,
        feed: BodyFeed,
        *,
        lane: str,
        scope: str,
        traffic: Traffic,
    ) -> Exchange:
        """A request on its way to the service, kept in record and auto."""
        return Exchange(
            downstream,
            self._upstreams,
            target_of(route, head),
            head,
            feed,
            traffic=traffic,
            scope=scope,
            most=self._profile.upstream.max_body,
            shown=self._shown,
            keep=None if self.mode == "live" else self._keeper(lane),
        )

    def kept(self, message: Kept) -> None:
        """The orchestrator has put an interaction on disk, or could not."""
        waiting = self._waiting.pop(message.order, None)
        if waiting is None or waiting.done():
            return
        if message.error:
            waiting.set_exception(UpstreamError(502, message.error))
        else:
            waiting.set_result(None)

    def _shown(self, url: str) -> str:
        return self.hooks.show(Request(method="GET", url=url), self.rules).url

    def forget(self, traffic: Traffic) -> None:
        """A scope has ended: what services handed out in it is remembered no longer."""
        self._redactors.pop(traffic.number, None)

    def _keeper(self, lane: str) -> Keep:
        begun = time.monotonic()

        async def keep(interaction: Interaction, traffic: Traffic) -> None:
            redactor = self._redactors.setdefault(traffic.number, Redactor(self.rules))
            try:
                async with self._redacting:  # a redactor knows what came before: one after the other
                    if _size(interaction) > _LARGE:
                        redacted = await asyncio.to_thread(redactor.redact, interaction)
                    else:
                        redacted = redactor.redact(interaction)
                    kept = self.hooks.hide(redacted.interaction)
            except (Unsafe, HookError) as problem:
                shown = self._shown(interaction.request.url)
                traffic.fail(f"{interaction.request.method} {shown}: not recorded: {problem}")
                return
            traffic.redactions.update(redacted.counts)
            order = next(self._orders)
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting[order] = done
            self._send(
                Recorded(
                    order=order,
                    lane=lane,
                    scope=traffic.number,
                    interaction=kept,
                    begun=begun,
                    ended=time.monotonic(),
                )
            )
            await done
            traffic.recorded += 1

        return keep


def _size(interaction: Interaction) -> int:
    return len(interaction.request.body) + len(interaction.response.body)
