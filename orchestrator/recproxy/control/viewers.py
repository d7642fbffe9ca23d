"""Where a viewer and the runs of its project meet: a folder that is the user's alone, outside the project.

A viewer makes the folder and holds a lock in it as long as it lives. A run looks for viewers of its project as it
begins, since its proxies must know then whether to keep each request. It writes its control address and token into
their folders, and removes them at its end. It leaves what it did, which stays as long as the viewer lives.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from recproxy.control.private_folders import is_private, made_private, new_private_file, private_folders
from recproxy.lazy.dataclass import dataclass

__all__ = ["AnnouncedRun", "ViewerAnnouncement", "ViewerMeeting", "find_viewers"]

_LOCK = "lock"
_LARGEST = 4096  # bytes of a line about a run: a few short values
#: Runs that have ended and are shown still.
_MOST_ENDED = 5


@dataclass(frozen=True, slots=True)
class AnnouncedRun:
    """A run that goes on: its process, what it is asked at and with, its mode, and when it began (ISO 8601)."""

    pid: int
    control: str
    token: str
    mode: str
    started: str

    def __repr__(self) -> str:
        return f"AnnouncedRun({self.pid})"


class ViewerMeeting:
    """The folder of a viewer of the project at `root`; a context, at whose end it is gone."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._environment = environment
        self._folder: Path | None = None
        self._held = contextlib.ExitStack()

    def __enter__(self) -> Self:
        for home in private_folders(self._environment):
            with contextlib.suppress(OSError):
                if not made_private(home):
                    continue
                folder = Path(tempfile.mkdtemp(prefix=f"{_prefix(self._root)}-", dir=home))
                lock = self._held.enter_context((folder / _LOCK).open("wb"))
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._folder = folder
                break
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._held.close()

    def runs(self) -> list[AnnouncedRun]:
        """The runs that go on, by process; what a killed one has left is removed."""
        found = []
        for path in sorted(self._folder.glob("*.json")) if self._folder is not None else ():
            run = _read(path)
            if run is not None and _is_alive(run.pid):
                found.append(run)
            else:
                with contextlib.suppress(OSError):
                    path.unlink()
        return found

    def ended(self) -> dict[str, dict[str, Any]]:
        """The last runs that have ended, by a name for `left`: `pid`, `mode`, `started`. Older ones are removed."""
        folder = self._folder
        paths = sorted(folder.glob("*.ended"), key=_changed) if folder is not None else []
        for path in paths[:-_MOST_ENDED]:
            with contextlib.suppress(OSError):
                path.unlink()
        found = {}
        for path in paths[-_MOST_ENDED:]:
            with contextlib.suppress(OSError, ValueError), path.open("rb") as file:
                found[path.name] = json.loads(file.readline(_LARGEST))
        return found

    def left(self, name: str) -> dict[str, Any] | None:
        """What a run has left that has ended; None where there is none of this name any more."""
        if self._folder is None or name not in self.ended():
            return None
        try:
            _, values = (self._folder / name).read_bytes().split(b"\n")
            found: dict[str, Any] = json.loads(values)
        except (OSError, ValueError):
            return None
        return found


def find_viewers(root: Path, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders of the viewers that show the runs of the project at `root` now."""
    return tuple(
        folder
        for home in private_folders(environment)
        if is_private(home)
        for folder in _folders_of(root, home)
        if is_private(folder) and _is_locked(folder / _LOCK)
    )


def _folders_of(root: Path, home: Path) -> list[Path]:
    """What viewers of this project have made there. A pattern would be compiled for each project, at each run."""
    try:
        names = os.listdir(home)  # noqa: PTH208 - as text
    except OSError:  # it has just been removed
        return []
    start = f"{_prefix(root)}-"
    return [home / name for name in names if name.startswith(start)]


class ViewerAnnouncement:
    """A run that viewers know of, by their folders; a context, at whose end they no longer ask it."""

    def __init__(self, folders: Sequence[Path], run: AnnouncedRun) -> None:
        self._folders = folders
        self._run = run

    def __enter__(self) -> Self:
        text = json.dumps({name: getattr(self._run, name) for name in AnnouncedRun.__slots__})
        for folder in self._folders:
            _write(folder / f"{self._run.pid}.json", text)
        return self

    def __exit__(self, *_: object) -> None:
        for folder in self._folders:
            with contextlib.suppress(OSError):
                (folder / f"{self._run.pid}.json").unlink()

    def leave(self, values: Callable[[], Mapping[str, Any]]) -> None:
        """Leave what the run did for the viewers, which live longer than it; nothing is made where there are none."""
        for folder in self._folders:
            if _is_locked(folder / _LOCK):
                run = {"pid": self._run.pid, "mode": self._run.mode, "started": self._run.started}
                # Two lines: a viewer looks for runs each second, and reads all of one once.
                _write(folder / f"{self._run.pid}.ended", f"{json.dumps(run)}\n{json.dumps(values())}")


def _write(path: Path, text: str) -> None:
    """Write a file that only its user may read, whole or not at all; a viewer that has gone meanwhile is none."""
    with contextlib.suppress(OSError):
        made = path.with_name(f"{path.name}.new")
        with os.fdopen(new_private_file(made), "w", encoding="utf-8") as file:
            file.write(text)
        made.rename(path)


def _prefix(root: Path) -> str:
    return f"viewer-{hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]}"


def _is_locked(path: Path) -> bool:
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _read(path: Path) -> AnnouncedRun | None:
    """What a run has written down; None while it is still writing, or where it is something else."""
    try:
        with path.open("rb") as file:
            values = json.loads(file.read(_LARGEST))
        run = AnnouncedRun(**values)
    except (OSError, ValueError, TypeError):
        return None
    is_right = type(run.pid) is int and all(
        type(each) is str for each in (run.control, run.token, run.mode, run.started)
    )
    return run if is_right and run.control.startswith("http://") else None


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
