"""What this checkout last pulled or pushed, recording by recording.

The lock says what a commit wants, the folder what is here. Only with what was here last can one tell a recording that
you changed from one that somebody else did.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from recproxy.errors import ConfigurationError
from recproxy.play.file_replacement import check_no_links, replace_file
from recproxy.stores.lock import LockedFile, read_lock, written_lock

__all__ = ["PARTS", "read_pushed", "read_synced", "remember_pushed", "remember_synced"]

#: Below the folder of the recordings, hidden, and of this checkout alone.
PARTS: Final = ".pulled"
_SYNCED = "synced.json"
_PUSHED = "pushed.json"


def read_synced(folder: Path) -> Mapping[str, LockedFile]:
    """The recordings as they were when they were last the same here and in the lock, by name.

    A file that is damaged counts as none: then what differs is a conflict, and nothing is overwritten either way.
    """
    return _read(folder, _SYNCED)


def read_pushed(folder: Path) -> Mapping[str, LockedFile]:
    """The recordings as this checkout itself last pushed them, by name: no commit may have them yet."""
    return _read(folder, _PUSHED)


def _read(folder: Path, name: str) -> Mapping[str, LockedFile]:
    try:
        return read_lock(folder / PARTS / name)
    except ConfigurationError:
        return {}


def remember_synced(folder: Path, files: Mapping[str, LockedFile], gone: Collection[str] = ()) -> None:
    """Write that these are the same here and in the lock now, and forget those that are gone.

    Raises:
        RecordingError: it cannot be written, or a link is in its place.
    """
    _remember(folder, _SYNCED, files, gone)


def remember_pushed(folder: Path, files: Mapping[str, LockedFile], gone: Collection[str] = ()) -> None:
    """Write that this checkout has pushed these, as `remember_synced` does."""
    _remember(folder, _PUSHED, files, gone)


def _remember(folder: Path, name: str, files: Mapping[str, LockedFile], gone: Collection[str]) -> None:
    path = folder / PARTS / name
    check_no_links(path, root=folder)
    before, lost = _read(folder, name), set(gone)
    after = {each: file for each, file in before.items() if each not in lost} | dict(files)
    if after != before:
        replace_file(path, written_lock(after), root=folder)
