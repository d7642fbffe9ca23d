"""Pull and push: many recordings at a time, each whole or not at all, and each that fails by its name."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import field
from pathlib import Path

from recproxy.errors import RecordingError
from recproxy.play.file_replacement import check_place, opened_folder, put_in_place, replace_file
from recproxy.recording.dataclass import dataclass
from recproxy.stores.folder import compared
from recproxy.stores.lock import LOCK, LockedFile, read_lock, written_lock
from recproxy.stores.store import Store

__all__ = ["TransferProgress", "Transferred", "pull_recordings", "push_recordings"]

#: Is opened with the bytes of all that is to be brought, and called with those that are done.
TransferProgress = Callable[[int], AbstractContextManager[Callable[[float], None]]]

#: Below the folder of the recordings: what was pulled in part, and the lock of whoever transfers.
_PARTS = ".pulled"
_AT_ONCE = 8
_OPEN_PART = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@contextlib.contextmanager
def _unwatched(_total: int) -> Iterator[Callable[[float], None]]:
    yield lambda _: None


@dataclass(slots=True, kw_only=True)
class Transferred:
    """What came of it: names of recordings, and a line for each that failed. Bytes are those that went over the network."""

    done: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    size: int = 0


def pull_recordings(
    store: Callable[[], Store],
    root: Path,
    folder: Path,
    *,
    replace: bool = False,
    progress: TransferProgress = _unwatched,
) -> Transferred:
    """Bring what the lock names into the folder.

    Args:
        store: opens the store; not called where nothing is missing.
        root: of the project.
        folder: of the recordings.
        replace: take the place of recordings that were changed here.
        progress: watches it.

    Raises:
        RecordingError: another pull or push works here.
        ConfigurationError: the lock or the store is wrong.
    """
    lock = read_lock(root / LOCK)
    with _alone(folder, root):
        state = compared(folder, lock)
        result = Transferred(kept=[] if replace else list(state.changed))
        result.problems += [
            f"{name}: a link or a folder is in its place: remove it" for name in state.odd if name in lock
        ]
        wanted = (*state.missing, *(state.changed if replace else ()))
        if not wanted:
            return result
        opened = store()

        def bring(name: str, came: Callable[[int], None]) -> int:
            return _pull_one(opened, name, lock[name], folder, came)

        return _each({name: lock[name].size for name in wanted}, bring, result, progress)


def push_recordings(
    store: Callable[[], Store],
    root: Path,
    folder: Path,
    *,
    again: bool = False,
    prune: bool = False,
    progress: TransferProgress = _unwatched,
) -> Transferred:
    """Bring what is new here into the store, and then its names into the lock.

    Args:
        store: opens the store; not called where nothing is to be pushed.
        root: of the project.
        folder: of the recordings.
        again: read each object of the lock that is here, and push those that are missing or have changed.
        prune: take recordings that are not here out of the lock; their objects stay.
        progress: watches it.

    Raises:
        RecordingError: another pull or push works here.
        ConfigurationError: the lock or the store is wrong.
    """
    with _alone(folder, root):
        lock = dict(read_lock(root / LOCK))
        state = compared(folder, lock)
        result = Transferred(kept=[] if prune else list(state.missing))
        result.problems += [f"{name}: it is no plain file with a plain name: it stays here" for name in state.odd]
        wanted = (*state.new, *state.changed, *(state.same if again else ()))
        if wanted:
            opened = store()

            def bring(name: str, _: Callable[[int], None]) -> int:
                return _push_one(opened, name, folder / name, state.files[name], again=again)

            _each({name: state.files[name].size for name in wanted}, bring, result, progress)
        after = lock | {name: state.files[name] for name in result.done}
        if prune:
            after = {name: file for name, file in after.items() if name not in state.missing}
        if after != lock:
            replace_file(root / LOCK, written_lock(after), root=root)
        result.done = [name for name in result.done if lock.get(name) != after.get(name) or again]
        return result


class _Watched:
    """Tells how much is done of many transfers at once: what came of each, and all of it once it has ended."""

    def __init__(self, sizes: Mapping[str, int], advance: Callable[[float], None]) -> None:
        self._sizes = sizes
        self._came = dict.fromkeys(sizes, 0)
        self._advance = advance
        self._lock = threading.Lock()
        self._done = 0

    def add(self, name: str, size: int) -> None:
        with self._lock:
            size = min(size, self._sizes[name] - self._came[name])  # an object may be larger than it should
            self._came[name] += size
            self._done += size
            self._advance(self._done)

    def end(self, name: str) -> None:
        self.add(name, self._sizes[name])


def _each(
    sizes: Mapping[str, int],
    bring: Callable[[str, Callable[[int], None]], int],
    result: Transferred,
    progress: TransferProgress,
) -> Transferred:
    """Do it for each, several at once; what fails is told, and keeps none of the others."""
    with progress(sum(sizes.values())) as advance, ThreadPoolExecutor(_AT_ONCE) as pool:
        watched = _Watched(sizes, advance)

        def tried(name: str) -> tuple[str, int, str]:
            try:
                return name, bring(name, lambda size: watched.add(name, size)), ""
            except RecordingError as problem:
                return name, 0, problem.message
            finally:
                watched.end(name)

        outcomes: Iterable[tuple[str, int, str]] = pool.map(tried, sizes)
        for name, size, problem in outcomes:
            if problem:
                result.problems.append(problem)
            else:
                result.done.append(name)
                result.size += size
    return result


def _push_one(store: Store, name: str, path: Path, file: LockedFile, *, again: bool) -> int:
    """Push one where the store has it not; the bytes that went there."""
    if store.check(name, file) == "" if again else store.has(name, file):
        return 0
    store.put(name, path, file)
    return file.size


def _pull_one(store: Store, name: str, file: LockedFile, folder: Path, arrived: Callable[[int], None]) -> int:
    """Pull one: what an earlier pull has got of it is not asked for again. The bytes that came."""
    check_place(folder / name, root=folder)
    part = folder / _PARTS / f"{file.sha256}.{hashlib.sha256(name.encode()).hexdigest()[:16]}.part"
    came = 0
    with _described(name), opened_folder(part.parent, root=folder, make=True) as parts:
        with os.fdopen(os.open(part.name, _OPEN_PART, 0o666, dir_fd=parts), "r+b") as target:
            digest, start = hashlib.sha256(), 0
            while piece := target.read(1 << 20):
                digest.update(piece)
                start += len(piece)
            arrived(start)
            for piece in store.pieces(name, file, start) if start < file.size or not file.size else ():
                digest.update(piece)
                target.write(piece)
                came += len(piece)
                arrived(len(piece))
        # What breaks off raises before this, and its part stays for the next pull; an object that ends early is another.
        if digest.hexdigest() != file.sha256:
            os.unlink(part.name, dir_fd=parts)
            raise RecordingError(
                f"{name}: its object in {store.url} has changed, {file.sha256[:12]} was pushed: "
                "whoever has the recording runs `recproxy push --again`"
            )
    put_in_place(part, folder / name, root=folder)
    return came


@contextlib.contextmanager
def _described(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise RecordingError(f"{name}: cannot be written: {problem.strerror or problem}") from None


@contextlib.contextmanager
def _alone(folder: Path, root: Path) -> Iterator[None]:
    """Be the only one who pulls or pushes in this folder, which no link leads out of the project."""
    try:
        with opened_folder(folder / _PARTS, root=root, make=True) as parts:
            handle = os.open("lock", _OPEN_PART, 0o666, dir_fd=parts)
    except OSError as problem:
        raise RecordingError(f"{folder / _PARTS}: cannot be written: {problem.strerror or problem}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.close(handle)
        if problem.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise RecordingError(f"{folder / _PARTS}: cannot be locked: {problem.strerror or problem}") from None
        raise RecordingError(f"{folder}: another `recproxy pull` or `push` works here: wait for its end") from None
    try:
        yield
    finally:
        os.close(handle)
