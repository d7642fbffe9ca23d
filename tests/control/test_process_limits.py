"""How many files a process of a run may open, and that it leaves no core file."""

from __future__ import annotations

import resource

import pytest

from recproxy.control.process_limits import set_process_limits


@pytest.mark.parametrize(
    ("limits", "wanted"),
    [
        ((128, 4000), [(4000, 4000)]),
        ((128, 128), []),
        ((256, resource.RLIM_INFINITY), [(1 << 20, resource.RLIM_INFINITY)]),
    ],
)
def test_the_limit_of_open_files_is_raised_as_far_as_it_may_be(monkeypatch, limits, wanted):
    changed = {resource.RLIMIT_NOFILE: [], resource.RLIMIT_CORE: []}
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda limit, new: changed[limit].append(new))

    set_process_limits()

    assert changed == {resource.RLIMIT_NOFILE: wanted, resource.RLIMIT_CORE: [(0, limits[1])]}


def test_limits_that_cannot_be_changed_stay(monkeypatch):
    def refuse(*_):
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)

    set_process_limits()
