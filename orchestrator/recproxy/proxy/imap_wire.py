"""What whoever speaks to a client of IMAP asks of its connection, and of the open scope."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from recproxy.mail.imap.commands import ImapCommand
from recproxy.play.imap_replay import ImapReplay
from recproxy.recording import Act, Step
from recproxy.recording.faults import Fault

__all__ = ["FaultyImapWire", "ImapWire", "MissTexts"]


class ImapWire(Protocol):
    """The connection of a client, for whoever speaks to it."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def begin_tls(self) -> None:
        """Have TLS begin, once what was written is out; what comes before is dropped."""

    def end(self, act: Act) -> None:
        """End the connection as a recording says."""

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Do something after a while, if the connection is there still."""


class FaultyImapWire(ImapWire, Protocol):
    """The connection of a client in replay."""

    def play(self, fault: Fault, data: bytes, done: Callable[[], None], lasted: Callable[[], None]) -> None:
        """Send bytes with a fault; `done` is called where the connection goes on."""


class MissTexts(Protocol):
    """What a connection tells the open scope."""

    def fault(self, position: int | None, at: str) -> Fault | None:
        """The fault to play with the answer to a command, or with the greeting."""

    def lasted(self, fault: Fault) -> None:
        """A client has waited for the end of a hang."""

    def played(self, positions: Sequence[int]) -> None:
        """Conversations count as played."""

    def missed(self, replay: ImapReplay, command: ImapCommand | None, logins: Sequence[Step]) -> str:
        """Count a command, or the connection itself, that was not recorded; the text for its client."""

    def refused(self, reason: str) -> None:
        """What a client sent was no IMAP."""

    def note(self, line: str) -> None:
        """Keep a line for the user."""
