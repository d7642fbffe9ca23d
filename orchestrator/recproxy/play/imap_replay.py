"""One IMAP connection in replay: which recorded conversation it is, and what answers each of its commands.

What a client says is followed through all conversations that have it, and each command leaves fewer. Within one, the
order of different commands makes no difference; equal ones are answered in recorded order, those first that were
recorded after the last change. Pure but for what was played.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import filterfalse

from recproxy.lazy.dataclass import dataclass
from recproxy.mail.imap.capabilities import with_capability
from recproxy.mail.imap.commands import ImapCommand
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.meanings import meaning
from recproxy.mail.imap.responses import ImapResponse, ResponseKind, read_imap_response
from recproxy.play.imap_exchanges import ImapSaid, in_mailbox, mailbox_after
from recproxy.play.imap_playback import ImapAsked, ImapPlayback, Place
from recproxy.recording import Act
from recproxy.recording.faults import Fault

__all__ = ["ImapAnswer", "ImapReplay"]

#: What says nothing about which conversation a client is in.
_PREAMBLE = frozenset(
    (b"CAPABILITY", b"ID", b"NOOP", b"STARTTLS", b"LOGIN", b"AUTHENTICATE", b"ENABLE", b"NAMESPACE", b"LOGOUT")
)
_DONE = read_imap_response(ImapLine((b"x OK done",)))
_GO_AHEAD = read_imap_response(ImapLine((b"+ ",)))


@dataclass(frozen=True, slots=True)
class ImapAnswer:
    """What a client gets for a command: a group now, and one for each reply that it sends on a continuation.

    `end` is how the connection ends then, if it does; `position` is the conversation that answers.
    """

    groups: tuple[tuple[ImapSaid, ...], ...]
    end: Act | None = None
    position: int | None = None


class _State:
    """How far a connection is in one conversation."""

    def __init__(self) -> None:
        self.played: Counter[int] = Counter()
        self.changed = 0

    def next(self, numbers: list[int]) -> int | None:
        """The exchange that answers next, of those that do."""
        # A client may send thousands of equal commands: those that were played are passed as fast as Python can.
        left = filterfalse(self.played.__contains__, numbers)
        first = next(left, None)
        if first is None or first >= self.changed:
            return first
        return next((each for each in left if each >= self.changed), first)


class ImapReplay:
    """One connection; `secure` says that it speaks TLS."""

    def __init__(self, playback: ImapPlayback, *, secure: bool) -> None:
        self._of = playback
        self.secure = secure
        self.selected: bytes | None = None
        self._is_in = False
        self._states: dict[int, _State] = {}
        #: Conversations that answered a command which none of the others had.
        self._visited: dict[int, _State] = {}
        self._current: int | None = None
        self._counted: set[int] = set()
        self._newly: list[int] = []

    @property
    def can_greet(self) -> bool:
        """Whether any conversation is left."""
        return bool(self._of.preferred(self._of.conversations))

    def greet(self) -> ImapLine | None:
        """What the server says first; None where nothing is left that it could be."""
        starts = self._of.preferred(self._of.conversations)
        if not starts:
            return None
        starts.sort(key=lambda each: self._of.secure(each) is not self.secure and not self._starts_tls(each))
        self._states = {each: _State() for each in starts}
        self._turn_to(starts[0])
        return self._fitted(self._of.conversations[starts[0]].greeting)

    @property
    def position(self) -> int | None:
        """The conversation that the client is in."""
        return self._current

    @property
    def greeting_fault(self) -> Fault | None:
        """The fault that the recording names for the greeting."""
        return None if self._current is None else self._of.conversations[self._current].greeting_fault

    def say(self, command: ImapCommand) -> ImapAnswer | None:
        """What answers a command; None where nothing does."""
        asked = self._asked(command)
        answer = self._answer(command, asked)
        ok = answer is not None and _status(answer) == b"OK"
        self.selected = mailbox_after(command.name, asked.meaning, self.selected, ok=ok)
        self._is_in = self._is_in or (ok and command.name in (b"LOGIN", b"AUTHENTICATE"))
        return answer

    def end(self) -> None:
        """The client has gone."""
        if self._current is not None:
            self._count(self._current)
            self._of.open[self._current] -= 1
            self._current = None

    def newly_played(self) -> list[int]:
        """The conversations that count as played since this was last asked."""
        found, self._newly = self._newly, []
        return found

    def nearest(self, command: ImapCommand) -> tuple[ImapAsked, list[Place]]:
        """Places that a person may have meant, the most likely first: commands of the same name."""
        asked = self._asked(command)
        positions = [*self._states, *(each for each in self._of.conversations if each not in self._states)]
        places = [
            Place(position, number)
            for position in positions
            for number, exchange in enumerate(self._of.conversations[position].exchanges)
            if exchange.meaning.name == command.name
        ]
        return asked, places

    def _asked(self, command: ImapCommand) -> ImapAsked:
        meant = meaning(command)
        return self._of.asked(meant, in_mailbox(meant, self.selected))

    def _starts_tls(self, position: int) -> bool:
        exchanges = self._of.conversations[position].exchanges
        return any(each.meaning.name == b"STARTTLS" for each in exchanges[:4])

    def _answer(self, command: ImapCommand, asked: ImapAsked) -> ImapAnswer | None:
        found = dict(self._found(asked))
        if not found:
            return self._again(command, asked)
        users = [each for each in found if self._of.exchange(Place(each, found[each])).meaning == asked.meaning]
        if command.name == b"LOGIN" and users:
            found = {each: found[each] for each in users}
        self._states = {each: state for each, state in self._states.items() if each in found}
        for position, state in self._states.items():
            state.played[found[position]] += 1
            if self._of.exchange(Place(position, found[position])).changes:
                state.changed = found[position] + 1
        if self._current not in found:
            self._turn_to(next(iter(self._states)))
        assert self._current is not None
        if command.name not in _PREAMBLE:
            self._count(self._current)
        return self._played(command, asked, Place(self._current, found[self._current]))

    def _found(self, asked: ImapAsked) -> Iterator[tuple[int, int]]:
        """The next exchange of each conversation that answers a command and was not played."""
        for position, state in self._states.items():
            numbers = self._of.numbers(position, asked)
            if asked.meaning.name == b"CAPABILITY":  # what was offered before a login, or TLS, is not offered after it
                numbers = [each for each in numbers if each >= state.changed]
            number = state.next(numbers)
            if number is not None:
                yield position, number

    def _again(self, command: ImapCommand, asked: ImapAsked) -> ImapAnswer | None:
        """What answers a command that no conversation has, or no more."""
        if command.name == b"CAPABILITY":
            return self._unrecorded(command)
        if self._current is not None:
            state = self._states[self._current]
            numbers = self._of.numbers(self._current, asked)
            number = self._of.repeated(self._current, numbers, state.played)
            if number is not None:
                state.played[number] += 1
                return self._played(command, asked, Place(self._current, number))
        place = self._elsewhere(asked)
        return self._unrecorded(command) if place is None else self._played(command, asked, place)

    def _elsewhere(self, asked: ImapAsked) -> Place | None:
        """Where another conversation of the scope answers a command: it may have been recorded by another connection."""
        for position in self._of.preferred(each for each in self._of.conversations if each not in self._states):
            numbers = self._of.numbers(position, asked)
            state = self._visited.get(position, _State())
            number = state.next(numbers)
            if number is None:
                number = self._of.repeated(position, numbers, state.played)
            if number is not None:
                state.played[number] += 1
                self._visited[position] = self._states[position] = state
                if asked.meaning.name not in _PREAMBLE:
                    self._count(position)
                return Place(position, number)
        return None

    def _played(self, command: ImapCommand, asked: ImapAsked, place: Place) -> ImapAnswer:
        for name, value in (self._of.fits(place, asked) or {}).items():
            self._of.playback.bound.setdefault(name, value)
        groups = tuple(tuple(map(self._fitted_said, group)) for group in self._of.said(place))
        exchange = self._of.exchange(place)
        if command.name == b"AUTHENTICATE":
            had_reply = len(exchange.text.split()) > 2
            groups = _with_first_reply(groups, has_reply=len(command.words) > 1, had_reply=had_reply)
        conversation = self._of.conversations[place.position]
        is_last = place.number + 1 == len(conversation.exchanges)
        end = exchange.end or (conversation.end if is_last and command.name != b"LOGOUT" else None)
        return ImapAnswer(groups, end, place.position)

    def _unrecorded(self, command: ImapCommand) -> ImapAnswer | None:
        """What is answered although it was not recorded, because it asks for nothing."""
        lists = () if self._current is None else self._of.conversations[self._current].capabilities
        match command.name:
            case b"NOOP" | b"CHECK" | b"CLOSE" | b"UNSELECT":
                return ImapAnswer(((_DONE,),))
            case b"LOGOUT":
                return ImapAnswer(((b"* BYE logging out\r\n", _DONE),))
            case b"ID":
                return ImapAnswer(((b"* ID NIL\r\n", _DONE),))
            case b"CAPABILITY":
                line = self._fitted(
                    ImapLine((b"* CAPABILITY " + _listed(lists[-1 if self._is_in else 0] if lists else None),))
                )
                return ImapAnswer(((read_imap_response(line), _DONE),))
            case b"STARTTLS" if not self.secure:
                return ImapAnswer(((_DONE,),))
        return None

    def _fitted_said(self, said: ImapSaid) -> ImapSaid:
        if not isinstance(said, ImapResponse) or self.secure:
            return said
        return ImapResponse(said.kind, said.tag, said.name, self._fitted(said.line))

    def _fitted(self, line: ImapLine) -> ImapLine:
        """A response as it is right for this connection: STARTTLS is offered where the recording had TLS from the start."""
        if self.secure or self._current is None or not self._of.secure(self._current):
            return line
        return with_capability(line, b"STARTTLS")

    def _turn_to(self, position: int) -> None:
        """Go on with a conversation instead of another."""
        plays = self._of.playback.plays
        if self._current is not None:
            self._of.open[self._current] -= 1
            if self._current in self._counted and self._current not in self._visited:
                self._counted.discard(self._current)
                plays[self._current] -= 1
                self._counted.add(position)
                plays[position] += 1
        self._current = position
        self._of.open[position] += 1

    def _count(self, position: int) -> None:
        """Count a conversation as played, once."""
        if position not in self._counted:
            self._counted.add(position)
            self._of.playback.plays[position] += 1
            self._newly.append(position)


def _listed(line: ImapLine | None) -> bytes:
    """The capabilities of a line, as they are spelled."""
    if line is None:
        return b"IMAP4rev1"
    start = line.text.upper().index(b"CAPABILITY ") + len(b"CAPABILITY ")
    return line.text[start:].partition(b"]")[0].strip()


def _status(answer: ImapAnswer) -> bytes:
    """How a command ended."""
    for group in answer.groups:
        for each in group:
            if isinstance(each, ImapResponse) and each.kind is ResponseKind.TAGGED:
                return each.name
    return b""


def _with_first_reply(
    groups: tuple[tuple[ImapSaid, ...], ...], *, has_reply: bool, had_reply: bool
) -> tuple[tuple[ImapSaid, ...], ...]:
    """The groups of a login for a client that sends its first reply with the command, or does not, as one recorded it."""
    if has_reply and not had_reply and len(groups) > 1:
        return groups[1:]
    if had_reply and not has_reply:
        return ((_GO_AHEAD,), *groups)
    return groups
