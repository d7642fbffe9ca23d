"""A bridge as a pytest plugin: it steps in, fails tests with what they missed, and tells what it did at the end.

Shared by the bridges: the hooks of one are the methods of a `BridgePlugin`.
"""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Callable, Generator
from typing import Protocol

import pytest

from recproxy.control.variables import CONTROL
from recproxy.errors import RecproxyError
from recproxy.testing.pytest_mode import BRIDGED
from recproxy.testing.vcrpy_bridge.bridge import Bridge

__all__ = ["BridgePlugin"]


class _Steps(Protocol):
    """Where a bridge steps into a library."""

    def insert(self) -> None:
        """Step in, now and at imports to come."""

    def remove(self) -> None:
        """Leave all as it was."""


class BridgePlugin:
    """The hooks of the bridge for a library; `patches` makes the steps into it.

    `replaces` says that a mode for all cassettes has the library write those anew that are there, whatever they ask for.
    """

    def __init__(self, library: str, patches: Callable[[Bridge], _Steps], *, replaces: bool = True) -> None:
        self._library = library
        self._make_patches = patches
        self._replaces = replaces
        self._attribute = f"recproxy_{library.lower()}"
        self._bridge = pytest.StashKey[Bridge]()
        self._patches = pytest.StashKey[_Steps]()

    def pytest_configure(self, config: pytest.Config) -> None:
        """Step in before any test module is imported."""
        config.stash[BRIDGED] = True
        bridge = config.stash[self._bridge] = Bridge(config.getoption("--recproxy-mode", None), config.rootpath)
        patches = config.stash[self._patches] = self._make_patches(bridge)
        summary = _Summary(self._attribute, f"recproxy instead of {self._library}")
        config.pluginmanager.register(summary, f"recproxy-{self._library.lower()}-summary")
        patches.insert()

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Leave all as it was."""
        if self._patches in config.stash:
            config.stash[self._patches].remove()
            config.stash[self._bridge].stop()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Know the command that records this test, before a fixture of it opens a cassette."""
        start = "" if self._replaces else "delete the cassette, then "
        if os.environ.get(CONTROL):
            start += "recproxy run --mode record -- "
        elif self._replaces:  # not --recproxy-mode, which gives the test a scope of its own, too
            start += "RECPROXY_MODE=record "
        name = shlex.quote(item.nodeid)
        bridge = item.config.stash[self._bridge]
        bridge.test = item.nodeid
        bridge.record = f"{start}pytest -p recproxy.{self._library.lower()}_bridge {name}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """A miss fails the test also where the program swallowed it, and the cassette is a fixture's."""
        bridge, value = item.config.stash[self._bridge], None
        try:
            value = yield
        except RecproxyError as problem:
            text = str(problem)  # told in a few lines: where it was raised is no place of the suite's
        except BaseException as error:
            bridge.fail()
            if text := bridge.untold():
                error.add_note(text)
            raise
        else:
            text = bridge.untold(failing=True)
        if text:
            pytest.fail(text, pytrace=False)
        return value

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """What cassettes did goes along with the report: a plain value, which pytest-xdist carries."""
        report = yield
        if call.when == "teardown":
            setattr(report, self._attribute, item.config.stash[self._bridge].take())
        return report


class _Summary:
    """What the cassettes of all tests did, those of other workers too, and its section at the end."""

    def __init__(self, attribute: str, title: str) -> None:
        self._attribute = attribute
        self._title = title
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what cassettes did from a report."""
        counts, lines = getattr(report, self._attribute, ({}, ()))
        self._counts.update(counts)
        self._lines |= dict.fromkeys(lines)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line for all cassettes, and one for each thing that was not honoured."""
        counts = self._counts
        if not counts["cassettes"]:
            return
        from recproxy.recording.counting import counted  # noqa: PLC0415 - at the end, and not in each test process

        terminalreporter.section(self._title)
        terminalreporter.line(
            f"{counted(counts['cassettes'], 'cassette')}, {counted(counts['played'], 'request')} played, "
            f"{counts['recorded']} recorded, {counts['missed']} missed, "
            f"{counted(counts['unused'], 'recorded interaction')} unused"
        )
        for line in self._lines:
            terminalreporter.line(f"not honoured: {line}")
