"""The processes that redact, from the orchestrator's side: one is forked when a scope needs it, and serves the next.

A scope never waits for another: if all of its profile's are busy, one more is forked.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pickle import PickleBuffer

from recproxy.config.profile import Profile
from recproxy.control.redaction_messages import RedactionSetup, RedactScope, ScopeRedacted
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.proxy import Proxy
from recproxy.orchestrator.run_secrets import RunSecrets
from recproxy.recording import Packed, pieces_of_packed

__all__ = ["RedactionWorkers"]


class RedactionWorkers:
    """The processes that redact for the profiles of a run.

    `profile` finds one by its name, and `setup` makes the first order of a process for it; `learned` is what scopes
    of the run have shown to be secret.
    """

    def __init__(
        self,
        fork_server: ForkServer,
        profile: Callable[[str], Profile],
        setup: Callable[[Profile], RedactionSetup],
        learned: RunSecrets,
    ) -> None:
        self._profile = profile
        self._fork_server = fork_server
        self._learned = learned
        #: How many values of the run each worker was told.
        self._told: Counter[Proxy] = Counter()
        self._setup = setup
        self._numbers = itertools.count(1)
        self._idle: defaultdict[str, list[Proxy]] = defaultdict(list)
        self._all: list[Proxy] = []

    async def redact(
        self,
        profile: str,
        interactions: Sequence[Packed],
        lines: Sequence[str],
        secrets: Sequence[str] = (),
        /,
        *,
        again: bool = False,
        recording: str = "",
    ) -> ScopeRedacted:
        """The packed interactions of one scope redacted, and lines about it; `secrets` of another run besides ours.

        `recording` is the file that they are for.

        With `again` they were redacted before, and are searched for what scopes of this run have shown since.

        Raises:
            HookError: the profile's hook cannot be loaded.
            ProfileError: there is no such profile.
            ProxyError: the process died of it.
        """
        worker = await self._worker(self._profile(profile), secrets)

        def order(number: int) -> RedactScope:
            buffers = (tuple(map(PickleBuffer, pieces_of_packed(each))) for each in interactions)
            learned = self._learned.since(self._told[worker])
            self._told[worker] += len(learned)
            return RedactScope(
                order=number,
                interactions=tuple(buffers),
                lines=tuple(lines),
                learned=learned,
                again=again,
                recording=recording,
            )

        redacted = await worker.ask(order, ScopeRedacted)
        if secrets:
            await self._stop(worker)
        else:
            self._idle[profile].append(worker)
        return redacted

    async def stop(self) -> None:
        """End all of them."""
        await asyncio.gather(*(self._stop(worker) for worker in tuple(self._all)))

    async def _worker(self, profile: Profile, secrets: Sequence[str]) -> Proxy:
        idle = self._idle[profile.name]
        if idle and not secrets:
            return idle.pop()
        worker = Proxy(profile, self._fork_server, worker=next(self._numbers))
        worker.attach(asyncio.get_running_loop())
        worker.died = lambda _: self._forget(worker)
        self._all.append(worker)
        setup = self._setup(profile)
        more = tuple(value for value in secrets if value not in setup.secrets)
        try:
            await worker.set_up(replace(setup, secrets=(*setup.secrets, *more)))
        except BaseException:
            await self._stop(worker)
            raise
        return worker

    def _forget(self, worker: Proxy) -> None:
        """It died: the scope that waits for it is told, and no other gets it."""
        idle = self._idle[worker.profile.name]
        if worker in idle:
            idle.remove(worker)

    async def _stop(self, worker: Proxy) -> None:
        if worker in self._all:
            self._all.remove(worker)
            del self._told[worker]
            await worker.stop()
