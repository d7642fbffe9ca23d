"""The report as text: one table, then what went wrong. With rich on a terminal, plain when piped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TextIO

from recproxy.control import Missed
from recproxy.report.tally import Row, Tally

__all__ = ["print_report"]

_COLUMNS = ("profile", "mode", "played", "recorded", "missed", "unused", "time")
_MOST_SHOWN = 20


def print_report(tally: Tally, stream: TextIO | None = None) -> None:
    """Print the table, and each miss and refusal, to standard error or the stream given."""
    stream = stream or sys.stderr
    cells = [_cells(row) for row in tally.rows.values()]
    if stream.isatty():
        _print_rich(cells, stream)
    else:
        for line in _plain(cells):
            print(line, file=stream)
    for line in _details(tally):
        print(line, file=stream)
    stream.flush()


def _cells(row: Row) -> tuple[str, ...]:
    counts = (str(count) for count in (row.played, row.recorded, row.missed, row.unused))
    return (row.profile, row.mode, *counts, f"{row.seconds:.2f} s")


def _plain(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in (_COLUMNS, *rows)) for column in range(len(_COLUMNS))]
    for row in (_COLUMNS, *rows):
        left = (cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True))
        right = (cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True))
        yield "  ".join(("recproxy ", *left, *right)).rstrip()


def _print_rich(rows: list[tuple[str, ...]], stream: TextIO) -> None:
    from rich.console import Console  # noqa: PLC0415 - only for people, and not while they wait
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="recproxy", title_justify="left", title_style="bold")
    for number, column in enumerate(_COLUMNS):
        table.add_column(column, justify="left" if number < 2 else "right")
    for row in rows:
        table.add_row(*row, style="red" if row[4] != "0" else None)
    Console(file=stream).print(table)


def _details(tally: Tally) -> Iterator[str]:
    for note in tally.notes:
        yield f"recproxy: note: {note}"
    problems = [f"recproxy: miss: {miss.text}" for miss in tally.misses]
    problems += [f"recproxy: refused: {refusal.text}" for refusal in _once(tally.refusals)]
    yield from problems[:_MOST_SHOWN]
    if len(problems) > _MOST_SHOWN:
        yield f"recproxy: and {len(problems) - _MOST_SHOWN} more"


def _once(refusals: list[Missed]) -> list[Missed]:
    return list(dict.fromkeys(refusals))
