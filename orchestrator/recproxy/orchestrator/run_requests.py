"""The requests of a run while it goes on, for whoever looks at it: those that are new since the last look.

What has ended is in the run's timeline, and a caller says how many of these it knows. What goes on is asked of the
proxies, and a caller says until when it knows of it: a request may be told twice, and is the same by its begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from recproxy.control.outcomes import Missed
from recproxy.orchestrator.control_values import CallRefused
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.totals import CountedRun
from recproxy.recording.printable import printable
from recproxy.report import Tally
from recproxy.report.run_timeline import RunTimeline, TimelineRequest

__all__ = ["requests_of", "requests_since"]

#: Requests of one answer, and misses that are told: the rest is in the next answer, or in the report.
_MOST_REQUESTS, _MOST_MISSES = 5_000, 200


async def requests_since(run: CountedRun, query: str) -> dict[str, Any]:
    """The requests after the first `ended` ones of scopes that have ended, and those of open scopes since `since`.

    Raises:
        CallRefused: the query has no such numbers.
    """
    ended, since = _numbers(query)
    looks = [
        (name, await run.scopes.look(name))
        for name, lane in tuple(run.lanes.items())
        if name in run.lanes and lane.ending is None
    ]
    going_on = RunTimeline()
    misses = list(run.tally.misses)
    for name, outcome in looks:
        for profile, each in (outcome.profiles if outcome is not None else {}).items():
            going_on.add(profile, name, each)
            misses += each.missed
    done = run.tally.timeline.requests[ended : ended + _MOST_REQUESTS]
    new = [each for each in going_on.requests if each.begun + each.seconds > since]
    left_out = run.tally.timeline.left_out + going_on.left_out
    return {
        **_values(run.plan, [*done, *new[: _MOST_REQUESTS - len(done)]], misses, left_out),
        "ended": ended + len(done),
    }


def requests_of(tally: Tally, plan: RunPlan) -> dict[str, Any]:
    """The same of a run that has ended: all of them."""
    requests = tally.timeline.requests
    return {**_values(plan, requests, tally.misses, tally.timeline.left_out), "ended": len(requests)}


def _values(
    plan: RunPlan, requests: Sequence[TimelineRequest], misses: Sequence[Missed], left_out: int
) -> dict[str, Any]:
    return {
        "mode": plan.reach,
        "timed": plan.timed,
        "requests": [_request(each) for each in requests],
        "left_out": left_out,
        "misses": [_miss(each) for each in misses[-_MOST_MISSES:]],
    }


def _numbers(query: str) -> tuple[int, float]:
    values = parse_qs(query)
    try:
        ended, since = int(values.get("ended", ["0"])[-1]), float(values.get("since", ["-1"])[-1])
    except ValueError:
        raise CallRefused(400, "ended and since are numbers: /requests?ended=0&since=-1") from None
    return max(ended, 0), since


def _request(each: TimelineRequest) -> dict[str, Any]:
    return {**asdict(each), "request": printable(each.request), "test": printable(each.test)}


def _miss(missed: Missed) -> dict[str, Any]:
    return {
        "method": printable(missed.method),
        "url": printable(missed.url),
        "test": printable(missed.test),
        "text": printable(missed.text),
        "closest": missed.closest or "",
        "differences": [
            {"field": printable(field), "recorded": _shown(recorded), "request": _shown(live)}
            for field, recorded, live in missed.differences
        ],
    }


def _shown(text: str | None) -> str | None:
    return None if text is None else printable(text)
