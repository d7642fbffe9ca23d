"""The processes below a process: those it started, and the forks that it asked for instead."""

import os

import prestarted


def descendants(pid):
    """The processes below a process, by pid."""
    forks = prestarted.askers()
    children = {}
    for name in os.listdir("/proc"):  # not by Path, which takes as long again: some tests look all the time
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split(None, 2)
            except OSError:
                continue
            children.setdefault(forks.get(int(name), int(fields[1])), []).append(int(name))
    found, waiting = [], [pid]
    while waiting:
        for child in children.get(waiting.pop(), []):
            found.append(child)
            waiting.append(child)
    return found
