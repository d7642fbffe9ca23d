"""Ids that a client makes and the service repeats are named places; ordinary values stay."""

import dataclasses

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.filling import filled_response, filling_values
from recproxy.play.playback import Playback
from recproxy.recording import Chunk, Interaction, Recording, Request, Response
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

ONE = b"0b5c4e0e-3d1b-4f61-9a55-7c1d9c0a8f11"
TWO = b"5f2f5d6e-86b1-4f07-8b52-0a5f3f1d2c44"
RANDOM = b"kQ3xY7Zb0aP9LmN2sTuVw4"


def asked(body=b"", said=b"", *, path="/a", method="POST", headers=(), answered=(), **response):
    return Interaction(
        request=Request(method=method, url=f"https://api.example{path}", headers=tuple(headers), body=body, wild=None),
        response=Response(status=200, headers=tuple(answered), body=said, wild=None, **response),
    )


def recorded(*interactions, **options):
    return redact_scope(interactions, RedactionRules(), **options).interactions


def bodies(*interactions):
    return [(each.request.body, each.response.body) for each in recorded(*interactions)]


def replayed(interactions, *live):
    """The bodies of the responses to live requests; None for a miss."""
    playing = Playback(Index((Recording(interactions=tuple(interactions)),), Rules()))
    said = []
    for each in live:
        position = playing.take(playing.locate(each.request))
        if position is None:
            said.append(None)
            continue
        playing.bind(position, each.request)
        response = playing.interaction(position).response
        said.append(filled_response(response, filling_values(response, playing.bound, {})).body)
    return said


def call(number, method=b"ping", said=b"pong"):
    return asked(
        b'{"jsonrpc": "2.0", "id": %s, "method": "%s", "params": {"id": %s}}' % (number, method, number),
        b'{"jsonrpc": "2.0", "result": {"id": %s, "said": "%s"}, "id": %s}' % (number, said, number),
    )


def test_the_id_of_a_json_rpc_call_is_a_named_place_and_an_id_in_its_parameters_stays():
    assert bodies(call(b"1"), call(b'"1"')) == [
        (
            b'{"jsonrpc": "2.0", "id": XXX[id], "method": "ping", "params": {"id": 1}}',
            b'{"jsonrpc": "2.0", "result": {"id": 1, "said": "pong"}, "id": XXX[id]}',
        ),
        (
            b'{"jsonrpc": "2.0", "id": "XXX[id.2]", "method": "ping", "params": {"id": "1"}}',
            b'{"jsonrpc": "2.0", "result": {"id": "1", "said": "pong"}, "id": "XXX[id.2]"}',
        ),
    ]


@pytest.mark.parametrize("ids", [("1", "2"), ("41", "42"), ("7", "7")])
def test_a_live_client_gets_its_own_ids_whether_it_counts_or_not(ids):
    def rpc(number, said=b""):
        body = b'{"jsonrpc": "2.0", "id": %s, "method": "ping"}' % number
        return asked(body, b'{"jsonrpc": "2.0", "result": "%s", "id": %s}' % (said, number))

    wanted = [
        b'{"jsonrpc": "2.0", "result": "%s", "id": %s}' % (said, each.encode())
        for each, said in zip(ids, (b"a", b"b"), strict=True)
    ]
    live = [rpc(each.encode()) for each in ids]

    assert replayed(recorded(rpc(b"1", b"a"), rpc(b"2", b"b")), *live) == wanted
    assert replayed(recorded(rpc(b"1", b"a"), rpc(b"1", b"b")), *live) == wanted


def test_each_call_of_a_batch_has_its_name_in_whatever_order_the_answers_are():
    batch = asked(
        b'[{"jsonrpc": "2.0", "id": 1, "method": "a"}, {"jsonrpc": "2.0", "id": 2, "method": "b"}]',
        b'[{"jsonrpc": "2.0", "id": 2, "result": 2}, {"jsonrpc": "2.0", "id": 1, "result": 1}]',
    )

    assert bodies(batch) == [
        (
            b'[{"jsonrpc": "2.0", "id": XXX[id], "method": "a"}, {"jsonrpc": "2.0", "id": XXX[id.2], "method": "b"}]',
            b'[{"jsonrpc": "2.0", "id": XXX[id.2], "result": 2}, {"jsonrpc": "2.0", "id": XXX[id], "result": 1}]',
        )
    ]


def test_an_answer_in_events_keeps_its_pieces():
    events = b'event: message\ndata: {"jsonrpc":"2.0","id":17,"result":1}\n\nevent: end\ndata: {}\n\n'
    first = events.index(b"17") + 1  # inside of the id
    chunks = (Chunk(size=first), Chunk(size=len(events) - first))
    (one,) = recorded(asked(b'{"jsonrpc":"2.0","id":17,"method":"a"}', events, chunks=chunks))

    assert one.response.body == events.replace(b"17", b"XXX[id]")
    assert [chunk.size for chunk in one.response.chunks] == [first - 1 + 7, len(events) - first - 1]


def test_a_call_of_json_rpc_1_is_known_by_all_of_its_members():
    call = b'{"method": "getinfo", "params": [], "id": 9}'
    assert bodies(asked(call, b'{"result": 1, "error": null, "id": 9}')) == [
        (b'{"method": "getinfo", "params": [], "id": XXX[id]}', b'{"result": 1, "error": null, "id": XXX[id]}')
    ]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b'{"id": 7, "method": "card"}', b'{"id": 7, "result": "ok"}'),
        (b'{"jsonrpc": "2.0", "id": 7, "method": "a"}', b'{"jsonrpc": "2.0", "id": 8, "result": 7}'),
        (b'{"jsonrpc": "2.0", "id": null, "method": "a"}', b'{"jsonrpc": "2.0", "id": null, "result": 7}'),
        (b'{"jsonrpc": "2.0", "method": "a"}', b'{"jsonrpc": "2.0", "result": "id"}'),
        (b'{"page": 2, "user": "ada", "since": "2026-01-31"}', b'{"page": 2, "user": "ada", "since": "2026-01-31"}'),
        (b'{"page_id": "%s"}' % ONE, b'{"page_id": "%s"}' % ONE),
        (b'{"variables": {"id": "%s"}}' % ONE, b'{"id": "%s"}' % ONE),
        (b'{"order_id": "%s", "client_id": "%s"}' % (ONE, TWO), b'{"order_id": "%s", "client_id": "%s"}' % (ONE, TWO)),
        (b'{"idempotency_key": "invoice-2026-05-march"}', b'{"idempotency_key": "invoice-2026-05-march"}'),
        (b'{"idempotency_key": "InvoiceNumberForMarch2026"}', b'{"idempotency_key": "InvoiceNumberForMarch2026"}'),
        (b'{"idempotency_key": "20260501120000000000"}', b'{"idempotency_key": "20260501120000000000"}'),
        (b'{"idempotency_key": "%s"}' % ONE, b'{"ok": true}'),
        (b'{"idempotency_key": "%s"}' % ONE, b'{"is": "a%s"}' % ONE),
        (b'{"idempotency_key": "%s"}' % ONE, b'{"%s": "ok"}' % ONE),
    ],
)
def test_an_ordinary_value_and_one_that_is_not_repeated_stay(sent, said):
    assert bodies(asked(sent, said)) == [(sent, said)]


def test_what_the_url_of_a_get_names_stays():
    path = f"/jobs/{ONE.decode()}?request_id={ONE.decode()}"
    (one,) = recorded(asked(said=b'{"request_id": "%s"}' % ONE, path=path, method="GET"))

    assert (one.request.url, one.response.body) == (f"https://api.example{path}", b'{"request_id": "%s"}' % ONE)


def test_an_id_that_the_service_gave_stays():
    made, used = recorded(
        asked(b'{"name": "a"}', b'{"request_id": "%s"}' % ONE),
        asked(b'{"request_id": "%s"}' % ONE, b'{"request_id": "%s"}' % ONE),
    )

    assert made.response.body == used.request.body == used.response.body == b'{"request_id": "%s"}' % ONE


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b'{"idempotency_key": "%s"}', b'{"key": "%s"}'),
        (b'{"input": {"clientMutationId": "%s"}}', b'{"data": {"clientMutationId": "%s"}}'),
        (b'{"client_order_id": "my-%s"}', b'{"client_order_id": "my-%s"}'),
        (b'{"ClientRequestToken" : "%s"}', b'{"ClientRequestToken":"%s"}'),
        (b"<a:MessageID>urn:uuid:%s</a:MessageID>", b"<a:RelatesTo>urn:uuid:%s</a:RelatesTo>"),
        (b'<s:Nonce EncodingType="b64">%s</s:Nonce>', b"<s:Nonce>%s</s:Nonce>"),
        (b"<CallerReference>%s</CallerReference>", b"<CallerReference>%s</CallerReference>"),
        (b"ClientToken=%s&Version=1", b"<clientToken>%s</clientToken>"),
        (b'--b\r\nContent-Disposition: form-data; name="nonce"\r\n\r\n%s\r\n--b--\r\n', b'{"nonce": "%s"}'),
    ],
)
@pytest.mark.parametrize("value", [ONE, RANDOM, b"deadbeefcafe0123"])
def test_a_random_value_under_a_name_that_the_client_makes_is_a_named_place(sent, said, value):
    interaction = asked(sent % value, said % value)
    ((request, response),) = bodies(interaction)

    assert value not in request + response
    assert request.count(b"XXX[") == response.count(b"XXX[") == 1
    live = asked(sent % TWO, b"")
    assert replayed(recorded(interaction), live) == [said % TWO]


@pytest.mark.parametrize("name", [b"Idempotency-Key", b"X-Request-ID", b"x-ms-client-request-id", b"X-B3-TraceId"])
def test_an_id_in_a_header_is_a_named_place_in_the_headers_of_the_response(name):
    (one,) = recorded(asked(headers=[(name, ONE)], answered=[(b"X-Echo", ONE)]))

    place = b"XXX[%s]" % name.lower()
    assert (one.request.headers, one.response.headers) == (((name, place),), ((b"X-Echo", place),))


def test_a_state_is_a_named_place_in_the_redirect_that_repeats_it():
    path = f"/authorize?state={RANDOM.decode()}&page=2"
    back = [(b"Location", b"https://app.example/back?code=1&state=" + RANDOM)]
    (one,) = recorded(asked(path=path, method="GET", answered=back))

    assert one.request.url == "https://api.example/authorize?state=XXX[state]&page=2"
    assert one.response.headers == ((b"Location", b"https://app.example/back?code=1&state=XXX[state]"),)


def test_a_value_has_one_name_from_its_first_request_on():
    key = b'{"idempotency_key": "%s"}'
    path = f"/payments/{ONE.decode()}"
    first, again, other, read = recorded(
        asked(key % ONE, b'{"error": "try again", "of": "%s"}' % ONE),
        asked(key % ONE, key % ONE),
        asked(key % TWO, key % TWO),
        asked(said=b'{"id": 5, "by": "%s"}' % ONE, path=path, method="GET"),
    )

    named = b'{"idempotency_key": "XXX[idempotency_key]"}'
    assert first.request.body == again.request.body == again.response.body == named
    assert first.response.body == b'{"error": "try again", "of": "XXX[idempotency_key]"}'
    assert other.request.body == other.response.body == b'{"idempotency_key": "XXX[idempotency_key.2]"}'
    assert read.request.url == "https://api.example/payments/XXX[idempotency_key]"
    assert read.response.body == b'{"id": 5, "by": "XXX[idempotency_key]"}'


def test_redacting_again_changes_nothing_and_names_of_other_scopes_stay_theirs():
    calls = (call(b"1"), asked(b'{"nonce": "%s"}' % ONE, ONE))
    once = recorded(*calls)

    assert recorded(*once) == once
    rpc, nonce = recorded(*calls, taken={"id", "nonce"})
    assert b'"id": XXX[id.2],' in rpc.request.body
    assert nonce.request.body == b'{"nonce": "XXX[nonce.2]"}'


def test_traffic_that_holds_the_wild_word_has_another():
    one = call(b"1")
    one = dataclasses.replace(one, request=dataclasses.replace(one.request, url="https://api.example/XXX"))
    (one,) = recorded(one)

    assert one.request.wild.encode() + b"[id]" in one.request.body
    assert one.response.wild.encode() + b"[id]" in one.response.body
