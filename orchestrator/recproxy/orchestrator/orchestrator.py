"""The orchestrator: brings a run up in order, has its lanes and proxies, and takes it down whatever happens.

Proxies are started first and come up while the CA is made. What a run needs on disk is in one folder that goes with
it. Signals and the command are the caller's (`run`, `serve`).
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from recproxy.config.mail_endpoints import mail_places
from recproxy.config.profile import Profile
from recproxy.config.variables import secret_values
from recproxy.control.forks import ForkOrder
from recproxy.control.messages import Return
from recproxy.errors import ControlError, RecproxyError
from recproxy.orchestrator.authority import CertificateAuthority
from recproxy.orchestrator.command import Command
from recproxy.orchestrator.control_address import ControlAddress
from recproxy.orchestrator.environment import RunFiles, lane_variables, run_variables
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.gateway import Listeners
from recproxy.orchestrator.isolated_network import IsolatedNetwork
from recproxy.orchestrator.java import java_root_files, java_variables
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.journal_keys import JournalKeys
from recproxy.orchestrator.lane import DEFAULT_LANE, Lane
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.proxy import Proxy
from recproxy.orchestrator.recorded_clock import clock_variables, uses_recorded_clock
from recproxy.orchestrator.recorded_together import name_together
from recproxy.orchestrator.recorder import Recorder
from recproxy.orchestrator.redaction_workers import RedactionWorkers
from recproxy.orchestrator.roster import Roster
from recproxy.orchestrator.run_folder import make_run_files
from recproxy.orchestrator.run_proxies import RunProxies
from recproxy.orchestrator.scopes import Scopes
from recproxy.orchestrator.unasked import add_unasked
from recproxy.report import Tally, Written

__all__ = ["Orchestrator"]


class Orchestrator:
    """One run, as an asynchronous context: entered, it is up; left, nothing of it is."""

    def __init__(self, plan: RunPlan, environment: Mapping[str, str], fork_server: ForkServer) -> None:
        self.plan = plan
        self._fork_server = fork_server
        self.tally = Tally()
        self.lanes: dict[str, Lane] = {}
        self.failure: asyncio.Future[RecproxyError]
        #: The variables that the run was started with.
        self.given = environment
        self._listeners: Listeners = Listeners(plan.listening)
        self._isolated: IsolatedNetwork | None = None
        self._is_ending = False
        self._loop: asyncio.AbstractEventLoop
        self._roster: Roster
        self._redaction: RedactionWorkers
        self.recorder: Recorder
        self._proxies: RunProxies
        self.files: RunFiles
        self._control: ControlAddress
        #: What is in play, from the start on.
        self.scopes: Scopes

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
        return self._proxies.profiles

    def environment(self, lane: str = DEFAULT_LANE) -> dict[str, str]:
        """The variables a command in this lane gets on top of its environment."""
        reached = [place for profile in self.profiles for place in profile.reached]
        files, control, given = self.files, self._control, self.given
        shared = run_variables(
            files, self.profiles, plan=self.plan, control=control.url, token=control.token, environment=given
        )
        addresses = self.lanes[lane].addresses
        variables = shared | lane_variables(lane, addresses, reached, self.plan.passing)
        variables |= clock_variables(self.plan, self.lanes[lane].base.recorded_at, given)
        if self.plan.project.java:
            variables |= java_variables(files.java, self.plan.listening.host, addresses.gateway, given)
        return variables

    @property
    def is_ready(self) -> bool:
        """Whether it is up, and neither failed nor ending."""
        return not self._is_ending and not self.failure.done()

    @property
    def was_called(self) -> bool:
        """Whether a test, or a plugin for it, has called the control address."""
        return self._control.was_called

    def start(self, words: Sequence[str], environment: Mapping[str, str], *, output: int | None = None) -> Command:
        """Start a command in the run, which gets these variables and the run's.

        Raises:
            ConfigurationError: it cannot be started.
        """
        variables = {**environment, **self.environment()}
        mark, entrust = str(self.files.folder), self._fork_server.entrust
        return Command(words, variables, self._loop, self.prefix, output=output, mark=mark, entrust=entrust)

    @property
    def prefix(self) -> list[str]:
        """What stands before the words of an isolated command, and the descriptor for its problems; else nothing."""
        return [] if self._isolated is None else self._isolated.prefix

    async def open_lane(self, name: str) -> Lane:
        """A new lane, its base scope begun."""
        if name in self.lanes:
            raise ControlError(f"lane {name!r} is open already: choose another name")
        lane = self.lanes[name] = Lane(name, self._loop, self._roster, self._listeners)
        await self.begin_bases(lane)
        self._proxies.announce()
        return lane

    async def begin_bases(self, lane: Lane) -> None:
        """Begin the base scope of a lane with all proxies."""
        for proxy in tuple(self._proxies.all):
            await self.scopes.begin_base(proxy, lane)

    async def close_lane(self, name: str) -> None:
        """End a lane's scopes and close its ports; whoever asks meanwhile waits for the same."""
        lane = self.lanes[name]
        await self._end_lane(lane, passed=True)
        if self.lanes.get(name) is lane:
            lane.close()
            del self.lanes[name]
            self._proxies.announce()

    @property
    def written(self) -> Sequence[Written]:
        """What was written so far."""
        return self.recorder.written

    async def finish(self, *, passed: bool) -> Tally:
        """End all scopes, those of the run itself well if it `passed`; what the run did."""
        self._is_ending = True
        for lane in tuple(self.lanes.values()):
            await self._end_lane(lane, passed=passed)
        await self.scopes.settled()
        self.tally.notes += (*self._roster.notes, *self._roster.access.notes, *self._roster.clock.notes)
        self.tally.caught.update(self._listeners.caught.counts if self._listeners.caught else ())
        add_unasked(self.tally, self.profiles, self.plan, self.given)
        name_together(self.tally, self._roster)
        await self.recorder.finish(self.tally)
        return self.tally

    async def _end_lane(self, lane: Lane, *, passed: bool) -> None:
        """End all scopes of a lane, once: two calls may close it at the same time, and the run may end meanwhile."""
        if lane.ending is None:
            lane.ending = asyncio.ensure_future(self.scopes.end_lane(lane, passed=passed))
            lane.ending.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # seen, if nobody waits
        await asyncio.shield(lane.ending)

    async def _start(self) -> None:
        if self.plan.isolate:  # first: its namespaces are made while the proxies come up
            self._listeners = self._isolated = IsolatedNetwork()
        self._fork_server.attach(self._loop)
        self._fork_server.died = self._fail
        self.recorder = self._make_recorder()
        self._proxies = RunProxies(
            self.plan,
            self._fork_server,
            self.tally,
            lanes=self.lanes,
            fail=self._fail,
            keep=self.recorder.take,
            returned=self._returned,
        )
        self._proxies.launch()
        authority = CertificateAuthority(for_past=uses_recorded_clock(self.plan))
        self._make_files(authority)
        misses = str(self.files.misses)
        self._roster = Roster(self.plan, self._proxies.all, authority, self.given, misses=misses)
        self._redaction = RedactionWorkers(
            self._fork_server, self._any_profile, self._roster.redaction, self.recorder.learned
        )
        self.scopes = self._make_scopes()
        await self._proxies.set_up(self._roster)
        if self.plan.reach in ("record", "auto"):
            self.tally.recovered += await self.recorder.recover()
            self.tally.notes += self.recorder.unrecovered
        await self.open_lane(DEFAULT_LANE)
        self._control = ControlAddress(
            self,
            self._listeners.control(),
            crowded=self._roster.crowded,
            idle_seconds=self.plan.project.idle_timeout,
            access=self._roster.access,
        )
        self._roster.ports.add(self._control.port)
        self._proxies.announce()

    def _make_recorder(self) -> Recorder:
        return Recorder(
            JournalFolders(self.plan.library.folder, self.plan.project.root),
            JournalKeys(self.plan.project.root, self.given),
            lambda *scope, **how: self._redaction.redact(*scope, **how),  # noqa: PLW0108 - they are made later
            self._fail,
            secrets=secret_values(self.plan.profiles, self.given),
            max_age=self.plan.project.max_age,
        )

    def _make_files(self, authority: CertificateAuthority) -> None:
        """Write the run's files, and put them in the place of the system's for an isolated command."""
        stores = java_root_files(self.given) if self.plan.isolate else []
        java = self.plan.project.java or bool(stores)
        self.files = make_run_files(
            authority,
            self.given,
            lambda folder: self._fork_server.entrust(ForkOrder.FOLDER, folder),
            roots=self.plan.reaches_services,
            java=java,
        )
        if self._isolated is not None:
            web = {port for profile in self.plan.profiles for _, port in profile.reached}
            mail = [(each.host, each.port) for profile in self.plan.profiles for each in mail_places(profile)]
            self._isolated.set_up(self.files, self.plan.project.isolate_ports, self._loop, stores, web, mail)

    def _make_scopes(self) -> Scopes:
        return Scopes(
            self.plan,
            self._roster,
            lanes=self.lanes,
            proxies=self._proxies.all,
            recorder=self.recorder,
            tally=self.tally,
            find=self._proxy,
            fail=self._fail,
        )

    async def _stop(self) -> None:
        for lane in tuple(self.lanes.values()):
            lane.close()
        if hasattr(self, "_control"):
            await self._control.close()
        if hasattr(self, "_proxies"):
            await self._proxies.stop()
        if hasattr(self, "scopes"):
            if problem := await self.recorder.look_within_time_limit(self.scopes.settled):
                print(f"recproxy: {problem}", file=sys.stderr)
            await self._redaction.stop()
        if self._isolated is not None:
            self._isolated.close()
        if hasattr(self, "recorder"):
            self.recorder.leave()
        if hasattr(self, "files"):
            shutil.rmtree(self.files.folder, ignore_errors=True)

    def _any_profile(self, name: str) -> Profile:
        """A profile of this run, or of another that left a journal behind."""
        profiles = {profile.name: profile for profile in (*self.plan.profiles, *self.profiles)}
        return profiles.get(name) or self.plan.unplanned(name)

    def _fail(self, error: RecproxyError) -> None:
        """The run cannot go on."""
        if not self.failure.done():
            self.failure.set_result(error)

    def _returned(self, message: Return, descriptor: int) -> None:
        if (lane := self.lanes.get(message.lane)) is not None:
            lane.take_back(message, descriptor)
        else:
            os.close(descriptor)

    async def _proxy(self, word: str) -> Proxy:
        """The proxy of a profile or of a host, which joins the run if it is not there."""
        return await self._proxies.find(word, self.scopes.begin_base)
