"""What `pull`, `push` and `status` share: the project with its store, and how they end."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from recproxy.cli.verb import is_quiet
from recproxy.errors import ConfigurationError
from recproxy.recording.counting import counted
from recproxy.recording.printable import printable

if TYPE_CHECKING:
    from recproxy.config.project import Project
    from recproxy.stores.lock import LockedFile
    from recproxy.stores.transfers import Transferred

__all__ = ["finish", "objects_in_store", "stored_project"]

_AT_ONCE = 8  # requests: what takes time is the way to the store, which may refuse many at once
_KILO = 1000
#: Recordings with the same reason that have a line each.
_MANY = 20


def stored_project() -> Project:
    """The project of the working directory, which has a store.

    Raises:
        ConfigurationError: it has none.
    """
    from recproxy.config.project import find_project

    project = find_project(Path.cwd())
    if not project.store:
        raise ConfigurationError(
            f'{project.file_name}: this project has no store: write recordings = "s3://BUCKET/FOLDER", or another URL that '
            "fsspec knows"
        )
    return project


def finish(result: Transferred, done: str) -> None:
    """Say what came of a transfer, and end with its exit code."""
    if not is_quiet():
        print(f"recproxy: {counted(len(result.done), 'recording')} {done}, {_size(result.size)}", file=sys.stderr)
        for name in result.removed:
            print(printable(f"recproxy: {name}: removed, because recproxy.lock no longer has it"), file=sys.stderr)
    for line in (*_grouped(result.kept.items()), *_grouped(each.partition(": ")[::2] for each in result.problems)):
        print(printable(f"recproxy: {line}"), file=sys.stderr)
    sys.exit(2 if result.problems else 1 if result.kept else 0)


def _grouped(reasons: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A line for each recording and its reason; one for all that share a reason where they are many."""
    named: dict[str, list[str]] = {}
    for name, why in reasons:
        named.setdefault(why, []).append(name)
    for why, names in named.items():
        if len(names) > _MANY:
            yield f"{names[0]} and {len(names) - 1} others: {why}"
        else:
            yield from (f"{name}: {why}" for name in names)


def objects_in_store(url: str, lock: Mapping[str, LockedFile]) -> dict[str, tuple[str, ...]]:
    """The recordings whose objects are missing in the store, and those whose objects are others.

    Raises:
        RecordingError: the store does not answer.
    """
    from recproxy.stores.store import opened_store

    store = opened_store(url)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = dict(zip(lock, pool.map(lambda each: store.check(*each), lock.items()), strict=True))
    return {
        f"{what}_in_store": tuple(name for name, said in found.items() if said == what)
        for what in ("missing", "changed")
    }


def _size(size: int) -> str:
    return (
        f"{size} bytes"
        if size < _KILO
        else f"{size / _KILO:.0f} KB"
        if size < _KILO**2
        else f"{size / _KILO**2:.1f} MB"
    )
