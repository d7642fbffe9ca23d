"""What a run says when it opens: a line for each profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from recproxy.recording.counting import counted
from recproxy.recording.printable import printable
from recproxy.report.terminal import is_drawn_on

__all__ = ["ProfileOpening", "print_opening"]

#: ECMA-48, section 8.3.117. The command waits for these lines, so they are made without rich, which takes 50 ms to load.
_PLAIN, _BOLD, _DIM = "\x1b[0m", "\x1b[1m", "\x1b[2m"
_MODES = {"replay": "\x1b[32m", "record": "\x1b[35m", "live": "\x1b[33m", "auto": "\x1b[36m"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileOpening:
    """What is said of a profile when a run opens: `recordings` is how many files there are."""

    name: str
    mode: str
    address: str
    recordings: int


def print_opening(profiles: Sequence[ProfileOpening], stream: TextIO, *, left_out: int = 0) -> None:
    """Print a line for each profile, in colors where a terminal shows them, and how many installed ones have none."""
    is_drawn = is_drawn_on(stream)
    widths = [max((len(getattr(each, name)) for each in profiles), default=0) for name in ("name", "mode", "address")]
    for each in profiles:
        cells = (each.name, each.mode, each.address)
        name, mode, address = (printable(f"{cell:<{width}}") for cell, width in zip(cells, widths, strict=True))
        count = counted(each.recordings, "recording")
        if is_drawn:
            name, mode = f"{_BOLD}{name}{_PLAIN}", f"{_MODES.get(each.mode, '')}{mode}{_PLAIN}"
            address, count = f"{_DIM}{address}{_PLAIN}", count if each.recordings else f"{_DIM}{count}{_PLAIN}"
        print(f"recproxy: {name}  {mode}  {address}  {count}", file=stream)
    if left_out:
        print(f"recproxy: {counted(left_out, 'installed profile')}", file=stream)
    stream.flush()
