"""Lanes of test workers: ports and positions of their own for each process that runs tests beside others."""

from __future__ import annotations

import os
from contextlib import suppress

from recproxy.client.address import Address
from recproxy.control.variables import CONTROL, TOKEN
from recproxy.errors import ControlError

__all__ = ["enter_lane", "leave_lane"]


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


def leave_lane(lane: str) -> None:
    """Close a lane; where it is closed already, or the run has ended, nothing happens."""
    address = _address()
    with suppress(ControlError):
        address.close_lane(lane)
    address.close()


def _address() -> Address:
    return Address(os.environ[CONTROL], os.environ.get(TOKEN, ""))
