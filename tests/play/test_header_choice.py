"""Requests that differ only in headers: which of them a live one is like."""

from __future__ import annotations

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.header_choice import captures, header_choice
from recproxy.play.playback import Playback
from recproxy.recording import Interaction, Recording, Request, Response


def asked(*headers, wild=None, scheme="https"):
    return Request(method="GET", url=f"{scheme}://a.example/", headers=headers, wild=wild)


def playback(*requests, repeat="last", match_on=None, **options):
    interactions = tuple(Interaction(request=each, response=Response(status=200)) for each in requests)
    index = Index((Recording(interactions=interactions, match_on=match_on),), Rules())
    return Playback(index, repeat=repeat, **options)


def played(playing, *requests):
    return [playing.take(playing.locate(each)) for each in requests]


@pytest.mark.parametrize(
    "name",
    [
        b"Range", b"X-Amz-Target", b"SOAPAction", b"Accept", b"Accept-Language", b"If-None-Match", b"X-Tenant", b"Prefer",
        b"If-Modified-Since", b"X-HTTP-Method-Override", b"Depth", b"Stripe-Account", b"Cookie", b"Content-Type",
    ],
)  # fmt: skip
def test_a_header_that_is_equal_decides_before_the_order(name):
    one, two = asked((name, b"1")), asked((name.lower(), b"2"))
    playing = playback(one, two)

    assert played(playing, two, one, two, one) == [1, 0, 1, 0]
    assert played(playback(one, asked()), asked(), one) == [1, 0]


def test_the_scheme_decides_before_the_order_where_both_were_recorded():
    """Many services redirect from plain HTTP: the redirect must not answer the request that it leads to."""
    plain, secure = asked(scheme="http"), asked()
    playing = playback(plain, secure)

    assert played(playing, secure, plain, secure, plain) == [1, 0, 1, 0]
    assert played(playback(plain, secure, match_on=("method", "path")), secure, plain) == [1, 0]
    assert played(playback(plain, plain), secure, secure) == [0, 1]
    assert played(playback(asked(scheme="XXX", wild="XXX"), secure), plain, secure) == [0, 1]
    # What the redirect leads to is left for the request that follows it.
    assert played(playback(plain, secure, repeat="miss"), plain, plain, secure) == [0, None, 1]


def test_at_a_base_url_the_scheme_says_nothing():
    plain, secure = asked(scheme="http"), asked()
    playing = playback(plain, secure)
    found = [playing.locate(plain, any_host=("a.example",)) for _ in range(2)]

    assert [playing.take(each) for each in found] == [0, 1]
    assert found[0].unequal == ()


def test_equal_headers_are_answered_in_recorded_order_and_then_the_others():
    one, two = asked((b"Range", b"1")), asked((b"Range", b"2"))

    assert played(playback(one, two, one, repeat="miss"), one, one, one, one) == [0, 2, 1, None]
    assert played(playback(one, two, one), one, one, one) == [0, 2, 2]


def job(*values, name=b"x-b3-sampled"):
    return [asked() if value is None else asked((name, value)) for value in values]


@pytest.mark.parametrize(
    ("name", "recorded", "live"),
    [
        (b"x-b3-sampled", (b"0", b"0", b"1"), b"0"),
        (b"Cookie", (b"0", b"0", b"1"), b"0"),
        (b"If-None-Match", (None, None, b"1"), None),
        (b"Accept", (None, None, b"1"), None),
        (b"User-Agent", (None, None, b"1"), None),
    ],
)
def test_a_header_that_changes_by_itself_starves_no_response(name, recorded, live):
    playing = playback(*job(*recorded, name=name))

    assert played(playing, *job(*[live] * 5, name=name)) == [0, 1, 2, 2, 2]


def test_what_is_repeated_is_what_was_recorded_last_of_what_was_played():
    assert played(playback(*job(b"1", b"0", b"0")), *job(*[b"0"] * 5)) == [1, 2, 0, 2, 2]
    assert played(playback(*job(b"1", b"2")), *job(b"1", b"1", b"2", b"1")) == [0, 1, 1, 1]
    assert played(playback(*job(b"0", b"0", b"1"), repeat="miss"), *job(*[b"0"] * 4)) == [0, 1, 2, None]
    assert played(playback(*job(b"0", b"0", b"1"), repeat="cycle"), *job(*[b"0"] * 5)) == [0, 1, 2, 0, 1]


def test_a_header_that_chooses_the_content_keeps_others_back_where_it_is_equal():
    recorded = [asked((b"Range", b"1"), (b"A", b"1")), asked((b"Range", b"2")), asked((b"Range", b"1"), (b"A", b"2"))]
    live = asked((b"Range", b"1"), (b"A", b"2"))

    assert played(playback(*recorded), live, live, live, live) == [2, 0, 2, 2]


def test_many_equal_requests_that_differ_in_a_header_are_split_once():
    requests = job(*[b"1", b"2"] * 500, name=b"Range")
    playing = playback(*requests)
    first = playing.locate(requests[0])
    again = playing.locate(requests[0])

    assert [len(group.positions) for group in first.groups] == [500, 500]
    assert all(one is other for one, other in zip(first.groups, again.groups, strict=True))


def test_the_order_decides_where_no_header_is_equal_and_it_is_told():
    playing = playback(asked((b"Accept", b"1")), asked((b"Accept", b"2")))
    other = asked((b"Accept", b"3"))

    assert playing.locate(other).unequal == ("Accept",)
    assert playing.locate(asked((b"Accept", b"2"))).unequal == ()
    assert played(playing, other, other) == [0, 1]


def test_headers_that_change_by_themselves_are_not_told():
    playing = playback(asked((b"X-Request-Id", b"1")), asked((b"X-Request-Id", b"2")))

    assert playing.locate(asked((b"X-Request-Id", b"3"))).unequal == ()


def test_the_headers_that_choose_most_decide_first():
    playing = playback(
        asked((b"Range", b"1"), (b"X-A", b"2")), asked((b"Range", b"2"), (b"X-A", b"1")), asked((b"X-A", b"3"))
    )

    assert played(playing, asked((b"X-A", b"1"), (b"Range", b"1")), asked((b"X-A", b"3"))) == [0, 2]


def test_a_named_place_in_a_header_is_one_value():
    one, two = (asked((b"Authorization", b"Bearer XXX[%s]" % name), wild="XXX") for name in (b"one", b"two"))
    playing = playback(one, two)
    playing.bound.update(one=b"first", two=b"second")
    live = [asked((b"authorization", b"Bearer %s" % value)) for value in (b"second", b"first")]

    assert playing.locate(live[0]).stateful
    assert played(playing, *live) == [1, 0]


def test_a_named_place_in_a_header_is_bound():
    recorded = asked((b"Authorization", b"Bearer XXX[token]"), (b"A", b"XXX"), wild="XXX")
    playing = playback(recorded)
    live = asked((b"Authorization", b"Bearer live"))

    assert playing.locate(live).stateful
    playing.bind(0, live)
    assert playing.bound == {"token": b"live"}
    assert captures(recorded, live.headers, {"token": b"other"}) == {}
    assert captures(recorded, (), {}) == {}


def test_headers_of_a_connection_tell_nothing_apart():
    requests = [asked((b"Host", b"1")), asked((b"Host", b"2"))]

    assert header_choice((0, 1), requests) is None
    assert header_choice((0,), requests[:1]) is None


@pytest.mark.parametrize(
    ("name", "wanted"),
    [(b"Authorization", [0, 1]), (b"Cookie", [0, 1]), (b"X-Tenant", [0, 1]), (b"Range", [1, 1]), (b"Accept", [1, 1])],
)
def test_in_a_file_of_another_tool_credentials_tell_nothing_apart(name, wanted):
    one, two = asked((name, b"abc123")), asked((name, b"<TOKEN>"))

    assert played(playback(one, two, match_on=("method", "uri")), two, two) == wanted


def test_the_order_alone_decides_where_a_scope_says_so():
    one, two = asked((b"Range", b"1")), asked((b"Range", b"2"))

    playing = playback(one, two, ordered=True)
    assert played(playing, two, one) == [0, 1]
    assert playing.extended(playing.index).ordered
