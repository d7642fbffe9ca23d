"""The words between the orchestrator and its fork server: orders to fork, and reports of what became of the forks.

An order travels with two descriptors: the channel of the new process, and where its errors go. Pure.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["LONGEST_ORDER", "ForkEvent", "ForkKind", "fork_order", "fork_report", "read_fork_order", "read_fork_report"]

#: The size in bytes that one read of an order must have room for: its name is that of a profile.
LONGEST_ORDER = 4096


class ForkKind(StrEnum):
    """What a new process is to be."""

    PROXY = "proxy"
    REDACTION_WORKER = "redact"


class ForkEvent(StrEnum):
    """What a report says of a process, with a number."""

    FORKED = "forked"  # its process id
    EXITED = "exited"  # its wait status


def fork_order(kind: ForkKind, name: str) -> bytes:
    """The order to fork a process under a name."""
    return f"{kind} {name}\n".encode()


def read_fork_order(data: bytes) -> tuple[ForkKind, str]:
    """What an order asks for."""
    kind, _, name = data.decode().strip().partition(" ")
    return ForkKind(kind), name


def fork_report(event: ForkEvent, number: int, name: str) -> bytes:
    """The report of a fork or of its end."""
    return f"{event} {number} {name}\n".encode()


def read_fork_report(line: bytes) -> tuple[ForkEvent, int, str]:
    """What a report says; the line comes without its end."""
    event, number, name = line.decode().split(" ", 2)
    return ForkEvent(event), int(number), name
