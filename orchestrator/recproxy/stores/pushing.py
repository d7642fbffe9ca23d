"""Push: what is new in the folder of the recordings goes into the store, and then its name into the lock.

What somebody else has changed in the lock stays so and is named, unless the caller says that it is right as it is here.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from recproxy.errors import ConfigurationError
from recproxy.play.file_replacement import check_no_links, replace_file
from recproxy.stores.folder import FolderState, compared
from recproxy.stores.lock import LOCK, LockedFile, read_lock, written_lock
from recproxy.stores.store import Store
from recproxy.stores.synced import remember_pushed, remember_synced
from recproxy.stores.transfers import TransferProgress, Transferred, alone, transfer_each, unwatched

__all__ = ["push_recordings"]

_MEANWHILE = "was changed in recproxy.lock during the push, and was left so: run `recproxy status`"
_DELETED = "is in recproxy.lock and not here: pull it, or drop it with --prune"
_MISSING = "is in recproxy.lock and was never here: pull it"
_OUTDATED = "is outdated, since recproxy.lock has changed: pull it, or put this one back with --mine NAME"
_DROPPED = "is no longer in recproxy.lock: pull to remove it here, or put it back with --mine NAME"
_CONFLICT = "was changed here and in recproxy.lock: pull it with --replace, or keep yours with --mine NAME"


def push_recordings(
    store: Callable[[], Store],
    root: Path,
    folder: Path,
    *,
    again: bool = False,
    prune: bool = False,
    mine: Collection[str] = (),
    search: Callable[[Collection[str]], Mapping[str, str]] = lambda _: {},
    allowed: Collection[str] = (),
    progress: TransferProgress = unwatched,
) -> Transferred:
    """Bring what is new or was changed here into the store, and then its names into the lock.

    Args:
        store: opens the store; not called where nothing is to be pushed.
        root: of the project.
        folder: of the recordings.
        again: read each object of the lock that is here, and push those that are missing or have changed.
        prune: take recordings that were deleted here out of the lock; their objects stay.
        mine: names of recordings that are right as they are here, whatever the lock has.
        search: looks for secrets in recordings that are to be pushed: the names of those that hold some, with a line.
        allowed: names of recordings that are pushed without a search.
        progress: watches it.

    Raises:
        RecordingError: another pull or push works here.
        ConfigurationError: the lock or the store is wrong, or a name of `mine` or `allowed` is not here.
    """
    with alone(folder, root):
        check_no_links(root / LOCK, root=root)
        lock = read_lock(root / LOCK)
        state = compared(folder, lock)
        _check_names(state, folder, mine, allowed)
        result = Transferred(kept=_kept(state, mine, prune=prune))
        result.problems += [
            f"{name}: it is not a regular file with the name of a recording, such as NAME.rec: not pushed"
            for name in state.odd
        ]
        chosen = (name for name in (*state.outdated, *state.dropped, *state.conflicts) if name in mine)
        clean = _without_secrets((*state.new, *state.changed, *chosen), search, allowed, result)
        wanted = {name: state.files[name] for name in (*clean, *(state.same if again else ()))}
        sent = _push_each(store, folder, wanted, result, progress, again=again)
        wishes: dict[str, LockedFile | None] = {name: state.files[name] for name in result.done}
        wishes |= dict.fromkeys(state.deleted if prune else ())
        gone = _write_wishes(root, lock, wishes, result)
        # Only now: a recording that counts as pushed and is not in the lock would be taken for an old one.
        changed = {name: state.files[name] for name in result.done if lock.get(name) != state.files[name]}
        remember_pushed(folder, changed, gone)  # first: what counts as the same here must be known to be ours
        remember_synced(folder, {name: state.files[name] for name in (*state.same, *result.done)}, gone)
        result.done = [name for name in result.done if name in changed or name in sent]
        return result


def _without_secrets(
    fresh: Sequence[str],
    search: Callable[[Collection[str]], Mapping[str, str]],
    allowed: Collection[str],
    result: Transferred,
) -> list[str]:
    """Those that may go into the store: no secret was found in them, or they are allowed to go all the same."""
    refused = search([name for name in fresh if name not in allowed])
    result.problems += [
        f"{name}: {why}; or push it as it is with --allow-secrets {shlex.quote(name)}" for name, why in refused.items()
    ]
    return [name for name in fresh if name not in refused]


def _push_each(
    store: Callable[[], Store],
    folder: Path,
    wanted: Mapping[str, LockedFile],
    result: Transferred,
    progress: TransferProgress,
    *,
    again: bool,
) -> set[str]:
    """Push those that the store has not; their names. All that are there then, or were, are among the done."""
    sent: set[str] = set()
    if wanted:
        opened = store()

        def bring(name: str, _: Callable[[int], None]) -> int:
            size = _push_one(opened, name, folder / name, wanted[name], again=again)
            if size:
                sent.add(name)
            return size

        transfer_each({name: file.size for name, file in wanted.items()}, bring, result, progress)
    return sent


def _write_wishes(
    root: Path, before: Mapping[str, LockedFile], wishes: Mapping[str, LockedFile | None], result: Transferred
) -> list[str]:
    """Bring what was pushed, and what is to go, into the lock as it is now: git may have changed it meanwhile.

    What was changed there meanwhile stays so, and is no longer among the done. The names that went out of the lock.
    """
    wishes = {name: file for name, file in wishes.items() if before.get(name) != file}
    lock = read_lock(root / LOCK)
    lost = [name for name, file in wishes.items() if lock.get(name) not in (before.get(name), file)]
    result.kept |= dict.fromkeys(lost, _MEANWHILE)
    result.done = [name for name in result.done if name not in lost]
    wishes = {name: file for name, file in wishes.items() if name not in lost}
    after = {name: file for name, file in ({**lock, **wishes}).items() if file is not None}
    if after != lock:
        replace_file(root / LOCK, written_lock(after), root=root)
    return [name for name, file in wishes.items() if file is None]


def _check_names(state: FolderState, folder: Path, mine: Collection[str], allowed: Collection[str]) -> None:
    for option, names in (("--mine", mine), ("--allow-secrets", allowed)):
        for name in names:
            if name not in state.files:
                raise ConfigurationError(f"{option} {name}: there is no recording of this name in {folder}")


def _kept(state: FolderState, mine: Collection[str], *, prune: bool) -> dict[str, str]:
    """What the lock keeps as it has it, with the reason."""
    kept = {name: _DELETED if name in state.deleted else _MISSING for name in state.missing}
    if prune:
        kept = {name: why for name, why in kept.items() if name not in state.deleted}
    for names, why in ((state.outdated, _OUTDATED), (state.dropped, _DROPPED), (state.conflicts, _CONFLICT)):
        kept |= {name: why.replace("NAME", shlex.quote(name)) for name in names if name not in mine}
    return dict(sorted(kept.items()))


def _push_one(store: Store, name: str, path: Path, file: LockedFile, *, again: bool) -> int:
    """Push one where the store has it not; the bytes that went there."""
    if store.check(name, file) == "" if again else store.has(name, file):
        return 0
    store.put(name, path, file)
    return file.size
