"""Whether a stream is drawn on: a terminal of a person who wants colors, boxes and bold letters."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console_on", "is_drawn_on"]


def is_drawn_on(stream: TextIO) -> bool:
    """Whether a report is drawn on this stream; else it is plain text, as in the log of a CI service.

    https://no-color.org: the variable counts if it is not empty. A dumb terminal moves no cursor.
    """
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def console_on(stream: TextIO, *, soft_wrap: bool = False) -> Console:
    """A console of rich on this stream; without colors and bold letters if the user wants none."""
    from rich.console import Console  # noqa: PLC0415 - it takes longer to import than most verbs take

    plain = bool(os.environ.get("NO_COLOR"))
    return Console(file=stream, soft_wrap=soft_wrap, color_system=None if plain else "auto", no_color=plain or None)
