"""Numbers with their nouns, for messages."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 recording`, `2 recordings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
