"""A recorded IMAP conversation as its exchanges: each command with all that the service said to it.

Commands may have been pipelined: what a service says up to the end of a command is of that command. A command is found
by what it means, in the mailbox that was selected, so that its place among others makes no difference. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import TypeAlias

from recproxy.lazy.dataclass import dataclass
from recproxy.mail.imap.capabilities import capabilities_in
from recproxy.mail.imap.commands import ImapCommand, MalformedImap, read_imap_command
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.meanings import Meaning, meaning
from recproxy.mail.imap.pieces import step_line
from recproxy.mail.imap.responses import ImapResponse, ResponseKind, read_imap_response
from recproxy.recording import Act, Interaction, Step
from recproxy.recording.faults import Fault, read_fault

__all__ = [
    "CHANGING",
    "ImapConversation",
    "ImapExchange",
    "ImapSaid",
    "in_mailbox",
    "mailbox_after",
    "read_imap_exchanges",
]

#: Untagged data as bytes, many lines in one; or a response that says more to the machine than to the client; or the fault
#: of what follows.
ImapSaid: TypeAlias = bytes | ImapResponse | Fault

#: Commands that are about the selected mailbox.
_IN_MAILBOX = frozenset(
    (
        b"FETCH",
        b"STORE",
        b"SEARCH",
        b"SORT",
        b"THREAD",
        b"COPY",
        b"MOVE",
        b"EXPUNGE",
        b"CHECK",
        b"CLOSE",
        b"IDLE",
        b"UNSELECT",
    )
)
#: Commands that change what others are answered.
CHANGING = frozenset(
    (
        *(b"SELECT", b"EXAMINE", b"CLOSE", b"UNSELECT", b"STORE", b"COPY", b"MOVE", b"EXPUNGE", b"APPEND", b"CREATE"),
        *(b"DELETE", b"RENAME", b"SUBSCRIBE", b"UNSUBSCRIBE", b"LOGIN", b"AUTHENTICATE", b"STARTTLS", b"IDLE"),
    )
)


@dataclass(slots=True)
class ImapExchange:
    """A command and its answer: `groups` is what the service said, in turns with the replies of the client.

    `mailbox` is the one that was selected, where that counts. `end` is how the connection ended in it, if it did.
    """

    meaning: Meaning
    mailbox: bytes | None
    line: int
    text: bytes
    groups: list[list[ImapSaid]] = field(default_factory=lambda: [[]])
    end: Act | None = None

    @property
    def changes(self) -> bool:
        """Whether others are answered otherwise after it."""
        return self.meaning.name.removeprefix(b"UID ") in CHANGING


@dataclass(slots=True)
class ImapConversation:
    """A recorded conversation. `end` is how it ended where no command was open; `capabilities` are those that it lists, in order."""

    greeting: ImapLine
    exchanges: list[ImapExchange]
    capabilities: tuple[ImapLine, ...]
    end: Act | None
    problem: str = ""
    problem_line: int = 0
    greeting_fault: Fault | None = None


def mailbox_after(name: bytes, asked: Meaning, before: bytes | None, *, ok: bool) -> bytes | None:
    """The mailbox that is selected after a command has ended."""
    if name in (b"SELECT", b"EXAMINE"):
        return dict(asked.fields).get("mailbox", b"") if ok else None
    return None if ok and name in (b"CLOSE", b"UNSELECT", b"UNAUTHENTICATE") else before


def in_mailbox(asked: Meaning, selected: bytes | None) -> bytes | None:
    """The mailbox that a command is about."""
    return selected if asked.name.removeprefix(b"UID ") in _IN_MAILBOX else None


def read_imap_exchanges(interaction: Interaction) -> ImapConversation:
    """The exchanges of a conversation. What cannot be read is named in its `problem`, and ends it."""
    reader = _Reader()
    for step in interaction.steps:
        if not reader.take(step):
            break
    return reader.conversation()


class _Reader:
    def __init__(self) -> None:
        self._greeting: ImapLine | None = None
        self._exchanges: list[ImapExchange] = []
        self._open: list[tuple[ImapCommand, ImapExchange]] = []
        self._capabilities: list[ImapLine] = []
        self._selected: bytes | None = None
        self._asked = False
        self._end: Act | None = None
        self._problem = ""
        self._problem_line = 0
        self._greeting_fault: Fault | None = None

    def conversation(self) -> ImapConversation:
        greeting = self._greeting or ImapLine((b"* OK ready",))
        for exchange in self._exchanges:
            exchange.groups = [_together(said) for said in exchange.groups]
        return ImapConversation(
            greeting,
            self._exchanges,
            tuple(self._capabilities),
            self._end,
            self._problem,
            self._problem_line,
            self._greeting_fault,
        )

    def take(self, step: Step) -> bool:
        """Take a step; False where nothing more can be read."""
        if step.act is Act.TLS:
            return True
        if step.act not in (Act.CLIENT, Act.SERVER):
            self._end = step.act
            for _, exchange in self._open:
                exchange.end = step.act
            return False
        line = step_line(step)
        if line is None:
            self._problem = "this is not one line of IMAP: a literal is not as long as it says"
            self._problem_line = step.line
            return False
        if step.act is Act.SERVER:
            self._server(line, read_fault(step.fault) if step.fault else None)
            return True
        if self._asked and self._open:
            self._open[0][1].groups.append([])
            self._asked = False
            return True
        return self._client(line, step)

    def _client(self, line: ImapLine, step: Step) -> bool:
        try:
            command = read_imap_command(line)
        except MalformedImap as problem:
            self._problem, self._problem_line = problem.reason, step.line
            return False
        asked = meaning(command)
        text = line.text.partition(b" ")[2]
        exchange = ImapExchange(asked, in_mailbox(asked, self._selected), step.line, text)
        self._selected = mailbox_after(command.name, asked, self._selected, ok=True)
        self._exchanges.append(exchange)
        self._open.append((command, exchange))
        return True

    def _server(self, line: ImapLine, fault: Fault | None) -> None:
        lists = bool(capabilities_in(line))
        if lists:
            self._capabilities.append(line)
        if self._greeting is None:
            self._greeting, self._greeting_fault = line, fault
            return
        response = read_imap_response(line)
        if not self._exchanges:
            return
        exchange = self._open[0][1] if self._open else self._exchanges[-1]
        if response.kind is ResponseKind.TAGGED:
            exchange = self._ended(response) or exchange
        elif response.kind is ResponseKind.CONTINUE:
            self._asked = True
        said = exchange.groups[-1]
        said += [fault] if fault is not None else []
        if response.kind is not ResponseKind.UNTAGGED or response.name == b"BYE" or lists:
            said.append(response)
        else:
            said.append(line.data)

    def _ended(self, response: ImapResponse) -> ImapExchange | None:
        """The exchange that a response ends."""
        self._asked = False
        for place, (command, exchange) in enumerate(self._open):
            if command.tag == response.tag:
                del self._open[place]
                if response.name != b"OK":
                    self._selected = mailbox_after(command.name, exchange.meaning, self._selected, ok=False)
                return exchange
        return None


def _together(said: Iterable[ImapSaid]) -> list[ImapSaid]:
    """What was said with the lines of untagged data together."""
    made: list[ImapSaid] = []
    data: list[bytes] = []
    for each in (*said, None):
        if isinstance(each, bytes):
            data.append(each)
            continue
        made += [b"".join(data)] if data else []
        made += [each] if each is not None else []
        data = []
    return made
