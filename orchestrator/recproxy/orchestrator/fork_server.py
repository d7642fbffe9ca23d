"""The fork server from the orchestrator's side: forks proxies, and knows when one has exited.

It is started as soon as a run is certain, so that its imports run at the same time as those of the orchestrator.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self

from recproxy.control.forks import WITH_TLS, ForkEvent, ForkOrder, fork_order, read_fork_report
from recproxy.control.reserved_variables import process_environment
from recproxy.errors import ProxyError

if TYPE_CHECKING:  # it takes long to import, and the imports of the fork server are waited for
    import asyncio

__all__ = ["ForkServer"]

#: Bytes of its stderr that an error shows: a traceback.
_LAST_BYTES = 4000
#: The report of a death follows the end of its channel at once. Without one the error just lacks the exit code.
_DEATH_SECONDS = 1.0


class ForkServer:
    """The process that forks proxies and redaction workers. Starting it and ordering forks needs no event loop.

    Its environment contains no profile's variables, because /proc/PID/environ shows them as long as the process lives,
    and its forks inherit them. Each proxy gets the variables of its own profile over its channel.
    """

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        read, write = os.pipe()
        self._errors = read
        try:
            # -P: a test's working directory may hold a folder of any name.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "recproxy.proxy"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=write,
                env=process_environment(os.environ),
                start_new_session=True,
            )
        finally:
            theirs.close()
            os.close(write)
        self._pids: dict[str, int] = {}
        self._deaths: dict[str, asyncio.Future[int]] = {}
        self._unread = b""
        self._has_ended = False
        #: Called, once, when it ends without having been told to.
        self.died: Callable[[ProxyError], None] = lambda _: None
        self._loop: asyncio.AbstractEventLoop | None = None

    def fork(self, kind: ForkOrder, name: str, channel: socket.socket, errors: int) -> None:
        """Order a process; its end of the channel and its error descriptor are given away.

        One of that name, of a run before, has ended.
        """
        self._pids.pop(name, None)
        self._deaths.pop(name, None)
        try:
            socket.send_fds(self._socket, [fork_order(kind, name)], [channel.fileno(), errors])
        except OSError:
            raise self._failed() from None
        finally:
            channel.close()
            os.close(errors)

    def make_way_out(self, *, tls: bool) -> None:
        """Have ready what proxies need to ask services, before they are forked; some of the services have TLS."""
        with suppress(OSError):  # it has died, which ends the run
            self._socket.send(fork_order(ForkOrder.WAY_OUT, WITH_TLS if tls else ""))

    def entrust(self, what: ForkOrder, value: object) -> None:
        """Have something cleared away if this process dies: the run's folder, or a command; or no more, if it ended."""
        with suppress(OSError):  # it has died, which ends the run
            self._socket.send(fork_order(what, str(value)))

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read the reports of forks and exits on this loop."""
        self._loop = loop
        self._socket.setblocking(False)
        loop.add_reader(self._socket, self._hear)

    def pid(self, name: str) -> int | None:
        """The process id of a proxy that was forked."""
        return self._pids.get(name)

    async def ending(self, name: str) -> str:
        """How a proxy ended, in words."""
        import asyncio  # noqa: PLC0415 - see above

        death = self._death(name)
        try:
            status = os.waitstatus_to_exitcode(await asyncio.wait_for(asyncio.shield(death), _DEATH_SECONDS))
        except TimeoutError:
            return "ended"
        if self._has_ended and name not in self._pids:
            return f"did not start: {self._failed().hint or 'the fork server has ended'}"
        return f"was killed by signal {-status}" if status < 0 else f"ended with exit code {status}"

    async def dead(self, name: str, seconds: float) -> bool:
        """Wait for a proxy's end, at most so long; whether it ended."""
        import asyncio  # noqa: PLC0415 - see above

        done, _ = await asyncio.wait((self._death(name),), timeout=seconds)
        return bool(done)

    def kill(self, name: str) -> None:
        """End a proxy at once."""
        pid = self._pids.get(name)
        if pid is not None and not self._death(name).done():
            with suppress(ProcessLookupError):  # if the fork server has died, nobody keeps the number
                os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """End the fork server; its proxies have ended already, or end when their channels do."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
        self._socket.close()
        self._process.kill()
        self._process.wait()
        os.close(self._errors)

    def __enter__(self) -> Self:
        """Return the fork server itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the fork server."""
        self.close()

    def _death(self, name: str) -> asyncio.Future[int]:
        known = self._deaths.get(name)
        if known is None:
            assert self._loop is not None
            known = self._deaths[name] = self._loop.create_future()
            if self._has_ended:
                known.set_result(0)
        return known

    def _hear(self) -> None:
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._ended()
            return
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            event, number, name = read_fork_report(line)
            if event is ForkEvent.FORKED:
                self._pids[name] = number
            elif not self._death(name).done():
                self._death(name).set_result(number)

    def _ended(self) -> None:
        """The fork server reports no more exits: the run cannot continue, and each proxy is watched directly."""
        assert self._loop is not None
        self._loop.remove_reader(self._socket)
        for name, pid in self._pids.items():
            if not self._death(name).done():
                self._watch(name, pid)
        self._has_ended = True  # what was ordered and not reported was never forked, or ends with its channel
        for name, death in self._deaths.items():
            if name not in self._pids and not death.done():
                death.set_result(0)
        self.died(ProxyError("the fork server has ended", hint=self._failed().hint))

    def _watch(self, name: str, pid: int) -> None:
        """Notice the end of a process that is not a child of this one."""
        try:
            descriptor = os.pidfd_open(pid)
        except (AttributeError, OSError):  # not Linux, or dead already
            self._death(name).set_result(0)
            return
        loop, death = self._loop, self._death(name)
        assert loop is not None

        def seen() -> None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            if not death.done():
                death.set_result(0)

        loop.add_reader(descriptor, seen)

    def _failed(self) -> ProxyError:
        """The error for a fork server that did not start, with the last lines of its stderr."""
        self._process.wait()
        os.set_blocking(self._errors, False)
        try:
            words = os.read(self._errors, 1 << 16)[-_LAST_BYTES:].decode("utf-8", "replace").strip()
        except BlockingIOError:
            words = ""
        return ProxyError("the proxies could not be started: the fork server has ended", hint=words or None)
