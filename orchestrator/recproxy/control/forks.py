"""The words between the orchestrator and its fork server: orders, and reports of what became of the forks.

An order to fork travels with two descriptors: the channel of the new process, and where its errors go. The other orders
name what is to be cleared away if the orchestrator dies. Pure.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "LONGEST_ORDER",
    "WITH_TLS",
    "ForkEvent",
    "ForkOrder",
    "fork_order",
    "fork_report",
    "read_fork_order",
    "read_fork_report",
]

#: What is said of the way out to services of which one has TLS.
WITH_TLS = "tls"
#: The size in bytes that one read of orders has room for.
LONGEST_ORDER = 8192


class ForkOrder(StrEnum):
    """What the fork server is to do, with a name or a number."""

    PROXY = "proxy"  # fork a proxy: the name of its profile
    REDACTION_WORKER = "redact"  # fork a process that redacts: its name
    WAY_OUT = "way-out"  # have ready what proxies need to ask services: WITH_TLS, or nothing where none of them has TLS
    FOLDER = "folder"  # the path of the run's files, before they are made
    COMMAND = "command"  # the process id of a command in our process group; 0 before it has one
    SESSION = "session"  # that of a command which leads a session
    ENDED = "ended"  # that of the command, which has ended, with all that it left running


class ForkEvent(StrEnum):
    """What a report says of a process, with a number."""

    FORKED = "forked"  # its process id
    EXITED = "exited"  # its wait status


def fork_order(kind: ForkOrder, value: str) -> bytes:
    """An order as it is sent."""
    return f"{kind} {value}".encode("utf-8", "surrogateescape") + b"\0"  # a path may hold any other byte


def read_fork_order(order: bytes) -> tuple[ForkOrder, str]:
    """What an order says; it comes without its end."""
    kind, _, value = order.decode("utf-8", "surrogateescape").partition(" ")
    return ForkOrder(kind), value


def fork_report(event: ForkEvent, number: int, name: str) -> bytes:
    """The report of a fork or of its end."""
    return f"{event} {number} {name}\n".encode()


def read_fork_report(line: bytes) -> tuple[ForkEvent, int, str]:
    """What a report says; the line comes without its end."""
    event, number, name = line.decode().split(" ", 2)
    return ForkEvent(event), int(number), name
