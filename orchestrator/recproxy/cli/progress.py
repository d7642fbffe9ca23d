"""How far a verb is, with its rate and what is left: a bar on a terminal, lines elsewhere if the user asks for them."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from recproxy.cli.verb import is_quiet, is_verbose

__all__ = ["ProgressLines", "each_file", "show_progress"]

#: Seconds between two lines.
_PAUSE = 5.0


class ProgressLines:
    """Lines about bytes that are done, some seconds apart; `clock` is that of the monotonic time."""

    def __init__(self, total: float, doing: str, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._doing = doing
        self._stream = stream
        self._clock = clock
        self._begun = self._last = clock()

    def advance(self, done: float) -> None:
        """Print a line if the last one is old enough."""
        now = self._clock()
        if now - self._last < _PAUSE:
            return
        self._last = now
        rate = done / max(now - self._begun, 0.001)
        left = f", {(self._total - done) / rate:.0f} s left" if rate else ""
        print(
            f"recproxy: {self._doing}: {_megabytes(done)} of {_megabytes(self._total)} MB, {_megabytes(rate)} MB/s{left}",
            file=self._stream,
            flush=True,
        )


def _megabytes(count: float) -> str:
    return f"{count / 1_000_000:.1f}"


@contextlib.contextmanager
def show_progress(total: float, doing: str) -> Iterator[Callable[[float], None]]:
    """A progress bar on a terminal, lines elsewhere with `-v`, else nothing: call it with the bytes that are done."""
    if not _is_shown():
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        yield ProgressLines(total, doing, sys.stderr).advance
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=max(total, 1))
        yield lambda done: bar.update(task, completed=done)


def each_file(files: Iterable[Path], doing: str) -> Iterator[Path]:
    """The files one by one, with their progress."""
    if not _is_shown():
        yield from files
        return
    found = [(path, _size(path)) for path in files]
    done = 0
    with show_progress(sum(size for _, size in found), doing) as advance:
        for path, size in found:
            yield path
            done += size
            advance(done)


def _is_shown() -> bool:
    return not is_quiet() and (sys.stderr.isatty() or is_verbose())


def _size(path: Path) -> int:
    """The bytes of a file, or of the files in a folder that is a recording."""
    try:
        if path.is_dir():
            return sum(each.stat().st_size for each in path.iterdir() if each.is_file())
        return path.stat().st_size
    except OSError:
        return 0
