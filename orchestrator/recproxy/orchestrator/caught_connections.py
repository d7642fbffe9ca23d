"""Connections of an isolated command that used neither the proxy variables nor the redirect: only isolation caught them.

Which program made one is looked up in /proc, by the port that it came from, as far as this process may see it.
"""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from recproxy.orchestrator.router import Router
from recproxy.recording.printable import printable

__all__ = ["CaughtConnections", "program_of"]

#: So many programs are looked up in a run: each look goes through all processes.
_MOST_LOOKED_UP = 100


class CaughtConnections:
    """Those of one run: how often which program was to reach which host."""

    def __init__(self, tables: Sequence[str]) -> None:
        self._tables = tables
        self._left = _MOST_LOOKED_UP
        self.counts: Counter[tuple[str, str]] = Counter()

    def router(self, router: Router, sock: socket.socket) -> Router:
        """A router that also takes note of where the connection was to go."""
        peer, own = sock.getpeername()[1], sock.getsockname()[1]
        return _NotingRouter(router, self, peer, own)  # what it has not, it takes from the router

    def note(self, host: str, peer: int, own: int) -> None:
        """Count a connection to a host at one of our ports, from a peer's port."""
        self._left -= 1
        program = program_of(self._tables, peer, own) if self._left >= 0 else ""
        self.counts[f"{host or 'an address'}:{own}", program] += 1


class _NotingRouter:
    def __init__(self, router: Router, caught: CaughtConnections, peer: int, own: int) -> None:
        self._router = router
        self._caught, self._peer, self._own = caught, peer, own

    def _note(self, host: str) -> None:
        self._caught.note(host, self._peer, self._own)

    def hand_over(self, sock: socket.socket, host: str, **how: Any) -> None:
        self._note(host)
        self._router.hand_over(sock, host, **how)

    def tunnel(self, sock: socket.socket, host: str, *how: Any) -> None:
        self._note(host)
        self._router.tunnel(sock, host, *how)

    def refused(self, what: str, host: str) -> str:
        self._note(host)
        return self._router.refused(what, host)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._router, name)


def program_of(tables: Sequence[str], peer: int, own: int) -> str:
    """The program with the connection from a port to one of ours; empty where nobody can tell.

    Of its words only the name is told, and that of the script that it runs: others may hold secrets.
    """
    inodes = {f"socket:[{inode}]" for table in tables for inode in _inodes(table, peer, own)}
    if not inodes:
        return ""
    for name in os.listdir("/proc"):  # noqa: PTH208 - hundreds, each time
        if name.isdigit() and _has_one(f"/proc/{name}/fd", inodes):
            return _shown(f"/proc/{name}/cmdline")
    return ""


def _inodes(table: str, peer: int, own: int) -> Iterator[str]:
    """The sockets of a table of /proc/PID/net from one port to another: proc(5)."""
    try:
        with open(table, encoding="ascii") as file:  # noqa: PTH123 - see above
            rows = [line.split() for line in file][1:]
    except (OSError, ValueError):
        return
    for row in rows:
        if int(row[1].rpartition(":")[2], 16) == peer and int(row[2].rpartition(":")[2], 16) == own:
            yield row[9]


def _has_one(folder: str, links: set[str]) -> bool:
    try:
        return any(os.readlink(f"{folder}/{each}") in links for each in os.listdir(folder))  # noqa: PTH115, PTH208
    except OSError:  # it has ended, or is somebody else's
        return False


def _shown(path: str) -> str:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - see above
            words = file.read().decode(errors="replace").split("\0")
    except OSError:
        return ""
    script = next((word for word in words[1:2] if not word.startswith("-") and os.path.isfile(word)), "")  # noqa: PTH113
    return printable(" ".join(filter(None, (os.path.basename(words[0]), os.path.basename(script)))))  # noqa: PTH119
