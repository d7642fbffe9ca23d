"""How a proxy forwards: where each request goes, and that what came of it is safe before the client sees its end.

What came goes to the orchestrator as it is, in memory: a scope is redacted when it ends, in a process of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Iterable
from functools import cached_property
from pickle import PickleBuffer
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from recproxy.config.mail_endpoints import MailPlace
from recproxy.config.profile import NAMED_BY_TEST, Profile
from recproxy.control.messages import Kept, Message, Recorded, Setup
from recproxy.control.modes import UNLISTED, credentials_missing
from recproxy.http import Head
from recproxy.play.hooks import NO_HOOKS, Hooks
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.downstream import Downstream
from recproxy.proxy.route import Route, origin_form, target_of
from recproxy.proxy.step_room import StepRoom
from recproxy.proxy.traffic import Traffic
from recproxy.recording import Interaction, Request, parts
from recproxy.recording.message_coding import is_call
from recproxy.recording.streams import DeclaredStreams

if TYPE_CHECKING:  # h11 and the way to the service: a replay does without
    from recproxy.proxy.exchange import Exchange
    from recproxy.proxy.grpc_reflection import ReflectedCalls
    from recproxy.proxy.imap_service import ImapClient, ImapService
    from recproxy.proxy.smtp_relay import SmtpRelay
    from recproxy.proxy.upstream import Upstreams

__all__ = ["Forwarding", "KeptInteraction"]

_EVERY_PORT = range(65536)
#: One response of an IMAP server may hold several bodies.
_RESPONSES = 4


class KeptInteraction(NamedTuple):
    """An interaction that was recorded, and when it began and ended, of the monotonic clock."""

    interaction: Interaction
    begun: float
    ended: float


class Forwarding:
    """The way out of one proxy; `mode` is its profile's, `unset` the credentials that have no value."""

    def __init__(
        self, profile: Profile, setup: Setup, send: Callable[[Message], None], hooks: Hooks = NO_HOOKS
    ) -> None:
        self.mode = setup.mode
        self.unset = setup.unset
        #: How long a service may be silent that was asked something; 0 is without end.
        self.seconds = profile.upstream.timeout
        self._profile = profile
        # In auto what is unset makes a miss; here it would go to the service without its name.
        self._barred = credentials_missing(profile.name, setup.mode, setup.unset) if setup.unset else ""
        self._own_ports: set[int] = set()
        self._listening = setup.listening
        self._send = send
        self.hooks = hooks
        self.rules = profile.redaction(setup.secrets)
        self._orders = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._kept: WeakKeyDictionary[Traffic, list[KeptInteraction]] = WeakKeyDictionary()
        self._streams = DeclaredStreams(profile.replay.streams)
        self.room = StepRoom(largest=profile.upstream.max_body, keeps=setup.mode != "live")

    @cached_property
    def _upstreams(self) -> Upstreams:
        from recproxy.proxy.upstream import Upstreams  # noqa: PLC0415 - see above

        made = Upstreams(self._profile.upstream, barred=self._barred)
        profile = self._profile
        # The clients choose where such a host leads to, unless it has an address of its own.
        by_clients = profile.name == UNLISTED or profile.origin == NAMED_BY_TEST
        chosen = (by_clients or any("*" in host for host in profile.hosts)) and not profile.upstream.address
        made.own_ports = _EVERY_PORT if chosen and self._listening.is_wide else self._own_ports
        made.listening = self._listening
        return made

    @cached_property
    def _exchange(self) -> type[Exchange]:
        from recproxy.proxy.exchange import Exchange  # noqa: PLC0415 - see above

        return Exchange

    @cached_property
    def _reflected(self) -> ReflectedCalls:
        from recproxy.proxy.grpc_reflection import ReflectedCalls  # noqa: PLC0415 - most services have no gRPC

        return ReflectedCalls(self._upstreams, self._profile.grpc.place)

    def exchange(
        self,
        downstream: Downstream,
        route: Route,
        head: Head,
        feed: BodyFeed,
        *,
        scope: str,
        traffic: Traffic,
        kept: bool = True,
    ) -> Exchange:
        """A request on its way to the service, `kept` in record and auto; what is not `kept` stays on this machine."""
        return self._exchange(
            downstream,
            self._upstreams,
            target_of(route, head),
            head,
            feed,
            traffic=traffic,
            scope=scope,
            most=self._profile.upstream.max_body,
            streams=self._streams.has(head.method.decode("ascii"), origin_form(head.target.decode("ascii"))),
            shown=self._shown,
            room=self.room,
            keep=self.keep if kept and self.mode != "live" else None,
            http2=route.http2,
            is_local=not kept,
        )

    def turn(
        self,
        before: Traffic,
        scope: str,
        traffic: Traffic,
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        *,
        ends: bool = False,
    ) -> None:
        """Another scope is open: conversations that go on are kept for the one before, and are this one's from now on.

        With `ends`, they do not go on.
        """
        for each in tuple(self.room.open):
            if each.is_of(before):
                each.turn(scope, traffic, spawn)
                if ends:
                    each.end(spawn)

    def smtp_relay(self, place: MailPlace) -> SmtpRelay:
        """A connection to the real mail server; what is said on it is kept in record and auto."""
        from recproxy.proxy.smtp_relay import SmtpRelay  # noqa: PLC0415 - see above

        address = self._profile.endpoints[place.endpoint].address
        return SmtpRelay(place, address, self._upstreams, None if self.mode == "live" else self.keep, self.room)

    async def imap_service(
        self, place: MailPlace, spawn: Callable[[Coroutine[Any, Any, None]], object]
    ) -> tuple[ImapClient, ImapService]:
        """A connection to the real IMAP server, and the machine that speaks to it. Raises UpstreamError."""
        from recproxy.proxy.imap_service import ImapClient, reach  # noqa: PLC0415 - see above

        service = await reach(place, self._profile.endpoints[place.endpoint].address, self._upstreams, spawn)
        return ImapClient(limit=_RESPONSES * self._profile.upstream.max_body), service

    def know(self, ports: Iterable[int]) -> None:
        """At which ports the run is reached: nothing is forwarded there."""
        self._own_ports.clear()
        self._own_ports.update(ports)

    def kept(self, message: Kept) -> None:
        """The orchestrator has put an interaction on disk, or could not."""
        waiting = self._waiting.pop(message.order, None)
        if waiting is None or waiting.done():
            return
        if message.error:
            from recproxy.proxy.upstream_errors import UpstreamError  # noqa: PLC0415 - see above

            waiting.set_exception(UpstreamError(502, message.error))
        else:
            waiting.set_result(None)

    def _shown(self, url: str) -> str:
        return self.hooks.show(Request(method="GET", url=url), self.rules).url

    def kept_in(self, traffic: Traffic) -> list[KeptInteraction]:
        """What was kept of a scope, if the profile has webhooks, of which one of these is the cause."""
        return self._kept.setdefault(traffic, [])

    async def keep(
        self, interaction: Interaction, traffic: Traffic, begun: float, *, ended: float | None = None
    ) -> None:
        """Have the orchestrator put an interaction in the journal, as it came; it is redacted when its scope ends."""
        end = time.monotonic() if ended is None else ended
        if self._profile.webhooks:
            self.kept_in(traffic).append(KeptInteraction(interaction, begun, end))
        if self._profile.grpc.reflection and is_call(interaction.request.headers):
            interaction = await self._reflected.readable(interaction)
        order = next(self._orders)
        done = self._waiting[order] = asyncio.get_running_loop().create_future()
        packed = tuple(map(PickleBuffer, parts(interaction)))
        self._send(Recorded(order=order, scope=traffic.number, packed=packed, begun=begun, ended=end))
        await done
        traffic.recorded += 1
