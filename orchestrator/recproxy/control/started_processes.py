"""What a command has started, found among the processes of this machine, so that it can be ended.

A process is the command's if it is in its session, or if its environment holds the path of the run's folder, as the
variables of a run do and no others; so do the processes that such a process has started. Without /proc only the
command's process group is known. The fork server imports it before all else, so it imports little itself.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Collection

__all__ = ["KILL_SECONDS", "QUIET_LOOKS", "STEP_SECONDS", "StartedProcesses", "send_signal"]

#: So often in a row none must be found: one whose program is just being loaded is not.
QUIET_LOOKS = 2
#: So long those are killed that others have started while they were killed.
KILL_SECONDS = 0.5
#: How often to look: a run must not end noticeably later than what it waits for.
STEP_SECONDS = 0.02

#: Of the text of /proc/PID/stat behind the name, by proc(5): state, parent, session and time of the start.
_STATE, _PARENT, _SESSION, _START = 0, 1, 3, 19


class StartedProcesses:
    """The processes of one command that run; those that have ended and wait for their parents do not.

    One whose program is just being loaded is not found, nor one that is started meanwhile: look again a moment later.

    Args:
        command: its process id; 0 if it has ended, for the number may be another's then.
        session: the id of its session, if that is its own; 0 if it shares one with processes that are none of the run.
        mark: the path of the run's folder; empty if processes that have left the session are none of ours.
    """

    def __init__(self, command: int, *, session: int, mark: str) -> None:
        self._command = command
        self._session = session
        self._mark = os.fsencode(mark)
        #: Whether processes are marked, by id and start: an environment is longer to read than all else.
        self._marked: dict[tuple[int, bytes], bool] = {}
        self._asked: set[int] = set()

    def ask(self) -> bool:
        """Send SIGTERM to each that has not had it; whether any runs."""
        found = self._found()
        send_signal(found - self._asked, signal.SIGTERM)
        self._asked |= found
        return bool(found)

    def kill(self) -> bool:
        """Send SIGKILL to each; whether any ran."""
        found = self._found()
        send_signal(found, signal.SIGKILL)
        return bool(found)

    def _found(self) -> set[int]:
        """What runs, as `kill` takes it."""
        processes = _processes(of_session=0 if self._mark else self._session)
        if processes is None:
            group = {-self._session} if self._session else {self._command} - {0}
            return group if send_signal(group, 0) else set()
        found = {
            pid
            for pid, about in processes.items()
            if pid == self._command
            or (self._session and int(about[_SESSION]) == self._session)
            or (self._mark and self._is_marked(pid, about[_START]))
        }
        if self._mark:
            children: dict[int, list[int]] = {}
            for pid, about in processes.items():
                children.setdefault(int(about[_PARENT]), []).append(pid)
            waiting = [*found]
            while waiting:
                new = set(children.get(waiting.pop(), ())) - found
                found |= new
                waiting += new
        return {pid for pid in found if processes[pid][_STATE] != b"Z"}

    def _is_marked(self, pid: int, start: bytes) -> bool:
        known = self._marked.get((pid, start))
        if known is None:
            environment = _contents(f"/proc/{pid}/environ")
            known = self._mark in environment
            if environment:  # else its program is just being loaded, and it has none yet
                self._marked[pid, start] = known
        return known


def send_signal(targets: Collection[int], number: int) -> bool:
    """Send a signal, 0 to send none, to each of these, as `kill` takes them; whether any of them is there.

    The caller's handler of SIGCHLD may take away meanwhile from the collection what has ended.
    """
    found = False
    for target in tuple(targets):
        try:
            os.kill(target, number)
            found = True
        except (ProcessLookupError, PermissionError):
            continue
    return found


def _processes(*, of_session: int) -> dict[int, list[bytes]] | None:
    """The processes of this machine, or of one session, and what their `stat` says; None where there is no /proc.

    To ask for the session takes a thirtieth of the time that a `stat` does, and a run looks at each process at its end.
    """
    if not os.path.isdir("/proc/self"):  # noqa: PTH112 - imports little
        return None
    found = {}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):  # noqa: PTH208 - imports little
        if of_session and not _is_in_session(pid, of_session):
            continue
        if about := _contents(f"/proc/{pid}/stat").rpartition(b")")[2].split():
            found[pid] = about
    return found


def _is_in_session(pid: int, session: int) -> bool:
    try:
        return os.getsid(pid) == session
    except OSError:  # it has ended
        return False


def _contents(path: str) -> bytes:
    """What a file of /proc says; nothing if its process has ended, or is somebody else's."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - imports little
            return file.read()
    except OSError:
        return b""
