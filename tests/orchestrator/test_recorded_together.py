"""The command that records, where several profiles missed outside of all tests."""

from types import SimpleNamespace

import pytest

from recproxy.control.outcomes import NO_TEST, Missed
from recproxy.orchestrator.recorded_together import name_together
from recproxy.report import Tally


@pytest.fixture
def roster():
    """It makes a command of names."""

    def command(profile, uses=()):
        return "recproxy run " + " ".join(f"--record {each}" for each in uses or (profile,))

    proxies = {name: SimpleNamespace(profile=name) for name in ("shop", "bank", "post")}
    return SimpleNamespace(proxies=proxies, record_command=command)


def miss(profile, label="to record it", test=NO_TEST):
    return Missed(
        method="GET", url="x", text=f"no\n\n{label}: recproxy run --record {profile}\n", profile=profile, test=test
    )


def ways(tally):
    return [each.text.split("\n\n")[1] for each in tally.misses]


def test_each_names_all_that_missed(roster):
    tally = Tally(misses=[miss("bank"), miss("shop", "or record it anew"), miss("shop", test="test_m.test_a")])

    name_together(tally, roster)

    assert ways(tally) == [
        "to record it: recproxy run --record shop --record bank\n",
        "or record it anew: recproxy run --record shop --record bank\n",
        "to record it: recproxy run --record shop\n",
    ]


def test_one_that_missed_alone_keeps_its_command(roster):
    tally = Tally(misses=[miss("shop"), miss("shop"), miss("bank", test="test_m.test_a")])
    before = [*tally.misses]

    name_together(tally, roster)

    assert tally.misses == before
