"""SMTP conversations in play: what the server said, for a client that says the same again.

A connection need not be one recorded conversation. What it says is followed through all of them that fit so far, and
each thing said leaves fewer. Where none goes on, a command may go on in another conversation, or in an earlier place of
the same one: mail is sent in another order than it was recorded in, or by one connection instead of two. Pure but for
what was played.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from recproxy.lazy.dataclass import dataclass
from recproxy.mail.smtp_client import with_known_extensions
from recproxy.mail.smtp_server import Said, SaidKind, verb_of
from recproxy.mail.smtp_turns import SmtpTurn, command_text, smtp_turns
from recproxy.matching.mail_messages import Mail, mail_difference, read_mail
from recproxy.play.playback import Playback
from recproxy.recording import Act, Pattern, Step, fill, pattern

__all__ = ["SmtpPlayback", "SmtpReplay", "TurnPlace"]

#: What may follow anything, and is answered even where it was not recorded there.
_ALWAYS: Mapping[bytes, bytes] = {
    b"QUIT": b"221 2.0.0 closing connection\r\n",
    b"RSET": b"250 2.0.0 OK\r\n",
    b"NOOP": b"250 2.0.0 OK\r\n",
}
_TLS_BEGINS = (Step(Act.SERVER, b"220 2.0.0 Ready to start TLS\r\n"), Step(Act.TLS))
#: What goes on where its transaction began, and nowhere else.
_WITHIN = frozenset((b"RCPT", b"DATA", b"BDAT"))
_STARTTLS = b"STARTTLS"


@dataclass(frozen=True, slots=True)
class TurnPlace:
    """A place in a conversation: its position in the playback, and the number of a turn; -1 is what comes before all."""

    position: int
    turn: int


class SmtpPlayback:
    """The conversations of one scope with one host."""

    def __init__(self, playback: Playback, host: str, ignored: frozenset[bytes]) -> None:
        self.playback = playback
        self.ignored = ignored
        self.openings: dict[int, tuple[Step, ...]] = {}
        self.turns: dict[int, tuple[SmtpTurn, ...]] = {}
        self.plays: Counter[TurnPlace] = Counter()
        self._by_command: dict[bytes, list[TurnPlace]] = {}
        self._wild: list[TurnPlace] = []
        self._by_verb: dict[bytes, list[TurnPlace]] = {}
        self._read = lru_cache(maxsize=None)(self._mail)
        for position in range(len(playback.plays)):
            each = playback.interaction(position)
            scheme, _, rest = each.request.url.partition("://")
            if each.steps and each.request.method == "SMTP" and rest.partition(":")[0].lower() == host:
                opening, turns = smtp_turns(each.steps, secure=scheme == "smtps")
                self.openings[position], self.turns[position] = opening, turns
                for number, turn in enumerate(turns):
                    self._enter(TurnPlace(position, number), turn)

    def _enter(self, cursor: TurnPlace, turn: SmtpTurn) -> None:
        if turn.kind is SaidKind.COMMAND:
            self._by_verb.setdefault(verb_of(turn.data), []).append(cursor)
            wanted = self._wanted(cursor)
            if not isinstance(wanted, Pattern):
                self._by_command.setdefault(wanted, []).append(cursor)
            elif turn.data.strip() != (self.playback.interaction(cursor.position).request.wild or "").encode():
                self._wild.append(cursor)  # a line that was masked as a whole would fit anything, anywhere

    def turn(self, cursor: TurnPlace) -> SmtpTurn | None:
        """The turn at a place; None behind the last."""
        turns = self.turns[cursor.position]
        return turns[cursor.turn] if 0 <= cursor.turn < len(turns) else None

    def starts(self, said: Said) -> list[TurnPlace]:
        """The places where a command was recorded."""
        known = self._by_command.get(command_text(said.data), ())
        return [*known, *(each for each in self._wild if self.fits(each, said) is not None)]

    def of_verb(self, verb: bytes) -> Sequence[TurnPlace]:
        """The places of all commands of a verb."""
        return self._by_verb.get(verb, ())

    def fits(self, cursor: TurnPlace, said: Said, live: Mail | None = None) -> dict[str, bytes] | None:
        """What the named wild places of a turn take, if the client may have said that again; else None."""
        turn = self.turn(cursor)
        if turn is None or turn.kind is not said.kind:
            return None
        if said.kind is SaidKind.RESPONSE or turn.partial:
            return {}
        if said.kind is SaidKind.COMMAND:
            wanted, got = self._wanted(cursor), command_text(said.data)
            if isinstance(wanted, Pattern):
                return wanted.fits(got, self.playback.bound)
            return {} if wanted == got else None
        differences, taken = mail_difference(self.mail(cursor), live or self.live(said), self.playback.bound)
        return None if differences else taken

    def mail(self, cursor: TurnPlace) -> Mail:
        """A recorded message."""
        return self._read(cursor)

    def live(self, said: Said) -> Mail:
        """A live message."""
        return read_mail(said.data, None, self.ignored)

    def preferred(self, cursors: Iterable[TurnPlace]) -> list[TurnPlace]:
        """Places of equal fit in the order in which they are played; without those that are used up."""
        left = [each for each in cursors if not self.plays[each] or self.playback.repeats(each.position) != "miss"]
        return sorted(left, key=self._rank)

    def filled(self, steps: Iterable[Step], position: int) -> tuple[Step, ...]:
        """Steps of a server with named places filled in."""
        word = self.playback.interaction(position).request.wild
        values = {**self.playback.given, **self.playback.bound}
        return tuple(replace(each, data=fill(each.data, word, values)) for each in steps)

    def _wanted(self, cursor: TurnPlace) -> bytes | Pattern:
        text = command_text(self.turns[cursor.position][cursor.turn].data)
        return pattern(text, self.playback.interaction(cursor.position).request.wild) or text

    def _mail(self, cursor: TurnPlace) -> Mail:
        data = self.turns[cursor.position][cursor.turn].data
        return read_mail(data, self.playback.interaction(cursor.position).request.wild, self.ignored)

    def _rank(self, cursor: TurnPlace) -> tuple[bool, int, int, int]:
        count, order = self.plays[cursor], (cursor.position, cursor.turn)
        is_foreign = self.playback.is_foreign(cursor.position)
        if self.playback.repeats(cursor.position) == "cycle" or not count:
            return is_foreign, count, *order
        return is_foreign, 1, -order[0], -order[1]


class SmtpReplay:
    """One connection; `secure` says that it speaks TLS."""

    def __init__(self, playback: SmtpPlayback, *, secure: bool) -> None:
        self._of = playback
        self.secure = secure
        #: The places that fit all that was said, the one that answered last first.
        self.cursors: list[TurnPlace] = []
        #: What was said since a transaction or an authentication began, and how it went.
        self._chain: list[tuple[Said, tuple[bytes, ...]]] = []
        self._chunks = b""
        self._counted: set[int] = set()

    def greet(self) -> tuple[Step, ...] | None:
        """What the server says first; None where nothing is left that it could be."""
        starts = self._of.preferred(TurnPlace(position, -1) for position in self._of.turns)
        if not starts:
            return None
        secure = self._url_is_secure
        self.cursors = sorted(starts, key=lambda each: secure(each.position) is not self.secure)
        chosen = self.cursors[0]
        self._of.plays[chosen] += 1
        steps = self._of.filled(self._of.openings[chosen.position], chosen.position)
        if any(step.act in (Act.CLOSE, Act.RESET) for step in steps):
            self._count(chosen.position)
        return steps

    def say(self, said: Said) -> tuple[Step, ...] | None:
        """What follows what a client said; None where nothing fits."""
        verb = said.verb
        said = self._whole(said)
        live = self._of.live(said) if said.kind is SaidKind.MESSAGE else None
        found = self._advanced(self.cursors, said, live)
        if not found and verb not in _ALWAYS:
            found = self._elsewhere(said, live, verb)
        if verb in (b"EHLO", b"HELO"):
            found = sorted(found, key=lambda each: self._turn(each).secure is not self.secure)
        if not found:
            return self._unrecorded(verb)
        chosen = found[0]
        turn = self._turn(chosen)
        self._of.plays[chosen] += 1
        taken = self._of.fits(chosen, said, live) or {}
        for name, value in taken.items():
            self._of.playback.bound.setdefault(name, value)
        self.cursors = [each for each in found if self._turn(each).outcome == turn.outcome]
        self._remember(said, verb, turn.outcome)
        steps = self._of.filled(turn.answers, chosen.position)
        if _is_end(said, verb, turn):
            self._count(chosen.position)
        return self._fitted(verb, steps, turn)

    def end(self) -> None:
        """The client has gone: what it was greeted by counts as played, if nothing else of it was."""
        if self.cursors and not self._counted:
            self._count(self.cursors[0].position)

    @property
    def played(self) -> frozenset[int]:
        """The conversations that this connection has had something of."""
        return frozenset(self._counted)

    @property
    def position(self) -> int | None:
        """The conversation that answered last."""
        return self.cursors[0].position if self.cursors else None

    def nearest(self, said: Said) -> list[TurnPlace]:
        """Places that a person may have meant: what was to follow, and the same command elsewhere."""
        following = [TurnPlace(each.position, each.turn + 1) for each in self.cursors]
        near = [each for each in following if (turn := self._of.turn(each)) is not None and turn.kind is said.kind]
        if said.kind is SaidKind.COMMAND:
            near = [each for each in near if verb_of(self._turn(each).data) == said.verb]
            return [*near, *(each for each in self._of.of_verb(said.verb) if each not in near)]
        return near

    def _url_is_secure(self, position: int) -> bool:
        return self._of.playback.interaction(position).request.url.startswith("smtps:")

    def _turn(self, cursor: TurnPlace) -> SmtpTurn:
        turn = self._of.turn(cursor)
        assert turn is not None
        return turn

    def _whole(self, said: Said) -> Said:
        """A message that came in chunks as one."""
        if said.kind is SaidKind.COMMAND:
            self._chunks = self._chunks if said.verb == b"BDAT" else b""
        elif said.kind is SaidKind.MESSAGE:
            self._chunks += said.data
            return Said(said.kind, self._chunks)
        return said

    def _advanced(self, cursors: Iterable[TurnPlace], said: Said, live: Mail | None) -> list[TurnPlace]:
        following = (TurnPlace(each.position, each.turn + 1) for each in cursors)
        return self._of.preferred(each for each in following if self._of.fits(each, said, live) is not None)

    def _elsewhere(self, said: Said, live: Mail | None, verb: bytes) -> list[TurnPlace]:
        """The places where it fits in another conversation: of a whole transaction, if it is in one."""
        if said.kind is SaidKind.COMMAND and verb not in _WITHIN:
            return self._of.preferred(self._of.starts(said))
        if not self._chain:
            return []
        first, outcome = self._chain[0]
        cursors = [each for each in self._of.starts(first) if self._turn(each).outcome == outcome]
        for each, outcome in self._chain[1:]:
            cursors = [next_ for next_ in self._advanced(cursors, each, None) if self._turn(next_).outcome == outcome]
        return self._advanced(cursors, said, live)

    def _remember(self, said: Said, verb: bytes, outcome: tuple[bytes, ...]) -> None:
        if said.kind is SaidKind.COMMAND and verb not in _WITHIN:
            self._chain = [(said, outcome)]
        else:
            self._chain.append((said, outcome))

    def _count(self, position: int) -> None:
        if position not in self._counted:
            self._counted.add(position)
            self._of.playback.plays[position] += 1

    def _unrecorded(self, verb: bytes) -> tuple[Step, ...] | None:
        if verb == _STARTTLS and not self.secure:
            return _TLS_BEGINS
        return (Step(Act.SERVER, _ALWAYS[verb]),) if verb in _ALWAYS else None

    def _fitted(self, verb: bytes, steps: tuple[Step, ...], turn: SmtpTurn) -> tuple[Step, ...]:
        """The reply to EHLO as it is right for this connection: STARTTLS is offered where TLS is still to come."""
        if verb != b"EHLO" or not steps or steps[0].act is not Act.SERVER or not steps[0].data.startswith(b"250"):
            return steps
        lines = with_known_extensions(steps[0].data).split(b"\r\n")[:-1]
        if turn.secure and not self.secure:
            lines.append(_STARTTLS)
        elif self.secure:
            lines = [line for line in lines if line.upper() != _STARTTLS]
        return (replace(steps[0], data=b"\r\n".join(lines) + b"\r\n"), *steps[1:])


def _is_end(said: Said, verb: bytes, turn: SmtpTurn) -> bool:
    """Whether a turn is what a conversation is about: a message, a refusal, or the end of the connection."""
    if said.kind is SaidKind.MESSAGE:
        return not turn.partial
    refused = any(code[:1] in (b"4", b"5") for code in turn.outcome)
    return refused or verb == b"QUIT" or any(step.act in (Act.CLOSE, Act.RESET) for step in turn.answers)
