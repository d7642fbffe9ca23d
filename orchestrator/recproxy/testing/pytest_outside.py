"""Tests without a scope that reach for real services, next to tests that have one or in a project with recproxy.

They are told at the end of the session, and so is a mode that pytest did not read, because it stands in an ini file
further down. Sees what Python's own sockets do in the process of the tests.
"""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

__all__ = ["OUTSIDE", "WatchOutside", "outside_lines", "overlooked_modes", "uses_recproxy"]

#: The attribute of a report that says for which host its test has reached.
OUTSIDE = "recproxy_outside"
_KEY = "recproxy_mode"
#: Tests shown: after a few, more say nothing new.
_MOST = 5


class WatchOutside:
    """A plugin that watches the tests with these ids. A hook that wraps others would cost each test more."""

    def __init__(self, outside: Container[str]) -> None:
        self._outside = outside
        self._watches = False
        self._host = ""
        sys.addaudithook(self._heard)  # which stays until the process ends

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Watch a test from before its first fixture."""
        self._host, self._watches = "", nodeid in self._outside

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        """Its last fixture is torn down."""
        self._watches = False

    def note_in(self, report: pytest.TestReport) -> None:
        """Note in the last report of a test where it went; pytest-xdist carries it along."""
        if self._host:
            setattr(report, OUTSIDE, self._host)

    def look_away(self) -> None:
        """Watch this test no more: it means to ask outside, or only seems to."""
        self._watches = False

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by the interpreter for each of its events."""
        if not self._watches or self._host:
            return
        if event == "socket.getaddrinfo" and not _is_address(arguments[0]):
            host = arguments[0]
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            host = arguments[1][0]
        else:
            return
        if isinstance(host, bytes):
            host = host.decode("latin-1")
        if isinstance(host, str) and not _is_here(host):
            self._host = host


def _is_address(host: object) -> bool:
    """Whether a host is a literal address: to resolve it asks nobody."""
    import ipaddress  # noqa: PLC0415 - not in every session

    try:
        return bool(ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)))
    except ValueError:
        return False


def _is_here(host: str) -> bool:
    """Whether a host is this machine, on loopback or by its own name."""
    import socket  # noqa: PLC0415 - not in every session

    from recproxy.control.host_names import is_loopback, normal_host  # noqa: PLC0415 - not in every session

    name = normal_host(host)
    return is_loopback(name) or name == normal_host(socket.gethostname())


def uses_recproxy(root: Path) -> bool:
    """Whether a project is set up for recproxy."""
    pyproject = root / "pyproject.toml"
    return (root / "recproxy.toml").is_file() or (pyproject.is_file() and b"[tool.recproxy" in pyproject.read_bytes())


def outside_lines(reached: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What to tell of tests, each with the host for which it has reached."""
    if not reached:
        return
    tests = "1 test" if len(reached) == 1 else f"{len(reached)} tests"
    yield f'{tests} without a scope asked real services: {_KEY} = "replay" in the settings of pytest gives every test one'
    for test, host in reached[:_MOST]:
        yield f"outside: {test}: {host}"
    if len(reached) > _MOST:
        yield f"outside: and {len(reached) - _MOST} more"


def overlooked_modes(items: Sequence[pytest.Item], root: Path) -> Iterator[str]:
    """A line for each ini file between these tests and the root that sets a mode; pytest reads none of them."""
    tops = {Path(text).parent for text in {str(item.path) for item in items}}
    folders = {each for top in tops for each in (top, *top.parents) if each != root and each.is_relative_to(root)}
    for path in sorted(folder / name for folder in folders for name in ("pytest.ini", ".pytest.ini")):
        if path.is_file() and _KEY in path.read_text(encoding="utf-8", errors="replace"):
            shown = path.relative_to(root)
            yield (
                f"{shown} sets {_KEY}, but pytest was started above it and did not read it: set {_KEY} in the settings of "
                f"the project, or run pytest {shown.parent}"
            )
