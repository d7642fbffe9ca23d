"""What a connection of IMAP tells one scope: what it played and missed, and what was said to a service.

Knows a lane and the scope that is open in it when this is made; no socket.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from recproxy.config.mail_endpoints import MailPlace
from recproxy.control.outcomes import RequestResult
from recproxy.mail.imap.commands import ImapCommand
from recproxy.play.imap_replay import ImapReplay
from recproxy.proxy.imap_connection import ImapConnection
from recproxy.proxy.mail_lane import MailLane
from recproxy.proxy.timeline import said_by_server
from recproxy.recording import Act, Step, conversation
from recproxy.recording.faults import Fault

__all__ = ["ImapTexts"]


class ImapTexts:
    """What a connection tells the scope that is open now, also when another one is."""

    def __init__(self, lane: MailLane, place: MailPlace, connection: ImapConnection) -> None:
        self.scope = lane.scope
        self._lane = lane
        self._place = place
        self._connection = connection

    def played(self, positions: Sequence[int]) -> None:
        """Conversations were played."""
        self.scope.conversations.play(positions)

    def fault(self, position: int | None, at: str) -> Fault | None:
        """The fault to play at a place of a conversation."""
        return self.scope.conversations.fault(position, at)

    def lasted(self, fault: Fault) -> None:
        """A fault was played to its end."""
        self.scope.conversations.lasted(fault)

    def missed(self, replay: ImapReplay, command: ImapCommand | None, logins: Sequence[Step]) -> str:
        """Count a miss; the text for the client."""
        text = self.scope.conversations.imap.miss(self._place, replay, command, logins)
        if self._lane.reset_on_miss:
            self._connection.end(Act.RESET)
        return text

    def refused(self, reason: str) -> None:
        """Something was not answered: the scope does not pass."""
        self.scope.traffic.fail(f"{self._place.url}: {reason}")

    def note(self, line: str) -> None:
        """Keep a line for the user."""
        self.scope.note(f"{self._place.host}: {line}")

    def keep(self, steps: Sequence[Step], then: Callable[[], None]) -> None:
        """Have a conversation written for this scope; `then` is done when it is safe."""
        if self._lane.forwarding.mode == "live":
            self._time(RequestResult.FORWARDED, steps)
            then()
            return
        self.scope.traffic.begin()
        self._lane.spawn(self._kept(tuple(steps), then))

    async def _kept(self, steps: tuple[Step, ...], then: Callable[[], None]) -> None:
        from recproxy.proxy.upstream_errors import UpstreamError  # noqa: PLC0415 - a replay does without

        traffic, place = self.scope.traffic, self._place
        said = conversation(place.protocol.upper(), place.url, steps, wild=None, scope=self.scope.name)
        try:
            await self._lane.forwarding.keep(said, traffic, time.monotonic())
            self._time(RequestResult.RECORDED, steps)
        except UpstreamError as problem:
            self._time(RequestResult.FAILED, steps)
            traffic.fail(f"{place.url}: {problem}")
        finally:
            traffic.end(0)
        then()

    def _time(self, result: RequestResult, steps: Sequence[Step]) -> None:
        line = f"{self._place.protocol.upper()} {self._place.url}"
        self.scope.traffic.timeline.add_forwarded(result, time.monotonic(), lambda: line, size=said_by_server(steps))
