"""Faults on purpose in what a mail server says: in part, late, or not at all. Knows bytes and a clock, no protocol."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from recproxy.mail.smtp_server import Said, SaidKind
from recproxy.recording import Act, Step
from recproxy.recording.faults import Fault, read_fault

__all__ = ["FaultyWire", "MailFaults", "place_of", "step_fault"]

#: What drips comes in so many pieces a second, or a byte at a time.
_DRIPS = 10


class FaultyWire(Protocol):
    """The connection of a client."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def end(self, act: Act) -> None:
        """End the connection as a recording says."""


class MailFaults:
    """The faults of one connection."""

    def __init__(self, wire: FaultyWire) -> None:
        self._wire = wire
        self._timer: asyncio.TimerHandle | None = None

    def play(self, fault: Fault, data: bytes, done: Callable[[], None], lasted: Callable[[], None]) -> None:
        """Send what a server says with a fault.

        `done` is called where the connection goes on behind it, `lasted` where a client has waited for all of a hang.
        """
        value = fault.value or 0.0

        def sent() -> None:
            self._wire.write(data)
            done()

        def hung() -> None:
            lasted()
            self._wire.end(Act.CLOSE)

        match fault.kind:
            case "delay":
                self._later(value, sent)
            case "drip":
                self._drip(data, value, done)
            case "hang":
                self._later(value, hung)
            case "close" | "garbage":
                self._wire.write(b"\xff" * 64 if fault.kind == "garbage" else b"")
                self._wire.end(Act.CLOSE)
            case "truncate":
                self._wire.write(data[: int(value)])
                self._wire.end(Act.CLOSE)
            case _:
                self._wire.write(data[: int(value)])
                self._wire.end(Act.RESET)

    def cancel(self) -> None:
        """The client has gone."""
        if self._timer is not None:
            self._timer.cancel()

    def _drip(self, data: bytes, rate: float, done: Callable[[], None]) -> None:
        size = max(int(rate) // _DRIPS, 1)

        def drop() -> None:
            self._wire.write(data[:size])
            self._drip(data[size:], rate, done)

        if data:
            self._later(size / rate, drop)
        else:
            done()

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, work)


def place_of(said: Said | None) -> str:
    """Where a fault of SMTP can be: the command that is answered, MESSAGE, or GREETING."""
    if said is None:
        return "GREETING"
    if said.kind is SaidKind.MESSAGE:
        return "MESSAGE"
    return "AUTH" if said.kind is SaidKind.RESPONSE else said.verb.decode("latin-1")


def step_fault(step: Step) -> Fault | None:
    """The fault that a recording names for what a server says."""
    return read_fault(step.fault) if step.fault else None
