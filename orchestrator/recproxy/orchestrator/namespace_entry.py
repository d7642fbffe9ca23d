"""Enters the namespaces of an isolated command and becomes that command: a program of its own, run with `python -I -S`.

A process with threads cannot safely run Python between fork and exec, so this program does it after. Its words are the
keeper's pid, the descriptor of a pipe that gets what goes wrong (-1: standard error), and the command's. Imports nothing
of recproxy, and knows nothing of proxies.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

__all__ = ["CANNOT_JOIN", "become"]

#: The order of joining: the user namespace first, since it gives the right to join the others.
_NAMESPACES = (("user", 0x10000000), ("net", 0x40000000), ("mnt", 0x00020000))
#: The exit codes where the command is not begun; the second is a shell's.
CANNOT_JOIN = 125
_CANNOT_RUN = 126


def become(keeper: int, report: int, words: list[str]) -> int:
    """Join the keeper's namespaces and run the command in this process; returns the exit code where that cannot be."""
    code = CANNOT_JOIN
    if report >= 0:
        os.set_inheritable(report, False)  # its end tells that the command has begun
    try:
        what = "the command cannot join its namespaces"
        # Python's start may have set LC_CTYPE here (PEP 538); the command gets what was given to it.
        environment = _given_environment()
        folder = os.getcwd()  # noqa: PTH109 - pathlib would be one more import at the start
        _join(keeper)
        os.chdir(folder)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores
            signal.signal(number, signal.SIG_DFL)
        code, what = _CANNOT_RUN, f"command {words[0]!r} cannot be run"
        os.execvpe(words[0], words, environment)  # noqa: S606 - the user's own
    except OSError as problem:
        text = f"{what}: {problem.strerror}"
    if report < 0:
        sys.stderr.write(f"recproxy: {text}\n")
    else:
        os.write(report, text.encode())
    return code


def _join(keeper: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    # All are opened first: from inside, the keeper cannot be seen any more.
    opened = [(os.open(f"/proc/{keeper}/ns/{name}", os.O_RDONLY), kind) for name, kind in _NAMESPACES]
    for descriptor, kind in opened:
        if libc.setns(descriptor, kind) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        os.close(descriptor)


def _given_environment() -> dict[bytes, bytes]:
    with open("/proc/self/environ", "rb") as file:  # noqa: PTH123 - see above
        entries = file.read().split(b"\0")
    return {name: value for name, equals, value in (entry.partition(b"=") for entry in entries) if equals}


if __name__ == "__main__":
    sys.exit(become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
