"""The journal: finished interactions on disk, as they came and encrypted, before the client sees their end.

One file per run under recordings/.journal/, locked while its run lives: one that is there and not locked was left by a
run that was killed, and what it holds is recovered. It begins with a line that names its key; then come frames, each
encrypted by AES-GCM under a nonce of its own and bound to its place in the file. A frame's head says in clear how long
it is, of which kind, and of which scope by a number that means nothing elsewhere. Paths in it are relative to the
recordings, or to the project, and are checked when they are read.
"""

from __future__ import annotations

import base64
import fcntl
import itertools
import json
import os
import struct
from collections.abc import Iterable, Sequence
from dataclasses import field
from pathlib import Path
from pickle import PickleBuffer

from recproxy.control.redaction_messages import LearnedValue
from recproxy.errors import RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.journal_folders import JournalFolders
from recproxy.orchestrator.journal_keys import TAG, JournalKeys, encrypted
from recproxy.recording import Packed, pieces_of_packed

__all__ = [
    "ENDED",
    "ENTRY",
    "FRAME_HEAD",
    "LENGTH",
    "MAGIC",
    "NONCE",
    "SECRETS",
    "SHOWN",
    "WRITTEN",
    "Entry",
    "Journal",
    "WrittenScope",
    "bound",
]

MAGIC = b"#recproxy journal 2 "
FRAME_HEAD = struct.Struct("!BIQ")
LENGTH = struct.Struct("!I")
NONCE = 12  # bytes, as AES-GCM wants it
#: Kinds of frames.
SECRETS = 0
ENTRY = 1
ENDED = 2
SHOWN = 3
WRITTEN = 4
#: The scope of what is said of the whole run.
_RUN = 0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenScope:
    """A scope that was written into its recording, or where `failed` next to it."""

    profile: str
    recording: Path
    scope: str
    failed: bool


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
        self._write(ENTRY, entry.number, LENGTH.pack(len(about)) + about, *pieces_of_packed(entry.packed))
        self._open.add(entry.number)

    def ended(self, number: int) -> None:
        """What this scope had is in its recording, or beside it: it is not to be recovered."""
        if number not in self._open:
            return
        self._open.discard(number)
        if self._open:
            self._write(ENDED, number)
        elif self._file is not None:
            os.ftruncate(self._file, 0)
            self._size = 0

    def show(self, values: Sequence[LearnedValue]) -> None:
        """Put values on disk that a scope has shown to be secret. Raises as `add` does."""
        plain = [
            (base64.b64encode(each.value).decode(), each.rule, each.name, each.field, each.alone) for each in values
        ]
        self._write(SHOWN, _RUN, json.dumps(plain).encode())
        self._open.add(_RUN)

    def written(self, scope: WrittenScope) -> None:
        """Put on disk that a scope is to be searched for what is shown later. Raises as `add` does."""
        base, path = self._folders.plain(scope.recording, scope.profile)
        about = {"base": base, "path": path, "profile": scope.profile, "scope": scope.scope, "failed": scope.failed}
        self._write(WRITTEN, _RUN, json.dumps(about).encode())
        self._open.add(_RUN)

    def searched(self) -> None:
        """All that was written was searched for all that was shown."""
        self.ended(_RUN)

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
                self._size = self._put([MAGIC + self._key.encode() + b"\n"])
                if self.secrets:
                    self._append(SECRETS, 0, json.dumps(list(self.secrets)).encode())
            self._append(kind, number, *pieces)
        except OSError as problem:
            where = self._folders.journal
            raise RecordingError(f"{where}: cannot be written: {problem.strerror or problem}") from None

    def _append(self, kind: int, number: int, *pieces: bytes | memoryview | PickleBuffer) -> None:
        views = [memoryview(piece) for piece in pieces]
        head = FRAME_HEAD.pack(kind, number, sum(map(len, views)) + TAG)
        nonce = os.urandom(NONCE)
        sealed = encrypted(self._secret, nonce, bound(self._size, head), views)
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
                self._key, self._secret = self._keys.make(self._path)
                os.rename(unnamed, self._path.name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                os.unlink(unnamed, dir_fd=folder)
                os.close(file)
                raise
        return file


def bound(start: int, head: bytes) -> bytes:
    """What a frame's encryption is bound to: its place and its head, so that none can be moved or changed."""
    return b"%d " % start + head
