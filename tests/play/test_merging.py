"""Recordings made anew: what is replaced, what stays to the letter, and in which order."""

import datetime as dt
import time

import pytest

from recproxy.matching.rules import Rules
from recproxy.play.merging import TimedInteraction, merge
from recproxy.recording import Chunk, Interaction, Recording, Request, Response, dump
from recproxy.recording.values import CUT_SHORT

DAY = dt.date(2020, 1, 2)


def said(
    path,
    body=b"ok",
    *,
    scope=None,
    wild=None,
    method="GET",
    request=b"",
    headers=(),
    recorded=None,
    comments=(),
    **response,
):
    return Interaction(
        request=Request(method=method, url=f"https://a.example{path}", body=request, wild=wild),
        response=Response(status=200, reason=b"OK", headers=headers, body=body, **response),
        scope=scope,
        recorded=recorded,
        comments=comments,
    )


def recording(*interactions, **values):
    return Recording(interactions=interactions, **values)


def taken(*interactions):
    """TimedInteraction one behind the other."""
    return [TimedInteraction(each, float(place), place + 0.5) for place, each in enumerate(interactions)]


def merged(before, scopes, new, **options):
    return merge(before, frozenset(scopes), new, options.pop("rules", Rules()), **options)


def paths(result):
    return [each.request.url.removeprefix("https://a.example") for each in result.interactions]


def test_a_first_recording_is_what_was_taken_in_order_of_its_beginning():
    new = [TimedInteraction(said("/b", scope="run"), 2.0, 3.0), TimedInteraction(said("/a", scope="run"), 1.0, 4.0)]

    result = merged(Recording(), ["run"], new)

    assert paths(result) == ["/a", "/b"]
    assert result.format == 2


def test_only_the_scopes_that_ran_are_replaced():
    before = recording(said("/1", scope="one"), said("/2", scope="two"), said("/3", scope="three"))

    result = merged(before, ["two"], taken(said("/new", scope="two")))

    assert paths(result) == ["/1", "/new", "/3"]
    assert result.interactions[0] is before.interactions[0]


def test_what_a_scope_no_longer_asks_goes_and_what_it_asks_besides_comes():
    before = recording(
        said("/a", scope="s"), said("/gone", scope="s"), said("/b", scope="s"), said("/other", scope="t")
    )

    assert paths(
        merged(before, ["s"], taken(said("/a", scope="s"), said("/new", scope="s"), said("/b", scope="s")))
    ) == [
        "/a",
        "/new",
        "/b",
        "/other",
    ]


def test_what_belongs_to_no_scope_is_taken_over_by_one_that_asks_the_same_and_else_stays():
    before = recording(said("/hand"), said("/asked", comments=("why",)))

    result = merged(before, ["s"], taken(said("/asked", scope="s")))

    assert paths(result) == ["/hand", "/asked"]
    assert [each.scope for each in result.interactions] == [None, "s"]
    assert result.interactions[1].comments == ("why",)


@pytest.mark.parametrize("answer", [b"same", b"other"])
def test_what_was_written_with_an_id_is_taken_over_where_the_new_one_has_its_name(answer):
    before = recording(said("/users/123456/a", b"same", comments=("ours",)), said("/users/me/a", b"other"))
    new = said("/users/XXX[user_id.number]/a", answer, scope="s", wild="XXX")

    result = merged(before, ["s"], taken(new))

    assert paths(result) == ["/users/XXX[user_id.number]/a", "/users/me/a"]
    assert (result.interactions[0].response.body, result.interactions[0].comments) == (answer, ("ours",))


def test_another_scopes_equal_request_is_left_alone():
    before = recording(said("/a", b"one", scope="one"))

    result = merged(before, ["two"], taken(said("/a", b"two", scope="two")))

    assert [(each.scope, each.response.body) for each in result.interactions] == [("one", b"one"), ("two", b"two")]


def test_the_same_session_recorded_twice_gives_the_same_bytes():
    headers = ((b"Date", b"Mon"), (b"Content-Type", b"text/plain"))
    before = recording(said("/a", scope="s", headers=headers, recorded=DAY), said("/b", scope="s", comments=("kept",)))
    later = ((b"Date", b"Tue"), (b"Content-Type", b"text/plain"))

    result = merged(
        before, ["s"], taken(said("/a", scope="s", headers=later, recorded=dt.date(2024, 1, 1)), said("/b", scope="s"))
    )

    assert dump(result) == dump(before)


@pytest.mark.parametrize("name", [b"Date", b"ETAG-not", b"X-Request-Id", b"content-length", b"CF-RAY", b"Set-Cookie"])
def test_only_headers_that_change_by_themselves_are_no_change(name):
    before = recording(said("/a", scope="s", headers=((name, b"1"),)))

    result = merged(before, ["s"], taken(said("/a", scope="s", headers=((name, b"2"),))))

    kept = result.interactions == before.interactions
    assert kept is (name.lower() in (b"date", b"x-request-id", b"content-length", b"cf-ray"))


def test_the_pace_of_a_service_is_no_change():
    before = recording(said("/a", scope="s", delay=0.1, chunks=(Chunk(size=2, gap=0.5),)))

    pieces = (Chunk(size=1, gap=1.5), Chunk(size=1))
    result = merged(before, ["s"], taken(said("/a", scope="s", delay=9.0, chunks=pieces)))

    assert result == before


@pytest.mark.parametrize(("since", "wanted"), [(None, DAY), (DAY, DAY), (dt.date(2020, 1, 3), dt.date(2024, 1, 1))])
def test_what_did_not_change_keeps_its_date_unless_that_is_too_old(since, wanted):
    before = recording(said("/a", scope="s", recorded=DAY))

    result = merged(before, ["s"], taken(said("/a", scope="s", recorded=dt.date(2024, 1, 1))), renewed_before=since)

    assert [each.recorded for each in result.interactions] == [wanted]


def test_what_the_service_changed_is_new_but_keeps_the_comments():
    before = recording(said("/a", b"old", scope="s", recorded=DAY, comments=("why",)))

    result = merged(before, ["s"], taken(said("/a", b"new", scope="s", recorded=dt.date(2024, 1, 1))))

    assert [(each.response.body, each.recorded, each.comments) for each in result.interactions] == [
        (b"new", dt.date(2024, 1, 1), ("why",))
    ]


@pytest.mark.parametrize("answer", [b"ok", b"other"])
@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("/a?id=XXX[id]", "/a?id=XXX[id]"),
        ("/a?id=v-XXX", "/a?id=v-XXX"),
        ("/a?id=XXX.7", "/a?id=XXX.7"),
        ("/a?id=XXX", "/a?id=v-7.7"),  # redaction may have made it, by a rule that is gone
        ("/a?id=v-7.7%20XXX", "/a?id=v-7.7"),
    ],
)
def test_a_request_written_with_wild_places_that_redaction_cannot_make_stays(written, wanted, answer):
    before = recording(said(written, scope="s", wild="XXX"))

    result = merged(before, ["s"], taken(said("/a?id=v-7.7", answer, scope="s")))

    assert paths(result) == [wanted]


@pytest.mark.parametrize("answer", [b"ok", b"other"])
def test_what_a_rule_masked_that_is_gone_is_recorded_as_it_is(answer):
    before = recording(said("/a", scope="s", wild="XXX", method="POST", request=b"text=XXX&n=1"))
    new = said("/a", answer, scope="s", method="POST", request=b"text=hello&n=1")

    assert merged(before, ["s"], taken(new)).interactions == (new,)


@pytest.mark.parametrize("answer", [b"ok", b"other"])
def test_a_request_that_was_cut_short_is_whole_when_the_new_one_is(answer):
    old = said("/XXX[id]", scope="s", wild="XXX", method="PUT", request=b"XXX", comments=("ours", CUT_SHORT))
    new = said("/7", answer, scope="s", method="PUT", request=b"whole")

    (result,) = merged(recording(old), ["s"], taken(new)).interactions

    assert (result.request, result.response, result.comments) == (new.request, new.response, ("ours",))


def test_a_request_that_is_cut_short_again_says_so_once():
    old = said("/a", scope="s", wild="XXX", method="PUT", request=b"XXX", comments=(CUT_SHORT,))

    assert merged(recording(old), ["s"], taken(old)).interactions == (old,)


def test_a_request_of_another_method_or_body_is_another_one():
    before = recording(said("/a", b"old", method="POST", request=b"1"), said("/a", b"old", method="PUT", request=b"2"))

    result = merged(before, ["s"], taken(said("/a", b"new", method="PUT", request=b"1", scope="s")))

    assert [(each.request.method, each.scope) for each in result.interactions] == [
        ("POST", None),
        ("PUT", None),
        ("PUT", "s"),
    ]


def test_repeats_of_one_request_are_partners_in_order_each_once():
    before = recording(
        said("/a", b"1", scope="s", comments=("first",)), said("/a", b"2", scope="s", comments=("second",))
    )

    result = merged(
        before,
        ["s"],
        taken(said("/a", b"1", scope="s"), said("/a", b"changed", scope="s"), said("/a", b"3", scope="s")),
    )

    assert [(each.response.body, each.comments) for each in result.interactions] == [
        (b"1", ("first",)),
        (b"changed", ("second",)),
        (b"3", ()),
    ]


def test_interactions_that_overlapped_keep_the_order_of_the_file_before():
    before = recording(*(said(path, scope="s") for path in ("/a", "/b", "/c")))
    new = [
        TimedInteraction(said(path, scope="s"), begun, 9.0) for path, begun in (("/c", 1.0), ("/b", 2.0), ("/a", 3.0))
    ]

    assert paths(merged(before, ["s"], new)) == ["/a", "/b", "/c"]


def test_interactions_that_followed_each_other_stand_in_the_order_they_came():
    before = recording(said("/a", scope="s"), said("/b", scope="s"))

    assert paths(merged(before, ["s"], taken(said("/b", scope="s"), said("/a", scope="s")))) == ["/b", "/a"]


def test_appending_replaces_nothing_and_goes_to_the_end():
    before = recording(said("/a", scope="s"), closing=("the end",), comments=("the head",))
    new = [TimedInteraction(said("/c", scope="s"), 2.0, 3.0), TimedInteraction(said("/a", scope="s"), 1.0, 4.0)]

    result = merged(before, ["s"], new, append=True)

    assert paths(result) == ["/a", "/a", "/c"]
    assert (result.comments, result.closing) == (("the head",), ("the end",))


def test_appending_adds_what_is_too_large_to_be_stored_once():
    large = said("/large", b"", scope="s", omitted=99)
    before = recording(said("/a", scope="s"), large)

    assert merged(before, ["s"], taken(said("/large", b"", scope="s", omitted=98)), append=True) is before
    assert paths(merged(before, ["s"], taken(large, said("/b", scope="s")), append=True)) == ["/a", "/large", "/b"]


def test_what_stands_around_the_interactions_stays():
    before = recording(said("/a", scope="s"), comments=("the head",), closing=("the end",), match_on=("method", "uri"))

    result = merged(before, ["s"], taken(said("/b", scope="s")))

    assert (result.comments, result.closing, result.match_on) == (("the head",), ("the end",), ("method", "uri"))


def test_a_profiles_rules_say_what_asks_the_same():
    before = recording(said("/a?nonce=1", scope="s"))

    result = merged(before, ["s"], taken(said("/a?nonce=2", scope="s")), rules=Rules(ignore_query=("nonce",)))

    assert paths(result) == ["/a?nonce=1"]


def test_a_recording_that_compares_less_than_the_profile_says_so_itself():
    before = recording(
        said("/a", b"old", method="POST", request=b"{}"), said("/b", b"left"), match_on=("method", "uri"), repeat="miss"
    )

    result = merged(before, ["s"], taken(said("/a", b"new", method="POST", request=b'{"n": 1}', scope="s")))

    assert [(each.scope, each.response.body) for each in result.interactions] == [("s", b"new"), (None, b"left")]


def test_a_large_recording_of_which_all_has_changed_is_merged_in_a_moment():
    size = 1000
    before = recording(*(said("/a", request=b"old %d" % each, scope="run", method="POST") for each in range(size)))
    new = [said("/a", request=b"new %d" % each, scope="run", method="POST") for each in range(size)]
    begun = time.process_time()

    result = merged(before, ["run"], taken(*new))

    assert result.interactions == tuple(new)
    assert time.process_time() - begun < 10  # a second at most; each with each would be a minute


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b'{"result": "ok", "id": 8}', b'{"result": "ok", "id": XXX[id]}'),
        (b'{"result": "new", "id": 8}', b'{"result": "new", "id": XXX[id]}'),
    ],
)
def test_a_named_place_stays_when_its_request_is_recorded_again(body, wanted):
    hand = said(
        "/rpc",
        b'{"result": "ok", "id": XXX[id]}',
        scope="s",
        wild="XXX",
        method="POST",
        request=b'{"id": "XXX[id]", "m": "a"}',
    )
    before = recording(hand)

    result = merged(before, ["s"], taken(said("/rpc", body, scope="s", method="POST", request=b'{"id": 8, "m": "a"}')))

    assert [each.request for each in result.interactions] == [hand.request]
    assert [each.response.body for each in result.interactions] == [wanted]


def test_a_program_with_threads_keeps_the_order_that_was_there():
    before = recording(*(said(path, scope="s") for path in ("/a", "/b", "/c", "/d")))
    # By chance /d was over before /a began; only /b and /c overlapped. /new came behind /d.
    new = [
        TimedInteraction(said("/d", scope="s"), 0.0, 1.0),
        TimedInteraction(said("/new", scope="s"), 1.0, 2.0),
        TimedInteraction(said("/c", scope="s"), 2.0, 4.0),
        TimedInteraction(said("/b", scope="s"), 3.0, 5.0),
        TimedInteraction(said("/a", scope="s"), 6.0, 7.0),
    ]

    assert paths(merged(before, ["s"], new)) == ["/a", "/b", "/c", "/d", "/new"]


def test_wild_places_that_somebody_wrote_stay_where_the_answer_changed():
    before = recording(
        said("/a", b"old", scope="run", wild="XXX", method="POST", request=b"<Created>2026-XXX</Created>")
    )
    new = said("/a", b"new", scope="run", method="POST", request=b"<Created>2026-11</Created>")

    (result,) = merged(before, ["run"], taken(new)).interactions

    assert (result.request, result.response.body) == (before.interactions[0].request, b"new")


def test_wild_places_that_redaction_made_are_those_of_the_new_request():
    before = recording(said("/a?k=XXX&b=1", b"old", scope="run", wild="XXX"))
    new = said("/a?b=1&k=XXX", b"new", scope="run", wild="XXX")

    assert merged(before, ["run"], taken(new)).interactions == (new,)


@pytest.mark.parametrize("body", [b"ok", b"other"])
def test_a_fault_that_somebody_wrote_stays(body):
    before = recording(said("/a", scope="run", fault="reset after 5"))

    result = merged(before, ["run"], taken(said("/a", body, scope="run")))

    assert [(each.response.body, each.response.fault) for each in result.interactions] == [(body, "reset after 5")]
