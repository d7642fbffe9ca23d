"""The orchestrator: brings a run up in order, holds its scopes, and takes it down whatever happens.

Proxies are started first and come up while the CA is made. What a run needs on disk is in one folder that goes with
it. Signals and the command are the caller's (`run`, `serve`).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from recproxy.control import Began, Begin, Ended, EndScope, Know, Look, Missed, Outcome, Playing, Return
from recproxy.errors import ControlError, ProxyError, RecordingError
from recproxy.fleet.authority import Authority
from recproxy.fleet.control_address import ControlAddress
from recproxy.fleet.environment import RunFiles, lane_variables, run_variables
from recproxy.fleet.lane import DEFAULT_LANE, Lane
from recproxy.fleet.nursery import Nursery
from recproxy.fleet.plan import Plan
from recproxy.fleet.proxy import Proxy
from recproxy.fleet.roster import Roster
from recproxy.fleet.trust import bundle
from recproxy.profile import Endpoint, Profile
from recproxy.report import Tally
from recproxy.wire import authority_host

__all__ = ["Orchestrator", "ScopeOutcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeOutcome:
    """What happened in a scope, by profile, and what was refused in its time."""

    scope: str
    profiles: Mapping[str, Outcome] = field(default_factory=dict)
    refused: tuple[Missed, ...] = ()


class Orchestrator:
    """One run, as an asynchronous context: entered, it is up; left, nothing of it is."""

    def __init__(self, plan: Plan, environment: Mapping[str, str], nursery: Nursery) -> None:
        self.plan = plan
        self._nursery = nursery
        self.tally = Tally()
        self.lanes: dict[str, Lane] = {}
        self.failure: asyncio.Future[ProxyError]
        self._environment = environment
        self._proxies: list[Proxy] = []
        self._folder = Path()
        self._loop: asyncio.AbstractEventLoop
        self._roster: Roster
        self._files: RunFiles
        self._control: ControlAddress

    async def __aenter__(self) -> Self:
        """Bring the run up; on any error all of it is taken down again."""
        self._loop = asyncio.get_running_loop()
        self.failure = self._loop.create_future()
        try:
            await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Take the run down."""
        await self._stop()

    @property
    def profiles(self) -> list[Profile]:
        """The profiles of the run, those that joined later included."""
        return [proxy.profile for proxy in self._proxies]

    def environment(self, lane: str = DEFAULT_LANE) -> dict[str, str]:
        """The variables a command in this lane gets on top of its environment."""
        hosts = [host for profile in self.profiles for host in profile.hosts]
        shared = run_variables(
            self._files,
            self.profiles,
            mode=self.plan.mode,
            control=self._control.url,
            token=self._control.token,
            environment=self._environment,
        )
        return shared | lane_variables(lane, self.lanes[lane].addresses, hosts)

    async def open_lane(self, name: str) -> Lane:
        """A new lane, its base scope begun."""
        if name in self.lanes:
            raise ControlError(f"lane {name!r} is open already: choose another name")
        lane = self.lanes[name] = Lane(name, self._loop, self._roster)
        for proxy in self._proxies:
            await self._begin_base(proxy, lane)
        return lane

    async def close_lane(self, name: str) -> None:
        """End a lane's scopes and close its ports."""
        lane = self.lanes[name]
        await self.end_scope(name)
        if lane.scope == "run":
            await self._end(lane)
        lane.close()
        del self.lanes[name]

    async def begin_scope(
        self,
        lane_name: str,
        scope: str,
        recordings: Mapping[str, Sequence[str]],
        *,
        match_on: tuple[str, ...] | None = None,
        repeat: str | None = None,
    ) -> None:
        """End the open scope of a lane and begin this one; a name that is no profile is taken for a host.

        Raises:
            RecordingNotFound: a recording does not exist.
            RecordingError: one does not parse. No scope is then left half open.
        """
        lane = self.lanes[lane_name]
        named: dict[str, tuple[str, ...]] = {}
        for word, names in recordings.items():
            proxy = await self._proxy(word)
            found = (str(self.plan.library.find(proxy.profile.name, name)) for name in names)
            named[proxy.profile.name] = (*named.get(proxy.profile.name, ()), *found)
        if lane.scope != "run":
            await self.end_scope(lane_name)
        lane.scope = scope
        try:
            await asyncio.gather(
                *(self._begin(proxy, lane, scope, named, match_on=match_on, repeat=repeat) for proxy in self._proxies)
            )
        except RecordingError:
            await self.end_scope(lane_name)
            raise

    async def look(self, lane_name: str) -> ScopeOutcome:
        """What happened so far in the open scope of a lane."""
        lane = self.lanes[lane_name]
        replies = await asyncio.gather(
            *(proxy.ask(lambda order: Look(order=order, lane=lane_name), Playing) for proxy in self._proxies)
        )
        outcomes = {proxy.profile.name: reply.outcome for proxy, reply in zip(self._proxies, replies, strict=True)}
        return ScopeOutcome(scope=lane.scope, profiles=outcomes, refused=tuple(lane.refusals))

    async def end_scope(self, lane_name: str) -> ScopeOutcome | None:
        """End the scope that a test opened in a lane and return its outcome; None where there was none."""
        lane = self.lanes[lane_name]
        if lane.scope == "run":
            return None
        outcome = await self._end(lane)
        lane.scope = "run"
        return outcome

    async def finish(self) -> Tally:
        """End all scopes; what the run did."""
        for lane in self.lanes.values():
            await self.end_scope(lane.name)
            await self._end(lane)
        return self.tally

    async def _start(self) -> None:
        self._nursery.attach(self._loop)
        for profile in self.plan.profiles:
            self._launch(profile)
        authority = Authority()
        self._folder = Path(tempfile.mkdtemp(prefix="recproxy-"))
        self._files = RunFiles(self._folder, bundle(authority.certificate, self._environment))
        self._roster = Roster(self.plan, self._proxies, authority)
        await asyncio.gather(
            *(proxy.set_up(self._roster.setup(proxy.profile, str(self._folder))) for proxy in self._proxies)
        )
        await self.open_lane(DEFAULT_LANE)
        self._control = await ControlAddress.open(self)

    async def _stop(self) -> None:
        for lane in self.lanes.values():
            lane.close()
        if hasattr(self, "_control"):
            await self._control.close()
        await asyncio.gather(*(proxy.stop() for proxy in self._proxies))
        if self._folder.name:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _launch(self, profile: Profile) -> Proxy:
        proxy = Proxy(profile, self._nursery)
        proxy.attach(self._loop)
        proxy.died = self._died
        proxy.returned = self._returned
        self._proxies.append(proxy)
        self.tally.enter(profile.name, self.plan.mode)
        return proxy

    def _died(self, error: ProxyError) -> None:
        if not self.failure.done():
            self.failure.set_result(error)

    def _returned(self, message: Return, descriptor: int) -> None:
        lane = self.lanes.get(message.lane)
        if lane is None:
            os.close(descriptor)
        else:
            lane.take_back(message, descriptor)

    async def _proxy(self, word: str) -> Proxy:
        """The proxy of a profile, or the one that owns a host, or one made for that host."""
        known = self._roster.proxies.get(word)
        host = authority_host(word)
        proxy = known or self._roster.owner(host)
        if proxy is not None:
            return proxy
        if not host or "." not in host:
            names = ", ".join(self._roster.proxies)
            raise ControlError(f"{word!r} is neither a profile of this run ({names}) nor a host")
        return await self._join(Profile(name=host, endpoints=(Endpoint(hosts=(host,)),), origin="a test's decorator"))

    async def _join(self, profile: Profile) -> Proxy:
        """Start a proxy in a run that is up."""
        proxy = self._launch(profile)
        self._roster.add(proxy)
        await proxy.set_up(self._roster.setup(profile, str(self._folder)))
        for other in self._proxies:
            other.send(Know(owners=self._roster.patterns()))
        for lane in self.lanes.values():
            lane.listen(proxy)
            await self._begin_base(proxy, lane)
        return proxy

    async def _begin_base(self, proxy: Proxy, lane: Lane) -> None:
        await self._begin(proxy, lane, "run", {}, base=True)

    async def _begin(
        self,
        proxy: Proxy,
        lane: Lane,
        scope: str,
        named: Mapping[str, tuple[str, ...]],
        *,
        base: bool = False,
        match_on: tuple[str, ...] | None = None,
        repeat: str | None = None,
    ) -> None:
        profile = proxy.profile.name
        default = self.plan.library.default(profile)
        recordings = named.get(profile) or self.plan.recordings.get(profile)
        if recordings is None:
            recordings = (str(default),) if default.is_file() else ()
        paths = recordings
        await proxy.ask(
            lambda order: Begin(
                order=order,
                lane=lane.name,
                scope=scope,
                recordings=paths,
                base=base,
                expected=str(default),
                match_on=match_on,
                repeat=repeat,
            ),
            Began,
        )

    async def _end(self, lane: Lane) -> ScopeOutcome:
        replies = await asyncio.gather(
            *(proxy.ask(lambda order: EndScope(order=order, lane=lane.name), Ended) for proxy in self._proxies)
        )
        outcomes = {proxy.profile.name: reply.outcome for proxy, reply in zip(self._proxies, replies, strict=True)}
        for profile, outcome in outcomes.items():
            self.tally.add(profile, outcome)
        refused = lane.take_refusals()
        self.tally.refuse(refused)
        return ScopeOutcome(scope=lane.scope, profiles=outcomes, refused=refused)
