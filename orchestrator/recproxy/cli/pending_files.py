"""Files that are written all at once, or not at all.

They are staged in a folder on the same disk, so that a rename puts each in its place. An existing file that would
change is an error, unless `force` is set.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from recproxy.cli.ending_signals import signals_wait
from recproxy.errors import RecordingError
from recproxy.play.file_replacement import check_place, put_in_place

__all__ = ["PendingFiles", "StagedFile"]

_DIGEST = "blake2b"  # takes half the time of SHA-256 where the processor has no instructions for that


class StagedFile(NamedTuple):
    """A file that is to be at `target`: the digest of its bytes, and where they are, unless nothing is written."""

    target: Path
    digest: bytes
    staged: Path | None


class PendingFiles:
    """The files of one verb, on their way below `folder`; with `dry` nothing is written, here or there."""

    def __init__(self, folder: Path, *, force: bool, dry: bool) -> None:
        self._folder = folder
        self._force = force
        self._staging: Path | None = None
        self._staged: dict[Path, Path] = {}
        self._digests: dict[Path, bytes] = {}
        self._count = 0
        if not dry:
            self._begin()

    def put(self, target: Path, pieces: Iterable[bytes]) -> str:
        """Take a file's bytes; they are in its place after `finish`. Gives new, changed or unchanged.

        Raises:
            RecordingError: something else is there or on its way there, or it cannot be written.
        """
        return self.take(self.staged(target, pieces))

    def staged(self, target: Path, pieces: Iterable[bytes]) -> StagedFile:
        """Stage a file's bytes; a fork may do that, for `take` here. Raises RecordingError where it cannot be written."""
        check_place(target, root=self._folder)
        try:
            digest, staged = self._stage(pieces)
        except OSError as problem:
            raise RecordingError(f"{target}: cannot be written: {problem.strerror or problem}") from None
        return StagedFile(target, digest, staged)

    def take(self, file: StagedFile) -> str:
        """Take a file that is staged, as `put` does."""
        target, digest, staged = file
        check_place(target, root=self._folder)
        try:
            state = "new" if not target.exists() else "unchanged" if _digest(target) == digest else "changed"
        except OSError as problem:
            raise RecordingError(f"{target}: cannot be written: {problem.strerror or problem}") from None
        if self._digests.setdefault(target, digest) != digest:
            raise RecordingError(
                f"{target}: another source has the same name: import them separately, each with its own --to folder"
            )
        if state == "changed" and not self._force:
            raise RecordingError(f"{target}: exists and would change; pass --force to overwrite it")
        if staged is not None and state != "unchanged":
            self._staged[target] = staged
        return state

    def finish(self) -> None:
        """Put all in place. Raises RecordingError where a file cannot be written."""
        with signals_wait():  # all of them or none
            for target, staged in self._staged.items():
                put_in_place(staged, target, root=self._folder)
        self.abandon()

    def abandon(self) -> None:
        """Delete the staged files that were not put in place."""
        if self._staging is not None:
            shutil.rmtree(self._staging, ignore_errors=True)

    def _begin(self) -> None:
        """Make the folder. A signal waits until it is known what to remove, and then removes it."""
        try:
            with signals_wait():
                self._staging = _staging_folder(self._folder)
        except BaseException:
            self.abandon()
            raise

    def _stage(self, pieces: Iterable[bytes]) -> tuple[bytes, Path | None]:
        digest = hashlib.new(_DIGEST)
        if self._staging is None:
            for piece in pieces:
                digest.update(piece)
            return digest.digest(), None
        self._count += 1
        staged = self._staging / f"{os.getpid()}-{self._count}"
        with staged.open("wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        return digest.digest(), staged


def _staging_folder(folder: Path) -> Path:
    """A folder of our own on the same disk as the target: in it, or above it where it is not there yet."""
    above = folder
    while not above.is_dir():
        if above.exists() or above == above.parent:
            raise RecordingError(f"{above}: is not a folder: choose another one with --to")
        above = above.parent
    try:
        return Path(tempfile.mkdtemp(prefix=".recproxy-", dir=above))
    except OSError as problem:
        raise RecordingError(f"{above}: cannot be written: {problem.strerror or problem}") from None


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, _DIGEST).digest()
