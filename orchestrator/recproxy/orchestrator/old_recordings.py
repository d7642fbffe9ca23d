"""Interactions that a run played although they are older than the project wants: the service may have changed since."""

from __future__ import annotations

import datetime as dt

from recproxy.control.shown_paths import shown_path
from recproxy.errors import RecproxyError
from recproxy.orchestrator.plan import RunPlan
from recproxy.report import Tally
from recproxy.report.counting import counted

__all__ = ["add_old"]


def add_old(tally: Tally, plan: RunPlan, *, today: dt.date | None = None) -> None:
    """Add a line for each profile of which something was played that is older than `max_age`.

    Reads the files that were played once more, so that only runs pay for it whose project asks for it.
    """
    most = plan.project.max_age
    if not most or plan.project.on_age == "check":
        return
    from recproxy.play.reading import read_recording  # noqa: PLC0415 - few projects ask for it

    since = (today or dt.datetime.now(dt.UTC).date()) - dt.timedelta(days=most)
    for profile, played in tally.played().items():
        old: list[tuple[dt.date, str]] = []
        for path in sorted({path for path, _ in played}):
            try:
                interactions = read_recording(path).interactions
            except RecproxyError:  # it was changed meanwhile
                continue
            numbers = (number for where, number in played if where == path and number < len(interactions))
            old += [
                (each.recorded, f"{shown_path(path, plan.shown_from)}:{each.line}")
                for each in (interactions[number] for number in numbers)
                if each.recorded is not None and each.recorded < since
            ]
        if old:
            date, where = min(old)
            record = plan.record_command(profile) or f"recproxy run --record {profile} -- COMMAND"
            tally.old.append(
                f"{profile}: {counted(len(old), 'played interaction')} older than {most:g} days (max_age), the oldest "
                f"of {date} at {where}; to record again: {record}"
            )
