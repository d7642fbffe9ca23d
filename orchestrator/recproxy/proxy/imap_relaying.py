"""A client of IMAP and the service that it speaks to, with all that they say kept as steps. Knows no socket.

Each side speaks to a machine of ours, so that what cannot be recorded is not offered, literals are asked for on either
side alone, and TLS begins on both sides or on none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from recproxy.lazy.dataclass import dataclass
from recproxy.mail.authentication import SEEN_THROUGH
from recproxy.mail.imap.capabilities import offered
from recproxy.mail.imap.client import ImapClient
from recproxy.mail.imap.commands import ImapCommand, MalformedImap
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.logins import TAGLESS
from recproxy.mail.imap.responses import ImapResponse, ResponseKind, read_imap_response, retagged
from recproxy.mail.imap.server import ImapReply, ImapServer
from recproxy.mail.imap.states import Reading
from recproxy.mail.imap.syntax import Atom, ImapString
from recproxy.proxy.imap_replaying import OPENING, one_line, tell_injected
from recproxy.proxy.imap_steps import is_worth_keeping, with_numbered_tags
from recproxy.proxy.imap_wire import ImapWire, MissTexts
from recproxy.proxy.step_room import StepRoom
from recproxy.recording import Act, Step
from recproxy.recording.counting import counted

__all__ = ["ImapRelaying", "ServiceWire"]

_PERHAPS_TLS = "; if it begins with TLS, list its port in tls_ports of its endpoint in the profile"


class ServiceWire(Protocol):
    """The connection to a service, for whoever speaks to it."""

    def write(self, data: bytes) -> None:
        """Send bytes."""

    def begin_tls(self, done: Callable[[str], None]) -> None:
        """Begin TLS; `done` is told what went wrong, or an empty text."""

    def hold(self, *, holds: bool) -> None:
        """Read from the service, or let it wait."""

    def close(self) -> None:
        """Drop it."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A command without its end: where it is in the steps, and its tag in the recording."""

    command: ImapCommand
    start: int
    tag: bytes


class ImapRelaying:
    """One client and its service. `keep` has a conversation written, and calls what it is given when it is safe."""

    def __init__(
        self,
        server: ImapServer,
        client: ImapClient,
        wire: ImapWire,
        service: ServiceWire,
        texts: MissTexts,
        keep: Callable[[Sequence[Step], Callable[[], None]], None],
        *,
        seconds: float = 0,
        room: StepRoom | None = None,
    ) -> None:
        self._server = server
        self._client = client
        self._wire = wire
        self._service = service
        self._texts = texts
        self._keep = keep
        self._steps: list[Step] = []
        self._room = room or StepRoom()
        #: How a conversation begins that goes on in another scope: greeting, TLS, login, and the selected mailbox.
        self._opening: list[Step] = []
        self._selecting: list[Step] = []
        #: How many of the steps are how it began in an earlier scope.
        self._begun = 0
        self._pending: dict[bytes, _Pending] = {}
        #: Tags are made anew by each client; in a recording they are numbers, so that it is the same when recorded again.
        self._numbered, self._has_spoken = 0, False
        self._over, self._seconds, self._heard = False, seconds, 0
        self._expect(lambda: not self._has_spoken)

    @property
    def is_idle(self) -> bool:
        """Whether every command was answered."""
        return not self._pending

    def go_on(self) -> None:
        """Pass on what the client said."""
        while (event := self._server.next_event()) is not None:
            match event:
                case ImapCommand():
                    self._command(event)
                case ImapReply():
                    self._said(Step(Act.CLIENT, event.line.data))
                    self._client.reply(event.line)
                case MalformedImap():
                    self._texts.refused(event.reason)
                    self._server.refuse(event, b"BAD", f"recproxy: {event.reason}")
        self._flush()

    def service_said(self, data: bytes) -> None:
        """Pass on what the service said."""
        self._heard += 1  # how often it has said something
        self._client.receive(data)
        self._take_responses()

    def hold(self, *, holds: bool) -> None:
        """The client does not read, or reads again: the service waits meanwhile."""
        self._service.hold(holds=holds)

    def lost(self) -> None:
        """The client has gone: what was said is kept."""
        if not self._over:
            self._over = True
            self._service.close()
            self._finish(lambda: None)

    def service_lost(self, reason: str = "") -> None:
        """The service has ended the connection, or it broke."""
        if self._over:
            return
        self._over = True
        self._said(Step(Act.RESET if reason else Act.CLOSE))
        if reason:
            self._texts.note(f"the connection to the service broke: {reason}")
        self._finish(lambda: self._wire.end(Act.RESET if reason else Act.CLOSE))

    def take_over(self, server: ImapServer, wire: ImapWire, command: ImapCommand) -> None:
        """Answer this client from now on, and a command of it first."""
        self._server, self._wire = server, wire
        self._command(command)
        self.go_on()

    def turn_to(self, texts: MissTexts, keep: Callable[[Sequence[Step], Callable[[], None]], None]) -> None:
        """Go on in another scope: what was said so far is kept for the one before, how it began for both."""
        first = min((each.start for each in self._pending.values()), default=len(self._steps))
        carried, opening = self._steps[first:], [*self._opening, *self._selecting]
        self._finish(lambda: None)
        self._texts, self._keep = texts, keep
        self._begun = len(opening)
        for step in (*opening, *carried):
            self._said(step)
        moved = len(opening) - first
        self._pending = {
            tag: _Pending(each.command, each.start + moved, each.tag) for tag, each in self._pending.items()
        }

    def _command(self, command: ImapCommand) -> None:
        if command.name == b"COMPRESS" or (command.name == b"AUTHENTICATE" and _mechanism(command) not in SEEN_THROUGH):
            what = f"{command.name.decode()} {_mechanism(command).decode('ascii', 'replace')}".strip()
            self._server.refuse(command, b"NO", f"recproxy: {what} cannot be recorded")
            return
        self._numbered += 1
        # A client that forgot the tag keeps its first word, by which what follows is known to be secret.
        tag = command.tag if command.tag.upper() in TAGLESS else b"A%d" % self._numbered
        self._pending[command.tag] = _Pending(command, len(self._steps), tag)
        self._said(Step(Act.CLIENT, retagged(command.line, self._pending[command.tag].tag).data))
        self._client.send(command)
        if command.name != b"IDLE":
            self._expect(lambda: command.tag in self._pending)

    def _expect(self, waits: Callable[[], bool]) -> None:
        """Give the service up if it says nothing for too long, and it is waited for still."""
        if self._seconds:
            heard = self._heard
            self._wire.later(self._seconds, lambda: self._check(heard, waits))

    def _check(self, heard: int, waits: Callable[[], bool]) -> None:
        if self._over or not waits():
            return
        if heard != self._heard:
            self._expect(waits)
            return
        reason = f"the service did not answer within {self._seconds:g} s"
        self._give_up(reason + ("" if self._has_spoken or self._server.tls else _PERHAPS_TLS))

    def _said(self, step: Step) -> None:
        """Keep a step; where there is no room for it, the conversation ends, and nothing of it is kept."""
        problem = self._room.take(len(self._steps), step)
        if not problem:
            self._steps.append(step)
        elif self._room.keeps and not self._over:
            self._room.free(self._steps)
            self._steps.clear()
            self._give_up(problem)

    def _give_up(self, reason: str) -> None:
        """End both connections, and tell the client and the scope why."""
        self._texts.refused(reason)
        response = read_imap_response(ImapLine((b"* BYE recproxy: " + one_line(reason),)))
        self._server.answer(response) if self._has_spoken else self._server.greet(response.line)
        self._flush()
        self._service.close()
        self.service_lost()

    def _take_responses(self) -> None:
        while not self._over and (response := self._client.next_event()) is not None:
            if self._takes(response):
                return
        if self._client.oversized is not None and not self._over:
            start = self._client.oversized.decode("ascii", "replace")[:40]
            self._give_up(f"a response of the service that is too large to be kept: {start}")
        self.go_on()  # what the client sent too early is read now, if what it waited for has come

    def _takes(self, response: ImapResponse) -> bool:
        """Take a response; whether those behind it must wait."""
        pending = self._pending.pop(response.tag, None) if response.kind is ResponseKind.TAGGED else None
        line = response.line if pending is None else retagged(response.line, pending.tag)
        self._said(Step(Act.SERVER, offered(line, tls=self._server.tls).data))
        if self._over:
            return True
        if not self._has_spoken:
            self._has_spoken = True
            self._opening = list(self._steps)
            self._server.greet(response.line)
            return False
        if pending is None:
            self._server.answer(response)
            return False
        command, start = pending.command, pending.start
        if command.name == b"STARTTLS" and response.name == b"OK":
            dropped = self._client.clear()
            if dropped:
                self._texts.note(
                    f"the service sent {counted(dropped, 'byte')} after STARTTLS in plain text: they were dropped"
                )
            self._said(Step(Act.TLS))
            self._opening += self._steps[start:]
            self._service.begin_tls(lambda problem: self._secured(command, response, problem))
            return True
        if command.name in OPENING and response.name == b"OK":
            self._opening += self._steps[start:]
        if command.name == b"LOGOUT":
            self._over = True
            self._finish(lambda: self._answer_last(command, response))
            return True
        self._server.answer(response, command)
        if command.name in (b"SELECT", b"EXAMINE"):
            self._selecting = self._steps[start:] if response.name == b"OK" else []
        elif self._server.selected is None:
            self._selecting = []
        return False

    def _answer_last(self, command: ImapCommand, response: ImapResponse) -> None:
        self._server.answer(response, command)
        self._service.close()
        self._flush()

    def _secured(self, command: ImapCommand, response: ImapResponse, problem: str) -> None:
        """TLS with the service is up, or is not."""
        if problem:
            self._server.refuse(command, b"NO", one_line(f"recproxy: TLS with the service failed: {problem}").decode())
            self._texts.refused(f"TLS with the service failed: {problem}")
        else:
            self._server.answer(response, command)
        self._take_responses()

    def tls_started(self) -> None:
        """TLS with the client is up."""
        tell_injected(self._server, self._texts)
        self._server.tls_started()

    def _finish(self, then: Callable[[], None]) -> None:
        """Have what was said written, if a client said anything."""
        self._room.free(self._steps)
        steps, self._steps = with_numbered_tags(self._steps), []
        if any(is_worth_keeping(step) for step in steps[self._begun :]):
            self._keep(steps, then)
        else:
            then()

    def _flush(self) -> None:
        if data := self._client.data_to_send():
            self._service.write(data)
        if data := self._server.data_to_send():
            self._wire.write(data)
        if self._server.reading is Reading.HANDSHAKE:
            self._wire.begin_tls()
        elif self._server.reading is Reading.CLOSED:
            self._wire.end(Act.CLOSE)


def _mechanism(command: ImapCommand) -> bytes:
    first = command.words[:1]
    return first[0].value.upper() if first and isinstance(first[0], Atom | ImapString) else b""
