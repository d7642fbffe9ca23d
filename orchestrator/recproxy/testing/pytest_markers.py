"""The markers of the pytest plugin, as `pytest --markers` lists them. What they ask for, `recproxy.client.items` reads."""

from __future__ import annotations

from typing import Any

import pytest

__all__ = ["MARKERS", "add_markers", "is_marked"]

_RECPROXY = (
    "recproxy(profile, *recordings, mode=None): the recordings that answer a service in this test; also (scheme, host, "
    "*recordings). Several add up. mode='replay': it replays in every run."
)
_FAULT = (
    "recproxy_fault(profile, fault, times=None, interaction=None): a fault that is played on purpose in this test, such "
    "as 'reset' or 'hang 30'. Several add up."
)
#: A test that has one of them gets a scope.
MARKERS = ("recproxy", "recproxy_fault")


def is_marked(item: pytest.Item) -> bool:
    """Whether a test has one of them, or its class or module; pytest's own look-up walks these once for each name."""
    node: Any = item
    while node is not None:
        for mark in node.own_markers:
            if mark.name in MARKERS:
                return True
        node = node.parent
    return False


def add_markers(config: pytest.Config) -> None:
    """Make the markers known."""
    for line in (_RECPROXY, _FAULT):
        config.addinivalue_line("markers", line)
