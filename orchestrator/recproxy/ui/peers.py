"""Whose program is at the other end of a connection on loopback. Other users of the machine can connect there, too."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

__all__ = ["is_other_user"]

#: The connections of the network that this process is in. See proc_net_tcp(5) in the documentation of Linux.
_TABLE = Path("/proc/self/net/tcp")
_LOOPBACK = f"{int.from_bytes(socket.inet_aton('127.0.0.1'), sys.byteorder):08X}"
_ENDS, _USER = slice(1, 3), 7


def is_other_user(port: int, own_port: int, table: Path = _TABLE) -> bool:
    """Whether the program that connected from a port to `own_port` is another user's. False where the system does not say."""
    ends = [f"{_LOOPBACK}:{each:04X}" for each in (port, own_port)]
    try:
        rows = [line.split() for line in table.read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        return False
    return any(row[_ENDS] == ends and int(row[_USER]) != os.getuid() for row in rows)
