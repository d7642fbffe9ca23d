"""The errors a user is meant to read: one base, eight kinds, chosen by what the reader does next.

A message says what happened, where (`path:line`, profile, test) and what to do, on one line, lower case, without a
full stop. The command line prints these without a traceback; any other exception is a bug and shows itself. Misuse
of the Python interface is a ValueError or a TypeError instead.
"""

from __future__ import annotations

__all__ = [
    "ConfigurationError",
    "ControlError",
    "HookError",
    "NoMatch",
    "ProfileError",
    "ProxyError",
    "RecordingError",
    "RecordingNotFound",
    "RecproxyError",
    "defect_text",
]


class RecproxyError(Exception):
    """Base of all errors that are for the user; `exit_code` is what the command line ends with."""

    exit_code = 2

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class RecordingError(RecproxyError):
    """A recording cannot be read: mend the file at the line the message names."""


class RecordingNotFound(RecproxyError):
    """A named recording does not exist: record it; the message holds the command."""


class NoMatch(RecproxyError):
    """A request fits no recorded interaction: see the differences."""

    exit_code = 3


class ProfileError(RecproxyError):
    """A profile is wrong or unknown: mend the profile.toml or table the message names."""


class HookError(RecproxyError):
    """A hook cannot be loaded, or raised: mend the function at the line that the message names."""


class ConfigurationError(RecproxyError):
    """The project's own configuration or the command's words are wrong: mend what the message names."""


class ControlError(RecproxyError):
    """The control address is missing or refused a call: run under nox, tox or `recproxy run`."""


class ProxyError(RecproxyError):
    """A proxy did not start or died: its last lines follow."""

    exit_code = 4


def defect_text(problem: BaseException) -> str:
    """What whoever waits for an answer is told of any other exception: a bug."""
    return f"a defect of recproxy: {type(problem).__name__}: {problem}"
