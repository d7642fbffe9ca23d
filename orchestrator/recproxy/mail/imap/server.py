"""The side of a conversation that answers a client: bytes in, commands out; responses in, bytes out.

Takes literals on its own, so that a command comes whole. Reads nothing behind a command that may change what the next
bytes are. Bytes that came after STARTTLS in plain text are dropped, and told. Knows no recording and no service.
"""

from __future__ import annotations

from typing import TypeAlias

from recproxy.lazy.dataclass import dataclass
from recproxy.mail.imap.capabilities import offered
from recproxy.mail.imap.commands import ImapCommand, MalformedImap, read_imap_command
from recproxy.mail.imap.lines import LIMIT, ImapLine, LineReader, LiteralAsked, Oversized
from recproxy.mail.imap.responses import ImapResponse, ResponseKind, read_imap_response, retagged
from recproxy.mail.imap.states import AFTER_OK, READINGS, Login, Reading, Turn

__all__ = ["ImapEvent", "ImapReply", "ImapServer"]

_TURNING = (b"AUTHENTICATE", b"IDLE", b"STARTTLS", b"LOGOUT")
_GO_AHEAD = b"+ go ahead\r\n"
#: Bytes that may wait behind a command that must be answered first.
_MOST_HELD = 1 << 16
#: How a client begins TLS.
_HELLO = b"\x16\x03"
_CANCELLED = ImapLine((b"*",))


@dataclass(frozen=True, slots=True)
class ImapReply:
    """What a client sent on a continuation: a step of its login, or the end of IDLE."""

    command: ImapCommand
    line: ImapLine


ImapEvent: TypeAlias = "ImapCommand | ImapReply | MalformedImap"


class ImapServer:
    """A conversation with one client."""

    def __init__(self, *, tls: bool = False, limit: int = LIMIT) -> None:
        self.login = Login.NOT_AUTHENTICATED
        self.reading = Reading.GREETING
        self.tls = tls
        #: The mailbox that is selected, as the client wrote the words of its command.
        self.selected: ImapCommand | None = None
        #: How many bytes came in plain text where TLS had to begin; they were dropped.
        self.injected = 0
        self._reader = LineReader(commands=True, limit=limit)
        self._limit = limit
        self._turning: ImapCommand | None = None
        self._began_tls = False
        #: Whether the client has begun IDLE, and not ended it.
        self._owes_done = False
        self._out: list[bytes] = []

    @property
    def is_full(self) -> bool:
        """Whether so much waits for an answer to what came before that no more should be read."""
        return self.reading in (Reading.WAITING, Reading.GREETING) and self._reader.held > _MOST_HELD

    def receive(self, data: bytes) -> None:
        """Take bytes of the client."""
        if not self.tls and data.startswith(_HELLO) and self._reader.is_between and self.reading is Reading.COMMAND:
            self._began_tls = True
        elif self.reading is Reading.HANDSHAKE:
            self.injected += len(data)
        elif self.reading is not Reading.CLOSED:
            self._reader.feed(data)

    def data_to_send(self) -> bytes:
        """The bytes that are for the client now."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def next_event(self) -> ImapEvent | None:
        """What the client said next; None where bytes are missing, or a command must be answered first."""
        if self._began_tls:
            self._began_tls = False
            self._turn(Turn.CLOSED)
            return MalformedImap(
                b"*", "TLS begins here with STARTTLS, and the client began it at once: use a port with TLS"
            )
        while self.reading in (Reading.COMMAND, Reading.REPLY):
            read = self._reader.next()
            if read is None:
                return None
            if isinstance(read, LiteralAsked):
                self._out.append(_GO_AHEAD)
            elif self.reading is Reading.REPLY:
                assert self._turning is not None
                self._turn(Turn.REPLIED)
                self._owes_done = False
                return ImapReply(self._turning, _CANCELLED if isinstance(read, Oversized) else read)
            elif isinstance(read, Oversized):
                return self._too_long(read)
            elif self._owes_done and read.text.strip().upper() == b"DONE":
                self._owes_done = False  # it was sent before the client heard that the server ended IDLE
            elif read.text.strip():
                return self._command(read)
        return None

    def greet(self, line: ImapLine) -> None:
        """Speak first."""
        response = read_imap_response(line)
        if response.name == b"PREAUTH":
            self.login = Login.AUTHENTICATED
        self._turn(Turn.CLOSED if response.name == b"BYE" else Turn.GREETED)
        self._send(response)

    def answer(self, response: ImapResponse, command: ImapCommand | None = None) -> None:
        """Send a response; `command` is the one that it answers, whose tag it gets."""
        if command is not None and response.kind is ResponseKind.TAGGED:
            response = ImapResponse(
                ResponseKind.TAGGED, command.tag, response.name, retagged(response.line, command.tag)
            )
        self._send(response)
        if response.kind is ResponseKind.CONTINUE and self._turning is not None:
            self._turn(Turn.ASKED)
        elif response.kind is ResponseKind.TAGGED and command is not None:
            self._ended(command, response.name)
        elif response.name == b"BYE" and (self._turning is None or self._turning.name != b"LOGOUT"):
            self._turn(Turn.CLOSED)

    def send(self, data: bytes) -> None:
        """Send lines of untagged data as they are."""
        self._out.append(data)

    def refuse(self, command: ImapCommand | MalformedImap, status: bytes, text: str) -> None:
        """Answer a command with NO or BAD and a text on one line."""
        said = " ".join(text.split()).encode("utf-8", "replace")
        line = ImapLine((b"%s %s %s" % (command.tag, status, said),))
        self.answer(read_imap_response(line), command if isinstance(command, ImapCommand) else None)

    def close(self) -> None:
        """Read nothing more."""
        self._turn(Turn.CLOSED)

    def tls_started(self) -> None:
        """TLS is up: what was said before does not count."""
        self.tls = True
        self._turn(Turn.TLS)

    def _turn(self, turn: Turn) -> None:
        self.reading = READINGS[self.reading].get(turn, self.reading)
        if self.reading is Reading.HANDSHAKE:
            self.injected += self._reader.clear()
        elif self.reading is Reading.CLOSED:
            self._reader.clear()

    def _command(self, line: ImapLine) -> ImapCommand | MalformedImap:
        try:
            command = read_imap_command(line)
        except MalformedImap as problem:
            return problem
        self._owes_done = command.name == b"IDLE"
        if command.name in _TURNING:
            self._turning = command
            self._turn(Turn.TURNING)
        return command

    def _too_long(self, read: Oversized) -> MalformedImap:
        tag = read.start.split(b" ", 1)[0]
        is_tag = tag.isalnum() and len(tag) < len(read.start)
        return MalformedImap(tag if is_tag else b"*", f"a command of more than {self._limit} bytes is not taken")

    def _ended(self, command: ImapCommand, status: bytes) -> None:
        done = status == b"OK"
        if command.name in (b"SELECT", b"EXAMINE") and self.login in (Login.AUTHENTICATED, Login.SELECTED):
            self.login = Login.SELECTED if done else Login.AUTHENTICATED
        elif done:
            self.login = AFTER_OK[self.login].get(command.name, self.login)
        if command.name in (b"SELECT", b"EXAMINE") or self.login is not Login.SELECTED:
            self.selected = command if self.login is Login.SELECTED else None
        if command is not self._turning:
            return
        self._turning = None
        if command.name == b"STARTTLS" and done:
            self._turn(Turn.SECURED)
        else:
            self._turn(Turn.CLOSED if self.login is Login.LOGOUT else Turn.ENDED)

    def _send(self, response: ImapResponse) -> None:
        self._out.append(offered(response.line, tls=self.tls).data)
