"""Lanes of test workers: separate ports and positions for each process that runs tests in parallel."""

from __future__ import annotations

import atexit
import os
from contextlib import suppress

from recproxy.client.address import Address
from recproxy.control.variables import CONTROL, DEFAULT_LANE, LANE, TOKEN
from recproxy.errors import ControlError

__all__ = ["enter_lane", "enter_own_lane", "lane_of", "leave_lane", "report_presence"]


def enter_lane(lane: str) -> None:
    """Open a lane, and make it that of this process and all that it starts.

    Raises:
        ControlError: the run does not answer, or has such a lane already.
    """
    from recproxy.client.redirect import install_from_env  # noqa: PLC0415 - only workers need it

    address = _address()
    try:
        environment = address.open_lane(lane)
    finally:
        address.close()
    os.environ.update(environment)
    install_from_env()


def report_presence() -> None:
    """Call the run once, so that it knows that tests have scopes; one that is gone is told when a scope begins."""
    address = _address()
    with suppress(ControlError):
        address.status()
    address.close()


def lane_of(worker: str, run: str) -> str:
    """The lane of a pytest-xdist worker: one run of ours may hold several of pytest."""
    return f"{worker}-{run[:8]}"


def enter_own_lane() -> None:
    """Enter the lane of this worker until it ends, if it is one and in none: the plugin, which does it, is off."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker or os.environ.get(LANE, DEFAULT_LANE) != DEFAULT_LANE:
        return
    lane = lane_of(worker, os.environ.get("PYTEST_XDIST_TESTRUNUID", ""))
    enter_lane(lane)
    atexit.register(leave_lane, lane)


def leave_lane(lane: str) -> None:
    """Close a lane; where it is closed already, or the run has ended, nothing happens."""
    address = _address()
    with suppress(ControlError):
        address.close_lane(lane)
    address.close()


def _address() -> Address:
    return Address(os.environ[CONTROL], os.environ.get(TOKEN, ""))
