"""How the tests of a project are written, as far as their files show it: for pytest or for unittest."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PYTEST_SUITE", "FoundSuite", "find_suite"]

_FOLDER = "tests/functional"
#: Where tests are looked for, the functional ones first.
_FOLDERS = (_FOLDER, "tests", "test")
_MOST_FILES = 200
_OF_PYTEST = re.compile(r"^\s*(?:import|from) pytest\b|^(?:async )?def test", re.MULTILINE)
_OF_UNITTEST = re.compile(r"^\s*(?:import|from) unittest\b", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSuite:
    """The suite of functional tests: the `words` that run it, and whether it is written for unittest."""

    words: tuple[str, ...]
    is_unittest: bool = False


PYTEST_SUITE = FoundSuite(words=("pytest", _FOLDER))


def find_suite(folder: Path, *, pytest_configured: bool) -> FoundSuite:
    """The suite of a project. It is one of unittest only if nothing is written for pytest."""
    if pytest_configured or any((folder / each / "conftest.py").exists() for each in ("", *_FOLDERS)):
        return PYTEST_SUITE
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in _files(folder)]
    if any(map(_OF_PYTEST.search, texts)) or not any(map(_OF_UNITTEST.search, texts)):
        return PYTEST_SUITE
    top = ("-t", ".") if (folder / _FOLDER / "__init__.py").exists() else ()
    return FoundSuite(words=("python", "-m", "unittest", "discover", "-s", _FOLDER, *top), is_unittest=True)


def _files(folder: Path) -> Iterator[Path]:
    for name in _FOLDERS:
        found = itertools.islice((folder / name).glob("**/test*.py"), _MOST_FILES)
        if files := sorted(found):
            yield from files
            return
