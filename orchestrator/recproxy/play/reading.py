"""What stands in a recording: of our format or another, detected from its content.

Reads files and folders; knows nothing of profiles, and of what is in play.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from recproxy.errors import RecordingError
from recproxy.formats import FORMATS, Loaded, folder_format_of, format_of, unread_format
from recproxy.recording import Recording, load, locate
from recproxy.redaction.rules import RedactionRules

__all__ = [
    "UnknownFormat",
    "foreign_format",
    "is_recorded_folder",
    "load_any",
    "read_bytes",
    "read_loaded",
    "read_recording",
]

#: What a recording that is a folder may hold; more is somebody's home.
_HEAD = 65536
_MOST_FILES = 100
_MOST_BYTES = 64_000_000


class UnknownFormat(RecordingError):
    """A file is in no format that is read. `what` says what it is, such as `a Pact contract`; empty if that is unknown."""

    def __init__(self, message: str, *, what: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.what = what


def read_recording(path: str) -> Recording:
    """The recording in a file, or in a folder of a format that is one: in our format or another, detected from the content.

    Raises:
        RecordingError: it cannot be read or does not parse; `path:line`, what was expected and what stands there.
    """
    return read_loaded(path).recording


def read_loaded(path: str, *, later: bool = False) -> Loaded:
    """The recording in a file or a folder, and what of it did not come over exactly. Raises as `read_recording`.

    With `later` the interactions of a `.rec` file are read when they are asked for; what is wrong is said at once.
    """
    if not Path(path).is_dir():
        return load_any(read_bytes(Path(path)), path, later=later)
    try:
        return _read_folder(Path(path))
    except OSError as problem:
        raise _unreadable(path, problem) from None


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises RecordingError where it cannot be read, or has no end as pipes and devices have none."""
    try:
        # Without O_NONBLOCK the open would already wait for who writes into a pipe.
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(file, "rb") as opened:  # noqa: PTH123 - of a descriptor
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise RecordingError(f"{path}: is no file but a pipe, a device or a folder: name a file")
            return opened.read()
    except OSError as problem:
        raise _unreadable(path, problem) from None


def _unreadable(path: Path | str, problem: OSError) -> RecordingError:
    return RecordingError(f"{path}: cannot be read: {problem.strerror or problem}")


def foreign_format(path: Path) -> str | None:
    """The title of another tool's format, where an existing file or folder is of one: we read it, and never write it."""
    if path.is_dir():
        found = folder_format_of(each.name for each in path.iterdir() if each.is_file())
        return found.title if found is not None else None
    with path.open("rb") as file:
        head = file.read(_HEAD)
    known = format_of(head) if not head.removeprefix(b"\xef\xbb\xbf").startswith(b"#recproxy") else None
    return known.title if known is not None and known.name != "rec-2011" else None


def load_any(data: bytes, path: str, *, later: bool = False) -> Loaded:
    """The recording in the bytes of a file. Raises RecordingError where they are of no format, or damaged."""
    with _quoting_no_secret(path):
        return _load_any(data, path, locate if later else load)


def _load_any(data: bytes, path: str, load_rec: Callable[..., Recording]) -> Loaded:
    if not data.removeprefix(b"\xef\xbb\xbf").startswith(b"#recproxy"):
        found = format_of(data)
        if found is not None:
            return replace(found.load(data, path), format=found.name)
        if what := unread_format(data):
            message = f"{path}: is {what}, which recproxy does not read: convert it to HAR, or record it anew"
            raise UnknownFormat(message, what=what)
        if data.strip() and not path.endswith(".rec"):
            known = ", ".join(each.title for each in FORMATS)
            raise UnknownFormat(f"{path}: has an unknown format; known formats are .rec and {known}")
    return Loaded(recording=load_rec(data, path=path), format="rec")


def _read_folder(folder: Path) -> Loaded:
    """The recording that a folder is. Only files that stand in it are read, never what a link leads to."""
    files = {path.name: path for path in folder.iterdir() if path.is_file() and not path.is_symlink()}
    found = folder_format_of(files)
    if found is None:
        raise RecordingError(f"{folder}: is a folder of unknown format; name the files in it")
    if len(files) > _MOST_FILES or sum(path.stat().st_size for path in files.values()) > _MOST_BYTES:
        raise RecordingError(f"{folder}: is too large for a recording in the format {found.title}")
    with _quoting_no_secret(str(folder)):
        loaded = found.load({name: path.read_bytes() for name, path in files.items()}, str(folder))
    return replace(loaded, format=found.name)


@contextmanager
def _quoting_no_secret(path: str) -> Iterator[None]:
    """A message quotes the line that is wrong: of a file that nobody has redacted yet, it may be any line."""
    try:
        yield
    except RecordingError as problem:
        from recproxy.redaction.scope import redact_text  # noqa: PLC0415 - few recordings are damaged

        said = problem.message.removeprefix(path)
        safe = redact_text(said, RedactionRules())
        if safe == said or isinstance(problem, UnknownFormat):
            raise
        raise RecordingError(f"{path if said != problem.message else ''}{safe}", hint=problem.hint) from None


def is_recorded_folder(path: Path) -> bool:
    """Whether a folder is a recording of a format that has folders."""
    return path.is_dir() and folder_format_of(each.name for each in path.iterdir() if each.is_file()) is not None
