"""The webhooks of one proxy: those that its scopes send, and those that the real service has sent."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

from recproxy.config.profile import Profile
from recproxy.control.messages import Message
from recproxy.control.outcomes import NO_TEST
from recproxy.control.webhook_messages import (
    Deliver,
    Delivered,
    SteerWebhooks,
    WebhookAnswered,
    WebhookComes,
    WebhooksNow,
)
from recproxy.play.recorded_moments import moment_in_play
from recproxy.play.webhook_causes import carried_cause, cause_of
from recproxy.proxy.forwarding import Forwarding, KeptInteraction
from recproxy.proxy.lane import ProxyLane
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.scope_webhooks import ScopeWebhooks
from recproxy.proxy.traffic import Traffic
from recproxy.recording import Interaction, unpack

__all__ = ["WebhookService"]

#: Apart by so much, webhooks stand behind their cause in the order of their coming.
_STEP = 1e-6
#: So long a webhook waits for the response that it may have overtaken.
_SECONDS = 2.0


_OF_WHOM = "a webhook came while several tests ran, and may be another's: record webhooks without workers"


class _Coming(NamedTuple):
    """A webhook that the application has not answered yet."""

    lane: ProxyLane
    traffic: Traffic
    begun: float
    kept: bool


class WebhookService:
    """Opens the webhooks of scopes, and records those that come.

    Args:
        profile: the profile.
        forwarding: keeps what is recorded.
        secrets: the values of variables, by name.
        send: tells the orchestrator.
        recorded_clock: whether the application runs at the time of its recordings.
    """

    def __init__(
        self,
        profile: Profile,
        forwarding: Forwarding,
        secrets: Mapping[str, bytes],
        send: Callable[[Message], None],
        *,
        recorded_clock: bool,
    ) -> None:
        self._profile = profile
        self._forwarding = forwarding
        self._secrets = secrets
        self._send = send
        self._recorded_clock = recorded_clock
        self._orders = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Delivered]] = {}
        self._coming: dict[int, _Coming] = {}
        #: How many webhooks each scope has recorded.
        self._caused: WeakKeyDictionary[Traffic, int] = WeakKeyDictionary()

    def open(self, scope: OpenScope, lane: ProxyLane) -> None:
        """Give a scope its webhooks, if its profile has some and it replays; those before any request are due."""
        if not self._profile.webhooks or scope.forwards:
            return
        moment = moment_in_play(scope.playback.index, scope.name) if self._recorded_clock else None
        behind = 0.0 if moment is None else moment - time.time()
        scope.webhooks = ScopeWebhooks(
            self._profile,
            lambda: scope.playback,
            scope.history,
            scope.traffic,
            hooks=self._forwarding.hooks,
            redaction=self._forwarding.rules,
            secrets=self._secrets,
            deliver=self._deliver,
            spawn=lane.spawn,
            now=lambda: time.time() + behind,
            lane=lane.name,
            ways=scope.ways,
            test=scope.name if scope.name != NO_TEST else "",
        )
        scope.webhooks.played()

    def steer(self, order: SteerWebhooks, scope: OpenScope) -> None:
        """Do what a test wants of the webhooks of the open scope."""
        self._send(scope.webhooks.steer(order) if scope.webhooks is not None else WebhooksNow(order=order.order))

    def delivered(self, message: Delivered) -> None:
        """The application has answered."""
        waiting = self._waiting.pop(message.order, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    def comes(self, message: WebhookComes, lane: ProxyLane) -> None:
        """The real service has sent something: the open scope has it, and ends only when it was answered and kept."""
        traffic = lane.scope.traffic
        traffic.begin()
        traffic.webhooks += 1
        kept = lane.scope.mode in ("record", "auto")
        self._coming[message.number] = _Coming(lane, traffic, message.begun, kept=kept)
        if kept and not message.alone:
            traffic.fail(_OF_WHOM)

    def answered(self, message: WebhookAnswered) -> None:
        """The application has answered: keep both, if the scope records."""
        coming = self._coming.pop(message.number)
        if coming.kept and message.packed:
            coming.lane.spawn(self._keep(unpack(message.packed), coming))
        else:
            if message.error:
                coming.traffic.fail(f"a webhook came, but {message.error}")
            self._ended(coming.traffic)

    def _ended(self, traffic: Traffic) -> None:
        traffic.webhooks -= 1
        traffic.end(0.0)

    async def _keep(self, webhook: Interaction, coming: _Coming) -> None:
        traffic, begun = coming.traffic, coming.begun
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._until_caused(webhook, traffic), _SECONDS)
            causes = self._causes(traffic)
            cause = cause_of(webhook, [each.interaction for each in causes])
            moment, delay = begun, 0.0
            if cause is not None:
                self._caused[traffic] = self._caused.get(traffic, 0) + 1
                moment = causes[cause].begun + _STEP * self._caused[traffic]
                delay = round(max(0.0, begun - causes[cause].ended), 3)
            assert webhook.webhook is not None
            webhook = replace(webhook, webhook=replace(webhook.webhook, delay=delay))
            await self._forwarding.keep(webhook, traffic, moment, ended=moment)
        except Exception as problem:  # noqa: BLE001 - of the orchestrator, which could not keep it
            traffic.fail(f"a webhook was not recorded: {problem}")
        finally:
            self._ended(traffic)

    async def _until_caused(self, webhook: Interaction, traffic: Traffic) -> None:
        """Wait while the response may be on its way whose request has caused a webhook: some services are that quick."""
        while carried_cause(webhook, [each.interaction for each in self._causes(traffic)]) is None:
            if not await traffic.next_end():
                return

    def _causes(self, traffic: Traffic) -> list[KeptInteraction]:
        return [each for each in self._forwarding.kept_in(traffic) if each.interaction.webhook is None]

    def _deliver(self, make: Callable[[int], Deliver]) -> Awaitable[Delivered]:
        order = next(self._orders)
        self._waiting[order] = asyncio.get_running_loop().create_future()
        self._send(make(order))
        return self._waiting[order]
