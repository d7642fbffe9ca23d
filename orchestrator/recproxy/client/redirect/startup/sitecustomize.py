"""Loads the redirect at the start of interpreters that have no recproxy, such as a venv made during a test.

Its folder stands first in a run's PYTHONPATH. The redirect is loaded from the folders above under its own name, so
that a process has one copy of it however it came in; then the sitecustomize that this one hides has its turn.
"""

# ruff: noqa: INP001, PTH120 - a folder of its own, and no pathlib at the start of every interpreter

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HERE = os.path.dirname(os.path.realpath(__file__))
_NAME = "recproxy.client.redirect"


def _load(spec: ModuleSpec) -> None:
    from importlib.util import module_from_spec  # noqa: PLC0415 - most programs need neither

    sys.modules[spec.name] = module = module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)


def _redirect() -> None:
    if _NAME not in sys.modules:
        spec = PathFinder.find_spec(_NAME, [os.path.dirname(os.path.dirname(_HERE))])
        assert spec is not None
        _load(spec)
    sys.modules[_NAME].install_from_env()


def _mend_sleep() -> None:
    """Have time.sleep wait by select where it fails: since 3.11 it sleeps to a moment, which libfaketime 0.9.10 refuses."""
    import time  # noqa: PLC0415 - most runs need neither

    try:
        time.sleep(0)
    except OSError:
        from select import select  # noqa: PLC0415

        def sleep(seconds: "Any") -> None:
            """As time.sleep: for so many seconds."""
            if seconds < 0:
                raise ValueError("sleep length must be non-negative")
            select((), (), (), seconds)

        time.sleep = sleep


def _travel(recorded_at: str) -> None:
    """Be at the time of the recordings, by what this interpreter has; where libfaketime has set it, only sleep is mended."""
    if "faketime" in os.environ.get("LD_PRELOAD", "") + os.environ.get("DYLD_INSERT_LIBRARIES", ""):
        _mend_sleep()
        return
    from calendar import timegm  # noqa: PLC0415 - most runs need neither
    from time import gmtime, strptime  # noqa: PLC0415

    seconds = timegm(strptime(recorded_at, "%Y-%m-%dT%H:%M:%SZ"))
    try:
        travel = __import__("time_machine").travel  # the program's own
    except (ImportError, AttributeError):  # a folder that was left of it is a package without anything
        try:
            freeze_time = __import__("freezegun").freeze_time
        except (ImportError, AttributeError):
            return
        freeze_time("%d-%d-%d %d:%d:%d" % gmtime(seconds)[:6], tick=True).start()  # noqa: UP031
    else:
        travel(seconds, tick=True).start()


def _next() -> None:
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if os.path.realpath(entry) != _HERE])
    if spec is not None and spec.loader is not None:
        _load(spec)


if os.environ.get("RECPROXY_REDIRECT"):
    try:
        _redirect()
    except Exception as problem:  # noqa: BLE001 - an interpreter too old for it, say: its program runs all the same
        sys.modules.pop(_NAME, None)
        sys.stderr.write("recproxy: connections of this process are not redirected: %r\n" % (problem,))  # noqa: UP031
if os.environ.get("RECPROXY_CLOCK") == "recorded" and os.environ.get("RECPROXY_RECORDED_AT"):
    _travel(os.environ["RECPROXY_RECORDED_AT"])
_next()
