"""What a run says of old recordings that it played."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from recproxy.config.profile import Endpoint, Profile
from recproxy.config.project import Project
from recproxy.control.messages import Outcome
from recproxy.orchestrator.old_recordings import add_old
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


def test_what_is_new_or_was_not_played_is_not_said(said):
    assert said(0, 0, 1, 0) == []
    assert said(1, 1, 1, 1, max_age=0) == []
    assert said(1, 1, 1, 1, on_age="check") == []
