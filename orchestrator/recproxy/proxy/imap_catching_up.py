"""A service that is asked in the middle of a replayed conversation: it is told first what the client did to get there.

Says the client's login and the selection of its mailbox again, as a client of its own. Knows no socket.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from recproxy.mail.imap.commands import ImapCommand
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.server import ImapServer
from recproxy.mail.imap.states import Reading
from recproxy.recording import Act

__all__ = ["Catching", "Done"]

#: A command of a client that changes where it is, and its replies to continuations.
Done = tuple[ImapCommand, tuple[ImapLine, ...]]


class Catching:
    """Says what was done. `go_on` has a relay take it, `soon` and `later` do something then, `over` is told the end."""

    def __init__(
        self,
        done: Sequence[Done],
        *,
        tls: bool,
        soon: Callable[[Callable[[], None]], object],
        later: Callable[[float, Callable[[], None]], None],
        over: Callable[[str], None],
    ) -> None:
        self.server = ImapServer(tls=tls)
        self.go_on: Callable[[], None] = lambda: None
        self.secured: Callable[[], None] = lambda: None
        self._left = list(done)
        self._replies: list[ImapLine] = []
        self._command: ImapCommand | None = None
        self._soon = soon
        self.later = later
        self._over = over
        self._is_over = False

    def write(self, data: bytes) -> None:
        """What the service says; the client has heard the like before."""
        command = self._command
        if command is not None and self.server.reading is not Reading.REPLY:
            ended = re.search(rb"(?m)^%s (\S+) ?([^\r\n]*)" % re.escape(command.tag), data)
            if ended is None:
                return
            if ended[1].upper() != b"OK":
                said = ended[2].decode("utf-8", "replace")
                self._end(f"the service refused {command.name.decode()}: {said}")
                return
        if self.server.reading is not Reading.HANDSHAKE:
            self._soon(self._say)

    def begin_tls(self) -> None:
        """TLS is up with the service; there is none to begin here."""
        self._soon(self.secured)
        self._soon(self._say)

    def end(self, act: Act) -> None:
        """The service has ended the connection."""
        self._end("the service ended the connection")

    def stop(self) -> None:
        """Say nothing more, and tell nobody."""
        self._is_over = True

    def _say(self) -> None:
        """Say the next thing."""
        if self._is_over:
            return
        if self.server.reading is Reading.REPLY:
            self.server.receive((self._replies.pop(0) if self._replies else ImapLine((b"*",))).data)
        elif self.server.reading is not Reading.COMMAND:
            return
        elif not self._left:
            self._end("")
            return
        else:
            self._command, replies = self._left.pop(0)
            self._replies = list(replies)
            self.server.receive(self._command.line.data)
        self.go_on()

    def _end(self, problem: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._over(problem)
