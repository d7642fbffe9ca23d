"""What a run did so far, as its table will count it: the scopes that have ended, and those that go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Protocol

from recproxy.config.profile import Profile
from recproxy.orchestrator.lane import Lane
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.scopes import Scopes
from recproxy.orchestrator.unasked import add_unasked
from recproxy.recording.printable import printable
from recproxy.report import Tally, Written

__all__ = ["CountedRun", "plain_totals", "totals_so_far"]


class CountedRun(Protocol):
    """What is asked of a run."""

    lanes: dict[str, Lane]
    scopes: Scopes
    tally: Tally
    plan: RunPlan
    given: Mapping[str, str]

    @property
    def profiles(self) -> list[Profile]:
        """The profiles of the run."""

    @property
    def written(self) -> Sequence[Written]:
        """What was written so far."""


async def totals_so_far(run: CountedRun) -> Tally:
    """The tally of a run that goes on. What an open scope of a test has not played yet is not unused."""
    looks = [
        (bool(lane.scopes), await run.scopes.look(name))
        for name, lane in tuple(run.lanes.items())
        if name in run.lanes and lane.ending is None
    ]
    tally = run.tally.so_far()
    for is_test, outcome in looks:
        for profile, each in (outcome.profiles if outcome is not None else {}).items():
            tally.add(profile, replace(each, unused=()) if is_test else each)
    tally.written += run.written
    add_unasked(tally, run.profiles, run.plan, run.given)
    return tally


def plain_totals(tally: Tally, *, report_follows: bool) -> dict[str, Any]:
    """What a run did so far as JSON: the numbers of its table, what is unused, who was never asked, what was written."""
    rows = [row for row in tally.rows.values() if row.listed]
    return {
        "played": sum(row.played for row in rows),
        "recorded": sum(row.recorded for row in rows),
        "missed": sum(row.missed for row in rows),
        "unused": [
            {
                "profile": profile,
                "test": each.test,
                "where": each.where,
                "request": printable(each.request),
                "path": each.path,
                "number": each.number,
            }
            for profile, unused in tally.unused().items()
            for each in unused
            if each.passed
        ],
        "used": _numbers(place for used in tally.played().values() for place in used),
        "unasked": dict(tally.unasked),
        "written": [{**asdict(each), "path": str(each.path)} for each in tally.written],
        "report_follows": report_follows,
    }


def _numbers(places: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """The numbers of interactions by file."""
    numbers: dict[str, list[int]] = {}
    for path, number in sorted(places):
        numbers.setdefault(path, []).append(number)
    return numbers
