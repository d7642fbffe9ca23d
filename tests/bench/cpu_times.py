"""CPU time of processes, which the load of the machine changes far less than the time that passes."""

from __future__ import annotations

import os
import time
from pathlib import Path


def of_process(pid: int) -> float:
    """Seconds of user and system time; to the nanosecond where the system says so, else in steps of its clock."""
    try:
        threads = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        if total := sum(int(thread.split()[0]) for thread in threads):
            return total / 1e9
    except OSError:
        pass
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def of_tree(pid: int) -> float:
    """The same of a process and of all below it."""
    total, waiting = 0.0, [pid]
    for process in waiting:
        total += of_process(process)
        waiting += children(process)
    return total


def first_child(pid: int, seconds: float = 20) -> int:
    """The first process that this one starts, as soon as there is one."""
    deadline = time.monotonic() + seconds
    while not (started := children(pid)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return started[0]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
