"""Webhooks in a recording: as they were in the file, as any interaction in memory."""

import pytest

from recproxy.errors import RecordingError
from recproxy.recording import (
    Webhook,
    as_sent,
    as_told,
    dump,
    load,
    locate,
    pack,
    recorded_scopes,
    unpack,
    webhook_url,
)  # fmt: skip

TEXT = b"""#recproxy 2

:scope test_pay
GET https://api.shop.example/charges HTTP/1.1

====
HTTP/1.1 200 OK

one
=======

# the payment went through
:scope test_pay
:recorded 2026-01-31
:webhook 0.25
PUT webhook://events/hooks/shop?a=1 HTTP/1.1
Content-Type: application/json
Shop-Signature: XXX

{"id": "evt_1"}
====
HTTP/1.1 201 Created
Content-Type: text/plain

ok XXX
=======

:webhook
POST webhook://events/ HTTP/1.1

====
HTTP/1.1 204 No Content

=======
"""


def test_a_webhook_stands_as_it_was_and_is_read_again():
    recording = load(TEXT)
    assert dump(recording) == TEXT
    assert list(locate(TEXT).interactions) == list(recording.interactions)
    assert list(recorded_scopes(locate(TEXT).interactions)) == ["test_pay", "test_pay", None]
    assert [unpack(pack(each)) for each in recording.interactions] == list(recording.interactions)


def test_the_service_speaks_in_the_response_and_the_program_in_the_request():
    webhook = load(TEXT).interactions[1]

    assert webhook.webhook == Webhook(method="PUT", delay=0.25)
    assert (webhook.request.method, webhook.request.url) == ("WEBHOOK", "webhook://events/hooks/shop?a=1")
    assert (webhook.request.body, webhook.response.body, webhook.response.status) == (
        b"ok XXX",
        b'{"id": "evt_1"}',
        201,
    )
    sent = as_sent(webhook)
    assert (sent.request.method, sent.request.body, sent.answer.status, sent.answer.body) == (
        "PUT", b'{"id": "evt_1"}', 201, b"ok XXX",
    )  # fmt: skip
    told = as_told(webhook)
    assert (told.request, told.response, told.webhook) == (sent.request, sent.answer, None)
    first = load(TEXT).interactions[0]
    assert as_told(first) is first


def test_the_url_names_the_webhook_and_where_it_went():
    assert webhook_url("events", "/hooks?a=1") == "webhook://events/hooks?a=1"
    assert webhook_url("events", "hooks") == "webhook://events/hooks"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b":webhook soon\nPOST webhook://a/ HTTP/1.1\n", "a line like ':webhook 0.25'"),
        (b":webhook\n:webhook\nPOST webhook://a/ HTTP/1.1\n", "one :webhook"),
        (b":webhook\nSMTP smtp://a.example:25\n", "a request line"),
        (b"POST webhook://a/ HTTP/1.1\n:webhook\n", "no :webhook here"),
    ],
)
def test_a_webhook_that_is_none_is_refused(text, why):
    with pytest.raises(RecordingError, match=why):
        load(b"#recproxy 2\n\n" + text + b"\n====\nHTTP/1.1 200 OK\n\n=======\n")
