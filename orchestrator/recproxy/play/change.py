"""A change between two versions of an interaction. Pure."""

from __future__ import annotations

import enum

from recproxy.lazy.dataclass import dataclass

__all__ = ["Change", "ChangeKind"]


class ChangeKind(enum.IntEnum):
    """How much a change matters; a lower one is shown first."""

    STRUCTURE = 0
    VALUE = 1
    VOLATILE = 2


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its kind, the place, and what was there before and after; None where nothing was."""

    kind: ChangeKind
    place: str
    before: str | None
    after: str | None
