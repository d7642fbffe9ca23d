"""The clock of a run whose tests run at the time of their recordings: what they are told, and what the run tells of it."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Mapping
from dataclasses import field, replace

from recproxy.config.profile import Profile
from recproxy.config.shift_table import ShiftTable
from recproxy.control.faketime import faketime_library, faketime_variables
from recproxy.control.variables import CLOCK, RECORDED_AT
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.plan import RunPlan
from recproxy.recording.counting import counted

__all__ = ["RecordedClock", "clock_variables", "earlier", "moment_text", "uses_recorded_clock"]

_NO_LIBRARY = (
    'clock = "recorded" needs time-machine or freezegun beside your tests: their time was the real one; '
    "install it, for example with `pip install time-machine`"
)
_NO_FAKETIME = (
    'clock = "recorded" needs libfaketime for programs that are not Python: their time was the real one; install it, '
    "for example with `apt install faketime`"
)


def uses_recorded_clock(plan: RunPlan) -> bool:
    """Whether the tests of a run see the time of their recordings: a service that is really asked would refuse it."""
    return plan.project.clock == "recorded" and plan.reach == "replay"


def moment_text(moment: int | None) -> str | None:
    """A moment, in seconds since 1970, as ISO 8601 in UTC."""
    return None if moment is None else dt.datetime.fromtimestamp(moment, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def earlier(first: int | None, second: int | None) -> int | None:
    """The earlier of two moments, as far as they are known."""
    return second if first is None else first if second is None else min(first, second)


def clock_variables(plan: RunPlan, moment: int | None, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that say when the run's own recordings were made, and have programs run then."""
    is_used = uses_recorded_clock(plan)
    variables = {CLOCK: "recorded"} if is_used else {}
    if moment is not None:
        variables[RECORDED_AT] = moment_text(moment) or ""
        if is_used and (library := faketime_library()):
            variables |= faketime_variables(library, math.ceil(moment - time.time()), environment)
    return variables


@dataclass(slots=True)
class RecordedClock:
    """What a run tells of its tests' clock at its end."""

    plan: RunPlan
    #: The tests whose recordings do not say when they were made.
    undated: list[str] = field(default_factory=list)
    #: Whether a test process had nothing to set its time with.
    lacks_library: bool = False
    #: Whether the run has recordings for its command itself, which say when they were made.
    has_moment: bool = False

    def began(self, scope: str, moment: int | None, *, plays: bool, can_set: bool) -> None:
        """Take note of the clock of a scope that `plays` something recorded, in a process that `can_set` its time."""
        if not uses_recorded_clock(self.plan) or not plays:
            return
        if moment is None:
            self.undated.append(scope)
        self.lacks_library = self.lacks_library or not can_set

    @property
    def notes(self) -> list[str]:
        """Lines about the run."""
        notes = [_NO_LIBRARY] if self.lacks_library else []
        if self.has_moment and uses_recorded_clock(self.plan) and not faketime_library():
            notes.append(_NO_FAKETIME)
        if self.undated:
            first = self.undated[0] + (" and others" if len(self.undated) > 1 else "")
            notes.append(
                f"{counted(len(self.undated), 'test')} ran at the real time, because no recording says when it was made: "
                f"{first}; add `:recorded 2026-01-31` above an interaction, or a Date header"
            )
        return notes

    def as_played(self, profile: Profile) -> Profile:
        """A profile for this run: where tests run at the time of the recording, no time in a response is moved."""
        if not uses_recorded_clock(self.plan):
            return profile
        return replace(profile, replay=replace(profile.replay, clock="none", shift=ShiftTable()))
