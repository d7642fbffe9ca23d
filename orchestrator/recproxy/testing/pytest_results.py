"""What the report of pytest says of a test: whether it passed, and how."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager

import pytest

__all__ = ["how_passed", "passed_so_far", "report_misses"]


def passed_so_far(before: bool | None, report: pytest.TestReport) -> bool | None:
    """Whether what a test recorded counts: it passed, skipped itself, or failed as its xfail mark says.

    None is a test that failed: a unittest case whose subtest failed has a report that passed after that.
    """
    if before is None or report.failed:
        return None
    return before or (report.skipped if report.when == "setup" else report.when == "call")


def how_passed(report: pytest.TestReport) -> str:
    """How a test passed, where it did not simply: skipped, xfailed or xpassed. Empty for all else."""
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed" if report.passed else ""
    return "skipped" if report.skipped else ""


@contextmanager
def report_misses(scope: AbstractContextManager[None]) -> Generator[None]:
    """Errors of a fixture's scope as a failure in a few lines."""
    from recproxy.errors import RecproxyError  # noqa: PLC0415 - loaded with the suite

    try:
        with scope:
            yield
        return
    except RecproxyError as problem:
        text = str(problem)
    pytest.fail(text, pytrace=False)
