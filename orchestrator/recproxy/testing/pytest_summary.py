"""What pytest says at the end of a session: what all tests played and recorded, and what asked real services.

Reports carry it, from the processes of pytest-xdist too. Imports nothing of recproxy before a test has needed it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recproxy.testing.pytest_outside import OUTSIDE, outside_lines
from recproxy.testing.pytest_short_failures import is_told_once

__all__ = ["SECTION", "TOTALS", "Summary"]

#: Of the summary, of failure reports, and the attribute of a report that has what its test did.
SECTION = "recproxy"
#: In the output of a worker of pytest-xdist: the totals of the run that it has started.
TOTALS = "recproxy_totals"
#: Unused interactions and misses shown: after a few, more say nothing new.
_MOST_SHOWN = 20
#: Modes in which a test may well ask a real service; `all` is vcrpy's name for record.
_ASKING = ("record", "live", "all")


class Summary:
    """What all tests did, those of other workers too, and its section at the end.

    `in_run`: the run's own report follows, and names the misses.
    """

    def __init__(self, *, in_run: bool) -> None:
        self._in_run = in_run
        self._results: list[tuple[str, dict[str, Any]]] = []
        self._outside: list[tuple[str, str]] = []
        self._of_workers: list[dict[str, Any]] = []
        #: Asked once. No cached_property: pytest reads those of a plugin when it looks for fixtures, before any test.
        self._known: tuple[dict[str, Any] | None] | None = None
        #: Asks the run of this process for its totals; None where it has none, or it is gone.
        self.ask: Callable[[], dict[str, Any] | None] = lambda: None
        #: Lines about the whole session.
        self.notes: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test did from its last report."""
        if report.when != "teardown":
            return
        result = getattr(report, SECTION, None)
        if result is not None:
            self._results.append((report.nodeid, result))
        if host := getattr(report, OUTSIDE, ""):
            self._outside.append((report.nodeid, host))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the totals of a worker of pytest-xdist that has started a run."""
        if totals := getattr(node, "workeroutput", {}).get(TOTALS):
            self._of_workers.append(totals)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
        """One line for all, the interactions that no passed test asked for, and at the end the misses by test."""
        mode = self._results[0][1]["mode"] if self._results else os.environ.get("RECPROXY_MODE") or "replay"
        outside = [] if mode in _ASKING else [*outside_lines(self._outside)]
        if self._results:
            self._tell(terminalreporter, passed=not exitstatus)
        elif self.notes or outside:
            terminalreporter.section(SECTION)
        for line in (*outside, *self.notes, *(() if self._in_run else self._misses())):
            terminalreporter.line(line)

    def _tell(self, terminalreporter: pytest.TerminalReporter, *, passed: bool) -> None:
        from recproxy.control.outcomes import NO_TEST  # noqa: PLC0415 - tests asked for recordings
        from recproxy.recording.counting import counted  # noqa: PLC0415 - tests asked for recordings

        terminalreporter.section(SECTION)
        start = f"{self._results[0][1]['mode']}: {counted(len(self._results), 'test')}"
        totals = self._totals()
        if totals is None:
            terminalreporter.line(f"{start}; the run has ended before them, and did not say what they played")
            return
        # What is in play outside of tests belongs to the run, which fails with one of them.
        unused = [each for each in totals["unused"] if passed or each["test"] != NO_TEST]
        terminalreporter.line(
            f"{start}, {counted(totals['played'], 'request')} played, {totals['recorded']} recorded, "
            f"{totals['missed']} missed, {counted(len(unused), 'recorded interaction')} unused"
        )
        for each in unused[:_MOST_SHOWN]:
            terminalreporter.line(f"unused: {_unused(each)}")
        if len(unused) > _MOST_SHOWN:
            terminalreporter.line(f"unused: and {len(unused) - _MOST_SHOWN} more")
        if not self._in_run:  # whose report follows
            for line in _of_run(totals):
                terminalreporter.line(line)

    def told_at_the_end(self) -> dict[str, list[str]]:
        """The misses by test, if the end of the output shows all of them; else nothing."""
        misses = {test: [*result["missed"]] for test, result in self._results if result["missed"]}
        others = 0
        if misses and self._in_run:
            totals = self._totals()
            if totals is None or not totals["report_follows"]:
                return {}
            others = max(0, totals["missed"] - sum(map(len, misses.values())))
        return misses if is_told_once(misses, others=others, most=_MOST_SHOWN) else {}

    def _totals(self) -> dict[str, Any] | None:
        """The numbers of the run, or those of the processes that each started one, together; None if nobody knows."""
        if self._known is None:
            asked = self.ask()
            self._known = (_together([*self._of_workers, *([asked] if asked is not None else [])]),)
        return self._known[0]

    def _misses(self) -> list[str]:
        """The misses by test, as the report of a run lists them."""
        misses = [(test, text) for test, result in self._results for text in result["missed"]]
        if not misses:
            return []
        from recproxy.report.listed_misses import listed_misses  # noqa: PLC0415 - tests asked for recordings

        shown = [f"{title}: {text.rstrip()}\n" for title, text in listed_misses(misses)]
        more = len(shown) - _MOST_SHOWN
        return [*shown[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])]


def _together(every: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The totals of several runs as one: an interaction that one of them played is not unused."""
    if len(every) < 2:
        return every[0] if every else None
    used = {(path, number) for each in every for path, numbers in each["used"].items() for number in numbers}
    unused = {(row["path"], row["number"]): row for each in every for row in each["unused"]}
    sums = {name: sum(each[name] for each in every) for name in ("played", "recorded", "missed")}
    unasked = every[0]["unasked"].items()
    return {
        **sums,
        "unused": [row for place, row in unused.items() if place not in used],
        "unasked": {profile: line for profile, line in unasked if all(profile in each["unasked"] for each in every)},
        "written": [row for each in every for row in each["written"]],
        "report_follows": all(each["report_follows"] for each in every),
    }


def _of_run(totals: dict[str, Any]) -> Iterator[str]:
    """What the report of a run would say: the files that were written, and the profiles that nobody asked."""
    from recproxy.recording.printable import printable  # noqa: PLC0415 - tests asked for recordings
    from recproxy.report.tally import Written  # noqa: PLC0415 - tests asked for recordings
    from recproxy.report.text import written_lines  # noqa: PLC0415 - tests asked for recordings

    yield from map(
        printable, written_lines([Written(**{**each, "path": Path(each["path"])}) for each in totals["written"]])
    )
    yield from (f"unasked: {printable(line)}" for line in totals["unasked"].values())


def _unused(row: dict[str, Any]) -> str:
    """A line for an interaction that nobody played; what no test had for itself is told without a test."""
    from recproxy.control.outcomes import NO_TEST  # noqa: PLC0415 - tests asked for recordings
    from recproxy.control.shown_paths import shown_path  # noqa: PLC0415 - tests asked for recordings
    from recproxy.recording.printable import printable  # noqa: PLC0415 - tests asked for recordings

    test = f"{row['test']}: " if row["test"] != NO_TEST else ""
    return printable(f"{test}{row['profile']}: {row['request']} ({shown_path(row['where'])})")
