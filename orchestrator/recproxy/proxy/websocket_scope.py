"""The part of an open scope that WebSockets ask: conversations in play, and misses."""

from __future__ import annotations

from recproxy.http import Head
from recproxy.matching.message_miss import MessageMiss, message_miss
from recproxy.matching.websocket_messages import message_request
from recproxy.play.playback import Playback
from recproxy.play.websocket_playback import WebSocketPlayback, WebSocketReplay, websocket_elsewhere
from recproxy.proxy.conversation_misses import ConversationMisses
from recproxy.proxy.faults import ScopeFaults, lasted_note
from recproxy.proxy.websocket_replaying import WebSocketAnswer
from recproxy.recording import WEBSOCKET
from recproxy.recording.faults import Fault

__all__ = ["WebSocketScope"]

#: A longer message is not compared by its values for the text of a miss.
_LARGEST_COMPARED = 1 << 18


class WebSocketScope:
    """What one scope has for WebSockets."""

    def __init__(self, misses: ConversationMisses, faults: ScopeFaults) -> None:
        self._misses = misses
        self._faults = faults
        self._known: WebSocketPlayback | None = None

    def answer(
        self, position: int, fitting: tuple[int, ...], head: Head, line: str, fault: Fault | None = None
    ) -> WebSocketAnswer:
        """A connection that begins as one conversation; all that are `fitting` began with the same request.

        A `fault` is of the agreement itself.
        """
        playback = self._playback()
        positions = tuple(each for each in fitting if playback.playback.interaction(each).protocol == WEBSOCKET)
        return WebSocketAnswer(
            misses=self,
            replay=WebSocketReplay(playback, position, positions),
            response=playback.playback.response(position),
            head=head,
            url=line.partition(" ")[2],
            most=self._misses.profile.upstream.max_body,
            paced=self._misses.profile.replay.pace == "recorded",
            begins_with=fault,
        )

    def fault(self, position: int) -> Fault | None:
        """The fault to play with what the server says next, where a test wants one."""
        return self._faults.take(position, "MESSAGE") if self._faults.planned else None

    def lasted(self, fault: Fault) -> None:
        """A client has waited for the end of a hang."""
        self._misses.history.note(lasted_note(self._misses.profile.name, fault))

    def said(self) -> None:
        """Count a message, in whichever direction."""
        self._misses.history.messages += 1

    def miss(self, replay: WebSocketReplay, url: str, data: bytes, *, binary: bool) -> str:
        """Count a message that was not recorded, and describe it in one line: the reason to close with."""
        misses = self._misses
        if misses.history.is_full:
            return misses.count_again()
        told = self._described(replay, url, data, binary=binary)
        live = message_request(data, binary=binary)
        told = misses.found_elsewhere(told, lambda index: websocket_elsewhere(index, live, url))
        misses.count("WEBSOCKET", url, told)
        return told.headline()

    def too_large(self, url: str, size: int) -> str:
        """The same for a message that is too large to be matched."""
        profile = self._misses.profile
        reason = f"a message has more than {profile.upstream.max_body} bytes (upstream.max_body): such messages are not matched"
        told = MessageMiss(
            said=f"({size} bytes or more)", url=url, profile=profile.name, test=self._misses.test, reason=reason,
            ways=self._misses.ways,
        )  # fmt: skip
        self._misses.count("WEBSOCKET", url, told)
        return told.headline()

    def _described(self, replay: WebSocketReplay, url: str, data: bytes, *, binary: bool) -> MessageMiss:
        messages = replay.messages()
        live = message_request(data, binary=binary)
        bound = self._playback().playback.bound
        used = next((each for tier in messages.index.find(live, bound=bound).tiers for each in tier), None)
        shown = self._misses.show_request(
            live if len(data) <= _LARGEST_COMPARED else message_request(b"", binary=binary)
        )
        return message_miss(
            messages.index,
            shown,
            url=url,
            profile=self._misses.profile.name,
            test=self._misses.test,
            ways=self._misses.ways,
            bound=bound,
            used=used,
        )

    def _playback(self) -> WebSocketPlayback:
        playback: Playback = self._misses.playback()
        if self._known is None or self._known.playback is not playback:
            self._known = WebSocketPlayback(playback, self._misses.profile.match.websocket.key.split())
        return self._known
