"""`recproxy run --record-wanted FILE`: a list of what a replay missed, checked against the project, and its tests chosen.

The list comes from the job of a pull request. Nothing of it becomes a word of the command, but for patterns of unittest,
whose form is checked; pytest's plugin gets the tests in a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recproxy.control.outcomes import NO_TEST
from recproxy.control.pytest_commands import is_pytest, is_unittest, takes_more
from recproxy.control.variables import TESTS
from recproxy.errors import ConfigurationError
from recproxy.report.wanted_list import LARGEST_LIST, WantedList, read_wanted

if TYPE_CHECKING:
    from recproxy.config.project import Project

__all__ = ["check_begun", "choosing_wanted", "wanted_of"]

#: The exit code where a wanted test did not run.
_STALE = 2


def wanted_of(path: Path, project: Project, command: Sequence[str]) -> WantedList:
    """The list in a file, which fits the project and the command.

    Raises:
        ConfigurationError: it cannot be read, is no list, or is older than the project; the line names what is wrong.
    """
    name = f"--record-wanted {path}"
    wanted = read_wanted(_read(path, name), name)
    known = {*project.inline, *(each.name for each in project.load(project.default_profiles()))}
    for profile in wanted.profiles:
        if profile not in known:
            raise ConfigurationError(f"{name}: wants profile {profile!r}, which the project does not have: {_stale()}")
    for test in wanted.tests:
        if (test.file and not test.sha256) or test.sha256 != _digest(project.root, test.file):
            raise ConfigurationError(f"{name}: {test.file} is not as it was when the list was written: {_stale()}")
    _check_command(wanted, command, name)
    return wanted


@contextlib.contextmanager
def choosing_wanted(
    wanted: WantedList, project: Project, command: Sequence[str], environment: Mapping[str, str]
) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """The command and its variables, with which it runs the wanted tests and no others."""
    if not _names_tests(wanted):
        yield tuple(command), dict(environment)
        return
    if not is_pytest(command):
        patterns = [word for test in wanted.tests for word in ("-k", test.keyword)]
        yield (*command, *patterns), dict(environment)
        return
    nodes = [[os.path.realpath(project.root / test.file), *test.names] for test in wanted.tests]
    with tempfile.TemporaryDirectory(prefix="recproxy-") as folder:
        chosen = Path(folder, "tests.json")
        chosen.write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
        yield tuple(command), {**environment, TESTS: str(chosen)}


def check_begun(wanted: WantedList, begun: Collection[str], code: int) -> int:
    """The exit code of a run that recorded a list, which is not 0 if one of the tests has not begun."""
    missing = [test.test for test in wanted.tests if test.test not in begun]
    if missing and not code:
        print(f"recproxy: the list wants {missing[0]!r}, which did not run: {_stale()}", file=sys.stderr)
    return code or _STALE * bool(missing)


def _check_command(wanted: WantedList, command: Sequence[str], name: str) -> None:
    """Refuse a command whose tests cannot be chosen."""
    if not _names_tests(wanted):
        return
    if any(test.test == NO_TEST for test in wanted.tests):
        raise ConfigurationError(f"{name}: wants requests outside of all tests, too: record them with --record PROFILE")
    if not is_pytest(command) and not (is_unittest(command) and takes_more(command)):
        raise ConfigurationError(
            f"{name}: its tests can be chosen in a command that is pytest or python -m unittest, not in a shell or another "
            "program: write that command, or record all of it with --record PROFILE"
        )
    for test in wanted.tests:
        if not (test.node if is_pytest(command) else test.keyword):
            raise ConfigurationError(f"{name}: {test.test!r} cannot be chosen in this command: record it with --record")


def _names_tests(wanted: WantedList) -> bool:
    return any(test.test != NO_TEST for test in wanted.tests)


def _stale() -> str:
    return "the list is stale: write it anew with a replay"


def _read(path: Path, name: str) -> bytes:
    """The bytes of a file that is one: no link to another, no device and no pipe, which would never end."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            is_file = stat.S_ISREG(os.fstat(handle).st_mode)
            data = file.read(LARGEST_LIST + 1) if is_file else b""
    except OSError as problem:
        raise ConfigurationError(f"{name}: cannot be read: {problem.strerror or problem}") from None
    if not is_file:
        raise ConfigurationError(f"{name}: is no file")
    return data


def _digest(root: Path, file: str) -> str:
    """The digest of a file below the project; empty where it is not there, or leads out of it."""
    path = (root / file).resolve()
    if not file or not path.is_relative_to(root.resolve()) or not path.is_file():
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()
