"""What a run leaves where its orchestrator died: its command, processes, and folder. The fork server clears it away.

The fork server can promise that, because it only ever waits for orders: a proxy may be busy with a large recording or
in the code of a hook. Imported before all else, so it imports little itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Collection

from recproxy.control.forks import ForkOrder

__all__ = ["Leftovers"]

#: The time between SIGTERM and SIGKILL: with it, all is gone well within the two seconds that we promise.
_GRACE_SECONDS = 1.0
#: How often to look whether all have ended.
_STEP_SECONDS = 0.02


class Leftovers:
    """What the orchestrator has told to clear away if it dies."""

    def __init__(self) -> None:
        self._folder = ""
        #: By process id: whether the command leads a group.
        self._commands: dict[int, bool] = {}

    def note(self, order: ForkOrder, value: str) -> None:
        """Take an order that is none to fork."""
        if order is ForkOrder.FOLDER:
            self._folder = value
        elif order is ForkOrder.ENDED:
            self._commands.pop(int(value), None)
        else:
            self._commands[int(value)] = order is ForkOrder.GROUP

    def clear(self, forks: Collection[int]) -> None:
        """End all commands and these processes, kill what is left of them after a second, and remove the folder.

        `forks` loses those that have ended: they end by themselves, because their channels have.
        """
        targets = [each for pid, leads_group in self._commands.items() for each in _targets(pid, leads_group)]
        _signal(targets, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        while (forks or _are_there(targets)) and time.monotonic() < deadline:
            time.sleep(_STEP_SECONDS)
        _signal([*targets, *forks], signal.SIGKILL)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _targets(pid: int, leads_group: bool) -> list[int]:
    """What to signal, as `kill` takes it: a group, or a process and all that it has started.

    A command on a terminal is in a group with others that are none of the run: a shell script that started it.
    """
    if leads_group:
        return [-pid]
    found, processes = [pid], _processes()
    for each in found:
        found += (child for child, (_, parent, _) in processes.items() if parent == each)
    return found


def _are_there(targets: Collection[int]) -> bool:
    """Whether any of what was signalled still runs: one that nobody has waited for yet does not."""
    if not _signal(targets, 0):
        return False
    processes = _processes()
    running = ((pid, group) for pid, (state, _, group) in processes.items() if state != "Z")
    return not processes or any(pid in targets or -group in targets for pid, group in running)


def _processes() -> dict[int, tuple[str, int, int]]:
    """The processes of this machine: state, parent and group of each; none where there is no /proc."""
    found = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():  # noqa: PTH112, PTH208 - imports little
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as stat:  # noqa: PTH123 - no file
                    state, parent, group, *_ = stat.read().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            found[int(name)] = (state, int(parent), int(group))
    return found


def _signal(targets: Collection[int], number: int) -> bool:
    """Send a signal, 0 to send none; whether any of them is there."""
    found = False
    for target in targets:
        try:
            os.kill(target, number)
            found = True
        except (ProcessLookupError, PermissionError):
            continue
    return found
