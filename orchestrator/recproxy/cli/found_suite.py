"""How the tests of a project are written, as far as their files show it: for pytest, unittest or node."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["FIRST_TEST", "PYTEST_SUITE", "FoundSuite", "find_suite"]

#: The first test, in the folder of functional tests.
FIRST_TEST = "test_first.py"
_FOLDER = "tests/functional"
#: What a project of Python has.
_OF_PYTHON = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
#: Where tests are looked for, the functional ones first.
_FOLDERS = (_FOLDER, "tests", "test")
_MOST_FILES = 200  # of tests: they say enough of what a suite uses
_OF_PYTEST = lazy_pattern(r"^\s*(?:import|from) pytest\b|^(?:async )?def test", re.MULTILINE)
_OF_UNITTEST = lazy_pattern(r"^\s*(?:import|from) unittest\b", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSuite:
    """The suite of functional tests: the `words` that run it, and whether it is written for unittest, or for node.

    `is_there` says that tests were found, and `first_in` is the folder for a first test, where those words find it.
    """

    words: tuple[str, ...]
    is_unittest: bool = False
    is_node: bool = False
    is_there: bool = False
    first_in: str = _FOLDER


PYTEST_SUITE = FoundSuite(words=("pytest", _FOLDER))
_NODE_SUITE = FoundSuite(words=("node", "--test"), is_node=True)


def find_suite(folder: Path, *, pytest_configured: bool) -> FoundSuite:
    """The suite of a project. It is one of unittest only if nothing is written for pytest, and of node without Python."""
    name, files = _files(folder)
    folders = (name, _FOLDER) if name == "test" else (name,)  # the first test of ours is not below `test`
    of_pytest = FoundSuite(words=("pytest", *folders), is_there=any(path.name != FIRST_TEST for path in files))
    if pytest_configured or any((folder / each / "conftest.py").exists() for each in ("", *_FOLDERS)):
        return of_pytest
    if not files and (folder / "package.json").exists() and not any((folder / each).exists() for each in _OF_PYTHON):
        return _NODE_SUITE
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    if any(map(_OF_PYTEST.search, texts)) or not any(map(_OF_UNITTEST.search, texts)):
        return of_pytest
    start = _start_of_discovery(folder / name, files).relative_to(folder).as_posix()
    top = ("-t", ".") if (folder / start / "__init__.py").exists() else ()
    pattern = () if all(path.name.startswith("test") for path in files) else ("-p", "*test*.py")
    words = ("python", "-m", "unittest", "discover", "-s", start, *top, *pattern)
    return FoundSuite(words=words, is_unittest=True, is_there=True, first_in=start)


def _start_of_discovery(top: Path, files: list[Path]) -> Path:
    """Where unittest begins to look for tests: from a folder, it goes into those below that are packages alone."""

    def is_reached(path: Path) -> bool:
        return all((each / "__init__.py").exists() for each in path.parents if each.is_relative_to(top) and each != top)

    return top if any(map(is_reached, files)) else min(path.parent for path in files)


def _files(folder: Path) -> tuple[str, list[Path]]:
    """The folder that holds tests, below the project, and their files; the first test of ours alone is no suite."""
    first: list[Path] = []
    for name in _FOLDERS:
        found = itertools.chain.from_iterable((folder / name).glob(f"**/{each}") for each in ("test*.py", "*_test.py"))
        files = sorted(set(itertools.islice(found, _MOST_FILES)))
        if any(path.name != FIRST_TEST for path in files):
            return name, files
        first = first or files
    return _FOLDER, first
