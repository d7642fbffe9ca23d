from __future__ import annotations

from dataclasses import replace

import pytest

from recproxy.matching.index import Index
from recproxy.matching.miss import miss
from recproxy.matching.nearest import words
from recproxy.matching.rules import Rules
from recproxy.recording import Act, Interaction, Recording, Request, Response, Step, conversation


def nearest(index, request):
    return miss(index, request, profile="x").closest


def test_the_same_place_with_other_values_is_nearer_than_another_place(recorded, live, index):
    found = index(
        recorded("https://a.com/users"),
        recorded("POST https://a.com/tweets", '{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6}', "json"),
        recorded("POST https://a.com/likes", "", "json"),
    )

    assert nearest(found, live("POST https://a.com/tweets", '{"z": 1}', "json")) == 1


@pytest.mark.parametrize(
    ("request_", "closest"),
    [("https://a.com/users/7?b=2", 1), ("https://b.com/users?a=1", 0), ("PUT https://a.com/other", 2)],
)
def test_the_fewer_differences_the_nearer(request_, closest, recorded, live, index):
    found = index(
        recorded("https://a.com/users?a=1"), recorded("https://a.com/users/8?b=2"), recorded("POST https://a.com/other")
    )

    assert nearest(found, live(request_)) == closest


def test_of_two_that_are_as_near_the_first_is_told(recorded, live, index):
    assert (
        nearest(index(recorded("https://a.com/?a=1"), recorded("https://a.com/?a=2")), live("https://a.com/?a=3")) == 0
    )


def test_a_conversation_is_never_near_to_a_request(live):
    said = conversation("SMTP", "smtp://a.com:587", (Step(Act.SERVER, b"220 a"),))

    def form(request):
        assert request.method != "SMTP"
        return request

    assert nearest(Index([Recording(interactions=(said,))], Rules(), ("a.com",), form), live("https://a.com/")) is None


@pytest.fixture(scope="module")
def large():
    """The index of a large recording, which all requests of a run are compared with."""
    asked = Request(
        method="POST", url="https://a.com/tweets", headers=((b"Content-Type", b"application/json"),), wild="XXX"
    )
    bodies = (b'{"text": "hello %d", "lang": "en", "n": %d}' % (number, number) for number in range(2000))
    interactions = (Interaction(request=replace(asked, body=body), response=Response(status=200)) for body in bodies)
    return Index([Recording(interactions=tuple(interactions))], Rules(), ())


@pytest.mark.parametrize("seed", [0, 70, 1999])
def test_in_a_large_recording_the_one_that_was_changed_is_found(seed, large, live):
    request = live("POST https://a.com/tweets", f'{{"text": "hello {seed}", "lang": "de", "n": {seed}}}', "json")
    said = miss(large, request, profile="x")

    assert said.closest == seed
    assert [one.field for one in said.differences] == ["json /lang"]


def test_where_nothing_is_shared_something_is_told_all_the_same(recorded, live, index):
    found = index(*[recorded(f"https://a.com/{number}") for number in range(100)])

    assert nearest(found, live("PUT https://b.com/%FF")) == 0


def test_words_are_those_of_the_url_and_the_body(live):
    assert words(live("POST https://a.com/a/b-?c=d", '{"e": 1}')) == {
        b"path /a/b-",
        b"a",
        b"b-",
        b"c",
        b"d",
        b"e",
        b"1",
    }


def pairs(count, **changed):
    return "&".join(f"k{number}={changed.get(f'k{number}', number)}" for number in range(count))


def test_bodies_are_compared_by_their_values_as_far_as_they_are_cheap(recorded, live, index):
    """Three of 600 KB are more than is read for one miss: the one that begins most alike is compared first."""
    body = pairs(45_000)
    found = index(
        *(recorded("POST https://a.com/a", pairs(45_000, **{name: "old"}), "form") for name in ("k9", "k44000", "k99"))
    )

    told = miss(found, live("POST https://a.com/a", body, "form"), profile="x")

    assert (told.closest, [each.field for each in told.differences]) == (1, ["body"])
    start = body.index("k44000=") + len("k44000=")
    assert told.differences[0].got == f"{len(body)} bytes, the first that differs is byte {start + 1}"


def test_a_body_that_is_too_large_is_not_compared_by_its_values(recorded, live, index):
    found = index(recorded("POST https://a.com/b", "a=1", "form"), recorded("POST https://a.com/a", "a=1", "form"))

    told = miss(found, live("POST https://a.com/a", "", "form"), profile="x", large_body=b"b")

    differences = [(each.field, each.wanted, each.got) for each in told.differences]
    assert (told.closest, told.mend) == (1, None)
    assert differences == [("body", "3 bytes", "1 byte, the first that differs is byte 1")]
