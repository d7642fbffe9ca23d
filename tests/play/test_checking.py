"""What a check costs, and which interactions of other scopes a scope may play."""

from __future__ import annotations

import datetime as dt

import pytest

from recproxy.matching.rules import Rules
from recproxy.play import checking
from recproxy.recording import Interaction, Recording, Request, Response


def interaction(path, scope, line):
    request = Request(method="GET", url=f"https://a.example{path}")
    return Interaction(request=request, response=Response(status=200), scope=scope, line=line)


def check(*interactions):
    return checking.check_recording(
        Recording(interactions=interactions), rules=Rules(), redaction=None, today=dt.date(2026, 1, 1)
    )


@pytest.mark.parametrize("shared", [0, 1])
def test_each_scope_is_checked_with_its_own_interactions_and_those_of_no_scope(shared, monkeypatch):
    seen = []
    monkeypatch.setattr(checking, "Playback", lambda index: seen.append(len(index.interactions)) or Found(index))
    scopes = [interaction(f"/{number}", f"test_{number}", number) for number in range(50)]

    assert check(*[interaction("/all", None, 99)] * shared, *scopes) == []
    assert seen == [*[50 + shared] * shared, *[1 + shared] * 50]


class Found(checking.Playback):
    """A playback."""


def test_one_of_another_scope_takes_nothing_away():
    assert check(interaction("/x", "test_a", 1), interaction("/XXX", "test_b", 2), interaction("/x", None, 3)) == []
