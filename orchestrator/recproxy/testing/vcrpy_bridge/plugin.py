"""The bridge as a pytest plugin: it steps in, fails tests with what they missed, and tells what it did at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator

import pytest

from recproxy.errors import RecproxyError
from recproxy.report.counting import counted
from recproxy.testing.vcrpy_bridge.bridge import Bridge
from recproxy.testing.vcrpy_bridge.patches import VcrpyPatches

__all__ = ["pytest_configure", "pytest_runtest_call", "pytest_runtest_makereport", "pytest_unconfigure"]

_ATTRIBUTE = "recproxy_vcrpy"
_TITLE = "recproxy in the place of vcrpy"
_bridge = pytest.StashKey[Bridge]()
_patches = pytest.StashKey[VcrpyPatches]()


def pytest_configure(config: pytest.Config) -> None:
    """Step in before any test module is imported."""
    bridge = config.stash[_bridge] = Bridge(config.getoption("--recproxy-mode", None), config.rootpath)
    patches = config.stash[_patches] = VcrpyPatches(bridge)
    config.pluginmanager.register(_Summary(), "recproxy-vcrpy-summary")
    patches.insert()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave all as it was."""
    if _patches in config.stash:
        config.stash[_patches].remove()
        config.stash[_bridge].stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A miss fails the test also where the program swallowed it, and the cassette is a fixture's."""
    bridge, value = item.config.stash[_bridge], None
    try:
        value = yield
    except RecproxyError as problem:
        text = str(problem)  # told in a few lines: where it was raised is no place of the suite's
    except BaseException as error:
        if text := bridge.untold():
            error.add_note(text)
        raise
    else:
        text = bridge.untold()
    if text:
        pytest.fail(text, pytrace=False)
    return value


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What cassettes did goes along with the report: a plain value, which pytest-xdist carries."""
    report = yield
    if call.when == "teardown":
        setattr(report, _ATTRIBUTE, item.config.stash[_bridge].take())
    return report


class _Summary:
    """What the cassettes of all tests did, those of other workers too, and its section at the end."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what cassettes did from a report."""
        counts, lines = getattr(report, _ATTRIBUTE, ({}, ()))
        self._counts.update(counts)
        self._lines |= dict.fromkeys(lines)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line for all cassettes, and one for each thing that was not honoured."""
        counts = self._counts
        if not counts["cassettes"]:
            return
        terminalreporter.section(_TITLE)
        terminalreporter.line(
            f"{counted(counts['cassettes'], 'cassette')}, {counted(counts['played'], 'request')} played, "
            f"{counts['recorded']} recorded, {counts['missed']} missed, "
            f"{counted(counts['unused'], 'recorded interaction')} unused"
        )
        for line in self._lines:
            terminalreporter.line(f"not honoured: {line}")
