"""How far a verb is, with its rate and what is left: a bar on a terminal, lines elsewhere if the user asks for them."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from recproxy.cli.verb import is_quiet, is_verbose

__all__ = ["ProgressLines", "each_file", "is_shown", "show_progress"]

#: Seconds between two lines.
_PAUSE = 5.0
#: Seconds until a bar is drawn again.
_REDRAWN = 0.1
#: The unit of what is counted in bytes.
_BYTES = "MB"


class ProgressLines:
    """Lines about what is done, some seconds apart: bytes, or what `unit` names; `clock` is that of the monotonic time."""

    def __init__(
        self,
        total: float,
        doing: str,
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
        *,
        unit: str = _BYTES,
    ) -> None:
        self._unit = unit
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
            f"recproxy: {self._doing}: {_amount(done, self._unit)} of {_amount(self._total, self._unit)} {self._unit}, "
            f"{_rate(rate, self._unit)}{left}",
            file=self._stream,
            flush=True,
        )


def _amount(count: float, unit: str) -> str:
    return f"{count / 1_000_000:.1f}" if unit == _BYTES else f"{count:.0f}"


def _rate(rate: float | None, unit: str) -> str:
    if rate is None:
        return f"? {unit}/s"
    return f"{rate / 1_000_000 if unit == _BYTES else rate:.1f} {unit}/s"


@contextlib.contextmanager
def show_progress(total: float, doing: str, *, unit: str = _BYTES) -> Iterator[Callable[[float], None]]:
    """A progress bar on a terminal, lines elsewhere with `-v`, else nothing: call it with how much is done."""
    if not is_shown():
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        yield ProgressLines(total, doing, sys.stderr, unit=unit).advance
        return
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        Task,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    from recproxy.report.terminal import console_on

    class RateColumn(ProgressColumn):
        """How much is done in a second."""

        def render(self, task: Task) -> Text:
            return Text(_rate(task.finished_speed or task.speed, unit))

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        RateColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
    )
    # It is drawn by whoever calls, not by a thread: forks of a process with threads may wait for ever.
    with Progress(*columns, console=console_on(sys.stderr), transient=True, auto_refresh=False) as bar:
        task, drawn = bar.add_task(doing, total=max(total, 1)), 0.0

        def advance(done: float) -> None:
            nonlocal drawn
            now = time.monotonic()
            bar.update(task, completed=done, refresh=now - drawn > _REDRAWN)
            drawn = now if now - drawn > _REDRAWN else drawn

        yield advance


def each_file(files: Iterable[Path], doing: str, *, times: int = 1) -> Iterator[Path]:
    """The files one by one, with their progress; as many bytes are done elsewhere if it is done so many times at once."""
    if not is_shown():
        yield from files
        return
    found = [(path, _size(path) * times) for path in files]
    done = 0
    with show_progress(sum(size for _, size in found), doing) as advance:
        for path, size in found:
            yield path
            done += size
            advance(done)


def is_shown() -> bool:
    """Whether progress is shown at all: on a terminal, or if the user asks for it."""
    return not is_quiet() and (sys.stderr.isatty() or is_verbose())


def _size(path: Path) -> int:
    """The bytes of a file, or of the files in a folder that is a recording."""
    try:
        if path.is_dir():
            return sum(each.stat().st_size for each in path.iterdir() if each.is_file())
        return path.stat().st_size
    except OSError:
        return 0
