"""What to do about a miss of a cassette: record it, or rename the file of a test that has another name now."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["ways_out"]

#: A miss's line of what was asked.
_ASKED = lazy_pattern(r"^  request  (\S+) (\S+)$", re.MULTILINE)
#: Cassettes that are searched, and their bytes: a test waits for it.
_MOST_FILES = 500
_MOST_BYTES = 1_000_000


def ways_out(cassette: str, misses: str, record: str) -> Iterator[str]:
    """Lines for people: where another cassette has the first request that missed, and the command that records.

    `misses` are their texts. Another file is named only if there is none for this cassette.
    """
    path = Path(cassette)
    if not path.exists():
        asked = _ASKED.search(misses)
        others = list(islice(_others(path, asked[2]), 2)) if asked is not None else []
        if len(others) == 1:
            yield f"{others[0].name} in the same folder has this request: if its test was renamed, rename the file"
    if record:
        yield f"to record it: {record}"


def _others(path: Path, url: str) -> Iterator[Path]:
    """The cassettes next to this one that hold a URL."""
    wanted = re.compile(re.escape(url.encode()) + rb"(?![^\s'\",])")
    try:
        with os.scandir(path.parent) as entries:
            files = [
                each for each in islice(entries, _MOST_FILES) if each.is_file() and each.name.endswith(path.suffix)
            ]
        for each in files:
            if each.stat().st_size <= _MOST_BYTES and wanted.search(Path(each.path).read_bytes()):
                yield Path(each.path)
    except OSError:
        return
