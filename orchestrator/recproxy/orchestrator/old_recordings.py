"""Interactions that a run played although they are older than the project wants: the service may have changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from recproxy.config.profile import Profile
from recproxy.control.shown_paths import shown_path
from recproxy.errors import RecproxyError
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.roster import Roster
from recproxy.recording.counting import counted
from recproxy.report import Tally

__all__ = ["add_old"]


class OldScopes:
    """Which scopes of a run in auto record anew, because `on_age = "record"` and something of theirs is too old.

    A scope is recorded as a whole: an answer of today may not go with one of last year. Without its credentials, a
    profile asks nothing and plays what there is.
    """

    def __init__(self, plan: RunPlan, roster: Roster, *, today: dt.date | None = None) -> None:
        self._plan = plan
        self._roster = roster
        self._today = today
        #: By file, as it was when a scope first asked for it: a file of many scopes is read once.
        self._scopes: dict[str, frozenset[str]] = {}

    def is_recorded_anew(self, profile: Profile, path: str, scope: str) -> bool:
        """Whether a scope that records into a file is to do so although it could play."""
        since = _since(self._plan, self._today)
        if self._plan.project.on_age != "record" or since is None or self._roster.unset(profile):
            return False
        if path not in self._scopes:
            self._scopes[path] = frozenset(self._read(path, since))
        return scope in self._scopes[path]

    def _read(self, path: str, since: dt.date) -> Iterator[str]:
        from recproxy.play.reading import read_recording  # noqa: PLC0415 - few projects ask for it

        try:
            interactions = read_recording(path).interactions
        except RecproxyError:  # it is not there yet, or the scope will say what is wrong
            return
        for each in interactions:
            if each.recorded is not None and each.recorded < since and each.scope is not None:
                yield each.scope


def _since(plan: RunPlan, today: dt.date | None) -> dt.date | None:
    """The day before which a recording is too old; None where it may have any age."""
    most = plan.project.max_age
    return (today or dt.datetime.now(dt.UTC).date()) - dt.timedelta(days=most) if most else None


def add_old(tally: Tally, plan: RunPlan, *, today: dt.date | None = None) -> None:
    """Add a line for each profile of which something was played that is older than `max_age`.

    Reads the files that were played once more, so that only runs pay for it whose project asks for it.
    """
    since = _since(plan, today)
    if since is None or plan.project.on_age == "check":
        return
    from recproxy.play.reading import read_recording  # noqa: PLC0415 - few projects ask for it

    most = plan.project.max_age
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
                f"{profile}: {counted(len(old), 'played interaction')} older than {most:g} {'day' if most == 1 else 'days'} (max_age), the oldest "
                f"of {date} at {where}; to record again: {record}"
            )
