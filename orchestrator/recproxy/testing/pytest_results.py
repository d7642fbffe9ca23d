"""What the report of pytest says of a test: whether it passed, and how."""

from __future__ import annotations

import pytest

__all__ = ["how_passed", "went_as_expected"]


def went_as_expected(report: pytest.TestReport) -> bool:
    """Whether what a test recorded counts: it passed, skipped itself, or failed as its xfail mark says."""
    return report.skipped if report.when == "setup" else report.when == "call" and not report.failed


def how_passed(report: pytest.TestReport) -> str:
    """How a test passed, where it did not simply: skipped, xfailed or xpassed. Empty for all else."""
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed" if report.passed else ""
    return "skipped" if report.skipped else ""
