"""The folder of the recordings beside its lock: what is here, what is missing, what has changed. Asks no store."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

from recproxy.errors import RecordingError
from recproxy.recording.dataclass import dataclass
from recproxy.stores.lock import LockedFile, is_recording_name

__all__ = ["FolderState", "compared", "locked_file", "missing_files"]

#: What a run leaves of a scope that failed stays here.
_FAILED = ".failed.rec"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """The names of recordings: as the lock has them, missing here, different here, and not in the lock.

    `files` are those that are here, as they are. `odd` are links and other things that are no files, which stay here.
    """

    same: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    files: Mapping[str, LockedFile] = field(default_factory=dict)


def compared(folder: Path, lock: Mapping[str, LockedFile]) -> FolderState:
    """The folder beside the lock; each file is read once.

    Raises:
        RecordingError: a file cannot be read.
    """
    files, odd = {}, []
    for name, path in sorted(_below(folder)):
        if path.is_symlink() or not path.is_file() or not is_recording_name(name):
            odd.append(name)
        else:
            files[name] = locked_file(path)
    odd += [name for name in lock if name not in files and name not in odd and os.path.lexists(folder / name)]
    return FolderState(
        same=tuple(name for name in files if lock.get(name) == files[name]),
        missing=tuple(name for name in lock if name not in files and name not in odd),
        changed=tuple(name for name in files if name in lock and lock[name] != files[name]),
        new=tuple(name for name in files if name not in lock),
        odd=tuple(sorted(odd)),
        files=files,
    )


def missing_files(folder: Path, lock: Mapping[str, LockedFile]) -> tuple[str, ...]:
    """The recordings of the lock that are not here, told without reading one."""
    return tuple(name for name in lock if not (folder / name).exists())


def locked_file(path: Path) -> LockedFile:
    """A file as a lock has it.

    Raises:
        RecordingError: it cannot be read.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    except OSError as problem:
        raise RecordingError(f"{path}: cannot be read: {problem.strerror or problem}") from None
    return LockedFile(sha256=digest.hexdigest(), size=size)


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    """What belongs into the store below a folder: not what is hidden, nor what a failed scope has left."""
    for parent, folders, names in os.walk(folder):
        links = [each for each in folders if os.path.islink(os.path.join(parent, each))]  # noqa: PTH114, PTH118
        folders[:] = [each for each in folders if not each.startswith(".") and each not in links]
        for name in (*names, *links):
            if not name.startswith(".") and not name.endswith(_FAILED):
                path = Path(parent, name)
                yield path.relative_to(folder).as_posix(), path
