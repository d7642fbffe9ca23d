"""The folder of the recordings beside its lock: what is here, what is missing, who has changed what. Asks no store."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from recproxy.errors import RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.play.recording_names import FAILED
from recproxy.stores.lock import LockedFile, is_recording_name
from recproxy.stores.synced import read_synced

__all__ = ["FolderState", "changed_by_lock", "compared", "locked_file"]

_PIECE = 1 << 20  # bytes read at once: a recording may be larger than the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderState:
    """The names of recordings, each in one list beside the lock and what was last pulled or pushed.

    same: as the lock has them.
    missing: in the lock, and not here.
    deleted: those of the missing that were here, as the lock has them.
    changed: changed here only.
    new: not in the lock, and never were.
    outdated: as they were last pulled or pushed; the lock has moved on.
    dropped: as they were last pulled or pushed; the lock no longer has them.
    conflicts: changed here, and changed in or dropped from the lock.
    odd: links and other things that are no files, which stay here.

    `files` are those that are here, as they are.
    """

    same: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    files: Mapping[str, LockedFile] = field(default_factory=dict)


def compared(folder: Path, lock: Mapping[str, LockedFile]) -> FolderState:
    """The folder beside the lock; each file is read once.

    Raises:
        RecordingError: a file cannot be read.
    """
    synced = read_synced(folder)
    files, odd = {}, []
    for name, path in sorted(_below(folder)):
        if path.is_symlink() or not path.is_file() or not is_recording_name(name):
            odd.append(name)
        else:
            files[name] = locked_file(path)
    odd += [name for name in lock if name not in files and name not in odd and os.path.lexists(folder / name)]
    missing = tuple(name for name in lock if name not in files and name not in odd)
    lists: dict[str, list[str]] = {}
    for name, file in files.items():
        lists.setdefault(_kind(file, lock.get(name), synced.get(name)), []).append(name)
    return FolderState(
        missing=missing,
        deleted=tuple(name for name in missing if synced.get(name) == lock[name]),
        odd=tuple(sorted(odd)),
        files=files,
        **_tuples(lists),
    )


def _kind(here: LockedFile, locked: LockedFile | None, synced: LockedFile | None) -> str:
    """The list of FolderState for a recording that is here."""
    if here == locked:
        return "same"
    if here == synced:
        return "dropped" if locked is None else "outdated"
    if locked == synced:
        return "new" if locked is None else "changed"
    return "conflicts"


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, Any]:
    """The lists of a FolderState, by their names there."""
    return {kind: tuple(names) for kind, names in lists.items()}


def changed_by_lock(folder: Path, lock: Mapping[str, LockedFile]) -> FolderState:
    """What a run is told: the lists missing, outdated, dropped and conflicts.

    Reads only recordings that the lock may have changed since they were last pulled or pushed.

    Raises:
        RecordingError: a file cannot be read.
    """
    synced = read_synced(folder)
    lists: dict[str, list[str]] = {"missing": [], "outdated": [], "dropped": [], "conflicts": []}
    for name in sorted({*lock, *synced}):
        path = folder / name
        if not path.exists():
            if name in lock:
                lists["missing"].append(name)
        elif lock.get(name) != synced.get(name) and path.is_file() and not path.is_symlink():
            kind = _kind(locked_file(path), lock.get(name), synced.get(name))
            if kind in lists:
                lists[kind].append(name)
    return FolderState(**_tuples(lists))


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
            if not name.startswith(".") and not name.endswith(FAILED):
                path = Path(parent, name)
                yield path.relative_to(folder).as_posix(), path
