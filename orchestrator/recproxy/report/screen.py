"""The end of a run on a terminal: the table, what happened, and the misses.

The words are those of the plain report; here they are in columns, panels and colors. Imported only where a terminal
shows them, because it brings rich.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.printable import printable
from recproxy.report.amounts import duration, size
from recproxy.report.tally import Row
from recproxy.report.terminal import console_on

__all__ = ["draw_line", "draw_miss", "draw_table"]

_MODES = {"replay": "green", "record": "magenta", "live": "yellow", "auto": "cyan"}
_LABELS = {"failed": "bold red", "refused": "bold red", "unasked": "yellow", "old": "yellow", "note": "yellow"}
#: The columns of the table, and those that a narrow terminal does without, the first one first.
_COLUMNS = ("profile", "mode", "requests", "played", "recorded", "missed", "unused", "forwarded", "messages", "failed")
_LAST = ("bytes", "time", "slowest", "slowest request")
_SPARED = ("slowest request", "bytes", "slowest", "requests")
#: Wider than any table: rich cuts the width that a table needs to the one that it may have.
_WIDEST = 10_000
#: Where the slowest request has no room for its first words, its column says nothing.
_SHORTEST_REQUEST = 24
#: Lines of a miss: the head of its table of differences, a value below its field, and a line of a text.
_HEAD = lazy_pattern(r"  (?P<field> *)recorded +got")
_BELOW = lazy_pattern(r"    (recorded  |got       )")
_TEXT = lazy_pattern(r"    ([-+]) ")
_RECORDED, _GOT = "green", "red"


def draw_table(rows: Iterable[Row], stream: TextIO) -> None:
    """Draw the table of the run, with as many columns as the terminal has room for."""
    rows, console = list(rows), console_on(stream)
    names = [*_COLUMNS, *_LAST]
    if not any(row.mode in ("live", "auto") for row in rows):
        names.remove("forwarded")
    if not any(row.messages for row in rows):
        names.remove("messages")
    if not any(row.failed for row in rows):
        names.remove("failed")
    for spared in ("", *_SPARED):
        names = [name for name in names if name != spared]
        table = _table(names, rows)
        if console.measure(table, options=console.options.update(max_width=_WIDEST)).minimum <= console.width:
            break
    console.print(table)


def _table(names: Sequence[str], rows: Sequence[Row]) -> Table:
    table = Table(
        title="recproxy", title_justify="left", title_style="bold", header_style="bold", border_style="dim",
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
    )  # fmt: skip
    for name in names:
        is_text, is_last = name in ("profile", "mode"), name == _LAST[-1]
        table.add_column(
            name,
            justify="left" if is_text or is_last else "right",
            no_wrap=True,
            overflow="ellipsis",
            min_width=_SHORTEST_REQUEST if is_last else max([len(name), *(_cell(name, row).cell_len for row in rows)]),
        )
    for row in rows:
        table.add_row(*(_cell(name, row) for name in names))
    return table


def _cell(name: str, row: Row) -> Text:
    if name == "profile":
        return Text(printable(row.profile), style="bold red" if row.missed or row.failed else "bold")
    if name == "mode":
        return Text(row.mode, style=_MODES.get(row.mode, ""))
    if name == "slowest request":
        return Text(printable(row.slowest), style="dim")
    amounts = {
        "bytes": (size(row.size), row.size),
        "time": (f"{row.seconds:.2f} s", row.seconds),
        "slowest": (duration(row.slowest_seconds), row.slowest_seconds),
    }
    text, amount = amounts[name] if name in amounts else (str(getattr(row, name)), getattr(row, name))
    kinds = {"missed": "bold red", "failed": "bold red", "unused": "yellow", "recorded": "magenta"}
    return Text(text, style=kinds.get(name, "") if amount else "dim")


def draw_line(line: str, console: Console) -> None:
    """Print a line of the report, its first word in the color of its kind."""
    text = Text(printable(line))
    found = re.match(r"recproxy: (\w+)", line)
    if found is not None:
        text.stylize("dim", 0, len("recproxy:"))
        text.stylize(_LABELS.get(found[1], ""), *found.span(1))
    console.print(text, soft_wrap=True)


def draw_miss(title: str, text: str, console: Console) -> None:
    """Draw a miss: what was asked and how it differs in a panel, and below it what to do, as lines that can be copied."""
    first, *others = printable(text).rstrip("\n").split("\n\n")
    advice: list[str] = []
    while others and not others[-1].startswith(" "):  # as the request and the differences do
        advice = [*others.pop().splitlines(), *advice]
    shown = Text(first, style="bold")
    for paragraph in others:
        shown.append("\n\n")
        shown.append_text(_differences(paragraph))
    console.print(Panel(shown, title=Text(printable(title), style="bold red"), title_align="left", border_style="red"))
    for line in advice:
        label, colon, rest = line.partition(": ")
        said = Text.assemble((label + colon, "cyan"), rest) if colon else Text(line)
        console.print(said, soft_wrap=True)


def _differences(paragraph: str) -> Text:
    """A paragraph of a miss; where it is a table of differences, what was recorded and what came are in two colors."""
    lines: list[Text] = []
    columns: tuple[int, int] | None = None
    for line in paragraph.splitlines():
        part = Text(line, style="not bold")
        if head := _HEAD.fullmatch(line):
            columns = head.end("field"), line.rindex("got")
            part.stylize("dim")
        elif below := _BELOW.match(line):
            part.stylize(_RECORDED if "recorded" in below[1] else _GOT, below.end())
        elif text := _TEXT.match(line):
            part.stylize(_RECORDED if text[1] == "-" else _GOT)
        elif columns is not None and line.startswith("  ") and not line.startswith("    "):
            part.stylize(_RECORDED, *columns)
            part.stylize(_GOT, columns[1])
        lines.append(part)
    return Text("\n").join(lines)
