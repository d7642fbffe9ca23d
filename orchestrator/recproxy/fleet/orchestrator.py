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
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from recproxy.control import (
    Began,
    Begin,
    Ended,
    EndScope,
    Extend,
    Kept,
    Know,
    Look,
    Missed,
    Outcome,
    Playing,
    Recorded,
    Return,
)
from recproxy.errors import ControlError, ProxyError, RecordingError, RecproxyError
from recproxy.fleet.authority import Authority
from recproxy.fleet.control_address import ControlAddress
from recproxy.fleet.environment import RunFiles, lane_variables, run_variables
from recproxy.fleet.lane import DEFAULT_LANE, Lane, Scope
from recproxy.fleet.nursery import Nursery
from recproxy.fleet.plan import UNLISTED, Plan, any_host
from recproxy.fleet.proxy import Proxy
from recproxy.fleet.recorder import Recorder, ScopeEnded
from recproxy.fleet.roster import Roster
from recproxy.fleet.trust import bundle
from recproxy.profile import Endpoint, Profile
from recproxy.report import Tally
from recproxy.wire import authority_host

__all__ = ["Orchestrator", "ScopeOutcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeOutcome:
    """What happened in a scope, by profile, and what was refused in its time.

    `strict` are the profiles whose unused interactions fail a test.
    """

    scope: str
    profiles: Mapping[str, Outcome] = field(default_factory=dict)
    refused: tuple[Missed, ...] = ()
    strict: frozenset[str] = frozenset()


class Orchestrator:
    """One run, as an asynchronous context: entered, it is up; left, nothing of it is."""

    def __init__(self, plan: Plan, environment: Mapping[str, str], nursery: Nursery) -> None:
        self.plan = plan
        self._nursery = nursery
        self.tally = Tally()
        self.lanes: dict[str, Lane] = {}
        self.failure: asyncio.Future[RecproxyError]
        self._recorder = Recorder(plan.library.folder, max_age=plan.project.max_age)
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
        return [proxy.profile for proxy in self._proxies if proxy.profile.name != UNLISTED]

    def environment(self, lane: str = DEFAULT_LANE) -> dict[str, str]:
        """The variables a command in this lane gets on top of its environment."""
        hosts = [host for profile in self.profiles for host in profile.hosts]
        if not self.plan.passing:
            hosts.append("*")  # a client that ignores proxy variables must not reach a host that nobody owns
        shared = run_variables(
            self._files,
            self.profiles,
            plan=self.plan,
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
        for proxy in tuple(self._proxies):
            await self._begin_base(proxy, lane)
        return lane

    async def close_lane(self, name: str) -> None:
        """End a lane's scopes and close its ports."""
        lane = self.lanes[name]
        await self.end_scopes(name)
        await self._end(lane, passed=True)
        lane.close()
        del self.lanes[name]

    async def begin_scope(
        self,
        lane_name: str,
        scope: str,
        recordings: Mapping[str, Sequence[str]],
        *,
        inner: bool = False,
        default: str | None = None,
        beside: Path | None = None,
        match_on: tuple[str, ...] | None = None,
        repeat: str | None = None,
        ignore: Mapping[str, tuple[str, ...]] | None = None,
        plays: Mapping[str, Sequence[int]] | None = None,
        mode: str | None = None,
    ) -> None:
        """Begin a scope in a lane; a recording's profile may also be a host.

        Args:
            lane_name: the lane.
            scope: its name, the test's.
            recordings: names or paths, by profile or host, `*` for all that no profile owns; none: nothing answers.
            inner: leave what is open open: profiles that are not named are answered as before.
            default: for profiles that are not named, the recording to look for. An inner scope begins anew for those
                that have it, or may write it.
            beside: the folder of the test module.
            match_on: vcrpy's matchers in place of the profile's rules.
            repeat: what follows the last recorded repeat, in place of the profile's word.
            ignore: names that are not compared either: of headers, query, form or JSON.
            plays: how often each interaction was played already, by profile: an outcome's, to go on there.
            mode: replay, to replay whatever the run does; None is each profile's own.

        Raises:
            RecordingNotFound: a recording does not exist.
            RecordingError: one does not parse. The scope is then not open.
        """
        lane = self.lanes[lane_name]
        if not inner:
            await self.end_scopes(lane_name)
        opened = Scope(name=scope, mode=mode)
        named = await self._named(recordings, beside, opened)
        lane.scopes.append(opened)
        chosen = [
            proxy
            for proxy in self._proxies
            if not inner or proxy.profile.name in named or self._has_default(proxy.profile.name, default, opened)
        ]
        begun = await asyncio.gather(
            *(
                self._begin(
                    proxy,
                    lane,
                    opened,
                    named,
                    default=default,
                    match_on=match_on,
                    repeat=repeat,
                    ignore=ignore or {},
                    plays=(plays or {}).get(proxy.profile.name, ()),
                )
                for proxy in chosen
            ),
            return_exceptions=True,
        )
        problems = [problem for problem in begun if isinstance(problem, BaseException)]
        if problems:
            await self.end_scope(lane_name)
            raise problems[0]

    async def extend_scope(
        self, lane_name: str, recordings: Mapping[str, Sequence[str]], *, beside: Path | None = None
    ) -> None:
        """Put more recordings in play in the innermost open scope; raises as `begin_scope` does."""
        lane = self.lanes[lane_name]
        scope = lane.scopes[-1]
        named = await self._named(recordings, beside, scope)
        for proxy in self._proxies:
            paths = named.get(proxy.profile.name)
            if not paths:
                continue
            scope.fallen_back.discard(proxy.profile.name)
            if proxy in scope.proxies:
                await proxy.ask(
                    lambda order, paths=paths: Extend(order=order, lane=lane_name, recordings=paths),  # type: ignore[misc]
                    Began,
                )
            else:
                await self._begin(proxy, lane, scope, named)

    async def look(self, lane_name: str) -> ScopeOutcome:
        """What happened so far in the open scope of a lane."""
        lane = self.lanes[lane_name]
        proxies = lane.scopes[-1].proxies if lane.scopes else self._proxies
        replies = await asyncio.gather(
            *(proxy.ask(lambda order: Look(order=order, lane=lane_name), Playing) for proxy in proxies)
        )
        outcomes = {proxy.profile.name: reply.outcome for proxy, reply in zip(proxies, replies, strict=True)}
        return self._outcome(lane.scopes[-1] if lane.scopes else None, outcomes, tuple(lane.refusals))

    async def end_scope(self, lane_name: str, *, passed: bool = False, told: bool = False) -> ScopeOutcome | None:
        """End the innermost scope that a test opened in a lane and return its outcome; None where there was none.

        What it recorded replaces what it had recorded before only where it `passed`; one that nobody ended did not.
        Where its misses are `told` with the test, the run's report names them in a line each.
        """
        lane = self.lanes[lane_name]
        if not lane.scopes:
            return None
        return await self._end(lane, lane.scopes.pop(), passed=passed, told=told)

    async def end_scopes(self, lane_name: str) -> None:
        """End all scopes that tests opened in a lane."""
        while await self.end_scope(lane_name):
            pass

    async def finish(self, *, passed: bool) -> Tally:
        """End all scopes, those of the run itself well if it `passed`; what the run did."""
        for lane in tuple(self.lanes.values()):
            await self.end_scopes(lane.name)
            await self._end(lane, passed=passed)
        self._recorder.close()
        self.tally.written += self._recorder.written
        return self.tally

    async def _start(self) -> None:
        self._nursery.attach(self._loop)
        for profile in self.plan.profiles:
            self._launch(profile)
        if self.plan.passing:
            self._launch(Profile(name=UNLISTED, endpoints=(Endpoint(hosts=self.plan.passing),)))
            self.tally.rows[UNLISTED].listed = False
        authority = Authority()
        self._folder = Path(tempfile.mkdtemp(prefix="recproxy-"))
        self._files = RunFiles(self._folder, bundle(authority.certificate, self._environment), authority.certificate)
        self._roster = Roster(self.plan, self._proxies, authority, self._environment)
        await asyncio.gather(
            *(proxy.set_up(self._roster.setup(proxy.profile, str(self._folder))) for proxy in self._proxies)
        )
        if self.plan.reach in ("record", "auto"):
            self.tally.recovered += self._recorder.recover(self.plan.library.folder)
        await self.open_lane(DEFAULT_LANE)
        self._control = await ControlAddress.open(self)

    async def _stop(self) -> None:
        for lane in tuple(self.lanes.values()):
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
        proxy.recorded = self._recorded
        self._proxies.append(proxy)
        self.tally.enter(profile.name, self.plan.mode_of(profile.name))
        return proxy

    def _recorded(self, proxy: Proxy, message: Recorded) -> None:
        """Put what a proxy recorded on disk, and tell it so."""
        try:
            self._recorder.keep(proxy.profile.name, message)
        except RecordingError as problem:
            proxy.send(Kept(order=message.order, error=problem.message))
            if not isinstance(problem, ScopeEnded):
                self._fail(problem)
        else:
            proxy.send(Kept(order=message.order))

    def _fail(self, error: RecproxyError) -> None:
        """The run cannot go on."""
        if not self.failure.done():
            self.failure.set_result(error)

    def _died(self, error: ProxyError) -> None:
        self._fail(error)

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
        if word == "*":
            return await self._join(any_host("a test's recording for any host"))
        if not host or "." not in host:
            names = ", ".join(self._roster.proxies)
            raise ControlError(f"{word!r} is neither a profile of this run ({names}) nor a host")
        return await self._join(Profile(name=host, endpoints=(Endpoint(hosts=(host,)),), origin="a test's decorator"))

    async def _join(self, profile: Profile) -> Proxy:
        """Start a proxy in a run that is up."""
        proxy = self._launch(profile)
        self._roster.add(proxy)
        await proxy.set_up(self._roster.setup(profile, str(self._folder)))
        for other in tuple(self._proxies):
            other.send(Know(owners=self._roster.patterns()))
        for lane in tuple(self.lanes.values()):
            lane.listen(proxy)
            await self._begin_base(proxy, lane)
        return proxy

    async def _named(
        self, recordings: Mapping[str, Sequence[str]], beside: Path | None, scope: Scope
    ) -> dict[str, tuple[str, ...]]:
        """The files that names mean, by profile."""
        named: dict[str, tuple[str, ...]] = {}
        for word, names in recordings.items():
            proxy = await self._proxy(word)
            profile = proxy.profile.name
            mode = self._mode(profile, scope)
            library = self.plan.library
            found = (
                str(
                    library.find(profile, name, beside=beside)
                    if mode == "replay"
                    else library.place(profile, name, beside=beside, is_host=word != profile)
                )
                for name in names
            )
            named[profile] = (*named.get(profile, ()), *found)
        return named

    async def _begin_base(self, proxy: Proxy, lane: Lane) -> None:
        await self._begin(proxy, lane, None, {})

    async def _begin(
        self,
        proxy: Proxy,
        lane: Lane,
        scope: Scope | None,
        named: Mapping[str, tuple[str, ...]],
        *,
        default: str | None = None,
        match_on: tuple[str, ...] | None = None,
        repeat: str | None = None,
        ignore: Mapping[str, tuple[str, ...]] | None = None,
        plays: Sequence[int] = (),
    ) -> None:
        """Begin a scope, or the base scope, with one proxy."""
        profile = proxy.profile.name
        expected = self.plan.library.default(profile, default)
        recordings = named.get(profile, (str(expected),) if default and expected.is_file() else None)
        if recordings is None:
            recordings = self._fallback(profile)
            if scope is not None:
                scope.fallen_back.add(profile)
        mode = self._mode(profile, scope)
        target = Path(
            (named.get(profile) or (() if default else self.plan.recordings.get(profile)) or (str(expected),))[0]
        )
        name = self._roster.shown(proxy.profile, scope.name if scope is not None else "run")
        if mode in ("record", "auto") and (safe := self._roster.shown(proxy.profile, target.name)) != target.name:
            raise RecordingError(f"a recording named {safe} would hold a secret in its name: rename the test {name}")
        paths = (
            recordings
            if mode == "replay"
            else tuple(path for path in recordings if mode == "auto" and Path(path).is_file())
        )

        def begin(order: int) -> Begin:
            # The recorder must know the scope before the proxy does: what it records may come at once.
            (scope or lane).numbers[profile] = order
            if mode in ("record", "auto"):
                self._recorder.begin(profile, order, name, target, proxy.profile.rules(), append=mode == "auto")
            return Begin(
                order=order,
                lane=lane.name,
                scope=name,
                recordings=paths,
                mode=scope.mode if scope is not None and profile != UNLISTED else None,
                fallback=scope is not None and profile in scope.fallen_back,
                base=scope is None,
                expected=None if profile in named else str(expected),
                match_on=match_on,
                repeat=repeat,
                ignore=ignore or {},
                plays=tuple(plays),
            )

        await proxy.ask(begin, Began)
        if scope is not None:
            scope.proxies.append(proxy)

    def _mode(self, profile: str, scope: Scope | None) -> str:
        """The mode of a profile in a scope; what passes without a profile passes there too."""
        own = scope.mode if scope is not None and profile != UNLISTED else None
        return own or self.plan.mode_of(profile)

    def _has_default(self, profile: str, default: str | None, scope: Scope) -> bool:
        """Whether a profile's own recording of a test is there, or may be written."""
        if default is None:
            return False
        return self._mode(profile, scope) in ("record", "auto") or self.plan.library.default(profile, default).is_file()

    def _fallback(self, profile: str) -> tuple[str, ...]:
        """What answers where nothing is named: the run's recordings, or else the default one."""
        default = self.plan.library.default(profile)
        return self.plan.recordings.get(profile) or ((str(default),) if default.is_file() else ())

    async def _end(self, lane: Lane, scope: Scope | None = None, *, passed: bool, told: bool = False) -> ScopeOutcome:
        """End a scope, or the base scope, with the proxies that it was begun with."""
        proxies = scope.proxies if scope is not None else self._proxies
        replies = await asyncio.gather(
            *(proxy.ask(lambda order: EndScope(order=order, lane=lane.name), Ended) for proxy in proxies)
        )
        outcomes = {proxy.profile.name: reply.outcome for proxy, reply in zip(proxies, replies, strict=True)}
        refused = lane.take_refusals()
        ended = self._outcome(scope, outcomes, refused)
        # A test that a service failed has not asked the others all that it would have.
        passed = passed and not any(outcome.failures for outcome in outcomes.values())
        for profile, outcome in ended.profiles.items():
            self.tally.add(profile, _in_brief(outcome) if told else outcome)
            number = (scope or lane).numbers.get(profile)
            if number is not None:
                self._save(profile, number, passed=passed)
        self.tally.refuse(refused)
        return ended

    def _save(self, profile: str, number: int, *, passed: bool) -> None:
        """Write what a scope recorded; where that cannot be, the run ends."""
        try:
            self._recorder.end(profile, number, passed=passed)
        except RecordingError as problem:
            self._fail(problem)
            raise

    def _outcome(
        self, scope: Scope | None, outcomes: Mapping[str, Outcome], refused: tuple[Missed, ...]
    ) -> ScopeOutcome:
        """An outcome in which only what a test named, or what bears its name, can be unused."""
        fallen_back = scope.fallen_back if scope is not None else ()
        strict = {proxy.profile.name for proxy in self._proxies if proxy.profile.match.unused == "fail"}
        return ScopeOutcome(
            scope=scope.name if scope is not None else "run",
            profiles={
                profile: replace(outcome, unused=()) if profile in fallen_back else outcome
                for profile, outcome in outcomes.items()
            },
            refused=refused,
            strict=frozenset(strict),
        )


def _in_brief(outcome: Outcome) -> Outcome:
    """An outcome whose misses were told where they matter: with their test."""
    return replace(
        outcome,
        missed=tuple(
            replace(miss, text=f"{miss.method} {miss.url}: see test {outcome.scope}, which tells it")
            for miss in outcome.missed
        ),
    )
