"""A stream both ways in replay: what the service said after a message of the client is said after one that matches it.

Several recorded calls may begin alike: those that fit all that the client has said so far are kept, and the first of
them is played as long as it fits. Pure but for the playback; knows no socket.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from math import inf

from recproxy.grpc.bodies import sent_messages
from recproxy.grpc.order import CLIENT_ENDED
from recproxy.matching.compare import Comparison, difference
from recproxy.matching.fields import read_fields
from recproxy.matching.json_values import parse_json, readable
from recproxy.matching.rules import JsonPlan, compared_parts
from recproxy.play.playback import Playback
from recproxy.recording import Request, Response

__all__ = ["Dialogue", "Reply"]

Reply = tuple[Response, list[bytes], bool]


class Dialogue:
    """One call in replay, whose recorded calls are at `positions`; `request` is its head, without messages."""

    def __init__(
        self, playback: Playback, positions: Sequence[int], request: Request, any_host: tuple[str, ...] | None = None
    ) -> None:
        self._playback = playback
        self._request = request
        self._any_host = any_host
        self._recorded = {each: messages_apart(playback.interaction(each).request) for each in positions}
        self._alive = [each for each in positions if self._fits(each, None, b"")]
        self._heard: list[bytes] = []
        self._has_ended = False
        self._said = 0
        #: By position, what the service says, and after how many messages of the client: a stream may be long.
        self._answered: dict[int, list[bytes]] = {}
        self._moments: dict[int, list[float]] = {}
        self._sent: tuple[Response, list[bytes]] | None = None
        #: The recorded call that is played; None before anything is said.
        self.position: int | None = None

    @property
    def request(self) -> Request:
        """What the client has said so far, as a request."""
        return replace(self._request, body=_together(self._heard))

    @property
    def fits(self) -> bool:
        """Whether any recorded call fits so far."""
        return bool(self._alive)

    def hear(self, message: bytes) -> bool:
        """Take a message of the client, as JSON; whether any recorded call still fits."""
        number = len(self._heard)
        self._heard.append(message)
        return self._keep([each for each in self._alive if self._fits(each, number, message)])

    def end(self) -> bool:
        """The client has ended its side; whether any recorded call still fits."""
        self._has_ended = True
        return self._keep([each for each in self._alive if len(self._recorded[each]) == len(self._heard)])

    def reply(self) -> Reply | None:
        """What is said now: the response with its head and trailers, frames of messages, and whether that is the end.

        None if nothing is to be said yet, or nothing is left to play. Raises MessageError, as `sent_messages` does.
        """
        if self.position is None:
            if not self._alive or not self._due(self._next()):
                return None
            self._choose()
        if self.position is None or not (due := self._due(self.position)):
            return None
        self._bind(self.position)
        response = self._playback.response(self.position)
        if self._sent is None or self._sent[0] is not response:
            self._sent = response, sent_messages(response)
        frames = self._sent[1]
        said, self._said = self._said, min(due, len(frames))
        return response, frames[said : self._said], due > len(frames)

    def _keep(self, alive: list[int]) -> bool:
        """Go on with those that still fit: with another than was played, if the service has said the same in it."""
        if self.position is not None and self.position not in alive:
            said = self._answers(self.position)[: self._said]
            alive = [each for each in alive if self._answers(each)[: len(said)] == said]
            self.position = None
        self._alive = alive
        if self._said and self.position is None and alive:
            self._choose()
        return bool(alive)

    def _next(self) -> int:
        """The first that was not played, or else the last."""
        return next((each for each in self._alive if not self._playback.plays[each]), self._alive[-1])

    def _choose(self) -> None:
        self.position = self._playback.take(self._playback.among(tuple(self._alive)))

    def _due(self, position: int) -> int:
        """How many messages are due by now, with one more for the status; 0 if that is no more than was said."""
        moments = self._moments.get(position)
        if moments is None:
            order = self._playback.interaction(position).response.after
            order = order or (CLIENT_ENDED,) * (len(self._answers(position)) + 1)
            moments = self._moments[position] = [inf if each == CLIENT_ENDED else each for each in order]
        due = len(moments) if self._has_ended else bisect_right(moments, len(self._heard))
        return due if due > self._said else 0

    def _answers(self, position: int) -> list[bytes]:
        if position not in self._answered:
            self._answered[position] = messages_apart(self._playback.interaction(position).response)
        return self._answered[position]

    def _bind(self, position: int) -> None:
        """Bind what the named places of a recorded call take of what the client has said."""
        request, playback = self._playback.interaction(position).request, self._playback
        if request.wild is None or f"{request.wild}[".encode() not in request.body:
            return
        chosen = compared_parts(playback.index.rules, playback.index.recording_of(position).match_on)
        comparison = Comparison(chosen, playback.bound)
        heard = _together(self._recorded[position][: len(self._heard)])
        comparison.fields(read_fields(replace(request, body=heard), chosen), read_fields(self.request, chosen.live))
        for name, value in comparison.captured.items():
            playback.bound.setdefault(name, value)

    def _fits(self, position: int, number: int | None, message: bytes) -> bool:
        """Whether a message fits the one of that number; without a number, whether the head does."""
        messages = self._recorded[position]
        if number is not None and number >= len(messages):
            return False
        index, recorded = self._playback.index, self._playback.interaction(position)
        wanted = b"" if number is None else messages[number]
        return not difference(
            replace(recorded, request=replace(recorded.request, body=wanted)),
            replace(self._request, body=message),
            index.rules,
            match_on=index.recording_of(position).match_on,
            hosts=index.hosts,
            any_host=self._any_host,
            bound=self._playback.bound,
        )


def _together(messages: Sequence[bytes]) -> bytes:
    """Messages as the body of a recording has them."""
    return messages[0] if len(messages) == 1 else b"[%s]" % b", ".join(messages) if messages else b""


def messages_apart(block: Request | Response) -> list[bytes]:
    """The messages of a readable block, each as its JSON; wild places may stand in them."""
    parsed = parse_json(block.body, None, JsonPlan(), block.wild) if block.body else None
    if parsed is None:
        return []
    trees = parsed[0] if isinstance(parsed[0], list) else [parsed[0]]
    return [readable(each).encode() for each in trees]
