"""The names of recording files: of commands that are no tests, and of what failed tests captured."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DEFAULT", "FAILED", "failed_path", "recordings_below"]

#: The recording of commands that are no tests.
DEFAULT = "default.rec"
#: How the file ends that holds the interactions of scopes that failed.
FAILED = ".failed.rec"


def failed_path(path: Path) -> Path:
    """The file next to a recording for the interactions of scopes that failed."""
    return path.with_name(f"{path.name.removesuffix('.rec')}{FAILED}")


def recordings_below(folder: Path) -> list[Path]:
    """The recordings in a folder and below it, in order, without what failed tests captured."""
    return sorted(path for path in folder.rglob("*.rec") if path.is_file() and not path.name.endswith(FAILED))
