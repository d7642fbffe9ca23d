"""Failures that pytest shows without what the end of the output says: the misses, with differences and the way out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from typing import Any

import pytest

__all__ = ["ShortFailures", "is_told_once", "shortened"]

_REQUEST = "  request  "


class ShortFailures:
    """While pytest shows its failures, a miss is one line there if the end of the output shows it whole."""

    def __init__(self, summary: Any, *, section: str) -> None:
        self._summary = summary
        self._section = section

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None]:
        """Before pytest shows the failures; other reports of the session have them whole."""
        misses: dict[str, list[str]] = self._summary.told_at_the_end()
        changed = [
            (report, report.longrepr, report.sections)
            for kind in ("failed", "error")
            for report in terminalreporter.stats.get(kind, ())
            if misses.get(getattr(report, "nodeid", ""))
        ]
        for report, _, _ in changed:
            self._shorten(report, misses[report.nodeid])
        try:
            return (yield)
        finally:
            for report, longrepr, sections in changed:
                report.longrepr, report.sections = longrepr, sections

    def _shorten(self, report: Any, misses: list[str]) -> None:
        text = str(report.longrepr)
        if text.startswith("recproxy: "):  # the test was failed with them, and there is no traceback
            report.longrepr = shortened(text, misses)
        report.sections = [
            (title, shortened(content, misses) if title == self._section else content)
            for title, content in report.sections
        ]


def is_told_once(misses: Mapping[str, Sequence[str]], *, others: int, most: int) -> bool:
    """Whether the end shows all: the misses by test as they are listed there, and those of others, are at `most` so many."""
    if not misses:
        return others <= most
    from recproxy.report.listed_misses import listed_misses  # noqa: PLC0415 - tests asked for recordings

    return len(listed_misses((test, text) for test, texts in misses.items() for text in texts)) + others <= most


def shortened(text: str, misses: list[str]) -> str:
    """The text with a line for each of the misses in it: what is wrong, the request, and where more is said."""
    for miss, count in Counter(misses).items():
        whole = miss.rstrip()
        first, *rest = whole.splitlines()
        request = next((line.removeprefix(_REQUEST) for line in rest if line.startswith(_REQUEST)), "")
        times = f" ({count} times)" if count > 1 else ""
        short = f"{first}{times}{f': {request}' if request else ''} (what to do is at the end of the output)"
        text = text.replace(f"{whole}\n\n", f"{short}\n").replace(whole, short)
        while f"{short}\n{short}" in text:  # its count is said
            text = text.replace(f"{short}\n{short}", short)
    return text
