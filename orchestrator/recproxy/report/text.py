"""The report as text: one table, then what went wrong. Drawn on a terminal, plain when piped."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from recproxy.control.outcomes import Missed
from recproxy.control.private_folders import CASSETTE_FOLDER
from recproxy.control.shown_paths import shown_path
from recproxy.recording.counting import counted
from recproxy.recording.printable import printable
from recproxy.report.amounts import duration, size
from recproxy.report.listed_misses import listed_misses
from recproxy.report.tally import Row, Tally, Written
from recproxy.report.terminal import console_on, is_drawn_on

__all__ = ["print_report", "written_lines"]

_COLUMNS = ("profile", "mode", "played", "recorded", "missed", "unused", "time")
#: Problems shown of each kind: after a few, more say nothing new and push the table off the screen. Each kind has its
#: own limit, so that many misses do not hide the refused host that caused them.
_MOST_SHOWN = 20

#: Names of linked values that one line tells.
_MOST_LINKS = 8


def print_report(
    tally: Tally,
    stream: TextIO | None = None,
    *,
    folder: str = os.curdir,
    verbose: bool = False,
    quiet: bool = False,
) -> None:
    """Print the table, and each miss and refusal, to standard error or the stream given; files as seen from `folder`.

    If `verbose`, the plain table has all columns that a terminal shows. If `quiet`, there is no table, and nothing but
    what is wrong, with the notes that may say why.
    """
    stream = stream or sys.stderr
    rows = [row for row in tally.rows.values() if row.shown and not quiet]
    details = [*_details(tally, folder, quiet=quiet)]
    if is_drawn_on(stream):
        _draw(tally, rows, details, stream)
    else:
        columns = _columns(rows, verbose=verbose)
        for line in _plain(columns, [_cells(row, columns) for row in rows]) if rows else ():
            print(line, file=stream)
        for line in details:
            print(printable(line), file=stream)
        for title, text in _misses(tally.misses):
            print(printable(f"recproxy: {title}: {text}" if text else f"recproxy: {title}"), file=stream)
    stream.flush()


def _draw(tally: Tally, rows: list[Row], details: list[str], stream: TextIO) -> None:
    from recproxy.report.screen import draw_line, draw_miss, draw_table  # noqa: PLC0415 - it brings rich

    if rows:
        draw_table(rows, stream)
    console = console_on(stream)
    for line in details:
        draw_line(line, console)
    for title, text in _misses(tally.misses):
        if text:
            draw_miss(title, text, console)
        else:
            draw_line(f"recproxy: {title}", console)


def _columns(rows: list[Row], *, verbose: bool) -> tuple[str, ...]:
    """The columns; those that few runs need only where they say something."""
    more = ["forwarded"] if any(row.mode in ("live", "auto") for row in rows) else []
    more += ["messages"] if any(row.messages for row in rows) else []
    more += ["failed"] if any(row.failed for row in rows) else []
    counts = (*_COLUMNS[:2], *(("requests",) if verbose else ()), *_COLUMNS[2:-1], *more)
    return (*counts, *(("bytes",) if verbose else ()), _COLUMNS[-1], *(("slowest",) if verbose else ()))


def _cells(row: Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    shown = {"bytes": size(row.size), "time": f"{row.seconds:.2f} s", "slowest": duration(row.slowest_seconds)}
    cells = (shown.get(column) or str(getattr(row, column)) for column in columns[2:])
    return (row.profile, row.mode, *cells)


def _plain(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in (columns, *rows)) for column in range(len(columns))]
    for row in (columns, *rows):
        left = (cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True))
        right = (cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True))
        yield "  ".join(("recproxy ", *left, *right)).rstrip()


def _details(tally: Tally, folder: str, *, quiet: bool) -> Iterator[str]:
    if not quiet:
        yield from _done(tally, folder)
    else:
        failed = [each for each in tally.written if each.failed]
        yield from (f"recproxy: {line}" for line in written_lines(failed, folder))
    for note in tally.notes:
        yield f"recproxy: note: {note}"
    for line in tally.unasked.values():
        yield f"recproxy: unasked: {line}"
    for line in tally.old:
        yield f"recproxy: old: {line}"
    yield from _problems("failed", tally.failures, ("more failure", "more failures"))
    yield from _problems("refused", (refusal.text for refusal in tally.refusals), ("more refusal", "more refusals"))


def _done(tally: Tally, folder: str) -> Iterator[str]:
    """What the run did, and is no problem."""
    if left_out := sum(row.listed and not row.shown for row in tally.rows.values()):
        yield f"recproxy: {counted(left_out, 'installed profile')} had no requests"
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


def written_lines(written: Sequence[Written], folder: str = os.curdir) -> Iterator[str]:
    """A line for each file that was written, as seen from `folder`, and one for all; none for those of a bridge."""
    files = list(_by_file([each for each in written if not each.path.parent.name.startswith(CASSETTE_FOLDER)]))
    for each in files:
        yield f"{_what_was_done(each)} {shown_path(str(each.path), folder)}: {_interactions(each)}"
    if len(files) > 1:
        count = sum(each.interactions for each in files)
        yield f"recorded {counted(count, 'interaction')} in {len(files)} files"


def _misses(misses: Iterable[Missed]) -> Iterator[tuple[str, str]]:
    """The misses by test, at the very end, where they are seen first: a title, and the differences and the way out."""
    listed = listed_misses((miss.test, miss.text) for miss in misses)
    yield from listed[:_MOST_SHOWN]
    if len(listed) > _MOST_SHOWN:
        yield f"and {counted(len(listed) - _MOST_SHOWN, 'more miss', 'more misses')}", ""


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
        links = tuple(dict.fromkeys(name for written in group for name in written.links))
        yield Written(path, count, failed=failed, changed=changed, kept=group[0].kept, links=links)


def _what_was_done(written: Written) -> str:
    if written.failed:
        kept = "kept the old recording" if written.kept else "wrote no recording"
        return f"{kept}; the captured traffic is in"
    return "wrote" if written.changed else "unchanged"


def _interactions(written: Written) -> str:
    told = counted(written.interactions, "interaction")
    if not written.links:
        return told
    shown = [f"XXX[{name}]" for name in written.links[:_MOST_LINKS]]
    more = len(written.links) - len(shown)
    return f"{told}; made anew in each run: {', '.join((*shown, *([f'{more} more'] if more else ())))}"
