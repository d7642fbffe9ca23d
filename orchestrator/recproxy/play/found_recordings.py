"""The recordings that paths mean, for verbs that look through them: files of each known format, detected from the content.

Reads the beginning of files; changes nothing. What stands below a name with a dot in front is nobody's recording.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recproxy.formats import folder_format_of, format_of

__all__ = ["FoundRecordings", "kinds", "recordings_in"]

#: As much of a file as telling its format needs.
_HEAD = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecordings:
    """The recordings, in order, each once; paths that are not there; how many files of folders are of no format."""

    paths: tuple[Path, ...]
    missing: tuple[Path, ...]
    passed_over: int


def recordings_in(words: Sequence[Path]) -> FoundRecordings:
    """The recordings at these paths: a named file always is one; in a folder the content decides."""
    found: dict[Path, None] = {}
    missing: list[Path] = []
    others: set[Path] = set()
    for word in words:
        if word.is_dir():
            for path, is_recording in _walk(word):
                if is_recording:
                    found[path] = None
                else:
                    others.add(path)
        elif word.exists():
            found[word] = None
        else:
            missing.append(word)
    return FoundRecordings(paths=tuple(found), missing=tuple(missing), passed_over=len(others - set(found)))


def kinds(formats: Iterable[str]) -> str:
    """How many there are of each format, where there is one that is not ours; else nothing."""
    count = Counter(formats)
    return ", ".join(f"{number} {name}" for name, number in sorted(count.items())) if count.keys() - {"rec"} else ""


def _walk(top: Path) -> Iterator[tuple[Path, bool]]:
    for folder, folders, names in os.walk(top):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files = sorted(name for name in names if not name.startswith("."))
        if folder_format_of(files) is not None:
            folders.clear()
            yield here, True
            continue
        for name in files:
            path = here / name
            # A pipe would be waited for, and a device read for ever.
            is_ours = name.endswith(".rec") and (path.is_file() or not path.exists())
            yield path, is_ours or _is_recording(path)


def _is_recording(path: Path) -> bool:
    """Whether a file begins like one; one that cannot be read is for its reader to tell."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return True
    return head.removeprefix(b"\xef\xbb\xbf").startswith(b"#recproxy") or format_of(head) is not None
