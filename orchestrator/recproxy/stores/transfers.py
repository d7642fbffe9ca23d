"""What pull and push share: many recordings at a time, each that fails by its name, and one command in a folder."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import field
from pathlib import Path

from recproxy.errors import RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.play.file_replacement import check_no_links, opened_folder
from recproxy.stores.synced import PARTS

__all__ = ["OPEN_PART", "TransferProgress", "Transferred", "alone", "transfer_each", "unwatched"]

#: Is opened with the bytes of all that is to be brought, and called with those that are done.
TransferProgress = Callable[[int], AbstractContextManager[Callable[[float], None]]]

_AT_ONCE = 8  # transfers: what takes time is the way to the store, which may refuse many at once
#: How a file below the folder of the parts is opened, with `dir_fd`.
OPEN_PART = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@contextlib.contextmanager
def unwatched(_total: int) -> Iterator[Callable[[float], None]]:
    """Progress that nobody looks at."""
    yield lambda _: None


@dataclass(slots=True, kw_only=True)
class Transferred:
    """What came of it: names of recordings, and a line for each that failed. Bytes are those that went over the network.

    `kept` are those that were left as they are, each with the reason and what to do. `removed` are no longer here.
    """

    done: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    size: int = 0


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


def transfer_each(
    sizes: Mapping[str, int],
    bring: Callable[[str, Callable[[int], None]], int],
    result: Transferred,
    progress: TransferProgress,
) -> None:
    """Bring each, several at once, and add it to the result: one that fails is among the problems, and the others go on."""
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


@contextlib.contextmanager
def alone(folder: Path, root: Path) -> Iterator[None]:
    """Be the only one who pulls or pushes in this folder, which may be a link within the project.

    Raises:
        RecordingError: another one works here, or a link below the folder or out of the project is in the way.
    """
    for name in ("", "lock"):
        check_no_links(folder / PARTS / name, root=folder)
    try:
        with opened_folder(folder / PARTS, root=root, make=True) as parts:
            handle = os.open("lock", OPEN_PART, 0o666, dir_fd=parts)
    except OSError as problem:
        raise RecordingError(f"{folder / PARTS}: cannot be written: {problem.strerror or problem}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.close(handle)
        if problem.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise RecordingError(f"{folder / PARTS}: cannot be locked: {problem.strerror or problem}") from None
        raise RecordingError(f"{folder}: another `recproxy pull` or `push` works here: wait for its end") from None
    try:
        yield
    finally:
        os.close(handle)
