"""Sizes and durations as people read them. Pure."""

from __future__ import annotations

__all__ = ["duration", "size"]


def size(count: int) -> str:
    """A number of bytes: `512 B`, `1.5 kB`, `23 MB`."""
    if count < 1000:
        return f"{count} B"
    amount, unit = float(count), "B"
    for unit in ("kB", "MB", "GB", "TB"):  # noqa: B007 - the last one is used
        amount /= 1000
        if amount < 999.5:
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"


def duration(seconds: float) -> str:
    """A time: `0 ms`, `0.4 ms`, `12 ms`, `1.50 s`."""
    if seconds >= 0.9995:
        return f"{seconds:.2f} s"
    milliseconds = seconds * 1000
    return f"{milliseconds:.1f} ms" if 0 < milliseconds < 9.95 else f"{milliseconds:.0f} ms"
