"""What all tests share: deadlines, compiled modules, how many examples Hypothesis tries, and what is said of reruns."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest
from deadlines import factor
from plugins import WITHOUT_PLUGINS

hypothesis.settings.register_profile("usual", max_examples=100, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=10_000, deadline=None)

_CACHE = pytest.StashKey[str]()
_TEMPORARY = pytest.StashKey[str]()


def pytest_addoption(parser):
    parser.addoption("--thorough", action="store_true", help="try 10,000 examples of each property, not 100")


@pytest.hookimpl(tryfirst=True)  # before pytest-timeout reads its option
def pytest_configure(config):
    os.environ.pop("CI", None)  # auto is replay where it is set: a test that is about that sets it itself
    hypothesis.settings.load_profile("thorough" if config.getoption("--thorough") else "usual")
    if config.option.timeout is None:
        config.option.timeout = float(config.getini("timeout")) * factor()
    config.addinivalue_line("markers", "long: takes more than eight seconds, and is started first")


@pytest.hookimpl(tryfirst=True)  # before xdist starts its workers, which inherit the environment
def pytest_sessionstart(session):
    if sys.dont_write_bytecode:
        _compile_once(session.config)


def pytest_collection_modifyitems(items):
    """Start long tests first, in whatever order the others are: no worker waits at the end for one that began late."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _compile_once(config):
    """Keep compiled modules for this session, the processes that it starts and the next session, where the user keeps none.

    The tests start about a thousand interpreters. Each would compile pytest and this package anew, which takes more time
    than the tests themselves. The modules go to pytest's cache, or to a temporary folder: nothing is written beside the
    source.
    """
    if cache := getattr(config, "cache", None):
        folder = str(cache.mkdir("compiled"))
    else:
        folder = config.stash[_TEMPORARY] = tempfile.mkdtemp(prefix="recproxy-tests-")
    config.stash[_CACHE] = folder
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = folder
    sys.dont_write_bytecode = False


def _forget_what_is_gone(cache):
    """Remove the modules of folders that are no more: the projects of tests, in temporary folders."""
    for folder, subfolders, _ in os.walk(cache):
        gone = [name for name in subfolders if not Path("/", Path(folder, name).relative_to(cache)).is_dir()]
        for name in gone:
            shutil.rmtree(Path(folder, name), ignore_errors=True)
            subfolders.remove(name)


@pytest.fixture(scope="session", autouse=True)
def _without_plugins():
    """For the pytest that tests start. Set here, because xdist's workers, which start before, need the plugins."""
    os.environ["PYTEST_ADDOPTS"] = WITHOUT_PLUGINS


def pytest_sessionfinish():
    if prestarted := sys.modules.get("prestarted"):
        prestarted.close()


def pytest_unconfigure(config):
    if folder := config.stash.get(_TEMPORARY, None):
        shutil.rmtree(folder, ignore_errors=True)
    elif cache := config.stash.get(_CACHE, None):
        _forget_what_is_gone(cache)


def pytest_terminal_summary(terminalreporter):
    """Print each rerun with its reason: a test that passes at the second try is a defect as well."""
    reports = terminalreporter.stats.get("rerun", ())
    if reports:
        terminalreporter.section("reruns")
    for report in reports:
        terminalreporter.write_line(f"RERUN {report.nodeid}")
        terminalreporter.write_line(str(report.longrepr))
