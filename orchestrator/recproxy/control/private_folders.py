"""Folders that belong to the user alone, outside every project: keys of journals and the tokens of runs are kept there."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

__all__ = ["CASSETTE_FOLDER", "is_private", "made_private", "new_private_file", "private_folders"]

#: How the name of a bridge's folder begins, in the temporary folder: what it holds goes into cassettes, and it goes.
CASSETTE_FOLDER = "recproxy-cassettes-"


def private_folders(
    environment: Mapping[str, str], *, runtimes: Iterable[str] = (), temporaries: Iterable[str] = ()
) -> Iterator[Path]:
    """The folders that recproxy may use, the best first. They need not be there, nor be private: ask `made_private`.

    Args:
        environment: names the runtime folder of the user, XDG_RUNTIME_DIR, which comes first.
        runtimes: other runtime folders. One that is not the user's alone is left out.
        temporaries: folders that users share, to try after the temporary folder of this process.
    """
    for runtime in map(Path, dict.fromkeys((environment.get("XDG_RUNTIME_DIR", ""), *runtimes))):
        if runtime.is_absolute() and is_private(runtime):
            yield runtime / "recproxy"
    for temporary in dict.fromkeys((*_own_temporary(), *temporaries)):
        yield Path(temporary) / f"recproxy-{os.geteuid()}"


def made_private(folder: Path) -> bool:
    """Make a folder unless it is there, and say whether it is private. Raises OSError: it cannot be made."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return is_private(folder)


def is_private(folder: Path) -> bool:
    """Whether a folder is this user's and nobody else may look into it. A link never is."""
    try:
        about = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o077


def new_private_file(path: Path) -> int:
    """Open a new file that only its user may read. Raises OSError: the name is taken, even by a link."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _own_temporary() -> Iterator[str]:
    with contextlib.suppress(FileNotFoundError):  # the run itself says that no folder is fit for temporary files
        yield tempfile.gettempdir()
