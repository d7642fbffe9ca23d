"""The command the user runs: how it is started, told to stop, and waited for.

On a terminal it shares our process group: the terminal's Ctrl-C reaches it by itself, so we only wait. Elsewhere it
has a session of its own and is stopped as a group, and what it left running there is ended with it. If it was stopped or
killed, all that it has started ends: it had no chance to do that itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence

from recproxy.control.forks import ForkOrder
from recproxy.control.started_processes import KILL_SECONDS, QUIET_LOOKS, STEP_SECONDS, StartedProcesses
from recproxy.errors import ConfigurationError
from recproxy.orchestrator.isolation_advice import isolation_advice
from recproxy.orchestrator.namespace_entry import CANNOT_JOIN

__all__ = ["Command", "check_command"]

#: The time between SIGTERM and SIGKILL: a suite has fixtures to tear down.
_GRACE_SECONDS = 10.0
#: Processes that the command left behind have no teardown that anybody waits for.
_LEFTOVER_SECONDS = 1.0


def check_command(words: Sequence[str], path: str | None) -> None:
    """Refuse a command that cannot be started, before anything is."""
    if shutil.which(words[0], path=path) is None:
        raise ConfigurationError(f"command {words[0]!r} does not exist or cannot be run: check its name and PATH")


class Command:
    """A running command."""

    def __init__(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        loop: asyncio.AbstractEventLoop,
        prefix: Sequence[str] = (),
        *,
        output: int | None = None,
        mark: str = "",
        entrust: Callable[[ForkOrder, int], None] = lambda *_: None,
    ) -> None:
        """Start it. It writes to the descriptor `output`, by default to our own output.

        `mark` is the path of the run's folder, which tells the processes that it starts from others.

        `entrust` is told what to end if this process is killed, and when that has ended.

        `prefix` are the words of a program that becomes the command, or writes to a pipe why it cannot.

        Raises:
            ConfigurationError: it cannot be started.
        """
        self._loop = loop
        self._entrust = entrust
        self._mark = mark
        self._is_stopped = False
        self.shares_terminal = _in_foreground()
        read, write = os.pipe() if prefix else (-1, -1)
        entrust(ForkOrder.COMMAND, 0)
        with _usual_limits():
            try:
                self._process = subprocess.Popen(
                    [*prefix, str(write), *words] if prefix else words,
                    env=dict(environment),
                    start_new_session=not self.shares_terminal,
                    pass_fds=(write,) if prefix else (),
                    stdout=output,
                    stderr=output,
                )
            except OSError as problem:
                raise ConfigurationError(f"command {words[0]!r} cannot be run: {problem.strerror or problem}") from None
        entrust(ForkOrder.COMMAND if self.shares_terminal else ForkOrder.SESSION, self._process.pid)
        if prefix:
            os.close(write)
            self._wait_until_begun(read)
        self._ended = loop.run_in_executor(None, self._process.wait)

    def _wait_until_begun(self, read: int) -> None:
        with os.fdopen(read, "rb") as pipe:
            problem = pipe.read().decode()  # ends where the command's own program is loaded
        if problem and self._process.wait() == CANNOT_JOIN:
            raise ConfigurationError(f"--isolate: {problem}: allow it ({isolation_advice()}), or run without --isolate")
        if problem:
            raise ConfigurationError(problem)

    async def wait(self) -> int:
        """Wait for it; its exit code, 128 + the signal's number where a signal ended it."""
        code = await asyncio.shield(self._ended)
        await self._end_leftovers(everywhere=code < 0 or self._is_stopped)
        self._entrust(ForkOrder.ENDED, self._process.pid)
        return code if code >= 0 else 128 - code

    async def stop(self, number: int) -> None:
        """Send it a signal, and kill it if it has not ended after a while."""
        self._is_stopped = True
        self._signal(number)
        try:
            await asyncio.wait_for(asyncio.shield(self._ended), _GRACE_SECONDS)
        except TimeoutError:
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self.shares_terminal:
                self._process.send_signal(number)
            else:
                os.killpg(self._process.pid, number)

    async def _end_leftovers(self, *, everywhere: bool) -> None:
        """End what the command started in its session and left behind; `everywhere`, all that it started."""
        if self.shares_terminal and not everywhere:
            return
        session = 0 if self.shares_terminal else self._process.pid
        started = StartedProcesses(0, session=session, mark=self._mark if everywhere else "")
        deadline = self._loop.time() + _LEFTOVER_SECONDS
        looks = QUIET_LOOKS if everywhere else 1  # one that is killed may just have been starting another
        quiet = 0
        while self._loop.time() < deadline:
            quiet = 0 if started.ask() else quiet + 1
            if quiet == looks:
                return
            await asyncio.sleep(STEP_SECONDS)
        deadline = self._loop.time() + KILL_SECONDS
        while started.kill() and self._loop.time() < deadline:
            await asyncio.sleep(STEP_SECONDS)  # they may have started others meanwhile


def _in_foreground() -> bool:
    """Whether our process group is the one that a terminal's Ctrl-C reaches."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


#: The limits of open files and of core files as they were when this process started: commands get those, not ours.
_LIMITS = {limit: resource.getrlimit(limit)[0] for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)}


@contextlib.contextmanager
def _usual_limits() -> Iterator[None]:
    ours = {limit: resource.getrlimit(limit) for limit in _LIMITS}
    for limit, soft in _LIMITS.items():
        resource.setrlimit(limit, (soft, ours[limit][1]))
    try:
        yield
    finally:
        for limit, both in ours.items():
            resource.setrlimit(limit, both)
