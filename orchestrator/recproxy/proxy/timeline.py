"""When the requests of a scope came and how long they took: the first ones in full, the slowest, and counts of the rest.

A played request is kept as the numbers that it is; what they mean is looked up when the scope ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from recproxy.control.outcomes import Missed, RequestResult, TimedRequest
from recproxy.recording import Act
from recproxy.recording.message_coding import holds_messages

if TYPE_CHECKING:
    from recproxy.play.playback import Playback
    from recproxy.recording import Step

__all__ = ["Timeline", "request_line", "said_by_server"]


def said_by_server(steps: Sequence[Step]) -> int:
    """How many bytes a mail server said in a conversation."""
    return sum(len(each.data) for each in steps if each.act is Act.SERVER)


class Timeline:
    """The requests of one scope in time; the first `most` are kept, of the others only the slowest is remembered."""

    def __init__(self, most: int = 0) -> None:
        self._most = most
        #: Begin, seconds and fault of what was played (a position), missed (below 0) or answered by a hook (a line).
        self._kept: list[tuple[float, float, int | str, str] | TimedRequest] = []
        self._left_out = 0
        self._slowest: int | str = ""
        self._slowest_seconds = 0.0
        self._forwarded_bytes = 0
        #: How often each position was played here; a playback also counts what other scopes played before.
        self._plays: dict[int, int] = {}
        # Durations are of the one clock and moments of the other, which the orchestrator has, too.
        self._offset = time.monotonic() - time.perf_counter()

    def add(self, request: int | str, begun: float, seconds: float, fault: str = "") -> None:
        """A request was answered from recordings, by a hook, or missed; `begun` is of `time.perf_counter`."""
        if seconds > self._slowest_seconds:
            self._slowest, self._slowest_seconds = request, seconds
        if isinstance(request, int) and request >= 0:
            self._plays[request] = self._plays.get(request, 0) + 1
        if len(self._kept) < self._most:
            self._kept.append((begun, seconds, request, fault))
        else:
            self._left_out += 1

    def add_forwarded(
        self,
        result: RequestResult,
        begun: float,
        shown: Callable[[], str],
        *,
        status: int = 0,
        size: int = 0,
        waited: float = 0.0,
    ) -> None:
        """A request went to the service and ends now; `begun` is of `time.monotonic`, `shown` gives the masked request.

        `waited` are the seconds until its answer began.
        """
        self._forwarded_bytes += size
        seconds = time.monotonic() - begun
        is_kept, is_slowest = len(self._kept) < self._most, seconds > self._slowest_seconds
        if not is_kept:
            self._left_out += 1
        if not (is_kept or is_slowest):
            return
        request = shown()
        if is_slowest:
            self._slowest, self._slowest_seconds = request, seconds
        if is_kept:
            self._kept.append(
                TimedRequest(
                    result=result,
                    begun=begun,
                    seconds=round(seconds, 6),
                    request=request,
                    status=status,
                    size=size,
                    waited=waited,
                )
            )

    @property
    def left_out(self) -> int:
        """How many requests are not kept; 0 where nobody wants any."""
        return self._left_out if self._most else 0

    @property
    def slowest_seconds(self) -> float:
        """How long the slowest request took."""
        return self._slowest_seconds

    def slowest(self, playback: Playback, missed: Sequence[Missed]) -> str:
        """The slowest request."""
        return request_line(self._slowest, playback, missed)

    def size(self, playback: Playback) -> int:
        """The bytes of all bodies that clients got from the service or from recordings."""
        return self._forwarded_bytes + sum(count * _size(playback, each) for each, count in self._plays.items())

    def messages(self, playback: Playback) -> int:
        """The messages of the calls of gRPC that were played, both ways."""
        return sum(count * _messages(playback, each) for each, count in self._plays.items())

    def requests(self, playback: Playback, missed: Sequence[Missed]) -> tuple[TimedRequest, ...]:
        """The requests that are kept, in the order in which they were answered."""
        return tuple(
            each if isinstance(each, TimedRequest) else self._described(*each, playback, missed) for each in self._kept
        )

    def _described(
        self,
        begun: float,
        seconds: float,
        request: int | str,
        fault: str,
        playback: Playback,
        missed: Sequence[Missed],
    ) -> TimedRequest:
        is_played = isinstance(request, int) and request >= 0
        is_missed = isinstance(request, int) and request < 0
        timed = TimedRequest(
            result=RequestResult.MISSED if is_missed else RequestResult.PLAYED,
            begun=begun + self._offset,
            seconds=round(seconds, 6),
            request=request_line(request, playback, missed),
            fault=fault,
        )
        if not is_played:
            return timed
        assert isinstance(request, int)
        found = playback.interaction(request)
        return TimedRequest(
            result=timed.result,
            begun=timed.begun,
            seconds=timed.seconds,
            request=timed.request,
            status=found.response.status,
            size=_size(playback, request),
            position=request,
            line=found.line,
            fault=fault,
        )


def request_line(request: int | str, playback: Playback, missed: Sequence[Missed]) -> str:
    """A request in one line: as recorded, so that it shows no secret, or the miss it was."""
    if isinstance(request, str):
        return request
    if request < 0:
        return f"{missed[-1 - request].method} {missed[-1 - request].url}"
    method, url, _ = playback.index.asked(request)
    return f"{method} {url}"


def _messages(playback: Playback, position: int) -> int:
    found = playback.interaction(position)
    if found.steps or not holds_messages(found.request):
        return 0
    from recproxy.grpc.bodies import message_count  # noqa: PLC0415 - most services have no gRPC

    return message_count(found.request) + message_count(found.response)


def _size(playback: Playback, position: int) -> int:
    found = playback.interaction(position)
    return said_by_server(found.steps) if found.steps else len(found.response.body)
