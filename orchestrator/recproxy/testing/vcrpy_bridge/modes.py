"""In which mode a cassette is opened, and the run that plays or records it.

In a run, its mode is that of all cassettes. Where the bridge starts runs itself, each cassette has the mode that it
asks for: one run per mode, started when the first cassette needs it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recproxy.client.server import Server
from recproxy.client.session import Session, session
from recproxy.control.variables import CONTROL, MODE, PROXY

__all__ = ["CassetteRun", "Runs", "mode_of"]


def mode_of(record_mode: object, *, exists: bool) -> str:
    """The mode that a cassette's `record_mode` asks for.

    `once` is auto where there is no cassette yet: one that was read is write-protected, and a request that it does
    not hold an error.
    """
    word = str(getattr(record_mode, "value", record_mode))
    if word == "once":
        return "replay" if exists else "auto"
    return {"none": "replay", "all": "record"}.get(word, "auto")


class CassetteRun:
    """A run, and what is known of it: asked for when it is first needed, and again where that is no longer true.

    `for_all`: the user has named its mode, for all cassettes.
    """

    def __init__(self, session: Session, *, for_all: bool) -> None:
        self.session = session
        self.for_all = for_all
        self._status: dict[str, Any] = {}

    def status(self, *, anew: bool = False) -> Mapping[str, Any]:
        """The profiles, modes and addresses of the run."""
        if anew or not self._status:
            self._status = self.session.address.status()
        return self._status


class Runs:
    """The runs that cassettes are opened in.

    Args:
        mode: of all cassettes, where the user names one; else the environment may, else each its own.
        folder: of the project.
    """

    def __init__(self, mode: str | None, folder: Path) -> None:
        self._inside = bool(os.environ.get(CONTROL))
        self._mode = mode or os.environ.get(MODE) or ("record" if os.environ.get(PROXY) == "1" else None)
        self._folder = folder
        self._made: dict[str, Session] = {}
        self._known: dict[int, CassetteRun] = {}

    def of(self, asked: str) -> CassetteRun:
        """The run for a cassette that asks for a mode. Raises ControlError where one could not be started."""
        session = self._session(asked)
        run = CassetteRun(session, for_all=self._inside or bool(self._mode))  # which keeps the session, and so its id
        return self._known.setdefault(id(session), run)

    def _session(self, asked: str) -> Session:
        if self._inside:
            return session()
        mode = self._mode or asked
        if mode not in self._made:
            own = mode in ("record", "auto") and not self._mode
            start = _started if own else session
            self._made[mode] = start(mode, self._folder, any_host=True, shows_recorded=False)  # pytest's section does
        return self._made[mode]

    def close(self) -> None:
        """Stop what was started."""
        for each in self._made.values():
            each.close()
        self._made.clear()


def _started(mode: str, folder: Path, *, any_host: bool, shows_recorded: bool) -> Session:
    server = Server(mode, folder, any_host=any_host, shows_recorded=shows_recorded)
    return Session(server.environment, server)
