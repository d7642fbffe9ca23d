"""Files that are written below a folder, and never out of it.

Whoever writes names the `root` that must hold the file. It is opened once, and every folder below it from the one
before, so that no link that somebody puts there meanwhile is followed. A link that stays in the root stays a link, and
the file that it leads to is replaced; one that leads out, or to a file of another kind, is refused. A new version is
written under a name that nobody can guess and renamed: the file is there whole, or what was there is as it was.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from recproxy.errors import RecordingError
from recproxy.lazy.patterns import lazy_pattern

__all__ = [
    "check_no_links",
    "check_place",
    "create_file",
    "opened_folder",
    "put_in_place",
    "remove_empty_folders",
    "remove_file",
    "remove_unfinished",
    "replace_file",
]

#: So much of a file's name is in that of its next version, which may not be longer than the system allows.
_NAME_BYTES = 200
_UNFINISHED = lazy_pattern(r"(?:[0-9a-f]{16}\.)?tmp")
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def replace_file(path: Path, text: bytes, *, root: Path, check: Callable[[], None] | None = None) -> None:
    """Write a file below `root`, and its folders where there are none.

    `check` is called just before the old file is replaced; it raises an error if the old file must stay.

    Raises:
        RecordingError: it cannot be written, or a link leads out of `root`; what was there is as it was.
    """
    with _described(path):
        target, top = _target(path, root, make=True)
        with _opened(target.parent, top, make=True) as folder:
            name = f"{_prefix(target.name)}{secrets.token_hex(8)}.tmp"
            # O_EXCL and O_NOFOLLOW: what somebody else put there under that name, a link above all, is not written to.
            handle = os.open(name, _NEW_FILE, 0o666, dir_fd=folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(text)
                    file.flush()
                    _keep_mode(target.name, folder, lambda mode: os.fchmod(file.fileno(), mode))
                    os.fsync(file.fileno())
                if check is not None:
                    check()
                os.rename(name, target.name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(name, dir_fd=folder)
                raise
            _sync(folder)


def put_in_place(written: Path, path: Path, *, root: Path) -> None:
    """Rename a file that is written, on the same disk, to `path` below the folder `root`.

    Raises:
        RecordingError: it cannot be done, or a link leads out of `root`; what was there is as it was.
    """
    with _described(path):
        target, top = _target(path, root, make=True)
        with _opened(target.parent, top, make=True) as folder:
            with written.open("rb") as file:
                os.fsync(file.fileno())
            _keep_mode(target.name, folder, written.chmod)
            os.rename(written, target.name, dst_dir_fd=folder)
            _sync(folder)


def create_file(path: Path, text: bytes, *, root: Path) -> bool:
    """Write a file below `root` unless something is there; whether it was written.

    Raises:
        RecordingError: it cannot be written, or a link leads out of `root`.
    """
    with _described(path):
        if os.path.lexists(path):
            return False
        target, top = _target(path, root, make=True)
        with _opened(target.parent, top, make=True) as folder:
            try:
                handle = os.open(target.name, _NEW_FILE, 0o666, dir_fd=folder)
            except FileExistsError:
                return False
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(text)
            except BaseException:
                os.unlink(target.name, dir_fd=folder)
                raise
    return True


def check_place(path: Path, *, root: Path) -> None:
    """Refuse a path that a link leads out of `root`, or where something is that is no file.

    Raises:
        RecordingError: the message names where the link leads.
    """
    with _described(path):
        target, _ = _target(path, root)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            mode = target.lstat().st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise OSError(None, "it is no file")


def check_no_links(path: Path, *, root: Path) -> None:
    """Refuse a path below `root` that is a link, or is reached through one, wherever that leads.

    Raises:
        RecordingError: the message names the link.
    """
    for place in (*reversed(path.parents), path):
        if place != root and place.is_relative_to(root) and place.is_symlink():
            raise RecordingError(f"{place}: is a link, which is not followed: remove it")


def remove_file(path: Path, *, root: Path) -> None:
    """Remove a file below `root`, if it is there; of a link, the link itself."""
    with contextlib.suppress(OSError), opened_folder(path.parent, root=root) as folder:
        os.unlink(path.name, dir_fd=folder)


def remove_empty_folders(path: Path, *, below: Path) -> None:
    """Remove the folders of a file that is gone, as far as they are empty and `below` this folder."""
    for folder in path.parents:
        if folder == below or not folder.is_relative_to(below) or any(folder.iterdir()):
            break
        folder.rmdir()


def remove_unfinished(path: Path, *, root: Path) -> None:
    """Remove next versions of a file that killed runs left beside it."""
    with contextlib.suppress(OSError):
        target, top = _target(path, root)
        prefix = _prefix(target.name)
        with _opened(target.parent, top) as folder:
            for name in os.listdir(folder):  # noqa: PTH208 - pathlib has none for a descriptor
                if name.startswith(prefix) and _UNFINISHED.fullmatch(name.removeprefix(prefix)):
                    os.unlink(name, dir_fd=folder)


@contextlib.contextmanager
def opened_folder(path: Path, *, root: Path, make: bool = False) -> Iterator[int]:
    """The descriptor of a folder at or below `root`; `make` makes it, and what is above it.

    Raises:
        OSError: it is not there, or a link leads out of `root`.
    """
    if make:
        root.mkdir(parents=True, exist_ok=True)
    top = _resolved(root)
    with _opened(_within(_resolved(path), top, root), top, make=make) as folder:
        yield folder


@contextlib.contextmanager
def _opened(target: Path, top: Path, *, make: bool = False) -> Iterator[int]:
    """The descriptor of a folder, by paths that hold no link."""
    with contextlib.ExitStack() as opened:
        folder = os.open(top, _FOLDER)
        opened.callback(os.close, folder)
        for name in target.relative_to(top).parts:
            if make:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, dir_fd=folder)
            # The path has no link any more: one that is met here was put there a moment ago.
            folder = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            opened.callback(os.close, folder)
        yield folder


def _target(path: Path, root: Path, *, make: bool = False) -> tuple[Path, Path]:
    """Where a path leads, which must be below `root` and, through a link, a file of the same kind; and where `root` does."""
    if make and not root.is_dir():
        root.mkdir(parents=True, exist_ok=True)
    top = _resolved(root)
    target = _within(_resolved(path), top, root)
    if target.suffix != path.suffix:
        raise OSError(None, f"a link leads to a file of another kind, {target}")
    return target, top


def _within(target: Path, top: Path, root: Path) -> Path:
    if not target.is_relative_to(top):
        raise OSError(None, f"a link leads out of {root}, to {target}")
    return target


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError:  # as pathlib calls ELOOP
        raise OSError(None, "its links lead in a circle") from None


def _prefix(name: str) -> str:
    return f".{os.fsencode(name)[:_NAME_BYTES].decode(errors='ignore')}."


def _keep_mode(name: str, folder: int, change: Callable[[int], None]) -> None:
    with contextlib.suppress(FileNotFoundError):
        change(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode & 0o7777)


def _sync(folder: int) -> None:
    """The file is in its place: not every file system can make the folder sure of it as well."""
    with contextlib.suppress(OSError):
        os.fsync(folder)


@contextlib.contextmanager
def _described(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise RecordingError(
            f"{path}: cannot be written: {problem.strerror or problem}; what was there is as it was"
        ) from None
