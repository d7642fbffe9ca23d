"""The proxies of a run: those that it starts with, and those that join when a test names a host that nobody owns.

Knows who is in the run and in which lanes it answers; not what a scope plays, nor how the run comes up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from recproxy.config.profile import Endpoint, Profile
from recproxy.config.profile_words import is_host
from recproxy.control.host_names import is_loopback
from recproxy.control.messages import Kept, Know, Recorded, Return
from recproxy.control.modes import UNLISTED
from recproxy.errors import ControlError, RecproxyError
from recproxy.http import authority_host
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.lane import Lane
from recproxy.orchestrator.made_profiles import any_host, of_host
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.proxy import Proxy
from recproxy.orchestrator.roster import Roster
from recproxy.orchestrator.shared_proxy import SharedProxy
from recproxy.orchestrator.unasked import is_only_installed
from recproxy.orchestrator.webhook_carrier import WebhookCarrier
from recproxy.report import Tally

__all__ = ["RunProxies"]

#: RFC 1035 section 2.3.4.
_LONGEST_HOST = 253


class RunProxies:
    """Starts the proxies of a run and tells them of each other.

    Args:
        plan: the run's.
        fork_server: starts their processes.
        tally: gets a row for each.
        lanes: the open lanes by name, in which a proxy answers that joins.
        fail: ends the run with an error.
        keep: keeps an interaction of a profile.
        returned: takes a connection that a proxy hands back.
    """

    def __init__(
        self,
        plan: RunPlan,
        fork_server: ForkServer,
        tally: Tally,
        *,
        lanes: Mapping[str, Lane],
        fail: Callable[[RecproxyError], None],
        keep: Callable[[str, Recorded], Kept],
        returned: Callable[[Return, int], None],
    ) -> None:
        self._plan = plan
        self._fork_server = fork_server
        self._tally = tally
        self._lanes = lanes
        self._fail = fail
        self._keep = keep
        self._returned = returned
        self._roster: Roster
        self._webhooks = WebhookCarrier(lanes)
        self.all: list[Proxy] = []

    @property
    def profiles(self) -> list[Profile]:
        """The profiles of the run, those that joined later included."""
        return [proxy.profile for proxy in self.all if proxy.profile.name != UNLISTED]

    def launch(self) -> None:
        """Start the processes of the plan; they come up while the run makes what they need."""
        asking = [each for each in self._plan.profiles if self._plan.mode_of(each.name) in ("record", "live")]
        if any(each.reached for each in asking):
            self._fork_server.make_way_out(tls=not all(each.upstream.address.startswith("http://") for each in asking))
        for profile in self._plan.profiles:
            self._launch(profile)
        if self._plan.passing:
            self._launch(Profile(name=UNLISTED, endpoints=(Endpoint(hosts=self._plan.passing),)))
            self._tally.rows[UNLISTED].listed = False

    async def set_up(self, roster: Roster) -> None:
        """Wait until all are up."""
        self._roster = roster
        await asyncio.gather(*(proxy.set_up(roster.setup(proxy.profile)) for proxy in self.all))
        for proxy in self.all:
            if self._plan.mode_of(proxy.profile.name) != "replay":
                await self._webhooks.listen(proxy)

    def announce(self) -> None:
        """Tell all proxies who owns which hosts, and which ports are this run's."""
        known = Know(owners=self._roster.patterns(), ports=tuple(self._roster.ports))
        for proxy in self.all:
            proxy.send(known)

    async def find(self, word: str, begin_base: Callable[[Proxy, Lane], Awaitable[None]]) -> Proxy:
        """The proxy of a profile, or the one that owns a host, or one that joins for that host.

        Raises:
            ControlError: it is neither a profile of this run nor a host.
        """
        host = authority_host(word)
        proxy = self._roster.proxies.get(word) or self._roster.owner(host)
        if proxy is not None:
            return proxy
        if word == "*":
            return await self._join(any_host(), begin_base)
        if not ("." in host or is_loopback(host)) or len(host) > _LONGEST_HOST or not is_host(host):
            names = ", ".join(self._roster.proxies)
            raise ControlError(f"{word[:_LONGEST_HOST]!r} is neither a profile of this run ({names}) nor a host")
        return await self._join(of_host(host), begin_base)

    async def stop(self) -> None:
        """End all processes."""
        self._webhooks.close()
        await asyncio.gather(*(proxy.stop() for proxy in self.all))

    def _launch(self, profile: Profile) -> Proxy:
        is_shared = profile.replay.workers > 1 and self._plan.mode_of(profile.name) == "replay"
        proxy = (SharedProxy if is_shared else Proxy)(profile, self._fork_server)
        proxy.attach(asyncio.get_running_loop())
        proxy.died = self._fail
        proxy.returned = self._returned
        proxy.keep = self._keep
        proxy.peer_refused = self._peer_refused
        if profile.webhooks:
            self._webhooks.prepare()
        proxy.deliver = self._webhooks.deliver
        self.all.append(proxy)
        self._tally.enter(
            profile.name, self._plan.mode_of(profile.name), named=not is_only_installed(profile.name, self._plan)
        )
        return proxy

    def _peer_refused(self, peer: str) -> None:
        self._roster.access.closed(peer)

    async def _join(self, profile: Profile, begin_base: Callable[[Proxy, Lane], Awaitable[None]]) -> Proxy:
        """Start a proxy in a run that is up, and begin the base scope of each lane with it."""
        proxy = self._launch(profile)
        self._roster.add(proxy)
        await proxy.set_up(self._roster.setup(profile))
        for lane in tuple(self._lanes.values()):
            lane.listen(proxy)
            await begin_base(proxy, lane)
        self.announce()
        return proxy
