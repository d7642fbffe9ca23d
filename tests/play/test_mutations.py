"""An answer with one thing changed: which changes there are, and what the client gets of each."""

import json
from dataclasses import replace

import pytest

from recproxy.grpc.bodies import on_the_wire
from recproxy.play.mutations import Mutation, mutated, mutated_interaction, mutations_of, read_mutation
from recproxy.recording import Interaction, Request, Response, as_sent, load

JSON = ((b"Content-Type", b"application/json"), (b"Date", b"today"), (b"Location", b"/orders/7"), (b"ETag", b'"1"'))


def answer(body, headers=JSON, *, method="GET", **response):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Interaction(
        request=Request(method=method, url="https://api.example/orders/7"),
        response=Response(status=200, headers=headers, body=body, **response),
    )


def kinds(interaction):
    found = {}
    for each in mutations_of(interaction):
        found.setdefault(each.place, []).append(each.kind)
    return found


def changed(body, text):
    return json.loads(mutated(answer(body).response, read_mutation(text)).body)


def test_each_field_has_the_changes_that_its_values_allow():
    body = {
        "id": 7,
        "state": "open",
        "note": "two words",
        "paid": False,
        "lines": [{"sku": "A1"}, {"sku": ""}],
        "x": None,
    }

    assert kinds(answer(body)) == {
        "429": ["status"],
        "500": ["status"],
        "json /id": ["drop", "null", "type", "empty"],
        "json /state": ["drop", "null", "type", "empty", "unknown"],
        "json /note": ["drop", "null", "type", "empty"],
        "json /paid": ["drop", "null", "type", "flip"],
        "json /lines": ["drop", "null", "type", "empty", "longer"],
        "json /lines/*": ["empty"],
        "json /lines/*/sku": ["drop", "null", "type", "empty"],
        "json /x": ["drop"],
        "header Content-Type": ["drop"],
        "header Location": ["drop"],
        "header Etag": ["drop"],
    }


def test_a_wildcard_without_quotes_is_a_number_and_stays_as_it_is():
    recorded = answer(b'{"id": XXX[id], "lines": [{"at": XXX[at.number]}], "note": "XXX[note]"}')

    assert kinds(recorded) == {
        "429": ["status"],
        "500": ["status"],
        "json /id": ["drop", "null", "type", "empty"],
        "json /lines": ["drop", "null", "type", "empty", "longer"],
        "json /lines/*": ["empty"],
        "json /lines/*/at": ["drop", "null", "type", "empty"],
        "json /note": ["drop", "null", "type", "empty"],
        "header Content-Type": ["drop"],
        "header Location": ["drop"],
        "header Etag": ["drop"],
    }
    for change, body in [
        ("drop json /note", b'{"id": XXX[id], "lines": [{"at": XXX[at.number]}]}'),
        ("empty json /id", b'{"id": 0, "lines": [{"at": XXX[at.number]}], "note": "XXX[note]"}'),
        ("type json /id", b'{"id": "seven", "lines": [{"at": XXX[at.number]}], "note": "XXX[note]"}'),
        ("type json /note", b'{"id": XXX[id], "lines": [{"at": XXX[at.number]}], "note": 7}'),
    ]:
        assert mutated(recorded.response, read_mutation(change)).body == body


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("drop json /a/*/b", {"a": [{"c": 1}, {"c": 2}], "d/e": "x", "t": True}),
        ("null json /a/*/b", {"a": [{"b": None, "c": 1}, {"b": None, "c": 2}], "d/e": "x", "t": True}),
        ("type json /d~1e", {"a": [{"b": "x", "c": 1}, {"b": "y", "c": 2}], "d/e": 7, "t": True}),
        ("type json /a", {"a": {}, "d/e": "x", "t": True}),
        ("empty json /a/*/c", {"a": [{"b": "x", "c": 0}, {"b": "y", "c": 0}], "d/e": "x", "t": True}),
        ("flip json /t", {"a": [{"b": "x", "c": 1}, {"b": "y", "c": 2}], "d/e": "x", "t": False}),
        ("unknown json /d~1e", {"a": [{"b": "x", "c": 1}, {"b": "y", "c": 2}], "d/e": "unknown_to_you", "t": True}),
        ("longer json /a", {"a": [{"b": "x", "c": 1}, {"b": "y", "c": 2}, {"b": "y", "c": 2}], "d/e": "x", "t": True}),
        ("drop json /nowhere/at/all", {"a": [{"b": "x", "c": 1}, {"b": "y", "c": 2}], "d/e": "x", "t": True}),
    ],
)
def test_a_change_is_made_in_all_elements_and_nowhere_else(text, after):
    body = {"a": [{"b": "x", "c": 1}, {"b": "y", "c": 2}], "d/e": "x", "t": True}

    assert changed(body, text) == after


def test_a_list_alone_is_a_body_too():
    assert changed([1, 2], "longer json") == [1, 2, 2]
    assert changed([1, 2], "empty json") == []


def test_a_status_and_a_header():
    response = answer({"a": 1}).response

    limited = mutated(response, Mutation("status", "429"))
    assert (limited.status, limited.reason, limited.body) == (429, b"Too Many Requests", b"{}")
    assert [name for name, _ in mutated(response, read_mutation("drop header Location")).headers] == [
        b"Content-Type", b"Date", b"ETag",
    ]  # fmt: skip


def test_a_form_is_changed_by_its_fields_and_any_other_body_as_a_whole():
    form = answer(b"oauth_token=abc&oauth_token_secret=", ((b"Content-Type", b"text/html"),))
    text = answer(b"hello, world", ())

    assert list(kinds(form)) == [
        "429",
        "500",
        "form oauth_token",
        "form oauth_token_secret",
        "body",
        "header Content-Type",
    ]
    assert mutated(form.response, read_mutation("drop form oauth_token")).body == b"oauth_token_secret="
    assert mutated(form.response, read_mutation("empty form oauth_token")).body == b"oauth_token=&oauth_token_secret="
    assert kinds(text) == {"429": ["status"], "500": ["status"], "body": ["empty"]}
    assert mutated(text.response, read_mutation("empty body")).body == b""


@pytest.mark.parametrize(
    "interaction",
    [answer(b"", omitted=20_000_000), answer(b"{}", fault="reset"), answer(b"", (), method="HEAD", framing=None)],
    ids=["too large", "fault", "head"],
)
def test_what_cannot_be_changed_is_not(interaction):
    assert all(each.kind == "status" for each in mutations_of(interaction))


def test_a_body_that_breaks_off_is_changed_as_a_whole():
    assert kinds(answer(b'{"a": ')) | {} == {
        "429": ["status"], "500": ["status"], "body": ["empty"],
        **{f"header {name}": ["drop"] for name in ("Content-Type", "Location", "Etag")},
    }  # fmt: skip


def test_names_that_no_line_can_show_and_endless_nesting_change_nothing():
    strange = answer(b'{"\\ud800": 1, "a\\nb": 2, "c": 3}')
    deep = answer(b'{"a":' * 900 + b"1" + b"}" * 900)

    assert {each.place for each in mutations_of(strange) if "json" in each.place} == {"json /c"}
    assert list(mutations_of(deep))
    assert json.loads(mutated(answer({"a": "\ud800", "b": 1}).response, read_mutation("drop json /b")).body) == {
        "a": "\ud800"
    }


CALL = """#recproxy 2

POST https://notes.example/share.v1.Notes/List HTTP/1.1
Content-Type: application/grpc
:encoding grpc
:message share.v1.Query text=1

{"text": "a"}
====
HTTP/1.1 200 OK
Content-Type: application/grpc
:trailer grpc-status: 0
:encoding grpc
:message share.v1.Note text=1 kind=2:share.v1.Kind count=3:int32
:enum share.v1.Kind OPEN=1 CLOSED=2

[{"text": "ab", "kind": "OPEN", "count": 1}, {"text": "bc", "kind": "CLOSED", "count": 2}]
=======
"""
HOOK = """#recproxy 2

:webhook
POST webhook://events/hooks HTTP/1.1
Content-Type: application/json
X-Signature: XXX

{"type": "paid"}
====
HTTP/1.1 204 No Content

=======
"""


def test_a_call_has_the_changes_that_its_messages_can_have_on_the_wire():
    (call,) = load(CALL.encode()).interactions

    found = kinds(call)

    assert found == {
        "RESOURCE_EXHAUSTED": ["status"],
        "UNAVAILABLE": ["status"],
        "json": ["empty", "longer"],
        "json /*": ["empty"],
        "json /*/text": ["drop", "unknown"],
        "json /*/kind": ["drop", "unknown"],
        "json /*/count": ["drop"],
    }
    for mutation in mutations_of(call):
        on_the_wire(mutated(call.response, mutation))  # nothing that could not be sent
    unknown = mutated(call.response, Mutation("unknown", "json /*/kind"))
    assert json.loads(unknown.body)[0]["kind"] == 424242
    refused = mutated(call.response, Mutation("status", "UNAVAILABLE"))
    assert (refused.trailers, refused.body) == (((b"grpc-status", b"14"),), b"")
    stream = replace(call.response, after=(0, 1, -1))  # refused before its client has said anything
    assert mutated(stream, Mutation("status", "UNAVAILABLE")).after == (0,)


def test_a_call_with_a_wildcard_in_place_of_a_number_has_the_same_changes():
    (call,) = load(CALL.encode()).interactions
    (wild,) = load(CALL.replace('"count": 2', '"count": XXX[count.number]').encode()).interactions

    assert kinds(wild) == kinds(call)
    assert mutated(wild.response, Mutation("drop", "json /*/text")).body.endswith(b'"count": XXX[count.number]}]')


def test_of_a_webhook_the_body_is_changed():
    (webhook,) = load(HOOK.encode()).interactions

    assert kinds(webhook) == {"json /type": ["drop", "null", "type", "empty", "unknown"]}
    sent = mutated_interaction(webhook, Mutation("null", "json /type"))
    assert json.loads(as_sent(sent).request.body) == {"type": None}
