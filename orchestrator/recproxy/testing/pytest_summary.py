"""What pytest says at the end of a session: what all tests played and recorded, and what asked real services.

Reports carry it, from the processes of pytest-xdist too. Imports nothing of recproxy before a test has needed it.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest

from recproxy.testing.pytest_outside import OUTSIDE, outside_lines

__all__ = ["SECTION", "Summary"]

#: Of the summary, of failure reports, and the attribute of a report that has what its test did.
SECTION = "recproxy"
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
        #: Lines about the whole session.
        self.notes: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test did from its last report."""
        result = getattr(report, SECTION, None)
        if result is not None:
            self._results.append((report.nodeid, result))
        if host := getattr(report, OUTSIDE, ""):
            self._outside.append((report.nodeid, host))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line for all, the interactions that no passed test asked for, and at the end the misses by test."""
        mode = self._results[0][1]["mode"] if self._results else os.environ.get("RECPROXY_MODE") or "replay"
        outside = [] if mode in _ASKING else [*outside_lines(self._outside)]
        if self._results:
            self._tell(terminalreporter)
        elif self.notes or outside:
            terminalreporter.section(SECTION)
        for line in (*outside, *self.notes, *(() if self._in_run else self._misses())):
            terminalreporter.line(line)

    def _tell(self, terminalreporter: pytest.TerminalReporter) -> None:
        from recproxy.counting import counted  # noqa: PLC0415 - tests asked for recordings

        results = [result for _, result in self._results]
        played, recorded = (sum(result[name] for result in results) for name in ("played", "recorded"))
        missed = sum(len(result["missed"]) for result in results)
        unused = self._unused()
        terminalreporter.section(SECTION)
        terminalreporter.line(
            f"{results[0]['mode']}: {counted(len(results), 'test')}, {counted(played, 'request')} played, "
            f"{recorded} recorded, {missed} missed, {counted(len(unused), 'recorded interaction')} unused"
        )
        for line in unused[:_MOST_SHOWN]:
            terminalreporter.line(f"unused: {line}")
        if len(unused) > _MOST_SHOWN:
            terminalreporter.line(f"unused: and {len(unused) - _MOST_SHOWN} more")

    def _unused(self) -> list[str]:
        """A line for each interaction that no test played, as the table of a run counts them."""
        used = {place for _, result in self._results for place in result["used"]}
        lines = {
            place: f"{test}: {line}"
            for test, result in reversed(self._results)
            for place, line in reversed(result["unused"])
            if place not in used
        }
        return list(reversed(lines.values()))

    def _misses(self) -> list[str]:
        """The misses, each once with its count, by test."""
        shown = [
            f"miss in {test}{f' ({count} times)' if count > 1 else ''}: {text.removeprefix('recproxy: ').rstrip()}\n"
            for test, result in self._results
            for text, count in Counter(result["missed"]).items()
        ]
        more = len(shown) - _MOST_SHOWN
        return [*shown[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])]
