"""Where a run's journals and locks lie, and what their paths are relative to.

The folder of journals is opened below the recordings, and each file in it from there: a link that leads elsewhere, or
anything that is no file, is not followed. Knows nothing of what a journal holds.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePath

from recproxy.errors import RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.play.file_replacement import create_file, opened_folder, remove_file

__all__ = ["JournalFolders", "open_file"]

#: PATH_MAX of Linux; that of other systems is lower.
_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class JournalFolders:
    """Where the recordings of a run are, and its project: what a journal's paths are relative to."""

    recordings: Path
    project: Path

    @property
    def journal(self) -> Path:
        """The folder of journals."""
        return self.recordings / ".journal"

    def plain(self, path: Path, profile: str) -> tuple[str, str]:
        """A path as a journal has it: which folder it is relative to, and the rest."""
        for base, folder in (("recordings", self.recordings), ("project", self.project)):
            absolute = _absolute(path)
            if absolute.is_relative_to(_absolute(folder)):
                return base, str(absolute.relative_to(_absolute(folder)))
        return "recordings", f"{profile}/{path.name}"  # outside of both: what is recovered is put with the others

    def root_of(self, path: Path) -> Path:
        """The folder that a recording at this path must not leave: the recordings, the project, or else its own."""
        for folder in (self.recordings, self.project):
            if _absolute(path).is_relative_to(_absolute(folder)):
                return folder
        return path.parent

    def found(self, base: str, name: str) -> Path:
        """The path that a journal names.

        Raises:
            RecordingError: it leads out of the folder, or is longer than a path can be.
        """
        if len(name) > _LONGEST_PATH:
            raise RecordingError(f"a journal names a path of {len(name)} characters, which no system has")
        folder = self.project if base == "project" else self.recordings
        path = folder / name
        inside = not PurePath(name).is_absolute() and ".." not in PurePath(name).parts and "\0" not in name
        try:
            os.fsencode(name)
            inside = inside and path.parent.resolve().is_relative_to(folder.resolve())
        except ValueError:  # letters that no path of this system has
            inside = False
        if not inside:
            raise RecordingError(f"{path} leads out of {folder}")
        return path

    @contextlib.contextmanager
    def opened(self, *, make: bool = False) -> Iterator[int]:
        """The descriptor of the folder of journals; `make` makes it, with a file that keeps it out of commits.

        Raises:
            OSError: it is not there, or a link leads out of the recordings.
        """
        with opened_folder(self.journal, root=self.recordings, make=make) as folder:
            if make and not _exists(".gitignore", folder):
                create_file(self.journal / ".gitignore", b"*\n", root=self.recordings)
            yield folder

    def remove(self, path: Path) -> None:
        """Remove a file in the folder of journals, if it is there."""
        remove_file(path, root=self.recordings)


def open_file(name: str, flags: int, folder: int) -> int:
    """The descriptor of a file in a folder.

    Raises:
        OSError: it cannot be opened, or it is a link, a device or a pipe.
    """
    handle = os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(None, f"{name} is no file")
    return handle


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _absolute(path: Path) -> Path:
    """With the links that are in it: whether they lead out is checked when the path is used."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - it takes out `..`, and pathlib does not
