"""What a run says of old recordings that it played."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from recproxy.config.profile import Endpoint, Profile
from recproxy.config.project import Project
from recproxy.control.outcomes import Outcome
from recproxy.orchestrator.old_recordings import OldScopes, add_old
from recproxy.orchestrator.plan import RunPlan
from recproxy.play.library import Library
from recproxy.report import Tally

ONE = "\n:recorded {}\nGET https://a.example/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n"


@pytest.fixture
def said(tmp_path):
    file = tmp_path / "a.rec"
    dates = ("2026-01-01", "2026-02-01", "2026-11-01", "2026-01-15")
    file.write_text("#recproxy 2\n" + "".join(ONE.format(date, number) for number, date in enumerate(dates)))

    def lines(*plays, max_age=90, on_age="warn"):
        profile = Profile(name="shop", endpoints=(Endpoint(hosts=("a.example",)),))
        plan = RunPlan(
            project=Project(root=Path("/project"), max_age=max_age, on_age=on_age),
            mode="replay",
            profiles=(profile,),
            library=Library(tmp_path, {}),
            shown_from=str(tmp_path),
        )
        tally = Tally()
        tally.enter("shop", "replay")
        tally.add("shop", Outcome(scope="s", plays=plays, files=((str(file), 4),)))
        add_old(tally, plan, today=dt.date(2026, 11, 28))
        return tally.old

    return lines


def test_what_was_played_and_is_old_is_one_line(said):
    assert said(0, 1, 1, 2) == [
        (
            "shop: 2 played interactions older than 90 days (max_age), the oldest of 2026-01-15 at a.rec:31; "
            "to record again: recproxy run --record shop -- COMMAND"
        )
    ]


def test_one_is_one(said):
    (line,) = said(0, 0, 1, 0, max_age=1)

    assert line.startswith("shop: 1 played interaction older than 1 day (max_age), ")


def test_what_is_new_or_was_not_played_is_not_said(said):
    assert said(0, 0, 1, 0) == []
    assert said(1, 1, 1, 1, max_age=0) == []
    assert said(1, 1, 1, 1, on_age="check") == []


@pytest.mark.parametrize(
    ("scope", "max_age", "on_age", "unset", "wanted"),
    [
        ("old", 90, "record", (), True),
        ("mixed", 90, "record", (), True),
        ("new", 90, "record", (), False),
        ("other", 90, "record", (), False),
        ("old", 90, "warn", (), False),
        ("old", 0, "record", (), False),
        ("old", 90, "record", ("SHOP_KEY",), False),
    ],
)
def test_a_scope_with_something_old_records_anew(tmp_path, scope, max_age, on_age, unset, wanted):
    file = tmp_path / "a.rec"
    dates = (("old", "2026-01-01"), ("new", "2026-11-01"), ("mixed", "2026-11-01"), ("mixed", "2026-02-01"))
    texts = (
        ONE.format(date, number).replace("\n", f"\n:scope {name}\n", 1) for number, (name, date) in enumerate(dates)
    )
    file.write_text("#recproxy 2\n" + "".join(texts))
    profile = Profile(name="shop", endpoints=(Endpoint(hosts=("a.example",)),))
    plan = SimpleNamespace(project=Project(root=tmp_path, max_age=max_age, on_age=on_age))
    old = OldScopes(plan, SimpleNamespace(unset=lambda _: unset), today=dt.date(2026, 11, 28))

    assert old.is_recorded_anew(profile, str(file), scope) is wanted
    assert not old.is_recorded_anew(profile, str(tmp_path / "none.rec"), scope)
