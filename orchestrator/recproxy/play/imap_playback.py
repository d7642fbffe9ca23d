"""The IMAP conversations of a scope in play: which of them has what a command asks for. Pure but for what was played."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from recproxy.lazy.dataclass import dataclass
from recproxy.mail.imap.lines import ImapLine, LineReader, announced
from recproxy.mail.imap.meanings import Meaning
from recproxy.mail.imap.responses import ImapResponse, read_imap_response
from recproxy.matching.differences import Difference, excerpt
from recproxy.matching.field_values import Value, read_value, shown
from recproxy.matching.mail_messages import Mail, mail_difference
from recproxy.play.filling import filled_response, filling_values
from recproxy.play.imap_comparison import compared_fields, compared_mails, fitting
from recproxy.play.imap_exchanges import ImapConversation, ImapExchange, ImapSaid, read_imap_exchanges
from recproxy.play.playback import Playback
from recproxy.recording import Pattern, Response
from recproxy.recording.faults import Fault

__all__ = ["ImapAsked", "ImapPlayback", "Place"]

#: What a difference of the mailbox is called that was selected.
_SELECTED = "selected mailbox"
#: The values of a message, by what a person calls them.
_MailKey = tuple[tuple[str, Value], ...]
_Key = tuple[bytes | None, bytes, tuple[tuple[str, bytes], ...], tuple[_MailKey, ...]]


@dataclass(frozen=True, slots=True)
class ImapAsked:
    """What a live command asks for: in the mailbox that it is about, with the messages that it brings."""

    meaning: Meaning
    mailbox: bytes | None
    mails: tuple[Mail, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a command: the position of its conversation in the playback, and the number of its exchange."""

    position: int
    number: int


class ImapPlayback:
    """The conversations of one scope with one host."""

    def __init__(self, playback: Playback, host: str, ignored: frozenset[bytes]) -> None:
        self.playback = playback
        self.ignored = ignored
        self.conversations: dict[int, ImapConversation] = {}
        #: How many connections go on with a conversation now.
        self.open: Counter[int] = Counter()
        self._places: dict[int, dict[_Key, list[int]]] = {}
        self._wild: dict[int, list[int]] = {}
        self._mails = lru_cache(maxsize=None)(self._read_mails)
        for position, each in enumerate(playback.index.interactions):
            rest = each.request.url.partition("://")[2]
            if each.steps and each.request.method == "IMAP" and rest.partition(":")[0].lower() == host:
                self._enter(position)

    def _enter(self, position: int) -> None:
        conversation = read_imap_exchanges(self.playback.interaction(position))
        self.conversations[position] = conversation
        places = self._places[position] = {}
        wild = self._wild[position] = []
        for number, exchange in enumerate(conversation.exchanges):
            mails = self._mails(Place(position, number))
            if self._is_wild(position, exchange) or any(map(_holds_wild_places, mails)):
                wild.append(number)
            else:
                places.setdefault(self._key(exchange.meaning, exchange.mailbox, mails), []).append(number)

    def secure(self, position: int) -> bool:
        """Whether a conversation was recorded in TLS from its start."""
        return self.playback.interaction(position).request.url.startswith("imaps:")

    def asked(self, meaning: Meaning, mailbox: bytes | None) -> ImapAsked:
        """A live command in the form that is compared."""
        return ImapAsked(meaning, mailbox, compared_mails(meaning, None, self.ignored))

    def exchange(self, place: Place) -> ImapExchange:
        """The exchange at a place."""
        return self.conversations[place.position].exchanges[place.number]

    def numbers(self, position: int, asked: ImapAsked) -> list[int]:
        """The exchanges of a conversation that answer a command, in order; those without a wild place come first."""
        known = self._places[position].get(self._key(asked.meaning, asked.mailbox, asked.mails), ())
        wild = (each for each in self._wild[position] if self.fits(Place(position, each), asked) is not None)
        return [*known, *wild]

    def fits(self, place: Place, asked: ImapAsked) -> dict[str, bytes] | None:
        """What the named wild places of a command take, if it may be the same as this one; else None."""
        exchange = self.exchange(place)
        if exchange.meaning.name != asked.meaning.name or (exchange.mailbox is None) != (asked.mailbox is None):
            return None
        wanted, got = list(self._fields(exchange.meaning)), list(self._fields(asked.meaning))
        if exchange.mailbox is not None and asked.mailbox is not None:
            wanted.append((_SELECTED, exchange.mailbox))
            got.append((_SELECTED, asked.mailbox))
        mails = self._mails(place), asked.mails
        return fitting(wanted, got, mails, self._word(place.position), self.playback.bound)

    def differences(self, place: Place, asked: ImapAsked) -> list[Difference]:
        """How a live command differs from the recorded one at a place, which has the same name."""
        exchange, word = self.exchange(place), self._word(place.position)
        wanted, got = dict(self._fields(exchange.meaning)), dict(self._fields(asked.meaning))
        for fields, mailbox in ((wanted, exchange.mailbox), (got, asked.mailbox)):
            if mailbox is not None:
                fields[_SELECTED] = mailbox
        found = [
            difference
            for name in dict.fromkeys((*wanted, *got))
            if (difference := _difference(name, wanted.get(name), got.get(name), word)) is not None
        ]
        mails = self._mails(place)
        for mail, live in zip(mails, asked.mails, strict=False):
            found += mail_difference(mail, live, self.playback.bound)[0]
        if len(mails) != len(asked.mails):
            found.append(Difference("number of messages", str(len(mails)), str(len(asked.mails))))
        return found

    def preferred(self, positions: Iterable[int]) -> list[int]:
        """Conversations in the order in which they are played; without those that are used up."""
        repeats = self.playback.repeats
        left = [each for each in positions if not self._count(each) or repeats(each) != "miss"]
        return sorted(left, key=self._rank)

    def repeated(self, position: int, numbers: Sequence[int], played: Counter[int]) -> int | None:
        """What answers a command again whose exchanges in a conversation were all played; None where that is a miss."""
        repeat = self.playback.repeats(position)
        if repeat == "miss" or not numbers:
            return None
        return min(numbers, key=lambda each: (played[each], each)) if repeat == "cycle" else max(numbers)

    def said(self, place: Place) -> tuple[tuple[ImapSaid, ...], ...]:
        """What the service said to a command, with named places filled in."""
        word = self._word(place.position)
        mark = None if word is None else word.encode() + b"["
        return tuple(
            tuple(
                each
                if isinstance(each, Fault) or mark is None or mark not in _data(each)
                else self._filled(each, word or "")
                for each in group
            )
            for group in self.exchange(place).groups
        )

    def _filled(self, said: bytes | ImapResponse, word: str) -> ImapSaid:
        reader = LineReader(commands=False)
        reader.feed(_data(said))
        lines: list[ImapLine] = []
        while isinstance(line := reader.next(), ImapLine):
            lines.append(announced([self._filled_piece(n, each, word) for n, each in enumerate(line.pieces)]))
        return read_imap_response(lines[0]) if isinstance(said, ImapResponse) else b"".join(each.data for each in lines)

    def _filled_piece(self, number: int, piece: bytes, word: str) -> bytes:
        """A text, which has no line ends, as a header has none; or a literal."""
        headers = () if number % 2 else ((b"text", piece),)
        response = Response(status=0, wild=word, headers=headers, body=piece if number % 2 else b"")
        values = filling_values(response, self.playback.bound, self.playback.given)
        if not values:
            return piece
        filled = filled_response(response, values)
        return filled.body if number % 2 else filled.headers[0][1]

    def _word(self, position: int) -> str | None:
        return self.playback.interaction(position).request.wild

    def _is_wild(self, position: int, exchange: ImapExchange) -> bool:
        word = self._word(position)
        if word is None:
            return False
        values = (exchange.mailbox or b"", *(value for _, value in self._fields(exchange.meaning)))
        return any(word.encode() in each for each in values)

    def _fields(self, meaning: Meaning) -> tuple[tuple[str, bytes], ...]:
        return compared_fields(meaning, self.ignored)

    def _key(self, meaning: Meaning, mailbox: bytes | None, mails: tuple[Mail, ...]) -> _Key:
        return mailbox, meaning.name, self._fields(meaning), tuple(map(_mail_key, mails))

    def _read_mails(self, place: Place) -> tuple[Mail, ...]:
        return compared_mails(self.exchange(place).meaning, self._word(place.position), self.ignored)

    def _count(self, position: int) -> int:
        return self.playback.plays[position] + self.open[position]

    def _rank(self, position: int) -> tuple[bool, int, int]:
        count, is_foreign = self._count(position), self.playback.is_foreign(position)
        if self.playback.repeats(position) == "cycle" or not count:
            return is_foreign, count, position
        return is_foreign, 1, -position


def _mail_key(mail: Mail) -> _MailKey:
    return tuple(sorted((label, field.value) for label, field in mail.fields.items()))


def _holds_wild_places(mail: Mail) -> bool:
    return any(isinstance(each, Pattern) for field in mail.fields.values() for each in field)


def _data(said: bytes | ImapResponse) -> bytes:
    return said if isinstance(said, bytes) else said.line.data


def _difference(name: str, wanted: bytes | None, got: bytes | None, word: str | None) -> Difference | None:
    if wanted is None or got is None:
        if wanted is got:
            return None
        return Difference(name, None if wanted is None else shown(wanted), None if got is None else shown(got))
    value = read_value(wanted, word)
    if value == got or (isinstance(value, Pattern) and value.fits(got) is not None):
        return None
    return Difference(name, *excerpt(shown(value, word), shown(got)))
