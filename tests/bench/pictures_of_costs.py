"""The table of costs as pictures in SVG: ratios as bars beside their goals, and what grows as lines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

from growth import Line
from rows import Row, figure

_STYLE = (
    "<style>text{font:12px system-ui,sans-serif;fill:#222}.small{font-size:11px;fill:#555}.bar{fill:#3b6ea5}"
    ".over{fill:#b5542b}.goal{stroke:#222;stroke-width:2}.line{fill:none;stroke:#3b6ea5;stroke-width:2}.axis{stroke:#bbb}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.small{fill:#aaa}.goal{stroke:#eee}.axis{stroke:#666}}</style>"
)
_ROW, _LEFT, _WIDE = 34, 530, 960
_PANEL, _HIGH = 290, 190
#: A longer bar is cut off here, because it would make all others too short to compare; its figure is beside it.
_LONGEST = 5.0


def ratios(rows: Iterable[Row]) -> str:
    """A bar for each row that stands beside something, and a mark at the ratio that is wanted."""
    shown = [row for row in rows if row.ratio is not None]
    longest = max((max(row.ratio or 0, row.goal or 0) for row in shown), default=1)
    scale = (_WIDE - _LEFT - 60) / min(longest, _LONGEST)
    parts = []
    for place, row in enumerate(shown):
        assert row.ratio is not None
        top, width = 10 + place * _ROW, min(row.ratio, _LONGEST) * scale
        kind = "over" if row.met is False else "bar"
        parts += [
            f'<text x="0" y="{top + 11}">{escape(row.what)}</text>',
            f'<text x="0" y="{top + 24}" class="small">beside {escape(row.beside)}</text>',
            f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="18" class="{kind}"/>',
            f'<text x="{_LEFT + max(width, (row.goal or 0) * scale) + 6:.1f}" y="{top + 13}">{row.ratio:.2f}</text>',
        ]
        if row.goal is not None:
            at = _LEFT + row.goal * scale
            parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{top - 3}" y2="{top + 21}" class="goal"/>')
    title = (
        "What recproxy takes, time or CPU, as a multiple of what stands beside it; a mark is the ratio that is wanted"
    )
    return _picture(_WIDE, 20 + len(shown) * _ROW, title, parts)


def growth(lines: Sequence[Line]) -> str:
    """A panel for each line; sizes in powers of ten."""
    parts = []
    for place, line in enumerate(lines):
        left, top = place % 3 * (_PANEL + 20) + 10, place // 3 * (_HIGH + 20) + 10
        parts += _panel(line, left, top)
    rows = math.ceil(len(lines) / 3)
    return _picture(3 * (_PANEL + 20), rows * (_HIGH + 20) + 10, "What grows with size, and what does not", parts)


def _panel(line: Line, left: int, top: int) -> list[str]:
    sizes, values = zip(*line.points, strict=True)
    first, last = (math.log10(size) for size in (sizes[0], sizes[-1]))
    most = max(values)
    base, width, height = top + _HIGH - 40, _PANEL - 60, _HIGH - 90
    at = [
        (left + 20 + (math.log10(size) - first) / ((last - first) or 1) * width, base - value / most * height)
        for size, value in line.points
    ]
    path = "".join(
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="line"/>'
        for (x1, y1), (x2, y2) in pairwise(at)
    )
    return [
        f'<text x="{left}" y="{top + 12}">{escape(f"{line.what}, {line.unit}")}</text>',
        f'<text x="{left}" y="{top + 26}" class="small">{escape(f"by {line.size}")}</text>',
        f'<line x1="{left}" x2="{left + width + 40}" y1="{base}" y2="{base}" class="axis"/>',
        path,
        *(
            f'<text x="{x - 10:.1f}" y="{y - 6:.1f}" class="small">{figure(v)}</text>'
            for (x, y), v in zip(at, values, strict=True)
        ),
        *(
            f'<text x="{x - 10:.1f}" y="{base + 16}" class="small">{_short(s)}</text>'
            for (x, _), s in zip(at, sizes, strict=True)
        ),
    ]


def _short(size: int) -> str:
    if size >= 1_000_000:
        return f"{size / 1_000_000:g}M"
    return f"{size / 1_000:g}k" if size >= 1_000 else str(size)


def _picture(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
    return "\n".join((head, _STYLE, f"<title>{escape(title)}</title>", *parts, "</svg>")) + "\n"
