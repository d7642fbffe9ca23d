"""What a scope has recorded until its recording is written. Holds secrets in memory, and shows none."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from recproxy.control.messages import Recorded
from recproxy.lazy.dataclass import dataclass
from recproxy.matching.rules import Rules

if TYPE_CHECKING:  # a replay writes nothing, and does without it in this process
    from recproxy.play.merging import TimedInteraction

__all__ = ["PendingScope", "utc_today"]


@dataclass(slots=True, kw_only=True)
class PendingScope:
    """What one scope has recorded of one profile so far: packed and raw, then redacted.

    `number` is its own in the recorder, and it was masked with the first `known` values of the run.
    """

    profile: str
    path: Path
    scope: str
    number: int
    rules: Rules
    known: int = 0
    append: bool
    raw: list[Recorded] = field(default_factory=list, repr=False)
    days: list[dt.date] = field(default_factory=list)
    taken: list[TimedInteraction] = field(default_factory=list)


def utc_today() -> dt.date:
    """The day that interactions are recorded at, the same on all machines."""
    return dt.datetime.now(dt.UTC).date()
