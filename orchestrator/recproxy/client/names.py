"""The file names of tests' own recordings: from a module and the names below it to a path.

Two tests never share one, also where the file system does not tell upper from lower case: what had to be changed for
a file name, or differs in case alone, gets a piece of a digest. Pure; a name does not depend on which tests are run.
Loaded by `recproxy_scopes` in Python 3.7 and newer, so it has no newer words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["module_folders", "recording_of_fixture", "recording_of_test"]

#: Characters of a readable name: with the digest, `.failed.rec` and a temporary suffix it stays below the 255 bytes
#: that file systems allow.
_LONGEST = 120
#: In a folder's name, in the name of a class or function, and in the id of parameters.
_FOLDER = lazy_pattern(r"[^A-Za-z0-9_-]")
_NAME = lazy_pattern(r"[^A-Za-z0-9_]")
_ID = lazy_pattern(r"[^a-z0-9_.,=+-]")


def module_folders(module: Path, recordings: Path, root: Path) -> tuple[str, ...]:
    """The folders of a test module's recordings.

    Below the folder that holds the recordings it is the module's own path; elsewhere one folder, named by the path
    from the project's root with dots.
    """
    path = module.with_suffix("")
    below = _below(path, recordings.parent)
    if below is not None:
        return tuple(_safe(part, _FOLDER) for part in below.parts)
    parts = (_below(path, root) or path).parts
    return (".".join(_safe(part, _FOLDER) for part in parts if part != path.anchor),)


def recording_of_test(folders: Sequence[str], names: Sequence[str], *, ambiguous: bool = False) -> str:
    """The recording of a test, below a profile's recordings.

    Args:
        folders: of its module.
        names: of its classes and of itself, with the id of its parameters in brackets.
        ambiguous: another test of the module has the same name but for upper and lower case.
    """
    *classes, test = names
    function, bracket, rest = test.partition("[")
    readable = ".".join(_NAME.sub("_", name) for name in (*classes, function))
    changed = ambiguous or any(_NAME.search(name) for name in (*classes, function))
    if bracket:
        inner = rest[:-1] if rest.endswith("]") else rest  # noqa: FURB188 - newer than Python 3.7
        changed = changed or not rest.endswith("]") or _ID.search(inner) is not None
        readable += f"[{_ID.sub('_', inner) if _ID.search(inner.lower()) else inner}]"
    if changed or len(readable) > _LONGEST:
        readable = f"{readable[:_LONGEST]}-{_digest('::'.join(names))}"
    return "/".join((*folders, f"{readable}.rec"))


def recording_of_fixture(folders: Sequence[str], names: Sequence[str], *, index: int = 0) -> str:
    """The recording of a fixture that serves more than one test; `index` tells its parameters apart."""
    readable = ".".join(_safe(name, _NAME) for name in names)
    return "/".join((*folders, f"{readable}.fixture{f'[{index}]' if index else ''}.rec"))


def _below(path: Path, folder: Path) -> Path | None:
    try:
        return path.relative_to(folder)
    except ValueError:
        return None


def _safe(name: str, unsafe: re.Pattern[str]) -> str:
    return f"{unsafe.sub('_', name)[:_LONGEST]}-{_digest(name)}" if unsafe.search(name) else name


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
