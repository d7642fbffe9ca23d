"""Where the block of an interaction begins in the text of a recording. Pure."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["block_start"]


def block_start(lines: Sequence[bytes], line: int) -> int:
    """The index of the first line that may belong to the block whose request line is this, counted from one.

    Comments, directives and blank lines above a request line are its own, and for the first block the file's too.
    """
    at = line - 1
    while at > 0 and (not lines[at - 1].strip() or lines[at - 1].startswith((b":", b"#"))):
        at -= 1
    return at
