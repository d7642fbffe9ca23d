"""The recordings that a viewer shows, by their names: where they are, whose they are, and that nothing else is meant.

A name comes from a browser. It is taken for one of these files or refused, wherever its dots and links would lead.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recproxy.config.profile import Profile
from recproxy.config.project import Project
from recproxy.config.variables import redaction_with_values
from recproxy.errors import RecordingError, RecproxyError
from recproxy.play.found_recordings import recordings_in
from recproxy.recording.printable import printable
from recproxy.redaction.rules import NO_RULES, RedactionRules
from recproxy.redaction.scope import redact_text

__all__ = ["ListedRecording", "ProjectFiles"]

_NO_PROFILE = "no profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecording:
    """A recording in the list: its name, that of its profile, its size in bytes, and when it changed (seconds)."""

    name: str
    profile: str
    size: int
    changed: float


class ProjectFiles:
    """The recordings at or below `roots`. Names are paths from the folder `top`."""

    def __init__(self, project: Project, roots: Sequence[Path], top: Path) -> None:
        self._project = project
        self._top = top
        self._roots = [_absolute(root) for root in roots]
        self._profiles: dict[Path, Profile | None] = {}

    def listed(self) -> Iterator[ListedRecording]:
        """All of them, in order."""
        for path in recordings_in(self._roots).paths:
            try:
                about = path.stat()
            except OSError:  # it went while we looked
                continue
            yield ListedRecording(
                name=self.name(path), profile=self.profile_name(path), size=about.st_size, changed=about.st_mtime
            )

    def paths(self) -> list[Path]:
        """Where all of them are."""
        return list(recordings_in(self._roots).paths)

    def name(self, path: Path) -> str:
        """The name of a recording, printable and without secrets: a test's name may have brought one into it."""
        return printable(redact_text(os.path.relpath(path, self._top), NO_RULES))

    def find(self, name: str) -> tuple[Path, Path]:
        """The recording of a name, and the root that it must not lead out of.

        Raises:
            RecordingError: there is none of this name, or a link leads it elsewhere.
        """
        path, root = self.place(name)
        if not _is_there(path):  # a name that no page can show as it is
            named = [each for each in self.paths() if self.name(each) == name]
            if len(named) > 1:
                raise RecordingError(f"{name}: {len(named)} recordings are shown with this name: rename them")
            path = named[0] if named else path
        if not _is_there(path) or not (path.suffix == ".rec" or path in recordings_in([path.parent]).paths):
            raise RecordingError(f"{name}: no such recording")
        if not (path.is_file() or path.is_dir()):
            raise RecordingError(f"{name}: is neither a file nor a folder: it is not read")
        return path, root

    def place(self, name: str) -> tuple[Path, Path]:
        """Where a recording of a name is or would be, and the root that holds it.

        Raises:
            RecordingError: that is no place of a recording.
        """
        path = _absolute(self._top / name) if _is_name(name) else self._top
        root = next((root for root in self._roots if path == root or path.is_relative_to(root)), None)
        if root is None or any(part.startswith(".") for part in path.relative_to(root).parts):
            raise RecordingError(f"{name}: is not among the recordings that this viewer shows")
        if not path.resolve().is_relative_to(root.resolve()):
            raise RecordingError(f"{name}: a link leads out of {self.name(root)}")
        return path, root if root.is_dir() else root.parent

    def profile(self, path: Path) -> Profile | None:
        """The profile that a recording belongs to; None where none does, or it cannot be read."""
        folder = path.parent
        if folder not in self._profiles:
            try:
                self._profiles[folder] = self._project.owner(path)
            except RecproxyError:  # a run says what is wrong with it
                self._profiles[folder] = None
        return self._profiles[folder]

    def profile_name(self, path: Path) -> str:
        """The name of its profile, or else of the folder that would be named after it."""
        if profile := self.profile(path):
            return printable(profile.name)
        recordings = _absolute(self._project.recordings)
        below = path.relative_to(recordings).parts if path.is_relative_to(recordings) else ()
        return printable(redact_text(below[0], NO_RULES)) if len(below) > 1 else _NO_PROFILE

    def redaction(self, path: Path) -> RedactionRules:
        """What is secret in a recording, the values of its profile's variables included."""
        return redaction_with_values(self.profile(path), os.environ)


def _is_name(name: str) -> bool:
    """Whether a file can have this name."""
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:  # half of a character
        return False


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # longer than a name can be
        return False


def _absolute(path: Path) -> Path:
    """The path without dots, its links as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolving would follow the links
