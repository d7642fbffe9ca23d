"""Which values stand written in a project: in its files, its recordings and its environment. They are no program's chance.

What is read is kept as short digests. A folder that is too large to be read is not searched in part: then every value
may be written there. Reads files; knows no interactions.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from math import inf
from pathlib import Path

from recproxy.redaction.fresh_shapes import written_tokens

__all__ = ["WrittenValues", "written_digests"]

#: Bytes and files of a project that are read; a larger file is data.
_MOST_BYTES, _MOST_FILES, _LARGEST = 256_000_000, 40_000, 4_000_000
#: Folders of what others wrote, and of what was built.
_OTHERS = frozenset(("node_modules", "__pycache__", "site-packages", "build", "dist", "target", "vendor"))


def written_digests(texts: Iterable[str]) -> tuple[bytes, ...]:
    """The digests of all that texts have written out and could be taken for made anew."""
    found = {_digest(token) for text in texts for token in written_tokens(text.encode("utf-8", "surrogateescape"))}
    return tuple(sorted(found))


class WrittenValues:
    """The values of a project's `folder`, read when first asked for, and those of its environment by their digests.

    `begun` is when the run began, in seconds since 1970. A file that changed since then does not count: a log or a
    database has what the program made in this run.
    """

    def __init__(self, folder: str, environment: Iterable[bytes] = (), *, begun: float = inf) -> None:
        self._folder = folder
        self._begun = begun
        self._known = set(environment)
        self._is_read = not folder
        self._is_whole = True
        #: Of the recording outside of the folder that was read last: its path and moment, and what is written there.
        self._outside: tuple[tuple[Path, float] | None, set[bytes]] = None, set()

    def has(self, value: bytes, recording: str = "") -> bool:
        """Whether the normal form of a value may be written in the project, or in a recording outside of it."""
        if not self._is_read:
            self._read()
        digest = _digest(value)
        return not self._is_whole or digest in self._known or digest in self._of_recording(recording)

    def _read(self) -> None:
        self._is_read = True
        size = 0
        now = time.time()
        for number, path in enumerate(_files(self._folder)):
            if self._begun <= _changed_at(path) <= now:
                continue
            text = _text(path)
            size += len(text)
            if size > _MOST_BYTES or number >= _MOST_FILES:
                self._is_whole = False
                return
            self._known.update(map(_digest, written_tokens(text)))

    def _of_recording(self, recording: str) -> set[bytes]:
        path = Path(recording)
        if not recording or path.is_relative_to(self._folder or "/"):
            return set()
        version = (path, _changed_at(path))
        if self._outside[0] != version:  # asked for each value of a scope
            self._outside = version, set(map(_digest, written_tokens(_text(path))))
        return self._outside[1]


def _files(folder: str) -> Iterator[Path]:
    """The files of a project, without those of version control, of installed packages, and of what is hidden."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _OTHERS and not name.startswith(".") and not Path(place, name, "pyvenv.cfg").exists()
        )
        yield from (Path(place, name) for name in sorted(names))


def _changed_at(path: Path) -> float:
    """The time of the last change, in seconds since 1970; 0 where there is no such file."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _text(path: Path) -> bytes:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return b""
        return path.read_bytes()
    except OSError:
        return b""


def _digest(value: bytes) -> bytes:
    return hashlib.blake2b(value, digest_size=8).digest()
