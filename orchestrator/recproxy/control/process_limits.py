"""What the processes of a run allow themselves: many open files, and no core file.

A core file holds the memory of a process that crashed: traffic that is not redacted, and the values of variables. It would
lie in the working directory, which is most often the project.
"""

from __future__ import annotations

import resource

__all__ = ["MOST_DESCRIPTORS", "set_process_limits"]

#: Of open files, where there is no limit.
MOST_DESCRIPTORS = 1 << 20


def set_process_limits() -> None:
    """Let this process, and what it forks, open as many files as it may, and leave no core file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, MOST_DESCRIPTORS) if hard != resource.RLIM_INFINITY else MOST_DESCRIPTORS
    if soft < wanted:
        _set(resource.RLIMIT_NOFILE, wanted, hard)
    _set(resource.RLIMIT_CORE, 0, resource.getrlimit(resource.RLIMIT_CORE)[1])


def _set(limit: int, soft: int, hard: int) -> None:
    try:
        resource.setrlimit(limit, (soft, hard))
    except (OSError, ValueError):  # macOS allows less than it says
        return
