"""Too many connections, and idle ones: which of them go, and when."""

from __future__ import annotations

import asyncio
import resource

import pytest

from recproxy.control.open_connections import OpenConnections, descriptor_share


class Connected:
    def __init__(self, name, closed, *, idle=True):
        self.name = name
        self.is_idle = idle
        self.is_fresh = True
        self._closed = closed

    def close(self):
        self._closed.append(self.name)


class Loop:
    """A loop whose timers a test fires."""

    def __init__(self):
        self.timers = []

    def call_later(self, seconds, call):
        self.timers.append((seconds, call))
        return asyncio.TimerHandle(0, call, (), self)

    def get_debug(self):
        return False

    def _timer_handle_cancelled(self, handle):
        self.timers.clear()


def opened(*, most=10, seconds=0):
    closed, crowded = [], []
    loop = Loop()
    connections = OpenConnections(loop, most=most, seconds=seconds, crowded=lambda: crowded.append(1))
    return connections, loop, closed, crowded


def test_the_oldest_idle_one_goes_when_there_are_too_many():
    connections, _, closed, crowded = opened(most=3)
    for name, idle in (("a", False), ("b", True), ("c", True), ("d", True), ("e", True)):
        connections.add(Connected(name, closed, idle=idle))

    assert (closed, [each.name for each in connections], len(crowded)) == (["b", "c"], ["a", "d", "e"], 2)


def test_nothing_goes_where_none_is_idle():
    connections, _, closed, crowded = opened(most=1)
    for name in "ab":
        connections.add(Connected(name, closed, idle=False))

    assert not connections.shed()
    assert (closed, len(connections), crowded) == ([], 2, [])


def test_what_is_idle_for_the_whole_time_is_closed():
    connections, loop, closed, crowded = opened(seconds=5)
    quiet, busy, speaking = (Connected(name, closed, idle=name != "busy") for name in ("quiet", "busy", "speaking"))
    for each in (quiet, busy, speaking):
        connections.add(each)

    assert [seconds for seconds, _ in loop.timers] == [5]
    loop.timers.pop()[1]()
    speaking.is_fresh = True
    assert closed == []
    loop.timers.pop()[1]()
    assert closed == ["quiet"]
    loop.timers.pop()[1]()
    assert (closed, [each.name for each in connections], crowded) == (["quiet", "speaking"], ["busy"], [])


def test_a_sweep_that_leaves_nobody_is_the_last_until_another_comes():
    connections, loop, closed, _ = opened(seconds=5)
    first = Connected("a", closed)
    connections.add(first)
    connections.discard(first)
    loop.timers.pop()[1]()
    assert loop.timers == []

    connections.add(Connected("b", closed))
    assert len(loop.timers) == 1
    connections.close()
    assert (closed, loop.timers) == (["b"], [])


def test_without_a_time_nothing_is_ever_swept():
    connections, loop, closed, _ = opened()
    connections.add(Connected("a", closed))

    assert loop.timers == []


@pytest.mark.parametrize(("soft", "share"), [(128, 64), (1, 1), (resource.RLIM_INFINITY, 1 << 19)])
def test_a_share_is_of_the_limit_and_never_nothing(monkeypatch, soft, share):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, soft))

    assert descriptor_share(0.5) == share
