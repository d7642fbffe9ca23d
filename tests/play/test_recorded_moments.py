"""When recordings were made, as far as they say so."""

import datetime as dt

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.recorded_moments import earliest_moment, moment_in_play, moment_of
from recproxy.recording import Interaction, Recording, Request, Response

REQUEST = Request(method="GET", url="https://a.example/")


def interaction(date=None, day=None, scope=None):
    headers = ((b"Date", date),) if date else ()
    return Interaction(request=REQUEST, response=Response(status=200, headers=headers), recorded=day, scope=scope)


def test_the_date_of_a_response_goes_before_the_day_in_the_file():
    day = dt.date(2026, 1, 31)
    assert moment_of(interaction(b"Sat, 07 May 2022 13:21:51 GMT", day)) == 1_651_929_711
    assert moment_of(interaction(b"XXX", day)) == moment_of(interaction(None, day)) == 1_769_817_600
    assert moment_of(interaction()) is None


def test_a_scope_begins_with_the_first_of_its_own_interactions_that_says_when():
    first = Recording(interactions=(
        interaction(b"Sat, 07 May 2022 13:21:50 GMT", scope="other"),
        interaction(scope="test"),
        interaction(b"Sat, 07 May 2022 13:21:52 GMT", scope="test"),
    ))  # fmt: skip
    second = Recording(interactions=(interaction(b"Sat, 07 May 2022 13:21:51 GMT"),))

    assert earliest_moment([first], "test") == 1_651_929_712
    assert earliest_moment([first, second], "test") == 1_651_929_711
    assert earliest_moment([first], "nobody") == 1_651_929_710
    assert earliest_moment([Recording(interactions=(interaction(),))], "test") is None
    assert earliest_moment([]) is None


def test_of_what_is_in_play_each_scope_has_its_own_moment():
    shared = Recording(interactions=(
        interaction(b"Sat, 07 May 2022 13:21:50 GMT", scope="other"),
        interaction(b"Sat, 07 May 2022 13:21:52 GMT", scope="test"),
    ))  # fmt: skip
    index = Index((shared,), Rules())

    for _ in range(2):  # found, and known
        assert moment_in_play(index, "test") == 1_651_929_712
        assert moment_in_play(index, "other") == 1_651_929_710
        assert moment_in_play(index, "nobody") == 1_651_929_710
    assert moment_in_play(Index((), Rules()), "test") is None
