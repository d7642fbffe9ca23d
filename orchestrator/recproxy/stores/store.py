"""A store, as fsspec reaches it: objects by the SHA-256 of their bytes.

All that goes wrong there is one line that names the object; what fsspec and the libraries below it raise is of any kind.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recproxy.control.shown_urls import has_password, shown_problem, shown_urls
from recproxy.errors import ConfigurationError, RecordingError
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.printable import printable
from recproxy.stores.folder import locked_file
from recproxy.stores.lock import LockedFile

__all__ = ["Store", "opened_store"]

#: In these an object is there whole or not at all; elsewhere it is written under another name first.
_ATOMIC = frozenset(("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"))
_PIECE = 1 << 20  # bytes at once: progress is shown after each
#: Bytes up to which a recording is read at once.
_LARGE = 1 << 26
_LONGEST_PROBLEM = 300  # characters: some backends answer with a whole document
#: A store that has failed so often, and answered nothing, is not asked again: each failure may take many seconds.
_MOST_SILENT = 8
_EVER = 1 << 40  # failures, which no transfer has
#: What differs from object to object in what a backend says; the recording is named already.
_OBJECT = lazy_pattern(r"/?[0-9a-f]{2}/[0-9a-f]{64}(?:\.[0-9a-f]{16}\.part)?")
_PUSHED = "cannot be pushed"
_NOWHERE = "there is no such bucket or folder, or nothing in it: correct the URL, or create the bucket and push"


class Store:
    """The objects below one URL; its methods may be called from several threads."""

    def __init__(self, url: str, system: Any, root: str) -> None:
        self._url = url
        #: As messages show it.
        self.shown = shown_urls(url)
        self._system = system
        self._root = root.rstrip("/")
        #: How often it failed to answer, and far below zero once it has answered.
        self._silent = 0
        protocol = system.protocol if isinstance(system.protocol, str) else system.protocol[0]
        self._is_atomic = protocol in _ATOMIC

    def has(self, name: str, file: LockedFile) -> bool:
        """Whether the object of a recording is there in its full size; one that is cut off is not.

        Raises:
            RecordingError: the store does not answer.
        """
        return self._size(name, file) == file.size

    def check(self, name: str, file: LockedFile) -> str:
        """What is wrong with the object of a recording, all of it read: `missing`, `changed`, or nothing.

        Raises:
            RecordingError: the store does not answer.
        """
        size = self._size(name, file)
        if size is None:
            return "missing"
        return "" if size == file.size and self._has_hash(name, file) else "changed"

    def holds(self, name: str, file: LockedFile) -> bool:
        """Whether the object has the SHA-256 of a recording, all of it read, and another size than the lock says.

        Raises:
            RecordingError: the store does not answer.
        """
        size = self._size(name, file)
        if size is None or size == file.size:
            return False
        return self._has_hash(name, LockedFile(sha256=file.sha256, size=size))

    def _has_hash(self, name: str, file: LockedFile) -> bool:
        digest = hashlib.sha256()
        for piece in self.pieces(name, file, 0):
            digest.update(piece)
        return digest.hexdigest() == file.sha256

    def put(self, name: str, path: Path, file: LockedFile) -> None:
        """Bring a recording into the store, under its final name only once it is whole.

        Raises:
            RecordingError: it cannot be, or what arrived is not what was sent; an object that was there stays.
            ConfigurationError: there is no such store.
        """
        place = self._place(file)
        written = place if self._is_atomic and file.size <= _LARGE else f"{place}.{secrets.token_hex(8)}.part"
        with self._named(name, _PUSHED):
            if not self._is_atomic:
                self._system.makedirs(place.rpartition("/")[0], exist_ok=True)
            try:
                self._send(name, path, file, written)
                self._system.invalidate_cache()
                self._check_arrived(written, file)
                if written != place:
                    self._system.mv(written, place)
            except BaseException:
                if written != place:
                    with contextlib.suppress(Exception):
                        self._system.rm_file(written)
                raise

    def _check_arrived(self, place: str, file: LockedFile) -> None:
        arrived = self._system.info(place)["size"]
        if arrived != file.size:
            raise OSError(f"{arrived} of {file.size} bytes have arrived")

    def _send(self, name: str, path: Path, file: LockedFile, place: str) -> None:
        """Write a recording to a place, where nothing else is put under its hash: it may change while it is sent."""
        changed = RecordingError(f"{name}: it was changed while it was pushed: push it again")
        if file.size > _LARGE:
            self._system.put_file(str(path), place)
            if locked_file(path) != file:
                raise changed
            return
        try:
            data = path.read_bytes()
        except OSError:
            raise changed from None
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise changed
        self._system.pipe_file(place, data)

    def pieces(self, name: str, file: LockedFile, start: int) -> Iterator[bytes]:
        """The bytes of an object from `start` on, never more than the lock says and one.

        Raises:
            RecordingError: it is not there, or cannot be read.
            ConfigurationError: there is no such store.
        """
        left = file.size + 1 - start
        with self._named(name, "cannot be pulled"), self._system.open(self._place(file), "rb") as source:
            if start:
                source.seek(start)
            while left > 0 and (piece := source.read(min(_PIECE, left))):
                left -= len(piece)
                yield bytes(piece)

    def _size(self, name: str, file: LockedFile) -> int | None:
        with self._named(name, "cannot be looked up"):
            try:
                return int(self._system.info(self._place(file))["size"])
            except FileNotFoundError:
                return None
        raise AssertionError

    def _is_there(self) -> bool:
        """Whether anything is in the store, or its bucket is there."""
        with contextlib.suppress(Exception):
            return bool(self._system.exists(self._root))
        return True  # nobody can say

    def _place(self, file: LockedFile) -> str:
        return f"{self._root}/{file.sha256[:2]}/{file.sha256}"

    @contextlib.contextmanager
    def _named(self, name: str, what: str) -> Iterator[None]:
        if self._silent >= _MOST_SILENT:
            raise RecordingError(f"{name}: {what}: not tried, because {self.shown} has answered nothing so far")
        try:
            yield
            self._silent = -_EVER
        except RecordingError:
            raise
        except FileNotFoundError:
            self._silent = -_EVER
            if what == _PUSHED or not self._is_there():
                raise ConfigurationError(printable(f"recordings: {self.shown}: {_NOWHERE}")) from None
            raise RecordingError(
                printable(
                    f"{name}: {what}: {self.shown} has no such object: "
                    "whoever has the recording runs `recproxy push --again`"
                )
            ) from None
        except Exception as problem:  # noqa: BLE001 - each backend has exceptions of its own
            self._silent += 1
            raise RecordingError(printable(f"{name}: {what}: {self.shown}: {_said(problem, self._url)}")) from None


def opened_store(url: str) -> Store:
    """The store of a URL.

    Raises:
        ConfigurationError: fsspec or what it needs for the URL is not installed, or it is no URL of a store.
    """
    if has_password(url):
        raise ConfigurationError(
            "recordings: a password does not belong into the URL of a store: configure it as the store's own tools do"
        )
    shown = shown_urls(url)
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra
    except ImportError:
        raise ConfigurationError(f"recordings = {shown!r} needs fsspec: pip install 'recproxy[store]'") from None
    try:
        system, root = url_to_fs(url)
    except ImportError as problem:
        raise ConfigurationError(f"recordings = {shown!r}: {_said(problem, url)}") from None
    except Exception as problem:  # noqa: BLE001 - each backend has exceptions of its own
        raise ConfigurationError(f"recordings = {shown!r} is no store: {_said(problem, url)}") from None
    return Store(url, system, root)


def _said(problem: Exception, url: str) -> str:
    """What a backend says of a URL, in one printable line without the credentials in it."""
    said = shown_problem(_OBJECT.sub("", " ".join(str(problem).split())), url)[:_LONGEST_PROBLEM]
    return printable(said) or type(problem).__name__
