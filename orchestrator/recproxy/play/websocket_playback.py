"""WebSockets in play: what the server said, for a client that says the same again.

A connection need not be one recorded conversation. It begins as one, and a message goes on there if it was said there;
else in another one that began with the same request. Pure but for what was played.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from recproxy.lazy.dataclass import dataclass
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.matching.websocket_messages import RecordedMessage, index_of_messages, message_request
from recproxy.play.filling import filled_response, filling_values
from recproxy.play.playback import Playback
from recproxy.play.websocket_turns import MessageId, WebSocketTurn, known_id, websocket_turns, with_id
from recproxy.recording import WEBSOCKET, Act, Request, Response, Step

__all__ = ["MessagePlace", "WebSocketPlayback", "WebSocketReplay", "websocket_elsewhere"]


@dataclass(frozen=True, slots=True)
class MessagePlace:
    """A message of a client: the position of its conversation in the playback, and the number of its turn."""

    position: int
    turn: int


class Messages:
    """What clients say in some conversations, in one index; and in another one what has an id, whatever that is."""

    def __init__(self, playback: WebSocketPlayback, positions: Iterable[int], rules: Rules) -> None:
        self.places = [
            MessagePlace(position, number)
            for position in positions
            for number, turn in enumerate(playback.turns(position)[1])
            if turn.step.act is Act.CLIENT
        ]
        self.index: Index = index_of_messages((playback.message(each) for each in self.places), rules)
        #: The ids that clients chose, by number of a message.
        self.ids = {
            number: found
            for number, place in enumerate(self.places)
            if (found := playback.message_id(place)) is not None
        }
        self._with_ids = list(self.ids)
        self._by_rest = index_of_messages(
            (playback.message(self.places[each]) for each in self._with_ids), rules.ignoring({"json": ("/id",)})
        )

    def like(self, live: Request) -> tuple[int, ...]:
        """The numbers of messages that differ from a live one in their id at most."""
        found = self._by_rest.find(live) if self._with_ids else None
        return tuple(self._with_ids[each] for tier in (found.tiers if found else ()) for each in tier)

    def captures(self, number: int, live: Request, bound: Mapping[str, bytes], *, whole: bool) -> dict[str, bytes]:
        """What the named places of a message take from a live one; unless it fits as a `whole`, all fits but the id."""
        if whole:
            return self.index.captures(number, live, bound=bound)
        return self._by_rest.captures(self._with_ids.index(number), live, bound=bound) if number in self.ids else {}


class WebSocketPlayback:
    """The WebSockets of one scope; `pointers` are where keys of messages are."""

    def __init__(self, playback: Playback, pointers: Sequence[str] = ()) -> None:
        self.playback = playback
        #: How often each message was answered, by any connection.
        self.plays: Counter[MessagePlace] = Counter()
        self._pointers = tuple(pointers)
        self.turns = lru_cache(maxsize=None)(self._turns)
        self.messages = lru_cache(maxsize=64)(self._messages)

    def turn(self, place: MessagePlace) -> WebSocketTurn:
        """A message and what follows it."""
        return self.turns(place.position)[1][place.turn]

    def message(self, place: MessagePlace) -> RecordedMessage:
        """A message as it is compared."""
        recording = self.playback.index.recording_of(place.position)
        word = self.playback.interaction(place.position).request.wild
        return RecordedMessage(self.turn(place).step, word, recording.path)

    def message_id(self, place: MessagePlace) -> MessageId | None:
        """The id of a message by which known protocols connect others with it."""
        return known_id(self.turn(place).step.data, self.playback.interaction(place.position).request.wild)

    def filled(self, steps: Iterable[Step], position: int) -> tuple[Step, ...]:
        """What a server does with named places filled in."""
        response = self.playback.interaction(position).response
        return tuple(self._filled(each, response) for each in steps)

    def _filled(self, step: Step, of: Response) -> Step:
        word = of.wild
        if word is None or f"{word}[".encode() not in step.data:
            return step
        said = Response(status=0, body=step.data, wild=word)
        values = filling_values(said, self.playback.bound, self.playback.given)
        return replace(step, data=filled_response(said, values).body)

    def _turns(self, position: int) -> tuple[tuple[Step, ...], tuple[WebSocketTurn, ...]]:
        conversation = self.playback.interaction(position)
        return websocket_turns(conversation.steps, self._pointers, conversation.request.wild)

    def _messages(self, positions: tuple[int, ...]) -> Messages:
        return Messages(self, positions, self.playback.index.rules)


class WebSocketReplay:
    """One connection, which began as the conversation at `position`; `others` began with the same request."""

    def __init__(self, of: WebSocketPlayback, position: int, others: Sequence[int]) -> None:
        self._of = of
        self.position = position
        self._positions = (position, *(each for each in others if each != position))
        self._played: set[MessagePlace] = set()
        #: By a recorded id the one that the client has instead.
        self._ids: dict[MessageId, MessageId] = {}
        #: The conversations besides its own that this connection has had something of.
        self.borrowed: set[int] = set()

    def open(self) -> tuple[Step, ...]:
        """What the server does at once."""
        return self._of.filled(self._of.turns(self.position)[0], self.position)

    def say(self, data: bytes, *, binary: bool) -> tuple[Step, ...] | None:
        """What follows a message of the client; None where nothing fits."""
        messages = self._of.messages(self._positions)
        live = message_request(data, binary=binary)
        bound = self._of.playback.bound
        found = messages.index.find(live, bound=bound)
        number = self._left(messages, found.tiers)
        if number is None:
            number = self._like(messages, live)
        if number is None:
            number = self._again(messages, [each for tier in found.tiers for each in tier])
        if number is None:
            return None
        is_whole = any(number in tier for tier in found.tiers)
        if found.stateful or not is_whole:
            for name, value in messages.captures(number, live, bound, whole=is_whole).items():
                bound.setdefault(name, value)
        place = messages.places[number]
        self._played.add(place)
        self._of.plays[place] += 1
        if place.position != self.position:
            self.borrowed.add(place.position)
        word = self._of.playback.interaction(place.position).response.wild
        return tuple(
            [self._with_own_id(each, word) for each in self._of.filled(self._of.turn(place).answers, place.position)]
        )

    def messages(self) -> Messages:
        """What this connection may say."""
        return self._of.messages(self._positions)

    def _left(self, messages: Messages, tiers: Iterable[Sequence[int]]) -> int | None:
        """Of messages that fit, the next one to play: of its own conversation, then of another."""
        for tier in tiers:
            own = (each for each in tier if messages.places[each].position == self.position)
            left = next((each for each in own if messages.places[each] not in self._played), None)
            if left is None:
                others = (each for each in tier if messages.places[each].position != self.position)
                left = next((each for each in others if not self._of.plays[messages.places[each]]), None)
            if left is not None:
                return left
        return None

    def _like(self, messages: Messages, live: Request) -> int | None:
        """The next message that differs in its id alone: its client counts otherwise than when it was recorded."""
        own = known_id(live.body)
        if own is None:
            return None
        like = messages.like(live)
        known = [each for each in like if self._ids.get(messages.ids[each]) == own]
        free = [each for each in like if messages.ids[each] not in self._ids]
        number = self._left(messages, (known, free))
        if number is None:
            number = self._again(messages, known or like)
        if number is not None:
            self._ids[messages.ids[number]] = own
        return number

    def _with_own_id(self, step: Step, word: str | None) -> Step:
        """What a server says with the id that this client chose."""
        recorded = known_id(step.data, word) if self._ids and step.act is Act.SERVER else None
        own = self._ids.get(recorded) if recorded is not None else None
        return step if own is None or own == recorded else replace(step, data=with_id(step.data, own, word))

    def _again(self, messages: Messages, played: Sequence[int]) -> int | None:
        """Of messages that were all played, the one that repeats."""
        again = [each for each in played if self._repeats(messages.places[each]) != "miss"]
        if not again:
            return None
        if self._repeats(messages.places[again[-1]]) == "cycle":
            return min(again, key=lambda each: self._of.plays[messages.places[each]])
        return again[-1]

    def _repeats(self, place: MessagePlace) -> str:
        return self._of.playback.repeats(place.position)


def websocket_elsewhere(index: Index, live: Request, url: str) -> list[int]:
    """The positions of conversations at an address, whatever its query, in which a client says a message."""
    recorded = WebSocketPlayback(Playback(index))
    address = url.partition("?")[0]
    positions = tuple(
        position
        for position, each in enumerate(index.interactions)
        if each.protocol == WEBSOCKET and each.request.url.partition("?")[0] == address
    )
    messages = recorded.messages(positions)
    numbers = (number for tier in messages.index.find(live).tiers for number in tier)
    return list(dict.fromkeys(messages.places[number].position for number in numbers))
