"""The side of a conversation that asks a service: commands in, bytes out; bytes in, responses out.

Sends a literal when the service asks for it, and none to a service that refused the command. Knows no recording.
"""

from __future__ import annotations

from collections import deque

from recproxy.mail.imap.commands import ImapCommand
from recproxy.mail.imap.lines import LIMIT, ImapLine, LineReader, Oversized
from recproxy.mail.imap.responses import ImapResponse, ResponseKind, read_imap_response

__all__ = ["ImapClient"]


class ImapClient:
    """A conversation with one service."""

    def __init__(self, *, limit: int = LIMIT) -> None:
        #: How a line began that was longer than the limit; the conversation cannot go on.
        self.oversized: bytes | None = None
        self._reader = LineReader(commands=False, limit=limit)
        self._out: list[bytes] = []
        #: Commands of which a literal is still to be sent, the first of them under way.
        self._held: deque[tuple[bytes, ImapLine]] = deque()
        self._next = 0

    def receive(self, data: bytes) -> None:
        """Take bytes of the service."""
        self._reader.feed(data)

    def data_to_send(self) -> bytes:
        """The bytes that are for the service now."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def send(self, command: ImapCommand) -> None:
        """Send a command; others wait while its literals are asked for."""
        self._held.append((command.tag, command.line))
        if len(self._held) == 1:
            self._begin()

    def reply(self, line: ImapLine) -> None:
        """Send what a continuation asked for."""
        self._out.append(line.data)

    def next_event(self) -> ImapResponse | None:
        """What the service said next; None where bytes are missing."""
        while True:
            read = self._reader.next()
            if read is None:
                return None
            if isinstance(read, Oversized):
                self.oversized = read.start
                return None
            assert isinstance(read, ImapLine)
            response = read_imap_response(read)
            if not self._held:
                return response
            if response.kind is ResponseKind.CONTINUE:
                if self._continue():
                    self._begin()
                continue
            if response.kind is ResponseKind.TAGGED and response.tag == self._held[0][0]:
                self._held.popleft()
                self._begin()
            return response

    def clear(self) -> int:
        """Forget what came and was not read, because TLS begins; return how many bytes that were."""
        return self._reader.clear()

    def _begin(self) -> None:
        """Send what waits, up to the first literal that must be asked for."""
        while self._held:
            self._next = 0
            if not self._continue():
                return

    def _continue(self) -> bool:
        """Send the command under way up to its next literal that must be asked for; whether it is out."""
        pieces = self._held[0][1].pieces
        while self._next < len(pieces):
            self._out.append(pieces[self._next])
            is_text = self._next % 2 == 0
            self._next += 1
            if is_text:
                self._out.append(b"\r\n")
                if self._next < len(pieces) and not pieces[self._next - 1].endswith(b"+}"):
                    return False
        self._held.popleft()
        return True
