"""The journals that killed runs left, read: what had not been written, and what was not searched a second time.

How a journal is made is said in journal. Paths in it are checked here.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import BinaryIO

from recproxy.control.redaction_messages import LearnedValue
from recproxy.errors import RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.journal import (
    ENDED,
    ENTRY,
    FRAME_HEAD,
    LENGTH,
    MAGIC,
    NONCE,
    SECRETS,
    SHOWN,
    WRITTEN,
    Entry,
    WrittenScope,
    bound,
)
from recproxy.orchestrator.journal_folders import JournalFolders, open_file
from recproxy.orchestrator.journal_keys import JournalKeys

__all__ = ["Abandoned", "abandoned"]


@dataclass(slots=True, kw_only=True)
class Abandoned:
    """A journal that a killed run left: its entries of scopes that had not ended, and how many could not be read.

    `secrets` are the values that were secret in that run. `keyless`: its key was not found; `old` is a journal of
    version 0.1. `modified` is when it was last written, in seconds. `lost` are lines about paths that lead elsewhere.
    `written` are scopes that the run had written, and `shown` the values that its scopes had shown by then; `unsearched`
    counts the former where there is no key.
    """

    path: Path
    modified: float
    key: str = ""
    entries: list[Entry] = field(default_factory=list, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    shown: list[LearnedValue] = field(default_factory=list, repr=False)
    written: list[WrittenScope] = field(default_factory=list)
    unread: int = 0
    unsearched: int = 0
    keyless: bool = False
    old: bool = False
    lost: list[str] = field(default_factory=list)


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
    first = file.readline(len(MAGIC) + 64)
    if not first.startswith(MAGIC):
        found.old = not MAGIC.startswith(first)  # else its run was killed before it had written the line
        return found
    found.key = first[len(MAGIC) :].strip().decode("ascii", "replace")
    key = keys.find(found.key)
    found.keyless = key is None
    frames = _frames(file, len(first))
    ended = {number for kind, number, *_ in frames if kind == ENDED}
    kept = [frame for frame in frames if frame[0] != ENDED and not (frame[0] == ENTRY and frame[1] in ended)]
    if key is None:
        found.unread = sum(kind == ENTRY for kind, *_ in kept)
        found.unsearched = sum(kind == WRITTEN for kind, *_ in kept)
        return found
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - a replay does without
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    cipher = AESGCM(key)
    for kind, number, start, size in kept:
        file.seek(start)
        head, nonce, sealed = file.read(FRAME_HEAD.size), file.read(NONCE), file.read(size)
        try:
            text = cipher.decrypt(nonce, sealed, bound(start, head))
        except InvalidTag:
            found.unread += 1
            continue
        if kind == SECRETS:
            found.secrets = tuple(json.loads(text))
            continue
        if kind == SHOWN:
            found.shown += (LearnedValue(base64.b64decode(value), *how) for value, *how in json.loads(text))
            continue
        try:
            if kind == WRITTEN:
                found.written.append(_written(text, folders))
            else:
                found.entries.append(_entry(text, number, folders))
        except RecordingError as problem:
            found.lost.append(problem.message)
    return found


def _entry(text: bytes, number: int, folders: JournalFolders) -> Entry:
    (length,) = LENGTH.unpack_from(text)
    start = LENGTH.size + length
    about = json.loads(text[LENGTH.size : start])
    return Entry(
        profile=about["profile"],
        recording=folders.found(about["base"], about["path"]),
        scope=about["scope"],
        number=number,
        recorded=about["recorded"],
        packed=text[start:],
    )


def _written(text: bytes, folders: JournalFolders) -> WrittenScope:
    about = json.loads(text)
    return WrittenScope(
        profile=about["profile"],
        recording=folders.found(about["base"], about["path"]),
        scope=about["scope"],
        failed=about["failed"],
    )


def _frames(file: BinaryIO, start: int) -> list[tuple[int, int, int, int]]:
    """Kind, scope, place and size of each frame that is whole; a kill may have cut the last one short."""
    end = os.fstat(file.fileno()).st_size
    frames = []
    while start + FRAME_HEAD.size + NONCE <= end:
        file.seek(start)
        kind, number, size = FRAME_HEAD.unpack(file.read(FRAME_HEAD.size))
        if start + FRAME_HEAD.size + NONCE + size > end:
            break
        frames.append((kind, number, start, size))
        start += FRAME_HEAD.size + NONCE + size
    return frames
