"""The pytest plugin: a scope around each test, its misses as failures of that test.

Under `recproxy run`, and where pytest is given a mode by `--recproxy-mode` or the ini key `recproxy_mode`, every test
gets a scope of its own. Otherwise only tests that ask for one do, by the marker, the decorator or the fixture
`recproxy`. Without a run an orchestrator is started. Imports nothing of recproxy before a test needs it.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest

from recproxy.testing.pytest_chosen import ChosenTests
from recproxy.testing.pytest_markers import add_markers, is_marked
from recproxy.testing.pytest_mode import add_mode, check_mode_option, gives_scopes, named_mode, suite_words
from recproxy.testing.pytest_outside import WatchOutside, overlooked_modes, uses_recproxy
from recproxy.testing.pytest_results import how_passed, passed_so_far, report_misses
from recproxy.testing.pytest_shard import choose_shard
from recproxy.testing.pytest_short_failures import ShortFailures
from recproxy.testing.pytest_start import OWN_RUN, join_run, start_run
from recproxy.testing.pytest_summary import SECTION, TOTALS, Summary

if TYPE_CHECKING:
    from recproxy.client.handle import Handle
    from recproxy.client.suite import Suite

__all__ = ["recproxy"]

_CONTROL = "RECPROXY_CONTROL"
_LANE = "RECPROXY_LANE"
_TESTS = "RECPROXY_TESTS"
#: What the decorator leaves on a function; known by name, since nothing of ours is imported yet.
_MARK = "__recproxy_wanted__"
_suite = pytest.StashKey["Suite"]()
_summary = pytest.StashKey[Summary]()
#: Whether pytest was started in a run.
_running = pytest.StashKey[bool]()
#: Whether the test has passed, None once it has failed; set while it has a scope.
_passed = pytest.StashKey[bool | None]()
#: How it passed: skipped, xfailed, xpassed, or empty. A proof compares it.
_how = pytest.StashKey[str]()
#: The misses that it was failed with.
_text = pytest.StashKey[str]()
_result = pytest.StashKey[dict[str, Any]]()
_watch = pytest.StashKey[WatchOutside]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The mode, for a run that the tests start themselves."""
    add_mode(parser)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> Generator[None, object, object]:
    """Before any test module is imported, the run of every test starts, and a pytest-xdist worker has a lane in it."""
    join_run(early_config, args)
    start_run(early_config, before_conftests=True)
    value = yield
    start_run(early_config, before_conftests=False)
    return value


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Choose the tests of a shard, before pytest-split looks at its options."""
    choose_shard(config)


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, and refuse a mode that is not the run's."""
    add_markers(config)
    config.stash[_running] = bool(os.environ.get(_CONTROL)) and OWN_RUN not in config.stash
    config.stash[_summary] = Summary(in_run=config.stash[_running])
    config.stash[_summary].ask = lambda: _totals(config)
    config.pluginmanager.register(config.stash[_summary], "recproxy-summary")
    config.pluginmanager.register(ShortFailures(config.stash[_summary], section=SECTION), "recproxy-short-failures")
    check_mode_option(config, run=config.stash[_running])
    if config.stash[_running] and os.environ.get(_TESTS):
        config.pluginmanager.register(ChosenTests(os.environ[_TESTS]), "recproxy-chosen")
    if config.stash[_running] and not hasattr(config, "workerinput"):
        from recproxy.client.lanes import report_presence  # noqa: PLC0415 - only in a run

        report_presence()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Without a run and a mode, see to tests that get no scope although others do, or the project might give them one."""
    config = session.config
    if config.stash[_running] or gives_scopes(config) or config.option.collectonly:
        return
    without = [item.nodeid for item in session.items if not _asks_for_scope(item)]
    if without and (len(without) < len(session.items) or uses_recproxy(config.rootpath)):
        config.stash[_watch] = WatchOutside(set(without))
        config.pluginmanager.register(config.stash[_watch], "recproxy-outside")
    config.stash[_summary].notes += overlooked_modes(session.items, config.rootpath)


def pytest_unconfigure(config: pytest.Config) -> None:
    """A worker's lane ends with it."""
    if config.stash.get(_running, False) and hasattr(config, "workerinput"):
        from recproxy.client.lanes import leave_lane  # noqa: PLC0415 - only in workers of a run

        leave_lane(os.environ[_LANE])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker that crashed could not close its lane."""
    if error and os.environ.get(_CONTROL):
        from recproxy.client.lanes import lane_of, leave_lane  # noqa: PLC0415 - only after a crash

        leave_lane(lane_of(node.gateway.id, node.workerinput["testrunuid"]))


@pytest.fixture
def recproxy(request: pytest.FixtureRequest) -> Handle:
    """The scope of this test: addresses, requests seen so far, and a way to add a recording."""
    from recproxy.client.handle import Handle  # noqa: PLC0415 - the test asked for it

    return Handle(_made(request.config), str(request.path.parent))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin the scope: behind those who skip tests, before the first fixture."""
    if not _gets_scope(item):
        return
    from recproxy.errors import RecproxyError  # noqa: PLC0415 - the test asked for it

    try:
        _made(item.config).begin(item)
    except (RecproxyError, TypeError, ValueError) as problem:
        text = f"recproxy: {problem}"
    else:
        item.stash[_passed] = False
        return
    pytest.fail(text, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, object, object]:
    """A fixture that serves several tests answers for its own requests, not the test that happens to be first."""
    config = request.config
    if fixturedef.scope == "function" or not (_suite in config.stash or hasattr(fixturedef.func, _MARK)):
        return (yield)
    suite = _made(config)
    asked = suite.fixture(fixturedef, request)
    if asked is None:
        return (yield)
    # Finalizers run in reverse: the fixture's own will be between these two.
    teardown = ExitStack()
    request.addfinalizer(teardown.close)
    with report_misses(suite.setup(asked)):
        value = yield
    request.addfinalizer(lambda: teardown.enter_context(report_misses(suite.teardown(asked))))
    return value


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A miss fails the test, also where the program swallowed it."""
    value = yield
    if _passed in item.stash and (text := _trouble(item)):
        item.stash[_text] = text  # a unittest case may have failed already, and then this is dropped
        pytest.fail(text, pytrace=False)
    return value


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """End the scope; what is found only now is an error at teardown."""
    try:
        value = yield
    except BaseException as error:
        if text := _end(item, passed=False):
            error.add_note(text)
        raise
    if text := _end(item, passed=bool(item.stash.get(_passed, None))):
        pytest.fail(text, pytrace=False)
    return value


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the misses to the report of a failed test, and its result to the last report."""
    report = yield
    if _passed in item.stash:
        item.stash[_passed] = passed_so_far(item.stash[_passed], report)
        if report.when != "teardown":
            item.stash[_how] = how_passed(report)
        # A failure that was expected was failed by what it missed, too: its teardown has nothing left to tell.
        text = item.stash.get(_text, "") or (
            _trouble(item, failed=True) if report.failed or hasattr(report, "wasxfail") else ""
        )
        if report.failed and text and text not in report.longreprtext:
            report.sections.append((SECTION, text))
        item.stash[_text] = ""
    elif call.when == "teardown":
        if _result in item.stash:
            setattr(report, SECTION, item.stash[_result])  # a plain value: pytest-xdist carries it along
            del item.stash[_result]
        elif _watch in item.config.stash:
            item.config.stash[_watch].note_in(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """What an interrupted test left open is ended, once its fixtures are torn down."""
    try:
        return (yield)
    finally:
        if _suite in session.config.stash:
            session.config.stash[_suite].abandon()
            if hasattr(session.config, "workeroutput") and not session.config.stash[_running]:
                session.config.workeroutput[TOTALS] = _totals(session.config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """What a word of vcrpy means here."""
    mode = named_mode(config, run=config.stash[_running])
    if not mode:
        return None
    from recproxy.control.modes import explained_mode  # noqa: PLC0415 - a mode was named

    told = explained_mode(mode)
    return f"recproxy: {told}" if told else None


def _gets_scope(item: pytest.Item) -> bool:
    """Whether a test gets a scope: all do under a run or a mode of pytest's own, else those that ask for one."""
    return item.config.stash[_running] or gives_scopes(item.config) or _asks_for_scope(item)


def _asks_for_scope(item: pytest.Item) -> bool:
    """Whether a test gets a scope of its own accord: by a marker, the fixture, or the decorator."""
    return (
        is_marked(item)
        or "recproxy" in getattr(item, "fixturenames", ())
        or hasattr(getattr(item, "function", None), _MARK)
    )


def _made(config: pytest.Config) -> Suite:
    """The suite of this process, made when the first test needs it."""
    if _suite not in config.stash:
        from recproxy.client.suite import Suite  # noqa: PLC0415 - a test asked for it

        mode = named_mode(config, run=config.stash[_running]) or None
        config.stash[_suite] = Suite(mode, config.rootpath, **suite_words(config))
    return config.stash[_suite]


def _totals(config: pytest.Config) -> dict[str, Any] | None:
    """What the run of this process did so far; None where there is none, or it is gone."""
    if _suite not in config.stash and not config.stash[_running] and OWN_RUN not in config.stash:
        return None
    from recproxy.errors import RecproxyError  # noqa: PLC0415 - a test has a scope

    try:
        return _made(config).totals()
    except RecproxyError:
        return None


def _trouble(item: pytest.Item, *, failed: bool = False) -> str:
    """The misses of the open test that it was not told yet, or why they cannot be told."""
    from recproxy.errors import ControlError  # noqa: PLC0415 - loaded with the suite

    try:
        return _made(item.config).trouble(failed=failed)
    except ControlError as problem:
        return f"recproxy: {problem}"


def _end(item: pytest.Item, *, passed: bool) -> str:
    """End the scope of a test, if it has one; what it was not told yet."""
    from recproxy.errors import ControlError  # noqa: PLC0415 - loaded with the suite

    if _passed not in item.stash:
        return ""
    del item.stash[_passed]
    try:
        result, text = _made(item.config).end(passed=passed, how=item.stash.get(_how, ""))
    except ControlError as problem:
        return f"recproxy: {problem}"
    item.stash[_result] = asdict(result)
    return text
