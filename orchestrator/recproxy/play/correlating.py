"""What is known for correlating what a scope of a profile has recorded: its switches, the time, and the project's constants.

Reads the recording that is there; knows no process.
"""

from __future__ import annotations

import time
from pathlib import Path

from recproxy.config.profile import Profile
from recproxy.errors import RecproxyError
from recproxy.play.reading import foreign_format, read_recording
from recproxy.play.written_values import WrittenValues
from recproxy.redaction.correlation import Correlation

__all__ = ["Correlating"]


class Correlating:
    """The correlation of a profile, and what stands `written` in the project."""

    def __init__(self, profile: Profile, written: WrittenValues) -> None:
        self._is_on = profile.match.correlate
        self._constants = frozenset(name.lower() for name in profile.match.constants)
        self._written = written
        self._made: set[bytes] = set()
        self._given: set[bytes] = set()

    def of(self, recording: str) -> Correlation | None:
        """What is known now for what goes into a recording; None where values stay as they are."""
        own = _of_file(recording)
        if own is False or not (self._is_on or own):
            return None
        return Correlation(
            now=time.time(),
            is_constant=lambda value: self._written.has(value, recording),
            constants=self._constants,
            made=self._made,
            given=self._given,
        )


def _of_file(recording: str) -> bool | None:
    """What the recording that is there says itself."""
    path = Path(recording)
    try:
        if not recording or not path.is_file() or foreign_format(path) is not None:
            return None
        return read_recording(recording).correlate
    except RecproxyError:
        return None  # the recorder says what is wrong with it
