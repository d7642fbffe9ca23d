"""What a repository and a clone are told of recordings: attributes, and the drivers that show and merge them."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from recproxy.play.file_replacement import replace_file
from recproxy.play.git_versions import call_git
from recproxy.report.wanted_list import WANTED_FILE

__all__ = ["ATTRIBUTES", "FOLDED", "IGNORED", "KEPT", "set_up_git"]

#: What keeps recordings byte for byte, and git's conflict marks from looking like a recording's own.
KEPT = "*.rec -text conflict-marker-size=32"
ATTRIBUTES = f"{KEPT} diff=recproxy merge=recproxy"
#: What folds recordings in reviews at GitHub and GitLab.
FOLDED = "*.rec linguist-generated"
#: What a failed test captured, next to its good recording.
IGNORED = "*.failed.rec"
#: What `recproxy init` once wrote: it is found only where the environment is active.
_EARLIER = frozenset(("recproxy diff --git-driver", "recproxy merge --marker-size %L %O %A %B"))
#: Begins each command that is ours, whatever interpreter it names.
_OURS = "run_recproxy() {"


def set_up_git(folder: Path, *, folded: bool = False) -> Iterator[str]:
    """Have git keep, show and merge recordings as they are; a line for each thing that was done.

    With `folded`, reviews at GitHub and GitLab fold recordings until somebody opens them.
    """
    path = folder / ".gitattributes"
    if any(line.split()[:1] == ["*.rec"] for line in _lines(path)):
        yield "kept .gitattributes, which has a line for *.rec"
    else:
        yield _add_line(path, ATTRIBUTES, folder)
    if folded and not any(line.startswith("*.rec ") and "linguist-generated" in line for line in _lines(path)):
        yield f"{_add_line(path, FOLDED, folder)}: reviews fold recordings"
    path = folder / ".gitignore"
    if missing := [line for line in (IGNORED, WANTED_FILE) if line not in _lines(path)]:
        yield _add_line(path, "\n".join(missing), folder)
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
    for key, value in _drivers().items():
        there = call_git("config", "--get", key, folder=folder).stdout.decode(errors="replace").strip()
        if there == value or (there and there not in _EARLIER and not there.startswith(_OURS)):
            continue
        changed |= call_git("config", "--local", key, value, folder=folder).returncode == 0
    if changed:
        yield "told git in this clone to show and merge recordings with recproxy; each clone needs that once"


def _drivers() -> dict[str, str]:
    """What a clone is told once, by key: git keeps the commands of drivers out of the repository.

    git is often called where the environment of recproxy is not active, so the commands name this interpreter. Without
    any recproxy they do what git does by itself: git stops at a diff driver that fails, and takes a merge driver that
    fails for a conflict, in a file that shows only one side.
    """
    python = f"{shlex.quote(sys.executable)} -P"  # no package named recproxy in the working tree
    call = (
        f'{_OURS} if {python} -c "import recproxy" 2>/dev/null; then {python} -m recproxy "$@"; '
        'elif command -v recproxy >/dev/null; then recproxy "$@"; else return 127; fi; }; '
    )
    by_lines = 'git --no-pager diff --no-index --no-ext-diff -- "$2" "$5"'
    return {
        "diff.recproxy.command": (
            f'{call}show() {{ run_recproxy diff --git-driver "$@" || {by_lines} || :; }}; show'  # git adds "$@"
        ),
        "merge.recproxy.name": "recordings by interaction",
        "merge.recproxy.driver": (
            f"{call.replace('%', '%%')}run_recproxy merge --marker-size %L %O %A %B; code=$?; "
            'test "$code" -gt 1 || exit "$code"; '
            "git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B"
        ),
    }
