"""What a row of the tables of shapes is: words that must occur, and an expression for the places near them.

Knows how a row is made ready, and no shape.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["APART", "EDGE", "UUID", "ShapeRow", "shape"]

#: What must not stand before a key of its own.
EDGE = rb"(?<![A-Za-z0-9_-])"
#: The same of a key whose sign no name has: behind `test_` or `my-` it is one, too.
APART = rb"(?<![A-Za-z0-9])"
UUID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


_FAR = 400  # bytes before a place that are looked at


class ShapeRow(NamedTuple):
    """A row. Where `before` is not None, each place begins at most so many bytes before a word: no others are tried.

    A place in a group is the secret; without a group all of it is. Where the form alone does not decide, `tells` is
    asked about what stands there. What stands before a place must end as `follows` says, if that is given.
    """

    rule: str
    hints: tuple[bytes, ...]
    pattern: bytes
    before: int | None
    tells: Callable[[bytes], bool] | None
    follows: bytes | None = None

    @property
    def places(self) -> re.Pattern[bytes]:
        """The expression, compiled."""
        return _compiled(self.pattern)

    def fits(self, text: bytes, found: re.Match[bytes], value: bytes) -> bool:
        """Whether a place that the expression has found is one."""
        if self.tells is not None and not self.tells(value):
            return False
        if self.follows is None:
            return True
        return _compiled(self.follows + rb"\Z").search(text, max(0, found.start() - _FAR), found.start()) is not None


#: Compiled on first use: every process of a run imports the tables, and most texts need few of their rows.
_compiled = functools.cache(re.compile)


def shape(
    rule: str,
    hints: bytes,
    pattern: bytes,
    before: int | None = None,
    tells: Callable[[bytes], bool] | None = None,
    follows: bytes | None = None,
) -> ShapeRow:
    """A row: its words, divided by `|`, of which one must occur."""
    return ShapeRow(rule, tuple(hints.split(b"|")), pattern, before, tells, follows)
