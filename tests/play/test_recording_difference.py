from __future__ import annotations

from recproxy.play.change import ChangeKind
from recproxy.play.recording_difference import compare_recordings
from recproxy.recording import load


def rec(*blocks):
    return load(("#recproxy 2\n\n" + "\n".join(blocks)).encode())


def one(
    what="orders/1", body='{"id": 1}', status="200 OK", headers="Content-Type: application/json", scope="m.test_one"
):
    return (
        f":scope {scope}\nGET https://a.example/{what} HTTP/1.1\n\n====\n"
        f"HTTP/1.1 {status}\n{headers}\n\n{body}\n=======\n"
    )


def changes(before, after):
    (found,) = compare_recordings(rec(before), rec(after))
    return [(each.kind.name, each.place, each.before, each.after) for each in found.changes]


def test_equal_recordings_do_not_differ():
    assert compare_recordings(rec(one(), one("orders/2")), rec(one(), one("orders/2"))) == []


def test_structure_comes_first_then_values_then_headers_that_are_always_new():
    head = "Date: {}\nX-Rate-Limit-Remaining: {}\nX-Plan: {}"
    before = one(body='{"id": 1, "name": "a", "old": true, "tags": ["x"]}', headers=head.format("Mon", 7, "free"))
    after = one(
        body='{"id": "1", "name": "b", "new": {}, "tags": ["x", "y"]}',
        status="201 Created",
        headers=head.format("Tue", 6, "pro"),
    )

    assert changes(before, after) == [
        ("STRUCTURE", "status", "200", "201"),
        ("STRUCTURE", "json /id", "number", "string"),
        ("STRUCTURE", "json /old", "boolean", None),
        ("STRUCTURE", "json /tags/1", None, "string"),
        ("STRUCTURE", "json /new", None, "object"),
        ("VALUE", "header x-plan", "free", "pro"),
        ("VALUE", "json /name", '"a"', '"b"'),
        ("VOLATILE", "header date", "Mon", "Tue"),
        ("VOLATILE", "header x-rate-limit-remaining", "7", "6"),
    ]


def test_bodies_with_wildcards_without_quotes_are_compared_by_field():
    before = one(body='{"n": XXX[n], "k": 1, "id": 5, "q": "XXX[n]", "old": XXX[n]}')
    after = one(body='{"n": XXX[n], "k": 2, "id": XXX[id], "q": XXX[n], "new": XXX[n]}')

    assert changes(before, after) == [
        ("STRUCTURE", "json /q", "string", "wildcard without quotes"),
        ("STRUCTURE", "json /old", "wildcard without quotes", None),
        ("STRUCTURE", "json /new", None, "wildcard without quotes"),
        ("VALUE", "json /k", "1", "2"),
        ("VALUE", "json /id", "(hidden: masked in the other version)", "XXX[id]"),
    ]


def test_a_request_with_another_query_is_the_same_interaction():
    assert changes(one("orders?page=1"), one("orders?page=2")) == [
        ("STRUCTURE", "request URL", "https://a.example/orders?page=1", "https://a.example/orders?page=2"),
    ]


def test_a_body_that_is_no_json_is_shown_where_it_begins_to_differ():
    text = "word " * 100
    ((kind, place, before, after),) = changes(
        one(body=f"{text}one", headers="A: b"), one(body=f"{text}two", headers="A: b")
    )

    assert (kind, place) == ("VALUE", "body")
    assert before.endswith("one")
    assert after.endswith("two")
    assert len(before) < 100


def test_an_import_without_a_scope_is_compared_with_what_a_test_recorded_anew():
    imported = one(body='{"id": 1}').removeprefix(":scope m.test_one\n")
    anew, other = one(body='{"id": 2}'), one(body='{"id": 1}', scope="m.test_two")

    for before, after, values in ((imported, anew, ("1", "2")), (anew, imported, ("2", "1"))):
        assert changes(before, after) == [("VALUE", "json /id", *values)]
    # One of the same scope goes first, and two of different scopes never belong together.
    first, second = compare_recordings(rec(imported, anew), rec(anew, other)), compare_recordings(rec(anew), rec(other))
    assert [(each.before, each.after) for each in first] == []
    assert [(each.before is None, each.after is None) for each in second] == [(False, True), (True, False)]


def test_interactions_that_are_gone_or_new_are_named():
    before, after = (
        rec(one("a"), one("b"), one("b", scope="m.test_two")),
        rec(one("b"), one("c"), one("b", scope="m.test_two")),
    )

    found = compare_recordings(before, after)
    assert [(each.before and each.before.request.url, each.after and each.after.request.url) for each in found] == [
        ("https://a.example/a", None),
        (None, "https://a.example/c"),
    ]
    assert ChangeKind.STRUCTURE < ChangeKind.VALUE < ChangeKind.VOLATILE
