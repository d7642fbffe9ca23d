"""Differences as lines for a person: what was recorded beside what came, or below it where a value is long."""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.matching.differences import Difference
from recproxy.matching.field_values import SECRET
from recproxy.matching.text_difference import text_difference
from recproxy.recording.printable import printable

__all__ = ["difference_table"]

#: What a person reads: more rows are only counted.
_MOST_ROWS = 100
#: Characters of a value that stands in a column.
_WIDEST = 40


def difference_table(differences: Sequence[Difference]) -> list[str]:
    """Field, wanted and got in columns; nothing where one side has no such field."""
    shown = [(one, _text_lines(one)) for one in differences[:_MOST_ROWS]]
    cells = [(one.field, _cell(one.wanted, one), _cell(one.got, one)) for one, texts in shown if not texts]
    rows = [("", "recorded", "got"), *(each for each in cells if max(map(len, each)) <= _WIDEST)]
    # Aligned as they are printed. They become escapes later, because a secret is found by its own characters.
    widths = [max(len(printable(row[column])) for row in rows) for column in (0, 1)]
    gaps = [[" " * (widths[column] - len(printable(row[column]))) for column in (0, 1)] for row in rows]
    lines = [
        f"  {field}{gap[0]}  {wanted}{gap[1]}  {got}".rstrip()
        for (field, wanted, got), gap in zip(rows, gaps, strict=True)
    ]
    lines = lines if len(rows) > 1 else []
    for field, wanted, got in cells:
        if max(map(len, (field, wanted, got))) > _WIDEST:  # one below the other, where they can be compared
            lines += [f"  {field}", f"    recorded  {wanted}", f"    got       {got}"]
    for one, texts in shown:
        if texts:
            lines += [f"  {one.field}", *(f"    {line}" for line in texts)]
    left = len(differences) - _MOST_ROWS
    return [*lines, f"  and {left} more"] if left > 0 else lines


def _text_lines(one: Difference) -> list[str]:
    """Two strings that are too long for a row, or have several lines, by what differs in them."""
    if one.texts is None or (max(map(len, one.texts)) <= _WIDEST and not any("\n" in each for each in one.texts)):
        return []
    return text_difference(*one.texts)


def _cell(value: str | None, one: Difference) -> str:
    if value is None:
        return "(absent)"
    if one.secret:
        return SECRET.decode()
    return value.replace("\r", "\\r").replace("\n", "\\n") or "(empty)"
