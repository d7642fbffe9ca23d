"""git, as verbs call it, and its drivers for recordings."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from recproxy.errors import ConfigurationError
from recproxy.play.file_replacement import replace_file

__all__ = ["ATTRIBUTES", "DRIVERS", "IGNORED", "KEPT", "call_git", "set_up_git"]

#: What keeps recordings byte for byte, and git's conflict marks from looking like a recording's own.
KEPT = "*.rec -text conflict-marker-size=32"
ATTRIBUTES = f"{KEPT} diff=recproxy merge=recproxy"
#: What a failed test captured, next to its good recording.
IGNORED = "*.failed.rec"
#: What a clone is told once: git keeps the commands of drivers out of the repository.
DRIVERS = {
    "diff.recproxy.command": "recproxy diff --git-driver",
    "merge.recproxy.name": "recordings by interaction",
    "merge.recproxy.driver": "recproxy merge --marker-size %L %O %A %B",
}


def call_git(*words: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Call git in a folder. Raises ConfigurationError where there is none."""
    git = shutil.which("git")
    if git is None:
        raise ConfigurationError("git is not installed")
    return subprocess.run([git, *words], cwd=folder, capture_output=True, check=False)


def set_up_git(folder: Path) -> Iterator[str]:
    """Have git keep, show and merge recordings as they are; a line for each thing that was done."""
    path = folder / ".gitattributes"
    if any(line.split()[:1] == ["*.rec"] for line in _lines(path)):
        yield "kept .gitattributes, which has a line for *.rec"
    else:
        yield _add_line(path, ATTRIBUTES, folder)
    path = folder / ".gitignore"
    if IGNORED not in _lines(path):
        yield _add_line(path, IGNORED, folder)
    yield from _add_drivers(folder)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []


def _add_line(path: Path, line: str, folder: Path) -> str:
    """Add a line to a file, or make it; what was done."""
    text = path.read_bytes() if path.exists() else b""
    end = b"" if not text or text.endswith(b"\n") else b"\n"
    replace_file(path, text + end + line.encode() + b"\n", root=folder)
    return f"{'added a line to' if text else 'made'} {path.name}"


def _add_drivers(folder: Path) -> Iterator[str]:
    """Tell this clone which commands show and merge recordings; a line for the user. Nothing where there is no clone."""
    if shutil.which("git") is None or call_git("rev-parse", "--git-dir", folder=folder).returncode:
        return
    changed = False
    for key, value in DRIVERS.items():
        if not call_git("config", "--get", key, folder=folder).stdout:
            changed |= call_git("config", "--local", key, value, folder=folder).returncode == 0
    if changed:
        yield "told git in this clone to show and merge recordings with recproxy; each clone needs that once"
