"""The line of a recording's file on which a secret stands, so that a person is led to it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.recording import Interaction
from recproxy.redaction.masking import Finding

__all__ = ["secret_line", "value_line"]


def secret_line(finding: Finding, interactions: Sequence[Interaction], lines: Sequence[bytes]) -> int:
    """The line of what redaction found, in the request or the response of its interaction; 0 where that is not known."""
    first, end = _lines_of(finding.position, interactions, lines)
    middle = interactions[finding.position].response_line or end
    if finding.place.startswith("response"):
        first = middle
    else:
        end = middle
    return _line(lines, first, end, finding.value)


def value_line(position: int, interactions: Sequence[Interaction], lines: Sequence[bytes], value: bytes) -> int:
    """The line of a value anywhere in an interaction."""
    return _line(lines, *_lines_of(position, interactions, lines), value)


def _lines_of(position: int, interactions: Sequence[Interaction], lines: Sequence[bytes]) -> tuple[int, int]:
    """The first line of an interaction, and the one behind its last."""
    after = interactions[position + 1].line if position + 1 < len(interactions) else 0
    return interactions[position].line, after or len(lines) + 1


def _line(lines: Sequence[bytes], first: int, end: int, value: bytes) -> int:
    """The first line of a block that holds a value, or the line where the block begins; 0 where that is not known."""
    if not first:
        return 0
    pieces = value.split(b"\n")
    needle = max(pieces, key=len).strip() or value
    for number in range(first, min(end, len(lines) + 1)):
        if needle in lines[number - 1]:
            return number
    return first
