"""A file put in its place in one step: it is there whole, or what was there is as it was.

The new version is written beside the file under a name that nobody can guess, and renamed. A link stays one, and the
file that it leads to is replaced; where a folder is given as `root`, a link out of it is refused.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from recproxy.errors import RecordingError

__all__ = ["put_in_place", "remove_unfinished", "replace_file"]

#: So much of a file's name is in that of its next version, which may not be longer than the system allows.
_NAME_BYTES = 200
_UNFINISHED = re.compile(r"(?:[0-9a-f]{16}\.)?tmp")


def replace_file(path: Path, text: bytes) -> None:
    """Write a file, and its folders where there are none.

    Raises:
        RecordingError: it cannot be written; what was there is as it was.
    """
    with _told(path):
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f"{_prefix(target)}{secrets.token_hex(8)}.tmp")
        # O_EXCL and O_NOFOLLOW: what somebody else put there under that name, a link above all, is not written to.
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            _rename(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def put_in_place(written: Path, path: Path, *, root: Path) -> None:
    """Rename a file that is written, on the same disk, to `path` below the folder `root`.

    Raises:
        RecordingError: it cannot be done, or a link leads out of `root`; what was there is as it was.
    """
    with _told(path):
        target = path.resolve()
        if not target.is_relative_to(root.resolve()):
            raise OSError(None, f"a link leads out of {root}, to {target}")
        target.parent.mkdir(parents=True, exist_ok=True)
        _rename(written, target)


def remove_unfinished(path: Path) -> None:
    """Remove next versions of a file that killed runs left beside it."""
    target = path.resolve()
    prefix = _prefix(target)
    with contextlib.suppress(OSError):
        for beside in tuple(target.parent.iterdir()):
            if beside.name.startswith(prefix) and _UNFINISHED.fullmatch(beside.name.removeprefix(prefix)):
                beside.unlink()


def _prefix(target: Path) -> str:
    return f".{os.fsencode(target.name)[:_NAME_BYTES].decode(errors='ignore')}."


def _rename(written: Path, target: Path) -> None:
    if target.exists():
        written.chmod(target.stat().st_mode & 0o7777)
    written.replace(target)
    # It is in its place: not every file system can make the folder sure of it as well.
    with contextlib.suppress(OSError):
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise RecordingError(
            f"{path}: cannot be written: {problem.strerror or problem}; what was there is as it was"
        ) from None
