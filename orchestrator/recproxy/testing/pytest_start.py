"""The run of a session whose tests all get a scope, started before the modules are imported that read its variables.

A module that reads a base URL or a password when it is imported finds what it would find under `recproxy run`. Imports
nothing of recproxy before a mode is named.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from recproxy.testing.pytest_chosen import add_workers
from recproxy.testing.pytest_mode import early_mode, has_profiles, server_words

__all__ = ["OWN_RUN", "join_run", "start_run"]

#: Set where this process has started the run whose variables are in os.environ.
OWN_RUN = pytest.StashKey[bool]()
_CONTROL = "RECPROXY_CONTROL"
_WORKER = "PYTEST_XDIST_WORKER"
#: Options with which pytest runs no test.
_WITHOUT_TESTS = (
    "help",
    "version",
    "collectonly",
    "markers",
    "showfixtures",
    "show_fixtures_per_test",
    "setupplan",
    "cacheshow",
)


def join_run(config: pytest.Config, args: list[str]) -> None:
    """A pytest-xdist worker in a run goes into a lane of its own; a proof says how many workers there are."""
    add_workers(config, args)
    if os.environ.get(_WORKER) and os.environ.get(_CONTROL):
        from recproxy.client.lanes import enter_lane, lane_of  # noqa: PLC0415 - only in workers of a run

        enter_lane(lane_of(os.environ[_WORKER], os.environ["PYTEST_XDIST_TESTRUNUID"]))


def start_run(config: pytest.Config, *, before_conftests: bool) -> None:
    """Start the run of every test if its time has come; until pytest ends, os.environ has its variables.

    A replay starts before any conftest.py, which may read its variables. The other modes start after pytest has loaded the
    first conftest.py files: these may set credentials, and a run masks those that it was started with.

    Raises:
        pytest.UsageError: one line; the run could not be started.
    """
    word = early_mode(config)
    if not word or os.environ.get(_CONTROL) or any(_is_set(config, name) for name in _WITHOUT_TESTS):
        return
    from recproxy.control.modes import mode_named  # noqa: PLC0415 - a mode was named

    mode = mode_named(word)
    # What is unknown is refused later; without profiles, a bridge may still answer.
    if mode is None or (mode == "replay") is not before_conftests or not has_profiles(config):
        return
    from recproxy.client.environment import prepared  # noqa: PLC0415 - a run starts
    from recproxy.client.session import session  # noqa: PLC0415 - a run starts
    from recproxy.errors import RecproxyError  # noqa: PLC0415 - a run starts

    try:
        environment = session(word, config.rootpath, **server_words(config)).environment
    except RecproxyError as problem:
        raise pytest.UsageError(str(problem)) from None
    held = ExitStack()
    held.enter_context(prepared(environment))
    config.add_cleanup(held.close)
    config.stash[OWN_RUN] = True


def _is_set(config: pytest.Config, name: str) -> bool:
    return bool(getattr(config.known_args_namespace, name, False))
