"""What a proxy does with its orders: set itself up, open and end scopes, take listeners and connections."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from recproxy.config.mail_endpoints import MailPlace, mail_places, place_at
from recproxy.config.profile import Profile
from recproxy.config.variables import given_values
from recproxy.control.channel import Channel
from recproxy.control.listening import LOOPBACK
from recproxy.control.messages import (
    Began,
    Begin,
    Connect,
    Ended,
    EndLane,
    EndScope,
    Extend,
    Kept,
    Know,
    Listen,
    Look,
    Message,
    PeerRefused,
    Playing,
    Ready,
    Refused,
    Return,
    Setup,
    Stop,
)
from recproxy.control.webhook_messages import Delivered, SteerWebhooks, WebhookAnswered, WebhookComes
from recproxy.errors import HookError, RecproxyError, defect_text
from recproxy.http import Owners, authority_host, split_authority
from recproxy.play.hooks import load_hooks
from recproxy.play.recorded_moments import moment_in_play
from recproxy.proxy.forwarding import Forwarding
from recproxy.proxy.lane import ProxyLane
from recproxy.proxy.miss_remarks import remark
from recproxy.proxy.scope import OpenScope
from recproxy.proxy.scope_end import has_settled, settle
from recproxy.proxy.scope_opener import ScopeOpener
from recproxy.proxy.tls import Contexts
from recproxy.proxy.webhook_service import WebhookService

__all__ = ["Service"]


class Service:
    """The proxy of one profile; `ended` is done when it was told to stop or its channel went."""

    def __init__(self, channel: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        self.ended: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._channel = Channel(channel, loop, received=self._received, lost=self._finish)
        self._channel.crowded = self._crowded
        self._lanes: dict[str, ProxyLane] = {}
        self._profile: Profile
        self._owners: Owners
        self._contexts: Contexts
        self._forwarding: Forwarding
        self._opener: ScopeOpener
        self._webhooks: WebhookService
        self._places: tuple[MailPlace, ...] = ()
        self._idle_timeout = 0.0
        self._listening = LOOPBACK
        self._ending: set[asyncio.Task[None]] = set()
        #: Describes misses, one after the other, while the loop answers other clients.
        self._beside = ThreadPoolExecutor(1)
        self._orders: dict[type, Callable[[Any, list[int]], None]] = {
            Setup: self._set_up,
            Kept: lambda order, _: self._forwarding.kept(order),
            Know: self._know,
            Listen: self._listen,
            Connect: self._connect,
            Begin: self._begin,
            Extend: self._extend,
            Look: self._look,
            EndScope: self._end_scope,
            EndLane: self._end_lane,
            Delivered: lambda order, _: self._webhooks.delivered(order),
            WebhookComes: lambda order, _: self._webhooks.comes(order, self._lane(order.lane)),
            WebhookAnswered: lambda order, _: self._webhooks.answered(order),
            SteerWebhooks: lambda order, _: self._webhooks.steer(order, self._lane(order.lane).scope),
            Stop: lambda *_: self._finish(),
        }

    def _received(self, message: Message, descriptors: list[int]) -> None:
        self._orders[type(message)](message, descriptors)

    def _crowded(self) -> None:
        """There was no room for a connection: make some for the next."""
        for lane in self._lanes.values():
            if lane.shed():
                return

    def _set_up(self, order: Setup, descriptors: list[int]) -> None:
        os.environ.update(order.environment)  # before hooks are loaded, which may read it then
        self._profile = Profile.restore(order.profile)
        self._places = tuple(mail_places(self._profile))
        self._owners = Owners(order.owners)
        self._contexts = Contexts(order.certificates, order.key)
        self._idle_timeout = order.idle_timeout
        self._listening = order.listening
        try:
            hooks = load_hooks(self._profile.name, self._profile.hooks, self._profile.redaction(order.secrets))
        except HookError as problem:
            self._channel.send(Refused(order=0, message=problem.message))
            return
        given = given_values(self._profile, order.environment)
        self._forwarding = Forwarding(self._profile, order, self._channel.send, hooks)
        self._opener = ScopeOpener(
            self._profile, order, self._forwarding, hooks=hooks, given=given, beside=self._beside
        )
        self._webhooks = WebhookService(
            self._profile, self._forwarding, given, self._channel.send, recorded_clock=order.recorded_clock
        )
        self._channel.send(Ready())

    def _know(self, order: Know, descriptors: list[int]) -> None:
        self._owners = Owners(order.owners)
        for lane in self._lanes.values():
            for connection in lane.connections:
                connection.forget_owner()
        self._forwarding.know(order.ports)

    def _lane(self, name: str) -> ProxyLane:
        lane = self._lanes.get(name)
        if lane is None:

            def hand_back(descriptor: int, held: bytes) -> None:
                self._channel.send(Return(lane=name, held=held), [descriptor])

            lane = self._lanes[name] = ProxyLane(
                name,
                self._profile,
                lambda: self._owners,
                self._loop,
                hand_back,
                self._forwarding,
                idle_timeout=self._idle_timeout,
                listening=self._listening,
                refused=lambda peer: self._channel.send(PeerRefused(peer=peer)),
            )
        return lane

    def _listen(self, order: Listen, descriptors: list[int]) -> None:
        if order.port:
            place = next(each for each in self._places if (each.endpoint, each.port) == (order.endpoint, order.port))
            self._lane(order.lane).listen_mail(descriptors[0], place, self._contexts.get(place.host))
        else:
            self._lane(order.lane).listen(descriptors[0], order.endpoint)

    def _connect(self, order: Connect, descriptors: list[int]) -> None:
        lane = self._lane(order.lane)
        context = None
        if place := self._mail_place(order.authority):
            lane.accept_mail(descriptors[0], place, self._contexts.get(place.host))
            return
        if order.fault == "cut":
            lane.cut(descriptors[0])
            return
        if order.fault:
            context = self._contexts.faulty(order.certificate)
        elif order.tls:
            context = self._contexts.get(authority_host(order.authority or ""), order.certificate)
            if context is None:
                lane.scope.note(f"no certificate for {order.authority}: its connection was closed")
                os.close(descriptors[0])
                return
        lane.accept(descriptors[0], context, order.authority, order.held, faulty=bool(order.fault))

    def _mail_place(self, authority: str | None) -> MailPlace | None:
        if not self._places or authority is None:
            return None
        host, port = split_authority(authority)
        return place_at(self._places, host, port or 0)

    def _begin(self, order: Begin, descriptors: list[int]) -> None:
        try:
            scope = self._opener.open(order)
        except Exception as problem:  # noqa: BLE001 - whoever began the scope waits for an answer
            text = problem.message if isinstance(problem, RecproxyError) else defect_text(problem)
            self._channel.send(Refused(order=order.order, message=text))
            return
        lane = self._lane(order.lane)
        scope.owns = lane.owns
        unset = self._forwarding.unset if scope.mode == "auto" else ()
        scope.remark = lambda: remark(order, unset, self._lanes)
        lane.begin(scope, base=order.base)
        self._webhooks.open(scope, lane)
        began = _began(order.order, scope)
        if scope.faults.of_tls:
            lane.retire()  # what is kept alive would never see a handshake
            # A connection closes in the loop's next turn: whoever hears that the scope has begun may use none of these.
            self._loop.call_soon(self._channel.send, began)
        else:
            self._channel.send(began)

    def _extend(self, order: Extend, descriptors: list[int]) -> None:
        scope = self._lane(order.lane).scope
        try:
            self._opener.extend(scope, order)
        except RecproxyError as problem:
            self._channel.send(Refused(order=order.order, message=problem.message))
            return
        self._channel.send(_began(order.order, scope))

    def _look(self, order: Look, descriptors: list[int]) -> None:
        self._channel.send(Playing(order=order.order, outcome=self._lane(order.lane).scope.outcome()))

    def _end_scope(self, order: EndScope, descriptors: list[int]) -> None:
        lane = self._lane(order.lane)
        ended = lane.end()
        if ended.webhooks is not None:
            ended.webhooks.end()
        lane.leave_conversations(ended)
        if not has_settled(ended):
            task = self._loop.create_task(self._end_when_quiet(order.order, lane, ended))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        else:
            self._ended(order.order, ended)

    async def _end_when_quiet(self, order: int, lane: ProxyLane, ended: OpenScope) -> None:
        try:
            await settle(lane, ended)
        except Exception as problem:  # noqa: BLE001 - whoever ended the scope waits for an answer
            ended.traffic.fail(defect_text(problem))
        self._ended(order, ended)

    def _ended(self, order: int, ended: OpenScope) -> None:
        ended.traffic.is_awaited, lessons = False, ended.traffic.lessons
        self._channel.send(
            Ended(order=order, outcome=ended.outcome(), learned=lessons.values(), complete=lessons.complete)
        )

    def _end_lane(self, order: EndLane, descriptors: list[int]) -> None:
        lane = self._lanes.pop(order.lane, None)
        if lane is not None:
            lane.close()

    def _finish(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


def _began(order: int, scope: OpenScope) -> Began:
    moment = moment_in_play(scope.playback.index, scope.name)
    return Began(order=order, interactions=len(scope.playback.index.interactions), recorded_at=moment)
