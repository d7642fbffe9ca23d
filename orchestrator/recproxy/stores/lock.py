"""The lock: which recordings belong to a commit. Knows its text, and no store.

A line for each recording, in the order of their names, so that git merges what two branches have recorded. Everything in
it may come from somebody else's pull request: a name that leads out of the folder of the recordings is an error.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from recproxy.control.shown_paths import shown_path
from recproxy.errors import ConfigurationError
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.recording_names import FAILED

__all__ = ["LOCK", "LockedFile", "is_recording_name", "read_lock", "written_lock"]

#: The name of the file, at the root of the project.
LOCK: Final = "recproxy.lock"
_VERSION = 1
_SHA256 = lazy_pattern(r"[0-9a-f]{64}")
#: Control characters never reach a terminal or a file system from here.
_UNPRINTABLE = lazy_pattern(r"[\x00-\x1f\x7f]")
_LARGEST = 1 << 40  # bytes of a recording: a number beyond is a typing error
#: Bytes of one part of a name, which is what file systems take, and of all of it, with room for the folder before it.
_LONGEST_PART = 255
_LONGEST_NAME = 2048
_LARGEST_LOCK = 1 << 28  # bytes: a million recordings
#: How recordings end, ours and those of other tools that are played as they are. Nothing that a tool would run or
#: configure itself by, such as a conftest.py, comes out of a lock, which nobody can review.
_ENDINGS = (".rec", ".yaml", ".yml", ".json", ".har")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    """One recording as the lock has it; `size` is in bytes."""

    sha256: str
    size: int


def read_lock(path: Path) -> Mapping[str, LockedFile]:
    """The recordings of a lock, by their names below the folder of recordings; none where there is no lock.

    Raises:
        ConfigurationError: it is no lock; the message says where.
    """
    shown = shown_path(str(path))
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_LOCK).decode("utf-8")
        value = json.loads(text, object_pairs_hook=lambda pairs: _once(shown, text, pairs))
    except FileNotFoundError:
        return MappingProxyType({})
    except OSError as problem:
        raise ConfigurationError(f"{shown}: cannot be read: {problem.strerror or problem}") from None
    except json.JSONDecodeError as problem:
        why = "settle the conflict that git left" if "<<<<<<<" in text else "take the version in git"
        raise ConfigurationError(f"{shown}:{problem.lineno}: it is no JSON: {why}") from None
    except (ValueError, RecursionError):
        raise ConfigurationError(f"{shown}: it is no JSON: take the version in git") from None
    files = value.get("files") if isinstance(value, dict) else None
    if not isinstance(files, dict) or value.get("version") != _VERSION:
        raise ConfigurationError(
            f"{shown}: it is no lock of version {_VERSION}: take the version in git, or upgrade recproxy"
        )
    return {name: _read_file(shown, name, each) for name, each in files.items()}


def written_lock(files: Mapping[str, LockedFile]) -> bytes:
    """The text of a lock."""
    lines = [
        f'    {json.dumps(name, ensure_ascii=False)}: {{"sha256": "{files[name].sha256}", "size": {files[name].size}}}'
        for name in sorted(files)
    ]
    head = f'{{\n  "version": {_VERSION},\n  "files": {{'
    return (head + ("\n" + ",\n".join(lines) + "\n  }" if lines else "}") + "\n}\n").encode()


def is_recording_name(name: str) -> bool:
    """Whether a name stays below the folder of recordings, and means one file on every system; hidden ones are ours."""
    parts = name.split("/")
    try:
        is_short = len(name.encode()) <= _LONGEST_NAME and all(len(part.encode()) <= _LONGEST_PART for part in parts)
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return (
        is_short
        and name.endswith(_ENDINGS)
        and not name.endswith(FAILED)  # stays on the machine of the run
        and not _UNPRINTABLE.search(name)
        and not any(sign in name for sign in "\\:")
        and all(part and not part.startswith(".") for part in parts)
    )


def _once(shown: str, text: str, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object none of whose names is there twice, as it is where both lines of a conflict were kept."""
    value = dict(pairs)
    if len(value) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        name = next(name for name in value if counts[name] > 1)
        key = json.dumps(name, ensure_ascii=False)
        numbers = [number for number, line in enumerate(text.splitlines(), 1) if line.lstrip().startswith(key)]
        place = f"{shown}:{numbers[-1]}" if numbers else shown
        raise ConfigurationError(f"{place}: {name[:200]!r} is there twice: keep the line that you want")
    return value


def _read_file(shown: str, name: str, value: Any) -> LockedFile:
    if not is_recording_name(name):
        raise ConfigurationError(
            f"{shown}: {name[:200]!r} is no name of a recording below the folder of the recordings: remove the line"
        )
    sha256, size = (value.get("sha256"), value.get("size")) if isinstance(value, dict) else (None, None)
    is_size = isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= _LARGEST
    if not (isinstance(sha256, str) and _SHA256.fullmatch(sha256) and is_size):
        raise ConfigurationError(f"{shown}: {name}: sha256 or size is missing or wrong: take the version in git")
    assert isinstance(size, int)
    return LockedFile(sha256=sha256, size=size)
