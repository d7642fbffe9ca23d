"""The locks of recordings: one run at a time records a file.

The locks lie in the folder of journals, named by a hash of the recording's real path. Knows nothing of recordings.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from recproxy.errors import RecordingError
from recproxy.orchestrator.journal_folders import JournalFolders, open_file

__all__ = ["RecordingLocks"]


class RecordingLocks:
    """The recordings that this run has locked."""

    def __init__(self, folders: JournalFolders) -> None:
        self._folders = folders
        self._held: dict[Path, IO[bytes]] = {}
        #: How many hold one for a moment; a run that records it holds it to its end.
        self._moments: Counter[Path] = Counter()
        self._kept: set[Path] = set()

    def lock(self, path: Path) -> None:
        """Lock a recording for this run; two scopes of one run may record the same file.

        Raises:
            RecordingError: another run is recording it, or the lock cannot be written.
        """
        # A linked folder gives one file two names, and this run must not wait for itself.
        path = Path(os.path.realpath(path))
        self._lock(path)
        self._kept.add(path)

    def _lock(self, path: Path) -> None:
        if path in self._held:
            return
        where = self._path(path)
        try:
            with self._folders.opened(make=True) as folder:
                lock = os.fdopen(open_file(where.name, os.O_RDWR | os.O_CREAT, folder), "rb+")
        except OSError as problem:
            raise RecordingError(f"{self._folders.journal}: cannot be written: {problem.strerror or problem}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise RecordingError(f"{path}: another run is recording it: wait for its end") from None
        if not _is_at(lock, where):  # the run that had it has just ended, and took the file with it
            lock.close()
            self._lock(path)
        else:
            self._held[path] = lock

    @contextlib.contextmanager
    def locked(self, path: Path) -> Iterator[None]:
        """Lock a recording for a moment, in which this run may begin to record it, and then keeps the lock.

        Raises:
            RecordingError: as for `lock`.
        """
        path = Path(os.path.realpath(path))
        self._lock(path)
        self._moments[path] += 1
        try:
            yield
        finally:
            self._moments[path] -= 1
            if not self._moments[path] and path not in self._kept and path in self._held:
                self._release(path)

    def close(self) -> None:
        """Release all locks and remove their files."""
        self._kept.clear()
        with contextlib.ExitStack() as releasing:  # each is released whatever fails in another
            for path in self._held:
                releasing.callback(self._release, path)

    def _release(self, path: Path) -> None:
        with self._held.pop(path):  # removed while it is locked: nobody else opens a file that goes
            self._folders.remove(self._path(path))

    def _path(self, path: Path) -> Path:
        return self._folders.journal / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}.lock"


def _is_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except OSError:
        return False
