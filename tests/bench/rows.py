"""A row of the table of costs, and how its figures are made: each side in turns, and the median of what was measured."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mock_servers import MockServer

#: So often is each side measured.
ROUNDS = 5


@dataclass(frozen=True)
class Row:
    """What something costs, beside something else or against a goal of its own."""

    what: str
    unit: str
    ours: float
    #: What stands beside it, and its figure.
    beside: str = ""
    theirs: float | None = None
    #: Ours by theirs: the median of the ratios of all turns.
    ratio: float | None = None
    #: The highest ratio wanted; where nothing stands beside it, the highest figure.
    goal: float | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without one."""
        if self.goal is None:
            return None
        return (self.ours if self.ratio is None else self.ratio) <= self.goal

    def cells(self) -> tuple[str, ...]:
        """The row as text: what, ours, theirs, ratio, goal, met."""
        theirs = "" if self.theirs is None else f"{self.beside}: {figure(self.theirs)} {self.unit}"
        goal = "" if self.goal is None else f"{self.goal:g}" + ("" if self.ratio is not None else f" {self.unit}")
        met = {None: "", True: "yes", False: "no"}[self.met]
        return (
            self.what,
            f"{figure(self.ours)} {self.unit}",
            theirs,
            "" if self.ratio is None else f"{self.ratio:.2f}",
            goal,
            met,
        )


@dataclass(frozen=True)
class Tools:
    """What measures, and what stands beside it; None where it is not at hand."""

    #: An interpreter with recproxy, pytest and vcrpy.
    python: str
    #: A folder with pytest-recording and cassetter, each in a folder of its own: they do not load beside each other.
    rivals: Path | None = None
    #: mitmproxy has an environment of its own, because it wants other versions of what recproxy needs.
    mitmdump: str | None = None
    #: Hoverfly, WireMock and mockttp: those that were given.
    mock_servers: tuple[MockServer, ...] = ()


def in_turns(ways: Mapping[str, Callable[[], float]], rounds: int = 0) -> dict[str, list[float]]:
    """Measure each way once in each of so many rounds, as usual where none are said, in random order."""
    got: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds or ROUNDS):
        for name, way in random.sample(list(ways.items()), len(ways)):
            got[name].append(way())
    return got


def beside(what: str, unit: str, ours: list[float], name: str, theirs: list[float], goal: float | None = None) -> Row:
    """The row of two lists that were measured in the same turns."""
    ratios = [our / their for our, their in zip(ours, theirs, strict=True)]
    median = statistics.median
    return Row(what, unit, median(ours), name, median(theirs), median(ratios), goal)


def figure(value: float) -> str:
    """A figure with three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
