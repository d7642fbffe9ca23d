"""What happened in a scope so far, as its outcome says it: requests in order, misses, notes, and what was not used."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from recproxy.control.outcomes import Missed, Outcome, Unused
from recproxy.play.playback import Playback
from recproxy.proxy.timeline import Timeline, request_line
from recproxy.proxy.traffic import Traffic

__all__ = ["ScopeHistory", "rate_limit_notes"]

_KEPT_LINES = 1000  # a test that polls without end must not fill the memory
_RATE_LIMITED = 429
#: As often is a rate limit played to a client that waits and asks again, rather than to a test that wants to see it.
_WAITING = 3
_ONE_MORE = Missed(
    method="another request",
    url="that is not described",
    text="no recorded interaction fits this request; so many of this scope did not fit that it is not described",
)
_UNDER_WAY = Missed(
    method="a request",
    url="that is still compared",
    text="no recorded interaction fits a request; how it differs was not known yet when this was asked",
)


class ScopeHistory:
    """What was played and missed in one scope."""

    def __init__(self, timeline: Timeline | None = None) -> None:
        self.played = 0
        self.seconds = 0.0
        #: Messages of WebSockets, in both directions.
        self.messages = 0
        #: Called at each miss, before the client is answered.
        self.missed: Callable[[], None] = lambda: None
        self._timeline = timeline or Timeline()
        #: What was counted last and has no time yet.
        self._latest: int | str | None = None
        self._missed: list[Missed] = []
        #: The latest requests: positions, -1 and down for the first miss and on, or the line of one that a hook answered.
        self._order: deque[int | str] = deque(maxlen=_KEPT_LINES)
        self._notes: list[str] = []

    @property
    def is_full(self) -> bool:
        """Whether so many requests were missed that no more are described."""
        return len(self._missed) >= _KEPT_LINES

    def play(self, request: int | str) -> None:
        """A request was answered: by the interaction at this position, or by a hook, then as a line."""
        self.played += 1
        self._order.append(request)
        self._latest = request

    def play_in(self, position: int, begun: float, seconds: float) -> None:
        """A request was answered by the interaction at this position, and so long was spent on it."""
        self.played += 1
        self.seconds += seconds
        self._order.append(position)
        self._timeline.add(position, begun, seconds)

    def spent(self, begun: float, seconds: float, fault: str = "") -> None:
        """So long was spent on what was counted last; `begun` is of `time.perf_counter`."""
        self.seconds += seconds
        if self._latest is not None:
            self._timeline.add(self._latest, begun, seconds, fault)
            self._latest = None

    def miss(self, missed: Missed = _UNDER_WAY) -> int:
        """A request was not answered; its number, for what is told of it later."""
        self._add(missed)
        self._latest = -len(self._missed)
        return len(self._missed) - 1

    def miss_in(self, missed: Missed, begun: float, seconds: float) -> None:
        """A request was not answered as recorded, and so long was spent on it."""
        self._add(missed)
        self.seconds += seconds
        self._timeline.add(-len(self._missed), begun, seconds)

    def _add(self, missed: Missed) -> None:
        self._missed.append(missed)
        self._order.append(-len(self._missed))
        self.missed()

    def describe(self, number: int, missed: Missed) -> None:
        """What is to be told of a miss is known."""
        self._missed[number] = missed

    def miss_again(self) -> str:
        """A request was missed after so many that nobody reads another: it is only counted. The text for its client."""
        self.miss(_ONE_MORE)
        return f"recproxy: {_ONE_MORE.text}\n"

    def note(self, line: str) -> None:
        """Keep a line for the user, once."""
        if line not in self._notes:
            self._notes.append(line)

    def outcome(self, scope: str, playback: Playback, traffic: Traffic, unused: Iterable[int]) -> Outcome:
        """What happened so far; `unused` are the positions of interactions that are reported as unused."""
        return Outcome(
            scope=scope,
            played=self.played,
            recorded=traffic.recorded,
            forwarded=traffic.forwarded,
            failures=tuple(traffic.failures),
            seconds=self.seconds + traffic.seconds,
            missed=tuple(self._missed),
            unused=tuple(
                Unused(where=playback.index.where(each), request=self._line(each, playback), position=each)
                for each in unused
            ),
            plays=tuple(playback.plays),
            files=tuple((each.path or "", len(each.interactions)) for each in playback.index.recordings),
            requests=tuple(self._line(each, playback) for each in self._order),
            notes=tuple(self._notes),
            timed=self._timeline.requests(playback, self._missed),
            untimed=self._timeline.left_out,
            messages=self.messages + traffic.messages + self._timeline.messages(playback),
            size=self._timeline.size(playback),
            slowest=self._timeline.slowest(playback, self._missed),
            slowest_seconds=self._timeline.slowest_seconds,
        )

    def _line(self, position: int | str, playback: Playback) -> str:
        return request_line(position, playback, self._missed)


def rate_limit_notes(playback: Playback) -> Iterator[str]:
    """What is said of a rate limit that is all a client gets."""
    if max(playback.plays, default=0) < _WAITING:
        return
    for position, count in enumerate(playback.plays):
        if count >= _WAITING and playback.interaction(position).response.status == _RATE_LIMITED:
            where = playback.index.where(position)
            yield f"{where}: its rate limit (429) is played over and over: add the response that follows it"
