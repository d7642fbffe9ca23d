"""A test process's link to a run: the one it was started in, or one it starts itself, once.

Where RECPROXY_CONTROL is not set, `recproxy serve` is started when a run is first asked for, and stopped at exit: when
the first scope begins, or before pytest imports modules if it was given a mode for every test. os.environ has the
variables of such a run while a scope is open, or until that pytest ends; before and after it is left as it was.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from recproxy.client.address import Address
from recproxy.client.lanes import enter_own_lane
from recproxy.client.scopes import ScopeStack
from recproxy.client.server import Server
from recproxy.control.variables import CONTROL, DEFAULT_LANE, LANE, TOKEN

__all__ = ["Session", "session"]

_lock = threading.Lock()
_sessions: list[Session] = []


class Session:
    """A link to a run, and the scopes this process has open there; `server` is its own, if it started it."""

    def __init__(self, environment: Mapping[str, str], server: Server | None = None) -> None:
        self.address = Address(environment[CONTROL], environment.get(TOKEN, ""))
        self.lane = environment.get(LANE, DEFAULT_LANE)
        #: What os.environ gets while a scope is open; empty if the run has started this process.
        self.environment: Mapping[str, str] = {} if server is None else environment
        self.scopes = ScopeStack(self.address, self.lane, self.environment)
        self._server = server
        self._owner = os.getpid()

    def serves(self, environment: Mapping[str, str]) -> bool:
        """Whether it is the session of this process for an environment, and still up."""
        if self._owner != os.getpid() or not (self._server is None or self._server.alive):
            return False
        control = environment.get(CONTROL)
        if not control:
            return self._server is not None
        return control == self.address.url and environment.get(LANE, DEFAULT_LANE) == self.lane

    def close(self) -> None:
        """Hang up; stop the run, if this process started it."""
        self.address.close()
        if self._server is not None:
            self._server.stop()


def session(
    mode: str | None = None,
    folder: Path | None = None,
    *,
    any_host: bool = False,
    record_command: str | None = None,
    options: Sequence[str] = (),
    shows_recorded: bool = True,
) -> Session:
    """The session of this process: the run it is in, or one started now with these arguments of `Server`.

    Raises:
        ControlError: a run could not be started; its own words follow.
    """
    with _lock:
        for known in _sessions:
            if known.serves(os.environ):
                return known
        if os.environ.get(CONTROL):
            enter_own_lane()
            made = Session(os.environ)
        else:
            server = Server(
                mode,
                folder,
                any_host=any_host,
                record_command=record_command,
                options=options,
                shows_recorded=shows_recorded,
            )
            made = Session(server.environment, server)
        _sessions.append(made)
        atexit.register(made.close)
        return made
