"""What pytest says at the end of a session: what all tests played and recorded, and what asked real services.

Reports carry it, from the processes of pytest-xdist too. Imports nothing of recproxy before a test has needed it.
"""

from __future__ import annotations

from typing import Any

import pytest

from recproxy.testing.pytest_outside import OUTSIDE, outside_lines

__all__ = ["SECTION", "Summary"]

#: Of the summary, of failure reports, and the attribute of a report that has what its test did.
SECTION = "recproxy"
#: Unused interactions shown: after a few, more say nothing new.
_MOST_UNUSED = 20


class Summary:
    """What all tests did, those of other workers too, and its section at the end."""

    def __init__(self) -> None:
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
        """One line for all, and the interactions that nobody asked for."""
        if self._results:
            self._tell(terminalreporter)
        elif self.notes:
            terminalreporter.section(SECTION)
        for line in self.notes:
            terminalreporter.line(line)

    def _tell(self, terminalreporter: pytest.TerminalReporter) -> None:
        from recproxy.report.counting import counted  # noqa: PLC0415 - tests asked for recordings

        results = [result for _, result in self._results]
        counts = {name: sum(result[name] for result in results) for name in ("played", "recorded", "missed")}
        unused = [f"{test}: {line}" for test, result in self._results for line in result["unused"]]
        terminalreporter.section(SECTION)
        terminalreporter.line(
            f"{results[0]['mode']}: {counted(len(results), 'test')}, {counted(counts['played'], 'request')} played, "
            f"{counts['recorded']} recorded, {counts['missed']} missed, "
            f"{counted(len(unused), 'recorded interaction')} unused"
        )
        for line in unused[:_MOST_UNUSED]:
            terminalreporter.line(f"unused: {line}")
        if len(unused) > _MOST_UNUSED:
            terminalreporter.line(f"unused: and {len(unused) - _MOST_UNUSED} more")
        if results[0]["mode"] in ("replay", "auto"):
            for line in outside_lines(self._outside):
                terminalreporter.line(line)
