"""What all tests share: deadlines, compiled modules, how many examples Hypothesis tries, and what is said of reruns and slow tests."""

from __future__ import annotations

import functools
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest
from _pytest.pathlib import rm_rf
from deadlines import factor
from memory_folder import memory_folder
from plugins import WITHOUT_PLUGINS
from rewritten_tests import rewrite_share
from transports import watch_loops

hypothesis.settings.register_profile("usual", max_examples=100, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=10_000, deadline=None)

_CACHE = pytest.StashKey[str]()
_TEMPORARY = pytest.StashKey[str]()
_MEMORY = pytest.StashKey[str]()
_KEPT = pytest.StashKey[str]()
_BEGAN = pytest.StashKey[float]()
_USED = "CPU seconds"
#: New values between two looks for garbage; Python's own number is 700, which takes a twelfth of the time of redaction.
_COLLECTED = 20_000


def pytest_addoption(parser):
    parser.addoption("--thorough", action="store_true", help="try 10,000 examples of each property, not 100")


@pytest.hookimpl(tryfirst=True)  # before pytest-timeout reads its option
def pytest_configure(config):
    watch_loops()
    os.environ.pop("CI", None)  # auto is replay where it is set: a test that is about that sets it itself
    hypothesis.settings.load_profile("thorough" if config.getoption("--thorough") else "usual")
    if config.option.timeout is None:
        config.option.timeout = float(config.getini("timeout")) * factor()
    worker = next((each for each in config.pluginmanager.get_plugins() if hasattr(each, "sendevent")), None)
    if worker is not None and config.option.durations is None and config.option.xmlpath is None:
        silent = ("logstart", "logfinish") if config.get_verbosity() <= 0 else ()
        worker.sendevent = functools.partial(_send, worker.sendevent, silent)
    if config.option.basetemp is None and "PYTEST_DEBUG_TEMPROOT" not in os.environ and (folder := memory_folder()):
        config.option.basetemp = config.stash[_MEMORY] = folder  # pytest-xdist gives each worker a folder in it
    config.addinivalue_line("markers", "long: takes more than eight seconds, and is started first")


def _send(send, silent, name, **what):
    """Send a message of xdist's worker, but for silent ones, and a setup or teardown that passed and says nothing.

    Nobody would see them. A message costs as much as an empty test, and for each test these are four of five.
    """
    if name in silent:
        return
    report = what.get("data", {})
    says = report.get("sections") or report.get("user_properties")
    if name != "testreport" or report["when"] == "call" or report["outcome"] != "passed" or says:
        send(name, **what)


@pytest.hookimpl(tryfirst=True)  # before xdist starts its workers, which inherit the environment
def pytest_sessionstart(session):
    if sys.dont_write_bytecode:
        _compile_once(session.config)
    elif (folder := os.environ.get("COMPILED_MODULES")) and not hasattr(session.config, "workerinput"):
        # Of the session of nox: pytest and its plugins are compiled there as well.
        session.config.stash[_CACHE] = folder


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Spare the collector of garbage all that collection makes: ten thousand tests, which stay until the end.

    After that it looks for circles of values seldom, as long verbs of the product let it do.
    """
    rewrite_share(session.config)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(_COLLECTED, *gc.get_threshold()[1:])
        gc.enable()


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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    item.stash[_BEGAN] = _cpu_seconds()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    if call.when == "teardown":
        used = _cpu_seconds() - item.stash.get(_BEGAN, 0.0)
        if used >= 1:
            item.user_properties.append((_USED, round(used, 1)))
    return (yield)


def _cpu_seconds():
    """What this process and those that it has started and waited for have used."""
    prestarted = sys.modules.get("prestarted")
    return sum(os.times()[:4]) + (prestarted.cpu_seconds() if prestarted else 0)


def pytest_sessionfinish(session, exitstatus):
    if session.testsfailed or exitstatus == pytest.ExitCode.TESTS_FAILED:  # xdist ends `-x` with another one
        session.config.stash[_KEPT] = session.config.stash.get(_MEMORY, "")
    if prestarted := sys.modules.get("prestarted"):
        prestarted.close()


def pytest_unconfigure(config):
    if (folder := config.stash.get(_MEMORY, "")) and not config.stash.get(_KEPT, ""):
        rm_rf(Path(folder))
    if folder := config.stash.get(_TEMPORARY, None):
        shutil.rmtree(folder, ignore_errors=True)
    elif cache := config.stash.get(_CACHE, None):
        _forget_what_is_gone(cache)


def pytest_terminal_summary(terminalreporter):
    """Print each rerun with its reason: a test that passes at the second try is a defect as well. Print what is slow."""
    if folder := terminalreporter.config.stash.get(_KEPT, ""):
        terminalreporter.section("temporary folders")
        terminalreporter.write_line(f"{folder}: in memory, until the next session")
    reports = terminalreporter.stats.get("rerun", ())
    if reports:
        terminalreporter.section("reruns")
    for report in reports:
        terminalreporter.write_line(f"RERUN {report.nodeid}")
        terminalreporter.write_line(str(report.longrepr))
    used = {
        each.nodeid: dict(each.user_properties).get(_USED, 0)
        for kind in terminalreporter.stats.values()
        for each in kind
        if getattr(each, "when", None) == "teardown"
    }
    slowest = sorted(((seconds, name) for name, seconds in used.items() if seconds), reverse=True)[:10]
    if slowest:
        terminalreporter.section(_USED)
    for seconds, name in slowest:
        terminalreporter.write_line(f"{seconds:5.1f} {name}")
