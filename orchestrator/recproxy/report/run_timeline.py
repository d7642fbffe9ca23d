"""The requests of a run in time: the first ones in full, with the test and lane that they were of. Pure.

Counts of all are in the tally; here memory has a bound, whatever the run asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from recproxy.control.outcomes import Outcome, RequestResult
from recproxy.control.places import places
from recproxy.lazy.dataclass import dataclass

__all__ = ["MOST_TIMED", "RunTimeline", "TimelineRequest"]

#: A report of more would not be read request by request, and would take seconds to open.
MOST_TIMED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRequest:
    """A request of a run. `begun` is of the monotonic clock, `request` its masked method and URL.

    `path` is the recording that answered it, or that it was written to, and `number` the interaction there, from 0; -1
    is one of those that `test` recorded there. `waited` are the seconds until the answer of a service began.
    """

    profile: str
    lane: str
    test: str
    result: str
    begun: float
    seconds: float
    request: str
    status: int = 0
    size: int = 0
    path: str = ""
    number: int = -1
    line: int = 0
    fault: str = ""
    waited: float = 0.0


class RunTimeline:
    """Collects the requests of the scopes of a run; `left_out` counts those after the first `most`."""

    def __init__(self, most: int = MOST_TIMED) -> None:
        self._most = most
        self.requests: list[TimelineRequest] = []
        self.left_out = 0

    def add(self, profile: str, lane: str, outcome: Outcome, written: Path | None = None) -> None:
        """Add what a profile did in a scope that has ended; `written` is the file that got what it recorded."""
        self.left_out += outcome.untimed
        if not outcome.timed:
            return
        room = max(self._most - len(self.requests), 0)
        self.left_out += max(len(outcome.timed) - room, 0)
        timed = outcome.timed[:room]
        played = sorted({each.position for each in timed if each.position >= 0})
        found = dict(zip(played, places(outcome.files, played), strict=True))
        for each in timed:
            path, number = found.get(each.position, ("", -1))
            if each.result == RequestResult.RECORDED and written is not None:
                path = str(written)
            self.requests.append(
                TimelineRequest(
                    profile=profile,
                    lane=lane,
                    test=outcome.scope,
                    result=each.result,
                    begun=each.begun,
                    seconds=each.seconds,
                    request=each.request,
                    status=each.status,
                    size=each.size,
                    path=path,
                    number=number,
                    line=each.line,
                    fault=each.fault,
                    waited=each.waited,
                )
            )

    def rename(self, new: Mapping[str, str]) -> None:
        """Say requests, tests and the names of recordings in other words, which `new` has for each of them."""
        self.requests[:] = [
            replace(each, request=new[each.request], test=new[each.test], path=new[each.path]) for each in self.requests
        ]
