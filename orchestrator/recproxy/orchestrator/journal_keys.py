"""The keys of journals: 32 bytes in a file of mode 0600, in a folder that is the user's alone and outside the project.

A journal names its key by an opaque id, so that what lies in the project says nothing of where the key is. After the
key, its file holds the path of the journal. A run removes its keys when it ends. A key that a killed run left is removed
by the run that recovers the journal, or, if the journal is gone, by any run some days later.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from recproxy.control.private_folders import is_private, made_private, new_private_file, private_folders
from recproxy.errors import RecordingError
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["TAG", "JournalKeys", "encrypted"]

TAG = 16  # bytes, as long as AES-GCM makes it
_SIZE = 32  # bytes of a key of AES-256
#: Bytes encrypted at a time.
_STEP = 1 << 18
#: So long a key stays whose journal is gone from recordings that are there.
_DAYS = 7
#: So long one stays whose recordings are not where they were: moved, in a container, or on a disk that comes back.
_DAYS_ELSEWHERE = 90
_DAY_SECONDS = 24 * 60 * 60
_ID = lazy_pattern(r"[0-9a-f]{32}")
#: Looked through after the user's runtime folder and the temporary folder of the process.
_TEMPORARY = ("/dev/shm", "/var/tmp", "/tmp")  # noqa: S108 - a folder of the user's own is made there


class JournalKeys:
    """Makes, finds and removes keys. `project` is the folder that must not hold one."""

    def __init__(self, project: Path, environment: Mapping[str, str]) -> None:
        project = project.resolve()
        self._project = project if project.parent != project else None
        self._environment = environment

    def make(self, journal: Path) -> tuple[str, bytes]:
        """A new key for a journal, in a file, and its id.

        Raises:
            RecordingError: there is no folder where it is safe.
        """
        name, key = os.urandom(16).hex(), os.urandom(_SIZE)
        for folder in self._folders():
            try:
                if not made_private(folder):
                    continue
                file = new_private_file(folder / f"{name}.key")
            except OSError:
                continue
            try:
                with os.fdopen(file, "wb") as opened:
                    opened.write(key + os.fsencode(journal.absolute()))
            except OSError:
                _remove(folder / f"{name}.key")
                continue
            return name, key
        raise RecordingError(
            "there is no safe place for the key of this run's journal: set XDG_RUNTIME_DIR or TMPDIR to a folder of "
            "yours that is outside the project"
        )

    def find(self, name: str) -> bytes | None:
        """The key of an id; None where it is gone, or lies where others may have put it."""
        for path in self._places(name):
            try:
                file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            except OSError:
                continue
            with os.fdopen(file, "rb") as opened:
                about = os.fstat(opened.fileno())
                key, journal = opened.read(_SIZE), opened.read(1)
            is_key = len(key) == _SIZE and journal in (b"", b"/")
            if about.st_uid == os.geteuid() and not about.st_mode & 0o077 and is_key:
                return key
        return None

    def sweep(self) -> None:
        """Remove the old keys of journals that are gone: nobody will ask for them. To be called after a recovery.

        A moved project finds its key by the id in its journal, wherever that was when the key was made.
        """
        for folder in filter(is_private, self._folders()):
            for path in folder.glob("*.key"):
                with contextlib.suppress(OSError):
                    days = (time.time() - path.lstat().st_mtime) / _DAY_SECONDS
                    if days > _DAYS and days > (_days_kept(path) or days):  # most are new, and need not be read
                        path.unlink()

    def remove(self, name: str) -> None:
        """Remove a key: nobody can read its journal any more."""
        for path in self._places(name):
            _remove(path)

    def _places(self, name: str) -> Iterator[Path]:
        if _ID.fullmatch(name):
            yield from (folder / f"{name}.key" for folder in self._folders() if is_private(folder))

    def _folders(self) -> Iterator[Path]:
        # A run from cron or a container may not have the variable that the run before it had.
        usual = (f"/run/user/{os.geteuid()}",)
        for folder in private_folders(self._environment, runtimes=usual, temporaries=_TEMPORARY):
            if self._project is None or not folder.parent.resolve().is_relative_to(self._project):
                yield folder


def _days_kept(path: Path) -> int | None:
    """How old a key may become; None while its journal is there, or where nobody can tell. Raises OSError."""
    told = path.read_bytes()[_SIZE:] if not path.is_symlink() else b""
    if not told.startswith(b"/"):
        return _DAYS  # of a version that did not note the journal
    journal = Path(os.fsdecode(told))
    try:
        journal.lstat()
    except FileNotFoundError:
        # The folder of the journals goes with the last of them; that of the recordings stays.
        return _DAYS if journal.parent.parent.is_dir() else _DAYS_ELSEWHERE
    return None


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def encrypted(key: bytes, nonce: bytes, bound: bytes, views: Sequence[memoryview]) -> Iterator[bytes | memoryview]:
    """What AES-GCM makes of the views, one after another, and its tag of TAG bytes; `bound` is authenticated, too.

    Each piece is valid until the next is taken: it is one buffer, since new memory for each costs more than AES does.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher  # noqa: PLC0415 - a replay does without
    from cryptography.hazmat.primitives.ciphers.algorithms import AES  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.modes import GCM  # noqa: PLC0415

    encryptor = Cipher(AES(key), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound)
    for view in views:
        buffer = memoryview(bytearray(min(len(view), _STEP)))
        for at in range(0, len(view), _STEP):
            yield buffer[: encryptor.update_into(view[at : at + _STEP], buffer)]
    encryptor.finalize()
    yield encryptor.tag
