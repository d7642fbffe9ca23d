"""What the report of pytest says of a test: whether it passed, and how."""

from __future__ import annotations

import pytest

__all__ = ["how_passed", "passed_so_far"]


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
