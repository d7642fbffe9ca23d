"""Pull: what the lock names comes into the folder of the recordings, each whole or not at all.

What was changed here stays. What was not changed since it was last pulled or pushed follows the lock: it is replaced, or
removed where the lock no longer has it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from recproxy.errors import RecordingError
from recproxy.play.file_replacement import check_no_links, check_place, opened_folder, put_in_place, remove_file
from recproxy.stores.folder import FolderState, compared, locked_file
from recproxy.stores.lock import LOCK, LockedFile, read_lock
from recproxy.stores.store import Store
from recproxy.stores.synced import PARTS, read_pushed, remember_synced
from recproxy.stores.transfers import OPEN_PART, TransferProgress, Transferred, alone, transfer_each, unwatched

__all__ = ["pull_recordings"]

_PART = ".part"
_NO_LOCK = "was pushed or pulled, and there is no recproxy.lock here now: take it from git"
_PUSHED = "was pushed from here, and recproxy.lock no longer has it: put it back with `recproxy push --mine NAME`, or delete it"
_CHANGED = "was changed here: push it, or take its place with --replace"
_CONFLICT = "was changed here and in recproxy.lock: keep yours with `recproxy push --mine NAME`, or take its place with --replace"
_ORPHAN = "was changed here, and recproxy.lock no longer has it: delete it, or keep it with `recproxy push --mine NAME`"


def pull_recordings(
    store: Callable[[], Store],
    root: Path,
    folder: Path,
    *,
    replace: bool = False,
    progress: TransferProgress = unwatched,
) -> Transferred:
    """Bring what the lock names into the folder.

    Args:
        store: opens the store; not called where nothing is to be pulled.
        root: of the project.
        folder: of the recordings.
        replace: replace recordings that were changed here.
        progress: watches it.

    Raises:
        RecordingError: another pull or push works here.
        ConfigurationError: the lock or the store is wrong.
    """
    with alone(folder, root):
        lock = read_lock(root / LOCK)
        state = compared(folder, lock)
        result = Transferred(kept=_kept(state, lock, replace=replace))
        result.problems += [
            f"{name}: a link or a folder is in its place: remove it" for name in state.odd if name in lock
        ]
        changed = (name for name in (*state.changed, *state.conflicts) if name in lock and replace)
        wanted = (*state.missing, *state.outdated, *changed)
        if wanted:
            opened = store()

            def bring(name: str, came: Callable[[int], None]) -> int:
                return _pull_one(opened, name, lock[name], folder, came, state.files.get(name))

            transfer_each({name: lock[name].size for name in wanted}, bring, result, progress)
        if not result.problems:
            _remove_parts(folder)
        if (root / LOCK).exists():
            _remove(state, folder, result)
        else:
            result.kept |= dict.fromkeys(state.dropped, _NO_LOCK)
        remember_synced(folder, {name: lock[name] for name in (*state.same, *result.done)}, result.removed)
    return result


def _kept(state: FolderState, lock: Mapping[str, LockedFile], *, replace: bool) -> dict[str, str]:
    """What was changed here and stays, with the reason."""
    kept = {name: _ORPHAN for name in state.conflicts if name not in lock}
    if not replace:
        kept |= dict.fromkeys(state.changed, _CHANGED) | {name: _CONFLICT for name in state.conflicts if name in lock}
    return {name: why.replace("NAME", shlex.quote(name)) for name, why in sorted(kept.items())}


def _remove(state: FolderState, folder: Path, result: Transferred) -> None:
    """Remove what the lock no longer has, if it is still as it was pulled. What was pushed from here is named instead."""
    pushed = read_pushed(folder) if state.dropped else {}
    for name in state.dropped:
        if pushed.get(name) == state.files[name]:  # the lock of no commit may ever have had it
            result.kept[name] = _PUSHED.replace("NAME", shlex.quote(name))
            continue
        try:
            _check_unchanged(name, folder / name, state.files[name])
        except RecordingError as problem:
            result.problems.append(problem.message)
            continue
        remove_file(folder / name, root=folder)
        if os.path.lexists(folder / name):
            result.problems.append(f"{name}: is no longer in recproxy.lock, and cannot be removed: delete it")
        else:
            result.removed.append(name)


def _check_unchanged(name: str, path: Path, before: LockedFile | None) -> None:
    """A run may have recorded it meanwhile."""
    if os.path.lexists(path) if before is None else locked_file(path) != before:
        raise RecordingError(f"{name}: it was changed here while it was pulled: pull again")


def _pull_one(
    store: Store, name: str, file: LockedFile, folder: Path, arrived: Callable[[int], None], before: LockedFile | None
) -> int:
    """Pull one over what was here `before`: what an earlier pull has got of it is not asked for again. The bytes that came."""
    check_no_links(folder / name, root=folder)
    check_place(folder / name, root=folder)
    part = folder / PARTS / f"{file.sha256}.{hashlib.sha256(name.encode()).hexdigest()[:16]}{_PART}"
    with _described(name), opened_folder(part.parent, root=folder, make=True) as parts:
        with os.fdopen(os.open(part.name, OPEN_PART, 0o666, dir_fd=parts), "r+b") as target:
            sha256, came = _filled(store, name, file, target, arrived)
            size = target.tell()
        # What breaks off raises before this, and its part stays for the next pull; an object that ends early is another.
        if sha256 != file.sha256 or size != file.size:
            os.unlink(part.name, dir_fd=parts)
            if sha256 == file.sha256 or store.holds(name, file):
                raise RecordingError(
                    f"{name}: its size in recproxy.lock is not that of its object in {store.shown}, whose SHA-256 is right: "
                    "take the line of the lock from git"
                )
            raise RecordingError(
                f"{name}: its object in {store.shown} has changed, {file.sha256[:12]} was pushed: "
                "whoever has the recording runs `recproxy push --again`"
            )
    _check_unchanged(name, folder / name, before)
    put_in_place(part, folder / name, root=folder)
    return came


def _filled(
    store: Store, name: str, file: LockedFile, target: BinaryIO, arrived: Callable[[int], None]
) -> tuple[str, int]:
    """Go on with a part from its end on: the SHA-256 of all of it, and the bytes that came."""
    digest, start, came = hashlib.sha256(), 0, 0
    while piece := target.read(1 << 20):
        digest.update(piece)
        start += len(piece)
    arrived(start)
    for piece in store.pieces(name, file, start) if start < file.size or not file.size else ():
        digest.update(piece)
        target.write(piece)
        came += len(piece)
        arrived(len(piece))
    if start and digest.hexdigest() != file.sha256:
        # The part may be what is damaged, and not the object: only all of it anew tells.
        target.seek(0)
        target.truncate()
        sha256, more = _filled(store, name, file, target, arrived)
        return sha256, came + more
    return digest.hexdigest(), came


def _remove_parts(folder: Path) -> None:
    """Remove what earlier pulls got in part of recordings that no pull wants any more."""
    with contextlib.suppress(OSError), opened_folder(folder / PARTS, root=folder) as parts:
        for name in os.listdir(parts):  # noqa: PTH208 - pathlib has none for a descriptor
            if name.endswith(_PART):
                os.unlink(name, dir_fd=parts)


@contextlib.contextmanager
def _described(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise RecordingError(f"{name}: cannot be written: {problem.strerror or problem}") from None
