"""Commands that run pytest, told by their words: a run expects to hear from its plugin. Pure."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["PYTEST_SILENT", "is_pytest"]

#: What the user is told where the plugin has not reported.
PYTEST_SILENT = (
    "the command is pytest, but recproxy's plugin did not report: all tests share one recording of each profile, "
    "default.rec; install recproxy in the environment of pytest and do not switch its plugin off, or, with a Python older "
    "than 3.11, pass -p recproxy_scopes to pytest"
)
_NAMES = ("pytest", "py.test")
_WITHOUT_TESTS = {"--version", "-V", "--help", "-h", "--co", "--collect-only"}


def is_pytest(words: Sequence[str]) -> bool:
    """Whether a command runs tests by pytest: directly, by `python -m`, or behind another program's words."""
    split = [part for word in words for part in word.split()]  # `sh -c "pytest tests"` too
    named = any(part.rpartition("/")[2] in _NAMES for part in split)
    return named and _WITHOUT_TESTS.isdisjoint(split)
