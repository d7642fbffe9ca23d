"""Numbers with their nouns, for messages."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 recording`, `2 recordings`; `plural` where that is not the noun with an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {plural or f'{noun}s'}"
