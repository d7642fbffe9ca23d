"""The report as text: one table, then what went wrong. With rich on a terminal, plain when piped."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from recproxy.control.outcomes import NO_TEST, Missed
from recproxy.control.shown_paths import shown_path
from recproxy.counting import counted
from recproxy.recording.printable import printable
from recproxy.report.tally import Row, Tally, Written

__all__ = ["print_report", "written_lines"]

_COLUMNS = ("profile", "mode", "played", "recorded", "missed", "unused", "time")
#: Problems shown of each kind: after a few, more say nothing new and push the table off the screen. Each kind has its
#: own limit, so that many misses do not hide the refused host that caused them.
_MOST_SHOWN = 20
_PREFIX = "recproxy: "


def print_report(tally: Tally, stream: TextIO | None = None, *, folder: str = os.curdir) -> None:
    """Print the table, and each miss and refusal, to standard error or the stream given; files as seen from `folder`."""
    stream = stream or sys.stderr
    rows = [row for row in tally.rows.values() if row.listed]
    columns = _columns(rows)
    cells = [_cells(row, columns) for row in rows]
    if stream.isatty():
        _print_rich(columns, cells, stream)
    else:
        for line in _plain(columns, cells):
            print(line, file=stream)
    for line in _details(tally, folder):
        print(printable(line), file=stream)
    stream.flush()


def _columns(rows: list[Row]) -> tuple[str, ...]:
    """The columns; those that few runs need only where they say something."""
    more = ["forwarded"] if any(row.mode in ("live", "auto") for row in rows) else []
    more += ["failed"] if any(row.failed for row in rows) else []
    return (*_COLUMNS[:-1], *more, _COLUMNS[-1])


def _cells(row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    counts = (str(getattr(row, column)) for column in columns[2:-1])
    return (row.profile, row.mode, *counts, f"{row.seconds:.2f} s")


def _plain(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in (columns, *rows)) for column in range(len(columns))]
    for row in (columns, *rows):
        left = (cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True))
        right = (cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True))
        yield "  ".join(("recproxy ", *left, *right)).rstrip()


def _print_rich(columns: tuple[str, ...], rows: list[tuple[str, ...]], stream: TextIO) -> None:
    from rich.console import Console  # noqa: PLC0415 - only for people, and not while they wait
    from rich.table import Table  # noqa: PLC0415

    table = Table(title="recproxy", title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < 2 else "right")
    for row in rows:
        table.add_row(*row, style="red" if row[4] != "0" or ("failed" in columns and row[-2] != "0") else None)
    Console(file=stream).print(table)


def _details(tally: Tally, folder: str) -> Iterator[str]:
    for written in tally.recovered:
        yield f"recproxy: recovered {_interactions(written)} from a killed run: {shown_path(str(written.path), folder)}"
    yield from (f"recproxy: {line}" for line in written_lines(tally.written, folder))
    if tally.redactions:
        yield "recproxy: redacted " + ", ".join(f"{rule} {count}" for rule, count in sorted(tally.redactions.items()))
    for each in tally.tokens:
        cached = f" ({each.cached} cached)" if each.cached else ""
        where = f"in {counted(each.responses, 'response')}"
        yield f"recproxy: replayed tokens of {each.model} ({each.profile}): {each.input} input{cached}, {each.output} output {where}"
    if tally.blocked:
        yield "recproxy: blocked " + ", ".join(f"{host} {count}" for host, count in sorted(tally.blocked.items()))
    for note in tally.notes:
        yield f"recproxy: note: {note}"
    for line in tally.unasked.values():
        yield f"recproxy: unasked: {line}"
    for line in tally.old:
        yield f"recproxy: old: {line}"
    yield from _problems("failed", tally.failures, ("more failure", "more failures"))
    yield from _problems("refused", (refusal.text for refusal in tally.refusals), ("more refusal", "more refusals"))
    yield from _misses(tally.misses)


def written_lines(written: Sequence[Written], folder: str = os.curdir) -> Iterator[str]:
    """A line for each file that was written, as seen from `folder`, and one for all."""
    files = list(_by_file(written))
    for each in files:
        yield f"{_what_was_done(each)} {shown_path(str(each.path), folder)}: {_interactions(each)}"
    if len(files) > 1:
        count = sum(each.interactions for each in files)
        yield f"recorded {counted(count, 'interaction')} in {len(files)} files"


def _misses(misses: Iterable[Missed]) -> Iterator[str]:
    """The misses by test, at the very end, where they are seen first: each with its differences and the way out."""
    tests: dict[str, Counter[str]] = {}
    for miss in misses:
        tests.setdefault(miss.test, Counter())[miss.text.removeprefix(_PREFIX)] += 1
    shown = 0
    for test, counts in tests.items():
        where = f" in {test}" if test not in ("", NO_TEST) else ""
        for text, count in counts.items():
            if (shown := shown + 1) <= _MOST_SHOWN:
                times = f" ({count} times)" if count > 1 else ""
                own_line = f"\n  test     {test}\n"  # said before it
                yield f"recproxy: miss{where}{times}: {text.replace(own_line, chr(10), 1) if where else text}"
    if shown > _MOST_SHOWN:
        yield f"recproxy: and {counted(shown - _MOST_SHOWN, 'more miss', 'more misses')}"


def _problems(kind: str, texts: Iterable[str], more: tuple[str, str]) -> Iterator[str]:
    """The problems of one kind, equal ones once with their count: a client that retries a miss says nothing new."""
    counts = Counter(texts)
    for text, count in tuple(counts.items())[:_MOST_SHOWN]:
        yield f"recproxy: {kind} ({count} times): {text}" if count > 1 else f"recproxy: {kind}: {text}"
    if len(counts) > _MOST_SHOWN:
        yield f"recproxy: and {counted(len(counts) - _MOST_SHOWN, *more)}"


def _by_file(every: Sequence[Written]) -> Iterator[Written]:
    """One for each file, in the order in which they were first written: many scopes may have recorded into it."""
    files: dict[tuple[Path, bool], list[Written]] = {}
    for written in every:
        files.setdefault((written.path, written.failed), []).append(written)
    for (path, failed), group in files.items():
        count = sum(written.interactions for written in group)
        changed = any(written.changed for written in group)
        yield Written(path, count, failed=failed, changed=changed, kept=group[0].kept)


def _what_was_done(written: Written) -> str:
    if written.failed:
        kept = "kept the old recording" if written.kept else "wrote no recording"
        return f"{kept}; the captured traffic is in"
    return "wrote" if written.changed else "unchanged"


def _interactions(written: Written) -> str:
    return counted(written.interactions, "interaction")
