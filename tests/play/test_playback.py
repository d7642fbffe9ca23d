"""Which interaction answers next: one table of repeats, tiers and what was played, and the named wild places."""

import json
from dataclasses import replace
from urllib.parse import quote, urlencode

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.playback import Playback
from recproxy.recording import Interaction, Recording, Request, Response
from recproxy.recording.scope_names import masked_name
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

#: What was recorded, by position: two of one request, a wildcard that fits it worse, and one of another.
RECORDED = ("/a?id=1", "/a?id=XXX", "/a?id=1", "/b")


def interaction(path, body=b"", **request):
    return Interaction(
        request=Request(method="GET", url=f"https://a.example{path}", **request),
        response=Response(status=200, body=body),
    )


def index(*interactions):
    return Index((Recording(interactions=interactions),), Rules())


def playback(repeat="last", recorded=RECORDED):
    return Playback(index(*(interaction(path) for path in recorded)), repeat=repeat)


def live(path, headers=()):
    return Request(method="GET", url=f"https://a.example{path}", headers=headers, wild=None)


def play(playing, *paths):
    return [playing.take(playing.locate(live(path))) for path in paths]


@pytest.mark.parametrize(
    ("repeat", "asked", "wanted"),
    [
        # One interaction: what follows it is a matter of `repeat`.
        ("last", ("/b", "/b", "/b"), [3, 3, 3]),
        ("miss", ("/b", "/b", "/b"), [3, None, None]),
        ("cycle", ("/b", "/b", "/b"), [3, 3, 3]),
        # Two of equal fit are played in recorded order; a worse fit only where nothing better is left and repeat is miss.
        ("last", ("/a?id=1",) * 4, [0, 2, 2, 2]),
        ("miss", ("/a?id=1",) * 4, [0, 2, 1, None]),
        ("cycle", ("/a?id=1",) * 5, [0, 2, 0, 2, 0]),
        # What only the wildcard fits.
        ("last", ("/a?id=2", "/a?id=3"), [1, 1]),
        ("miss", ("/a?id=2", "/a?id=3"), [1, None]),
        ("cycle", ("/a?id=2", "/a?id=3"), [1, 1]),
        # The order between different requests does not matter.
        ("last", ("/b", "/a?id=1", "/a?id=2", "/a?id=1", "/b"), [3, 0, 1, 2, 3]),
        ("miss", ("/a?id=2", "/a?id=1", "/a?id=1", "/a?id=1"), [1, 0, 2, None]),
        ("cycle", ("/a?id=1", "/b", "/a?id=1", "/a?id=1"), [0, 3, 2, 0]),
        # Nothing but the first of equal fit.
        ("first", ("/a?id=1", "/a?id=1", "/b", "/a?id=2"), [0, 0, 3, 1]),
        # What nothing fits.
        ("last", ("/c",), [None]),
        ("miss", ("/c",), [None]),
        ("cycle", ("/c",), [None]),
    ],
)
def test_what_answers_next(repeat, asked, wanted):
    assert play(playback(repeat), *asked) == wanted


@pytest.mark.parametrize(
    ("repeat", "wanted"),
    [("last", [True, True, True]), ("cycle", [True, True, True]), ("miss", [True, True, False])],
)
def test_whether_something_is_left_to_play(repeat, wanted):
    playing = playback(repeat, ("/a?id=1", "/a?id=XXX"))
    left = []
    for _ in range(3):
        candidates = playing.locate(live("/a?id=1"))
        left.append(playing.has(candidates))
        playing.take(candidates)

    assert left == wanted
    assert not playing.has(playing.locate(live("/c")))


def test_a_spot_is_good_for_every_equal_request():
    playing = playback()

    candidates = playing.locate(live("/a?id=1"))

    assert not candidates.stateful
    assert candidates.positions == (0, 2, 1)
    assert [playing.take(candidates) for _ in range(3)] == [0, 2, 2]


def test_requests_that_share_interactions_take_turns_in_them():
    """The same group answers however the request that led to it was written."""
    playing = playback()

    assert play(playing, "/a?id=1") + [playing.take(playing.locate(live("/a?id=1", ((b"X", b"y"),))))] == [0, 2]


def test_plays_are_counted_and_what_was_not_played_is_unused():
    playing = playback()

    play(playing, "/a?id=1", "/b", "/b")

    assert playing.plays == [1, 0, 0, 2]
    assert playing.unused() == (1, 2)
    assert playing.interaction(3).request.url == "https://a.example/b"


def test_a_cycle_goes_on_where_an_extended_playback_was():
    recorded = ("/a", "/a", "/a")
    playing = playback("cycle", recorded)

    assert play(playing, *["/a"] * 4) == [0, 1, 2, 0]
    after = playing.extended(index(*(interaction(path) for path in (*recorded, "/new"))))
    assert play(after, *["/a"] * 4) == [1, 2, 0, 1]


def test_an_extended_playback_goes_on_where_it_was():
    playing = playback("miss", ("/a", "/a"))
    play(playing, "/a")
    playing.bound["id"] = b"7"

    after = playing.extended(index(*(interaction(path) for path in ("/a", "/a", "/a", "/new"))))

    assert (after.repeat, after.bound, after.plays) == ("miss", {"id": b"7"}, [1, 0, 0, 0])
    assert play(after, "/a", "/a", "/a", "/new") == [1, 2, None, 3]


def test_a_named_wild_place_is_bound_by_the_first_request_and_equal_from_then_on():
    playing = playback("last", ("/item/XXX[id]", "/item/XXX[id]/price"))
    first = live("/item/42")

    candidates = playing.locate(first)
    position = playing.take(candidates)
    playing.bind(position, first)

    assert candidates.stateful
    assert playing.bound == {"id": b"42"}
    assert play(playing, "/item/42/price", "/item/43/price") == [1, None]


def test_a_bound_value_is_not_bound_again():
    playing = playback("last", ("/item/XXX[id]",))
    playing.bound["id"] = b"1"

    playing.bind(0, live("/item/2"))

    assert playing.bound == {"id": b"1"}


def test_an_ignored_named_place_is_what_each_request_has_there():
    recorded = Interaction(
        request=replace(live("/a?id=XXX[id]"), wild="XXX"), response=Response(status=200, body=b"XXX[id]", wild="XXX")
    )
    playing = Playback(Index((Recording(interactions=(recorded,)),), Rules(ignore_query=("id",))))
    said = []
    for request in (live("/a?id=1"), live("/a?id=2"), live("/a")):
        candidates = playing.locate(request)
        position = playing.take(candidates)
        playing.bind(position, request)
        said.append((candidates.stateful, playing.response(position).body))

    assert said == [(True, b"1"), (True, b"2"), (True, b"2")]


def said(repeat, *paths):
    return Recording(interactions=tuple(interaction(path) for path in paths), repeat=repeat)


def test_each_recording_says_for_itself_what_follows_its_last_repeat():
    union = Index((said("miss", "/a", "/b"), said("last", "/a"), said(None, "/c")), Rules())
    playing = Playback(union, default="cycle")

    assert play(playing, "/a", "/a", "/a", "/a") == [0, 2, 2, 2]
    assert play(playing, "/b", "/b") == [1, None]
    assert play(playing, "/c", "/c") == [3, 3]
    assert playing.has(playing.locate(live("/a")))
    assert not playing.has(playing.locate(live("/b")))


def test_a_scopes_own_word_goes_before_the_recordings():
    playing = Playback(Index((said("miss", "/a"),), Rules()), repeat="last")

    assert play(playing, "/a", "/a") == [0, 0]


def shared(scope, *, repeat=None):
    """A file that two tests recorded, each for itself; before them stands what was written by hand."""
    said = [(None, "/c", b"hand"), ("one", "/a", b"one"), ("two", "/a", b"two"), ("two", "/b", b"two")]
    interactions = tuple(replace(interaction(path, body), scope=name) for name, path, body in said)
    return Playback(index(*interactions), repeat=repeat, scope=scope)


def test_a_scope_is_answered_from_what_it_recorded_itself():
    assert play(shared("one"), "/a", "/a") == [1, 1]
    assert play(shared("two"), "/a", "/a", "/b") == [2, 2, 3]
    assert play(shared("two", repeat="miss"), "/a", "/a") == [2, None]


def test_a_test_whose_name_was_masked_is_answered_from_what_it_recorded_itself():
    tests = [f"test[{word}-password]" for word in ("first", "second")]
    recorded = [replace(interaction("/a"), scope=masked_name(test, "test[XXX]")) for test in tests]
    for position, test in enumerate(tests):
        assert play(Playback(index(*recorded), repeat="last", scope=test), "/a", "/a") == [position, position]


def test_what_other_scopes_recorded_answers_what_nothing_else_fits():
    playing = shared("one")

    assert play(playing, "/b", "/c") == [3, 0]
    assert playing.unused() == (1,)


def test_what_was_too_large_to_be_stored_is_left_to_the_service_and_counts_as_played():
    large = replace(interaction("/large"), response=Response(status=200, omitted=99))
    playing = Playback(index(large, interaction("/a")))

    offered = [playing.offers(playing.locate(live(path))) for path in ("/large", "/a", "/none")]

    assert (offered, playing.unused()) == ([False, True, False], (1,))


def test_a_scope_that_recorded_nothing_in_a_file_has_all_of_it():
    playing = shared("three")

    assert play(playing, "/a", "/a", "/b") == [1, 2, 3]
    assert playing.unused() == (0,)


def test_only_the_files_that_a_scope_recorded_into_are_divided():
    mine = Recording(interactions=(replace(interaction("/a"), scope="one"), replace(interaction("/b"), scope="two")))
    other = Recording(interactions=(replace(interaction("/c"), scope="two"),))
    playing = Playback(Index((other, mine), Rules()), scope="one")

    assert playing.unused() == (0, 1)
    assert playing.extended(Index((other, mine, mine), Rules())).unused() == (0, 1, 3)


def test_a_service_that_echoes_a_secret_echoes_that_of_the_replay():
    sent = replace(interaction("/login?password=pass-word-1").request, wild=None)
    answer = Response(status=200, body=b'{"you": "sent pass-word-1"}', wild=None)
    scope = redact_scope([Interaction(request=sent, response=answer)], RedactionRules())
    playing = Playback(index(*scope.interactions))
    request = live("/login?password=pass-word-2")

    position = playing.take(playing.locate(request))
    playing.bind(position, request)

    assert playing.response(position).body == b'{"you": "sent pass-word-2"}'


def test_a_response_gets_the_variables_of_the_run_until_a_request_has_another_value():
    said = Response(status=200, body=b'{"app_id": "XXX[APP_ID]", "number": XXX[APP_ID.number]}')
    asked = Interaction(request=live("/app?id=XXX[APP_ID]"), response=said)
    playing = Playback(
        index(interaction("/a"), replace(asked, request=replace(asked.request, wild="XXX"))), given={"APP_ID": b"12"}
    )

    assert playing.response(1).body == b'{"app_id": "12", "number": 12}'
    playing.bind(1, live("/app?id=34"))
    assert playing.response(1).body == b'{"app_id": "34", "number": 34}'
    assert playing.extended(playing.index).response(1) == playing.response(1)


ECHOED = {
    "space": ("my secret words 7", "other words 8"),
    "plus and percent": ("a+b%20c&d=e/f", "g&h+i"),
    "unicode": ("p\u00e4ssw\u00f6rd-\u65e5\u672c-7", "\u00e9t\u00e9 \U0001f600"),
    "quotes": ('say "please" \\ 7x', 'the "other" \\one'),
    "marks": ("a<b&c>d-secret", "x<y&z"),
}
SENT = {
    "form": lambda value: (
        "/login",
        urlencode({"user": "me", "password": value}).encode(),
        b"application/x-www-form-urlencoded",
    ),
    "query": lambda value: (f"/login?password={quote(value, safe='')}", b"", b"text/plain"),
    "json": lambda value: ("/login", json.dumps({"password": value}).encode(), b"application/json"),
    "json in utf-8": lambda value: (
        "/login",
        json.dumps({"password": value}, ensure_ascii=False).encode(),
        b"application/json",
    ),
}


@pytest.mark.parametrize("sent", SENT)
@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("value", ECHOED)
def test_an_echo_is_that_of_the_replay_however_both_are_written(value, escaped, sent):
    recorded, replayed = ECHOED[value]

    def asked(text):
        target, body, kind = SENT[sent](text)
        request = live(target)
        return replace(request, method="POST", headers=((b"Content-Type", kind),), body=body, wild=None)

    answer = json.dumps({"you": recorded}, ensure_ascii=escaped).encode()
    said = Response(status=200, headers=((b"Content-Type", b"application/json"),), body=answer, wild=None)
    scope = redact_scope([Interaction(request=asked(recorded), response=said)], RedactionRules())
    playing = Playback(index(*scope.interactions))
    request = asked(replayed)

    position = playing.take(playing.locate(request))
    playing.bind(position, request)

    assert json.loads(playing.response(position).body) == {"you": replayed}


def test_a_value_that_is_encoded_twice_is_masked_and_not_bound():
    value = "a+b c%d-secret"
    form = ((b"Content-Type", b"application/x-www-form-urlencoded"),)
    bodies = (f"thing={quote(quote(value))}", f"password={quote(value)}")
    answer = Response(status=200, body=value.encode(), wild=None)
    sent = [replace(live("/a"), method="POST", headers=form, body=body.encode(), wild=None) for body in bodies]

    scope = redact_scope([Interaction(request=each, response=answer) for each in sent], RedactionRules())

    assert [each.request.body for each in scope.interactions] == [b"thing=XXX", b"password=XXX[password]"]


def test_a_mutated_interaction_says_another_thing_also_when_more_is_in_play():
    one, other = interaction("/a", b'{"id": 1}'), interaction("/b", b'{"id": 2}')
    playback = Playback(index(one), mutations={0: "null json /id"}).extended(index(one, other))

    assert [playback.response(each).body for each in (0, 1)] == [b'{"id": null}', b'{"id": 2}']
    assert playback.interaction(0).request is one.request
    assert playback.interaction(0) is playback.interaction(0)
