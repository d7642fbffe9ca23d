"""The journal: finished interactions on disk, as they came and encrypted, before the client sees their end.

One file per run under recordings/.journal/, locked while its run lives: one that is there and not locked was left by a
run that was killed, and what it holds is recovered. It begins with a line that names its key; then come frames, each
encrypted by AES-GCM under a nonce of its own and bound to its place in the file. A frame's head says in clear how long
it is, of which kind, and of which scope by a number that means nothing elsewhere. Paths in it are relative to the
recordings, or to the project, and are checked when they are read.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from pathlib import Path
from pickle import PickleBuffer
from typing import BinaryIO

from recproxy.errors import RecordingError
from recproxy.orchestrator.journal_folders import JournalFolders, open_file
from recproxy.orchestrator.journal_keys import TAG, JournalKeys, encrypted
from recproxy.recording import Packed, pieces_of_packed
from recproxy.recording.dataclass import dataclass

__all__ = ["Abandoned", "Entry", "Journal", "abandoned"]

_MAGIC = b"#recproxy journal 2 "
_HEAD = struct.Struct("!BIQ")
_LENGTH = struct.Struct("!I")
_NONCE = 12
_SECRETS, _ENTRY, _ENDED = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One interaction of a scope, meant for a recording; `number` is the scope's own in its run: names may repeat.

    `packed` is the interaction as it came, which is in no message and no repr.
    """

    profile: str
    recording: Path
    scope: str
    number: int
    recorded: str
    packed: Packed = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Abandoned:
    """A journal that a killed run left: its entries of scopes that had not ended, and how many could not be read.

    `secrets` are the values that were secret in that run. `keyless`: its key was not found; `old` is a journal of
    version 0.1. `modified` is when it was last written, in seconds. `lost` are lines about paths that lead elsewhere.
    """

    path: Path
    modified: float
    key: str = ""
    entries: list[Entry] = field(default_factory=list, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    unread: int = 0
    keyless: bool = False
    old: bool = False
    lost: list[str] = field(default_factory=list)


class Journal:
    """The journal of this run; it and its key are made when the first interaction is kept.

    `secrets` are the values that are secret in this run: a later run that recovers it may not have them any more.
    """

    def __init__(self, folders: JournalFolders, keys: JournalKeys, secrets: Sequence[str] = ()) -> None:
        self._folders = folders
        self._keys = keys
        self.secrets = secrets
        self._file: int | None = None
        self._size = 0
        self._key = ""
        self._secret = b""
        self._open: set[int] = set()
        self._path = folders.journal / f"{os.getpid()}-{os.urandom(4).hex()}.journal"

    def add(self, entry: Entry) -> None:
        """Put an interaction on disk.

        Raises:
            RecordingError: it cannot be written; the message names the folder. What was there before stays whole.
        """
        base, path = self._folders.plain(entry.recording, entry.profile)
        about = json.dumps(
            {"base": base, "path": path, "profile": entry.profile, "scope": entry.scope, "recorded": entry.recorded}
        ).encode()
        self._write(_ENTRY, entry.number, _LENGTH.pack(len(about)) + about, *pieces_of_packed(entry.packed))
        self._open.add(entry.number)

    def ended(self, number: int) -> None:
        """What this scope had is in its recording, or beside it: it is not to be recovered."""
        if number not in self._open:
            return
        self._open.discard(number)
        if self._open:
            self._write(_ENDED, number)
        elif self._file is not None:
            os.ftruncate(self._file, 0)
            self._size = 0

    def close(self) -> None:
        """The journal and its key go; while a scope is not in its recording they stay, for the next run to recover."""
        if self._file is not None:
            if not self._open:
                self._folders.remove(self._path)
                self._keys.remove(self._key)
            os.close(self._file)
            self._file = None

    def _write(self, kind: int, number: int, *pieces: bytes | memoryview | PickleBuffer) -> None:
        try:
            if self._file is None:
                self._file = self._make()
            if not self._size:
                self._size = self._put([_MAGIC + self._key.encode() + b"\n"])
                if self.secrets:
                    self._append(_SECRETS, 0, json.dumps(list(self.secrets)).encode())
            self._append(kind, number, *pieces)
        except OSError as problem:
            where = self._folders.journal
            raise RecordingError(f"{where}: cannot be written: {problem.strerror or problem}") from None

    def _append(self, kind: int, number: int, *pieces: bytes | memoryview | PickleBuffer) -> None:
        views = [memoryview(piece) for piece in pieces]
        head = _HEAD.pack(kind, number, sum(map(len, views)) + TAG)
        nonce = os.urandom(_NONCE)
        sealed = encrypted(self._secret, nonce, _bound(self._size, head), views)
        self._size += self._put(itertools.chain((head + nonce,), sealed))

    def _put(self, pieces: Iterable[bytes | memoryview]) -> int:
        """Write at the end; how much that was. A full disk must not leave half an entry before the next."""
        assert self._file is not None
        at = self._size
        try:
            for piece in pieces:
                view = memoryview(piece)
                while view:
                    written = os.pwrite(self._file, view, at)
                    at += written
                    view = view[written:]
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        return at - self._size

    def _make(self) -> int:
        # Another run takes a journal without a lock for abandoned, so it gets its name only when it is locked.
        unnamed = self._path.with_suffix(".new").name
        with self._folders.opened(make=True) as folder:
            file = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._key, self._secret = self._keys.make()
                os.rename(unnamed, self._path.name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                os.unlink(unnamed, dir_fd=folder)
                os.close(file)
                raise
        return file


@contextlib.contextmanager
def abandoned(folders: JournalFolders, keys: JournalKeys) -> Iterator[list[Abandoned]]:
    """The journals that killed runs left. All stay locked meanwhile, so that no other run recovers them too."""
    with contextlib.ExitStack() as locks:
        found = []
        try:
            folder = locks.enter_context(folders.opened())
        except OSError:
            yield []
            return
        for name in sorted(each for each in os.listdir(folder) if each.endswith(".journal")):  # noqa: PTH208 - a descriptor
            try:
                file = locks.enter_context(os.fdopen(open_file(name, os.O_RDONLY, folder), "rb"))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(file.fileno()), os.stat(name, dir_fd=folder)):
                    found.append(_left(folders.journal / name, file, folders, keys))
            except OSError:  # its run lives, or another run has it or had it; or it is no file
                continue
        yield found


def _left(path: Path, file: BinaryIO, folders: JournalFolders, keys: JournalKeys) -> Abandoned:
    found = Abandoned(path=path, modified=os.fstat(file.fileno()).st_mtime)
    first = file.readline(len(_MAGIC) + 64)
    if not first.startswith(_MAGIC):
        found.old = not _MAGIC.startswith(first)  # else its run was killed before it had written the line
        return found
    found.key = first[len(_MAGIC) :].strip().decode("ascii", "replace")
    key = keys.find(found.key)
    found.keyless = key is None
    frames = _frames(file, len(first))
    ended = {number for kind, number, *_ in frames if kind == _ENDED}
    kept = [frame for frame in frames if frame[0] != _ENDED and not (frame[0] == _ENTRY and frame[1] in ended)]
    if key is None:
        found.unread = sum(kind == _ENTRY for kind, *_ in kept)
        return found
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - a replay does without
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    cipher = AESGCM(key)
    for kind, number, start, size in kept:
        file.seek(start)
        head, nonce, sealed = file.read(_HEAD.size), file.read(_NONCE), file.read(size)
        try:
            text = cipher.decrypt(nonce, sealed, _bound(start, head))
        except InvalidTag:
            found.unread += 1
            continue
        if kind == _SECRETS:
            found.secrets = tuple(json.loads(text))
            continue
        try:
            found.entries.append(_entry(text, number, folders))
        except RecordingError as problem:
            found.lost.append(problem.message)
    return found


def _entry(text: bytes, number: int, folders: JournalFolders) -> Entry:
    (length,) = _LENGTH.unpack_from(text)
    start = _LENGTH.size + length
    about = json.loads(text[_LENGTH.size : start])
    return Entry(
        profile=about["profile"],
        recording=folders.found(about["base"], about["path"]),
        scope=about["scope"],
        number=number,
        recorded=about["recorded"],
        packed=text[start:],
    )


def _frames(file: BinaryIO, start: int) -> list[tuple[int, int, int, int]]:
    """Kind, scope, place and size of each frame that is whole; a kill may have cut the last one short."""
    end = os.fstat(file.fileno()).st_size
    frames = []
    while start + _HEAD.size + _NONCE <= end:
        file.seek(start)
        kind, number, size = _HEAD.unpack(file.read(_HEAD.size))
        if start + _HEAD.size + _NONCE + size > end:
            break
        frames.append((kind, number, start, size))
        start += _HEAD.size + _NONCE + size
    return frames


def _bound(start: int, head: bytes) -> bytes:
    """What a frame's encryption is bound to: its place and its head, so that none can be moved or changed."""
    return b"%d " % start + head
