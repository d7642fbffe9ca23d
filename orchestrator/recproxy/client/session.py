"""A test process's link to a run: the one it was started in, or one it starts itself, once.

Where RECPROXY_CONTROL is not set, `recproxy serve` is started when the first scope begins and stopped at exit. While
a scope of such a run is open, os.environ has the run's variables; before and after it is left as it was.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from recproxy.client.address import Address
from recproxy.control.variables import CONTROL, LANE, MODE, PROXY, TOKEN
from recproxy.errors import ControlError

__all__ = ["Session", "session"]

_STOP_SECONDS = 20.0
_lock = threading.Lock()
_started: list[Session] = []


class Session:
    """A link to a run; `variables` are what os.environ gets while a scope is open."""

    def __init__(
        self, environment: Mapping[str, str], variables: Mapping[str, str], server: subprocess.Popen[str] | None = None
    ) -> None:
        self.address = Address(environment[CONTROL], environment.get(TOKEN, ""))
        self.lane = environment.get(LANE, "default")
        self._variables = dict(variables)
        self._server = server
        self._owner = os.getpid()

    @property
    def alive(self) -> bool:
        """Whether this process may use it: its own, and still running."""
        return self._owner == os.getpid() and (self._server is None or self._server.poll() is None)

    @contextmanager
    def environment(self) -> Iterator[None]:
        """Have the run's variables in os.environ; what stood there is put back."""
        before = {name: os.environ.get(name) for name in self._variables}
        os.environ.update(self._variables)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def close(self) -> None:
        """Stop the run that this process started."""
        server = self._server
        if server is None or self._owner != os.getpid():
            return
        assert server.stdin is not None
        server.stdin.close()
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def session() -> Session:
    """The session of this process: the run it is in, or one started now.

    Raises:
        ControlError: a run could not be started; its own words follow.
    """
    if os.environ.get(CONTROL):
        return Session(os.environ, {})
    with _lock:
        if not _started or not _started[-1].alive:
            _started.append(_start())
            atexit.register(_started[-1].close)
        return _started[-1]


def _start() -> Session:
    server = subprocess.Popen(
        [sys.executable, "-P", "-m", "recproxy", "serve", "--mode", _mode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert server.stdout is not None
    assert server.stderr is not None
    line = server.stdout.readline()
    if not line:
        said = server.stderr.read().strip()
        server.wait()
        server.stdout.close()
        server.stderr.close()
        raise ControlError(f"recproxy could not be started: {said or f'exit code {server.returncode}'}")
    server.stdout.close()
    # Nobody reads what it reports: tests are told of their misses one by one.
    threading.Thread(target=_drain, args=(server.stderr,), daemon=True).start()
    environment: dict[str, str] = json.loads(line)["environment"]
    return Session(environment, environment, server)


def _drain(stream: Any) -> None:
    with stream:
        for _ in stream:
            pass


def _mode() -> str:
    """The mode of a run started from a test: `PROXY=1` is how 2011 asked to record."""
    mode = os.environ.get(MODE)
    if mode:
        return mode
    return "record" if os.environ.get(PROXY) == "1" else "replay"
