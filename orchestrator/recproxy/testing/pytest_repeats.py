"""Tests that run again and again in one process, as `recproxy mutate` has them: a file says how often.

Each time a test is set up and torn down, so that each time has a scope of its own. What it waits for is bounded: an
answer that was changed may be one that it asks for again for ever.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

__all__ = ["RepeatedTests"]

#: Plugins that would repeat a test, too, or end it.
_OTHERS = ("timeout", "rerunfailures", "flaky")


class RepeatedTests:
    """A plugin that runs each test as often as a file says; nobody is told of the results, which its scopes have."""

    def __init__(self, path: str) -> None:
        chosen = json.loads(Path(path).read_text(encoding="utf-8"))
        #: By the scope of the test.
        self._times: dict[str, int] = chosen.get("times") or {}
        self._anew: frozenset[str] = frozenset(chosen.get("anew") or ())
        self._seconds: dict[str, float] = chosen.get("seconds") or {}

    def pytest_configure(self, config: pytest.Config) -> None:
        """Have no other plugin repeat a test or end it, and no traceback shown that nobody reads.

        Tests fail again and again here, and pytest's own tracebacks parse each file that is in them: with those, such a
        run took half as long again.
        """
        for name in _OTHERS:
            if config.pluginmanager.hasplugin(name):
                config.pluginmanager.unregister(name=name)
        config.option.tbstyle, config.option.fulltrace = "native", False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run a test as often as it is to be run."""
        name = _scope(item)
        times = self._times.get(name, 1)
        for number in range(times):
            if number and hasattr(item, "_initrequest"):
                item._initrequest()  # noqa: SLF001 - as those do who run failed tests again
            after: Any = _RepeatedItem(item, anew=name in self._anew) if number + 1 < times else nextitem
            runtestprotocol(item, log=False, nextitem=after)
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Bound what fixtures wait for."""
        with self._bounded(item):
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Bound what the test waits for."""
        with self._bounded(item):
            return (yield)

    @contextmanager
    def _bounded(self, item: pytest.Item) -> Iterator[None]:
        """Fail the test when its time is over, and each second after that if it goes on."""
        seconds = self._seconds.get(_scope(item))
        if not seconds or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
            yield
            return

        def over(*_: Any) -> None:
            pytest.fail(f"recproxy: not done after {seconds} s", pytrace=False)

        before = signal.signal(signal.SIGALRM, over)
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


class _RepeatedItem:
    """What pytest takes for the next test while the same one runs again: it needs what is around it, or nothing."""

    def __init__(self, item: pytest.Item, *, anew: bool) -> None:
        self._around = [] if anew else item.listchain()[:-1]

    def __bool__(self) -> bool:
        return bool(self._around)

    def listchain(self) -> list[Any]:
        """What stays set up."""
        return self._around


def _scope(item: pytest.Item) -> str:
    from recproxy.client.items import scope_of_item  # noqa: PLC0415 - only in such a run

    return scope_of_item(item)
