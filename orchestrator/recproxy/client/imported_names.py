"""The recording of a test that was imported from a cassette of pytest-recording or pytest-vcr.

A cassette's name holds less than that of its test: pytest-recording replaces characters, and both leave out the outer
classes. An import cannot know the test's own name then, so the test looks for the imported file, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from recproxy.recording.scope_names import is_name_of

__all__ = ["imported_recording"]

#: What pytest-recording replaces in the name of a test.
_REPLACED = str.maketrans(dict.fromkeys("<>?%*:|\"'/\\", "-"))
_SCOPE = b":scope "


def imported_recording(
    own: str, names: Sequence[str], *, recordings: Path, scope: str, name_of: Callable[[list[str]], str]
) -> str:
    """The recording below a profile's recordings that was imported for a test, or `own` if it has that or no other.

    Args:
        own: the test's own recording, below a profile's.
        names: of its classes and of itself.
        recordings: the project's folder of them.
        scope: the name under which the test is recorded. A file of another test is not taken for this one's.
        name_of: makes the recording of such names.
    """
    cassette = list(names[-2:])  # both plugins name the class of the test, and none around that
    others = [name_of([name.translate(_REPLACED) for name in cassette]), name_of(cassette)]
    candidates = [name for name in dict.fromkeys(others) if name != own]
    if not candidates or _recorded(recordings, own):
        return own
    for name in candidates:
        found = _recorded(recordings, name)
        if found and all(_may_be_of(scope, path) for path in found):
            return name
    return own


def _recorded(recordings: Path, name: str) -> list[Path]:
    """The files of this name, of whatever profile."""
    return [path for folder in recordings.glob("*") if (path := folder / name).is_file()]


def _may_be_of(scope: str, path: Path) -> bool:
    """Whether all in a recording was imported, or recorded for this test."""
    lines = path.read_bytes().splitlines()
    scopes = {line.removeprefix(_SCOPE).strip().decode("utf-8", "replace") for line in lines if line.startswith(_SCOPE)}
    return all(is_name_of(each, scope) for each in scopes)
