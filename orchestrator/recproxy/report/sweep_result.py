"""What came of one change that a sweep made to what was recorded: a fault or a mutation."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["SweepResult"]


class SweepResult(StrEnum):
    """Whether a test noticed it."""

    NOTICED = "noticed"
    UNNOTICED = "unnoticed"
    HUNG = "hung"
    CRASHED = "crashed"
    NOT_REACHED = "not reached"
    NOT_RUN = "not run"
