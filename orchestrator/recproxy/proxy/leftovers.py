"""What a run leaves where its orchestrator died: its command, processes, and folder. The fork server clears it away.

The fork server can promise that, because it only ever waits for orders: a proxy may be busy with a large recording or
in the code of a hook. Imported before all else, so it imports little itself.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Collection

from recproxy.control.forks import ForkOrder
from recproxy.control.started_processes import (
    KILL_SECONDS,
    QUIET_LOOKS,
    STEP_SECONDS,
    StartedProcesses,
    send_signal,
)

__all__ = ["Leftovers"]

#: The time between SIGTERM and SIGKILL: with it, all is gone well within the two seconds that we promise.
_GRACE_SECONDS = 1.0


class Leftovers:
    """What the orchestrator has told to clear away if it dies."""

    def __init__(self) -> None:
        self._folder = ""
        #: By process id: whether the command leads a session.
        self._commands: dict[int, bool] = {}

    def note(self, order: ForkOrder, value: str) -> None:
        """Take an order that is none to fork."""
        if order is ForkOrder.FOLDER:
            self._folder = value
            return
        self._commands.pop(0, None)
        if order is ForkOrder.ENDED:
            self._commands.pop(int(value), None)
        else:
            self._commands[int(value)] = order is ForkOrder.SESSION

    def clear(self, forks: Collection[int]) -> None:
        """End all commands and these processes, kill what is left of them after a second, and remove the folder.

        With the commands ends what they have started, in other sessions, too. `forks` loses those that have ended: they
        end by themselves, because their channels have.
        """
        started = [
            StartedProcesses(pid, session=pid if leads else 0, mark=self._folder)
            for pid, leads in self._commands.items()
        ]
        deadline = time.monotonic() + _GRACE_SECONDS
        quiet = 0
        while quiet < QUIET_LOOKS and time.monotonic() < deadline:
            quiet = 0 if any([forks, *map(StartedProcesses.ask, started)]) else quiet + 1
            time.sleep(STEP_SECONDS)
        send_signal(forks, signal.SIGKILL)
        deadline = time.monotonic() + KILL_SECONDS
        while any([*map(StartedProcesses.kill, started)]) and time.monotonic() < deadline:
            time.sleep(STEP_SECONDS)  # they may have started others meanwhile
        if self._folder:
            import shutil  # noqa: PLC0415 - most runs clear their folder away themselves

            shutil.rmtree(self._folder, ignore_errors=True)
