"""The order in which interactions of equal fit are played, and what it costs where there are thousands."""

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.candidates import FittingGroup, Pool
from recproxy.play.playback import Playback
from recproxy.recording import Interaction, Recording, Request, Response

COUNT = 400


class Counted(list):
    """Counts how often it is looked at."""

    looks = 0

    def __getitem__(self, place):
        self.looks += 1
        return super().__getitem__(place)


@pytest.mark.parametrize("name", [b"X-Request-Id", b"If-None-Match", b"Cookie", None])
@pytest.mark.parametrize("repeat", ["last", "miss"])
def test_thousands_of_equal_requests_are_each_played_without_a_look_at_all_others(name, repeat):
    requests = [
        Request(method="GET", url="https://a.example/", headers=((name, b"%d" % number),) if name else ())
        for number in range(COUNT)
    ]
    interactions = tuple(Interaction(request=each, response=Response(status=200)) for each in requests)
    playing = Playback(Index((Recording(interactions=interactions),), Rules()), repeat=repeat)
    playing.plays = Counted(playing.plays)

    taken = [playing.take(playing.locate(each)) for each in requests]

    assert taken == list(range(COUNT))
    assert all(position in playing.locate(each) for position, each in enumerate(requests))
    assert playing.plays.looks < 10 * COUNT


@pytest.mark.parametrize(
    ("like", "passed", "order"),
    [
        ((4, 6), (4, 6), [4, 6, 1, 3, 8, 4, 6, 1, 3, 8]),
        (None, (1, 8), [3, 4, 6, 3, 4, 6]),
        ((3,), (3,), [3, 1, 4, 6, 8, 3]),
    ],
)
def test_a_cycle_goes_through_those_most_like_the_request_and_then_the_rest(like, passed, order):
    repeats, plays = ["cycle"] * 9, [0] * 9
    rest = Pool((1, 3, 4, 6, 8), repeats)
    before = Pool(passed, repeats)
    for position in () if like else passed:
        plays[position] = 1
    group = FittingGroup(before if like else None, rest, before, repeats, plays)

    taken = []
    for _ in order:
        taken.append(group.take(plays))
        plays[taken[-1]] += 1

    assert taken == order
    assert sorted({*taken}) == sorted(group.positions)
    assert [position in group for position in range(9)] == [position in taken for position in range(9)]
