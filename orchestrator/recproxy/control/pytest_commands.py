"""Commands that run pytest or unittest, told by their words: a run expects to hear from pytest's plugin. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

__all__ = ["PYTEST_SILENT", "is_pytest", "is_unittest", "takes_more"]

#: What the user is told where the plugin has not reported.
PYTEST_SILENT = (
    "the command is pytest, but recproxy's plugin did not report: all tests share one recording of each profile, "
    "default.rec; install recproxy in the environment of pytest and do not switch its plugin off, or, with a Python older "
    "than 3.11, pass -p recproxy_scopes to pytest"
)
_NAMES = ("pytest", "py.test")
#: Programs, and their words, behind which the command proper comes.
_LAUNCHERS = frozenset(
    [
        "coverage",
        "doas",
        "dotenv",
        "env",
        "exec",
        "hatch",
        "ionice",
        "nice",
        "nohup",
        "pdm",
        "pipenv",
        "pixi",
        "poetry",
        "rye",
        "run",
        "setsid",
        "sh",
        "bash",
        "dash",
        "zsh",
        "stdbuf",
        "sudo",
        "time",
        "timeout",
        "uv",
        "uvx",
        "xvfb-run",
    ]
)
_SHELLS = {"sh", "bash", "dash", "ksh", "zsh", "fish"}
_SEPARATORS = {"&&", "||", ";", "|", "&"}
_WITHOUT_TESTS = {"--version", "-V", "--help", "-h", "--co", "--collect-only"}


def is_pytest(words: Sequence[str]) -> bool:
    """Whether a command runs tests by pytest: directly, by `python -m`, or behind a launcher."""
    split = [part for word in words for part in word.split()]  # `sh -c "pytest tests"` too
    return _names_pytest(split) and _WITHOUT_TESTS.isdisjoint(split)


def is_unittest(words: Sequence[str]) -> bool:
    """Whether a command runs tests by `python -m unittest`."""
    return ("-m", "unittest") in itertools.pairwise(words)


def takes_more(words: Sequence[str]) -> bool:
    """Whether words at the end of a command go to its pytest or unittest: not where a shell reads the command as a text."""
    names = {word.rpartition("/")[2] for word in words}
    apart = (
        names.isdisjoint(_SHELLS) and names.isdisjoint(_SEPARATORS) and not any(each.endswith(";") for each in words)
    )
    return apart and (_names_pytest(words) or is_unittest(words))


def _names_pytest(words: Sequence[str]) -> bool:
    """Whether pytest is where a command stands, or follows `-m`."""
    before, is_command = ";", True
    for word in words:
        name = word.rpartition("/")[2]
        is_command = is_command or before in _SEPARATORS or before.endswith(";")
        if name in _NAMES and (is_command or before == "-m"):
            return True
        is_command = is_command and (name in _LAUNCHERS or word[0] in "-0123456789" or "=" in word)
        before = word
    return False
