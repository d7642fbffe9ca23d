"""A client of IMAP that is answered from recorded conversations. Knows no socket: whoever holds one gives it the bytes.

A command that was not recorded is answered with NO and the text of its miss, never with silence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from recproxy.mail.imap.commands import ImapCommand, MalformedImap
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.responses import ImapResponse, ResponseKind, read_imap_response
from recproxy.mail.imap.server import ImapReply, ImapServer
from recproxy.mail.imap.states import Reading
from recproxy.play.imap_exchanges import ImapSaid
from recproxy.play.imap_replay import ImapReplay
from recproxy.proxy.imap_wire import FaultyImapWire, MissTexts
from recproxy.recording import Act, Step
from recproxy.recording.counting import counted
from recproxy.recording.faults import Fault

__all__ = ["OPENING", "ImapReplaying", "one_line", "tell_injected"]

#: What comes while a client idles comes so long after the permission: clients look for it on the socket, and would not
#: see what they have read together with the permission.
_IDLE_SECONDS = 0.05
#: As many lines that are no commands: nobody there speaks IMAP.
_MOST_MALFORMED = 20
#: As many steps of logins: each is remembered, so that a miss does not show it.
_MOST_LOGINS = 10_000
#: A longer text of a miss is cut.
_LONGEST_TEXT = 4000
_LOGINS = (b"LOGIN", b"AUTHENTICATE")
#: What a connection does once, and what holds for all scopes in which it is used.
OPENING = (b"STARTTLS", b"LOGIN", b"AUTHENTICATE", b"ENABLE")


class ImapReplaying:
    """The answers to one client. `ask` has the service answer a command that was not recorded, and all that follow it."""

    def __init__(
        self,
        server: ImapServer,
        replay: ImapReplay,
        wire: FaultyImapWire,
        texts: MissTexts,
        *,
        ask: Callable[[ImapCommand], bool] = lambda _: False,
    ) -> None:
        self._server = server
        self._replay = replay
        self._wire = wire
        self._texts = texts
        self._ask = ask
        self._is_over = False
        #: What follows when the client replies to a continuation; and what comes in a moment, while it idles.
        self._groups: list[tuple[ImapSaid, ...]] = []
        self._held: tuple[ImapSaid, ...] = ()
        self._end: Act | None = None
        self._logins: list[Step] = []
        #: What says who the client is, with its replies.
        self._opening: list[tuple[ImapCommand, list[ImapLine]]] = []
        self._malformed = 0
        #: What goes wrong with what is said next, and whether it does now: what comes waits for it.
        self._fault: Fault | None = None
        self._is_faulty = False
        self._holds = False

    @property
    def is_idle(self) -> bool:
        """Whether the client waits for nothing."""
        return not self._groups and not self._is_faulty

    def start(self) -> None:
        """Speak first."""
        greeting = self._replay.greet()
        self._fault = self._texts.fault(self._replay.position, "GREETING") or self._replay.greeting_fault
        if greeting is None and self._fault is not None and not self._fault.needs_response:
            self._flush()
            return
        if greeting is None:
            text = one_line(self._texts.missed(self._replay, None, ()))
            greeting = ImapLine((b"* BYE " + text,))
        self._server.greet(greeting)
        self._flush()

    def go_on(self) -> None:
        """Answer what has come."""
        while (
            not (self._is_over or self._is_faulty or self._holds) and (event := self._server.next_event()) is not None
        ):
            match event:
                case ImapCommand():
                    self._command(event)
                case ImapReply():
                    self._reply(event)
                case MalformedImap():
                    self._refuse(event)
            if self._server.reading is Reading.COMMAND:
                self._flush()  # each by itself: the connection tells when the client has enough to read
        self._flush()

    def hold(self, *, holds: bool) -> None:
        """The client does not read, or reads again: it is answered nothing meanwhile."""
        self._holds = holds

    def lost(self) -> None:
        """The client has gone."""
        self.settle()

    def tls_started(self) -> None:
        """TLS is up."""
        tell_injected(self._server, self._texts)
        self._server.tls_started()
        self._replay.secure = True

    def settle(self) -> None:
        """The scope has ended: what was played of it counts, although the connection goes on."""
        self._replay.end()
        self._texts.played(self._replay.newly_played())

    def turn_to(self, replay: ImapReplay, texts: MissTexts) -> None:
        """Go on in another scope: what the client has done to get here is done there, too."""
        self.settle()
        self._replay, self._texts = replay, texts
        replay.greet()
        for command, _ in self.done():
            replay.say(command)

    def done(self) -> list[tuple[ImapCommand, tuple[ImapLine, ...]]]:
        """What the client did to get where it is: each command, and its replies to continuations."""
        done = [(command, tuple(replies)) for command, replies in self._opening]
        return [*done, (self._server.selected, ())] if self._server.selected is not None else done

    def _command(self, command: ImapCommand) -> None:
        if command.name in _LOGINS:
            self._logins.append(Step(Act.CLIENT, command.line.data))
            if len(self._logins) > _MOST_LOGINS:
                self._texts.refused(f"a client logs in more than {_MOST_LOGINS:,} times on one connection")
                self._server.answer(read_imap_response(ImapLine((b"* BYE recproxy: too many logins",))))
                return
        answer = self._replay.say(command)
        self._texts.played(self._replay.newly_played())
        if answer is None and self._ask(command):
            self._is_over = True
            return
        answers = self._replay.position if answer is None or answer.position is None else answer.position
        if fault := self._texts.fault(None if answer is None else answers, _place(command)):
            self._flush()
            self._fault = fault
        if answer is None and fault is not None:
            self._flush()
            return
        if answer is None:
            text = self._texts.missed(self._replay, command, self._logins)
            self._server.refuse(command, b"NO", one_line(text).decode())
            return
        if command.name in OPENING:
            self._opening = [each for each in self._opening if each[0].name != command.name]
            self._opening.append((command, []))
        self._end = answer.end
        first, *self._groups = answer.groups
        if command.name == b"IDLE" and len(first) > 1:
            self._held = first[1:]
            self._say(command, first[:1])
            self._wire.later(_IDLE_SECONDS, lambda: self._release(command))
        else:
            self._say(command, first)
        if self._fault is not None:
            self._flush()
        self._end_if_over()

    def _reply(self, reply: ImapReply) -> None:
        command, text = reply.command, reply.line.text
        self._release(command)
        if command.name == b"IDLE" and text.upper() != b"DONE":
            self._server.refuse(command, b"BAD", "recproxy: IDLE ends with DONE")
        elif command.name == b"AUTHENTICATE" and text == b"*" and not _refuses(self._groups):
            self._server.refuse(command, b"BAD", "cancelled")
        elif not self._groups:
            self._server.refuse(command, b"BAD", "recproxy: the recorded conversation asked for no more replies")
        else:
            if command.name in _LOGINS:
                self._opening[-1][1].append(reply.line)
                self._logins += Step(Act.SERVER, b"+ \r\n"), Step(Act.CLIENT, reply.line.data)
            self._say(command, self._groups.pop(0))
            if self._fault is not None:
                self._flush()
            self._end_if_over()
            return
        self._groups = []

    def _release(self, command: ImapCommand) -> None:
        held, self._held = self._held, ()
        if held:
            self._say(command, held)
            self._flush()
            self._end_if_over()

    def _say(self, command: ImapCommand, said: Sequence[ImapSaid]) -> None:
        for each in said:
            if isinstance(each, ImapResponse):
                self._server.answer(each, command)
            elif isinstance(each, Fault):
                self._flush()
                self._fault = self._fault or each
            else:
                self._server.send(each)
        if said and isinstance(said[-1], ImapResponse) and said[-1].kind is ResponseKind.CONTINUE and not self._groups:
            self._groups = [(read_imap_response(ImapLine((b"x NO recproxy: the recording ends here",))),)]

    def _end_if_over(self) -> None:
        if self._end is not None and not self._groups and not self._held and not self._is_faulty:
            self._flush()
            self._server.close()
            self._wire.end(self._end)

    def _go_on_after(self) -> None:
        """A fault is over, and the connection goes on."""
        self._is_faulty = False
        self._flush()
        self._end_if_over()
        self.go_on()

    def _refuse(self, problem: MalformedImap) -> None:
        self._malformed += 1
        self._texts.refused(problem.reason)
        self._server.refuse(problem, b"BAD", f"recproxy: {problem.reason}")
        if self._malformed >= _MOST_MALFORMED:
            self._server.answer(read_imap_response(ImapLine((b"* BYE recproxy: this is no IMAP",))))

    def _flush(self) -> None:
        if self._is_faulty:
            return
        data = self._server.data_to_send()
        fault = self._fault
        if fault is not None and (data or not fault.needs_response):
            self._fault, self._is_faulty = None, True
            if fault.ends:
                self.settle()
            self._wire.play(fault, data, self._go_on_after, lambda: self._texts.lasted(fault))
            return
        if data:
            self._wire.write(data)
        if self._server.reading is Reading.HANDSHAKE:
            self._wire.begin_tls()
        elif self._server.reading is Reading.CLOSED and self._end is None:
            self._end = Act.CLOSE
            self._wire.end(Act.CLOSE)


def _place(command: ImapCommand) -> str:
    """Where a fault of IMAP can be."""
    return command.name.removeprefix(b"UID ").decode("latin-1")


def _refuses(groups: Sequence[Sequence[ImapSaid]]) -> bool:
    """Whether what comes next ends a command without success."""
    return any(
        isinstance(each, ImapResponse) and each.kind is ResponseKind.TAGGED and each.name != b"OK"
        for group in groups[:1]
        for each in group
    )


def tell_injected(server: ImapServer, texts: MissTexts) -> None:
    """Tell of bytes in plain text that were dropped because TLS began."""
    if server.injected:
        texts.note(f"a client sent {counted(server.injected, 'byte')} after STARTTLS in plain text: they were dropped")


def one_line(text: str) -> bytes:
    """A text on one line of printable ASCII."""
    line = "; ".join(" ".join(each.split()) for each in text.splitlines() if each.strip())
    return line.encode("ascii", "replace")[:_LONGEST_TEXT]
