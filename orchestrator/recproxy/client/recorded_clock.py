"""The time of a test process while a scope is open: that of the scope's recordings, where the run wants it.

time-machine or freezegun sets it, whichever is installed; libfaketime does for the programs that the test starts.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import math
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from recproxy.control.faketime import faketime_library, faketime_variables
from recproxy.control.variables import AHEAD, CLOCK, RECORDED_AT
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["at_recording", "can_set_time", "read_moment"]

_FAKED = lazy_pattern(r"([+-][0-9]+)s")


def _faked() -> int:
    """By how many seconds libfaketime has moved the time of this process."""
    found = _FAKED.fullmatch(os.environ.get("FAKETIME", ""))
    return int(found[1]) if found is not None else 0


#: When the monotonic clock began, taken before anybody in this process sets another time.
_REAL = time.time() - time.monotonic() - _faked()


def read_moment(text: str) -> dt.datetime | None:
    """The moment that a run says; None where it says none."""
    return dt.datetime.fromisoformat(text) if text else None


def can_set_time() -> bool:
    """Whether this process can have another time."""
    return any(map(_is_installed, ("time_machine", "freezegun")))


@contextmanager
def at_recording(recorded_at: str, *, inner: bool) -> Iterator[None]:
    """Tell in os.environ when recordings were made, and be at that time if the run wants it.

    Time goes on from there. Where recordings do not say when they were made, the time stays, and an `inner` scope
    keeps that of the one around it. Where a proof wants another time than now, it is the time of an outermost scope.
    """
    moment = read_moment(recorded_at)
    variables: dict[str, str | None] = {} if inner and moment is None else {RECORDED_AT: recorded_at or None}
    travel: AbstractContextManager[Any] | None = None
    moment = moment if os.environ.get(CLOCK) == "recorded" else None if inner else _ahead()
    if moment is not None:
        if library := faketime_library():
            seconds = math.ceil(moment.timestamp() - _REAL - time.monotonic())
            variables |= faketime_variables(library, seconds, os.environ)
        travel = _travel(moment)
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
    try:
        if travel is None:
            yield
        else:
            with travel:
                yield
    finally:
        _set(before)


def _ahead() -> dt.datetime | None:
    """The time in which a proof has the tests run; None where that is now."""
    wanted = os.environ.get(CLOCK, "")
    seconds = wanted.removeprefix(AHEAD)
    if not wanted.startswith(AHEAD) or not seconds.isdecimal():
        return None
    return dt.datetime.fromtimestamp(_REAL + time.monotonic() + int(seconds), dt.UTC)


def _travel(moment: dt.datetime) -> AbstractContextManager[Any] | None:
    if _is_installed("time_machine"):
        travel: AbstractContextManager[Any]
        travel = importlib.import_module("time_machine").travel(moment.timestamp(), tick=True)
        return travel
    if _is_installed("freezegun"):
        freeze_time = importlib.import_module("freezegun").freeze_time
        frozen: AbstractContextManager[Any] = freeze_time(moment.replace(tzinfo=None), tick=True, ignore=["recproxy"])
        return frozen
    return None


def _is_installed(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None  # a folder that was left of it has none


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
