"""What is under way with a service when a test begins that insists on replay: some of it ends, some may still come."""

import pytest
from notes_service import framed

from .conftest import Peer
from .h2_peers import h2_asker

INSISTS = b"the test that is running now insists on replay"
GET = b"GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n"
URL = "GET https://shop.example/a"
POSTED = "POST https://shop.example/a"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
POST = b"POST /a HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 8\r\n\r\n"
EVENTS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
REFUSED = (
    b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"Content-Length: 57\r\nConnection: close\r\n\r\nrecproxy: " + INSISTS + b"\n"
)
OVER_2 = {"client": h2_asker(Peer, client=True), "service": (h2_asker(Peer, client=False),)}
CALL = b"POST /a.B/Talk HTTP/1.1\r\nContent-Type: application/grpc\r\nTE: trailers\r\n\r\n"
CALLED = "POST https://shop.example/a.B/Talk"
STATUS = b"grpc-status: 14\r\ngrpc-message: recproxy: " + INSISTS + b"\r\n"
TALKS = [
    ("client", "sends", CALL + framed(b"one")),
    ("service", "sees", b"POST /a.B/Talk\r\n" + framed(b"one")),
    ("service", "sends", b"HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n\r\n" + framed(b"1")),
    ("client", "sees", b"HTTP/2 200\r\n" + framed(b"1")),
]
CALLS_BACK = b"HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\n\r\n"
ASKS = [
    ("client", "sends", CALL + framed(b"one")),
    ("client", "half-closes"),
    ("service", "sees", b"POST /a.B/Talk\r\n" + framed(b"one")),
    ("service", "sees end"),
]
LISTENS = [
    ("client", "sends", GET),
    ("service", "sees", GET),
    ("service", "sends", EVENTS + b"3\r\n:a\n\r\n"),
    ("client", "sees", EVENTS + b"3\r\n:a\n\r\n"),
]
LISTENS_OVER_2 = [
    ("client", "sends", GET.replace(b"Host: shop.example\r\n", b"")),
    ("service", "sees", b"GET /a\r\n"),
    ("service", "sends", b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n:a\n"),
    ("client", "sees", b"HTTP/2 200\r\n:a\n"),
]
LOADS = [
    ("client", "sends", GET),
    ("service", "sees", GET),
    ("service", "sends", CHUNKED + b"2\r\nab\r\n"),
    ("client", "sees", CHUNKED + b"2\r\nab\r\n"),
]
SENDS = [
    ("client", "sends", POST + b"half"),
    ("service", "sees", POST + b"half"),
]
BROKEN = [("client", "sees reset"), ("service", "sees end")]

ENDED = {
    "an event stream": {"steps": [*LISTENS, ("scope", "turns"), *BROKEN], "kept": [(URL, 200, b":a\n")]},
    "an event stream of a test around it": {
        "steps": [*LISTENS, ("scope", "insists within"), *BROKEN],
        "kept": [(URL, 200, b":a\n")],
    },
    "an event stream over HTTP/2": {
        **OVER_2,
        "steps": [*LISTENS_OVER_2, ("scope", "turns"), ("client", "sees reset"), ("service", "sees reset")],
        "kept": [(URL, 200, b":a\n")],
    },
    "a call both ways": {
        **OVER_2,
        "steps": [
            *TALKS,
            ("scope", "turns"),
            ("client", "sees", STATUS),
            ("client", "sees end"),
            ("service", "sees reset"),
        ],
        "kept": [(CALLED, 200, framed(b"1"))],
    },
    "a call both ways of which nothing has come": {
        **OVER_2,
        "steps": [
            *TALKS[:2],
            ("scope", "insists within"),
            ("client", "sees", b"HTTP/2 200\r\n" + STATUS),
            ("client", "sees end"),
            ("service", "sees reset"),
        ],
        "failed": [f"{CALLED}: {INSISTS.decode()}"],
    },
    "an upload": {
        "upstream": {"max_body": 3},
        "steps": [
            *SENDS,
            ("scope", "insists within"),
            ("client", "sees", REFUSED),
            ("client", "sees end"),
            ("service", "sees end"),
        ],
        "failed": [f"{POSTED}: {INSISTS.decode()}"],
    },
    "a download that does not end soon": {
        "steps": [*LOADS, ("scope", "insists within"), *BROKEN],
        "failed": [f"{URL}: {INSISTS.decode()}"],
    },
    "a request that is not answered soon": {
        "steps": [
            *LOADS[:2],
            ("scope", "insists within"),
            ("client", "sees", REFUSED),
            ("client", "sees end"),
            ("service", "sees end"),
        ],
        "failed": [f"{URL}: {INSISTS.decode()}"],
    },
    "a request that waited behind another": {
        "steps": [
            ("client", "sends", GET * 2),
            *LOADS[1:],
            ("scope", "insists within"),
            *BROKEN,
        ],
        "failed": [f"{URL}: {INSISTS.decode()}"],
    },
}
STAY = {
    "a late answer": {
        "then_mode": "replay",
        "steps": [*LOADS[:2], ("scope", "turns"), ("service", "sends", OK), ("client", "sees", OK)],
        "kept": [(URL, 200, b"ok")],
    },
    "the rest of an ordinary answer": {
        "then_mode": "replay",
        "steps": [
            *LOADS,
            ("scope", "turns"),
            ("service", "sends", b"1\r\n!\r\n0\r\n\r\n"),
            ("client", "sees", b"1\r\n!\r\n0\r\n\r\n"),
        ],
        "kept": [(URL, 200, b"ab!")],
    },
    "a stream, where a test of another worker insists": {
        "steps": [
            *LISTENS,
            ("scope", "insists elsewhere"),
            ("service", "sends", b"3\r\n:b\n\r\n0\r\n\r\n"),
            ("client", "sees", b"3\r\n:b\n\r\n0\r\n\r\n"),
        ],
        "kept": [(URL, 200, b":a\n:b\n")],
    },
    "a stream, where the next test is auto": {
        "steps": [
            *LISTENS,
            ("scope", "turns"),
            ("service", "sends", b"3\r\n:b\n\r\n0\r\n\r\n"),
            ("client", "sees", b"3\r\n:b\n\r\n0\r\n\r\n"),
        ],
        "kept": [(URL, 200, b":a\n:b\n")],
    },
    "a stream over HTTP/2": {
        **OVER_2,
        "steps": [
            *LISTENS_OVER_2,
            ("scope", "turns"),
            ("service", "sends", b":b\n"),
            ("client", "sees", b":b\n"),
            ("service", "closes"),
            ("client", "sees end"),
        ],
        "kept": [(URL, 200, b":a\n:b\n")],
    },
    "a call both ways": {
        **OVER_2,
        "steps": [
            *TALKS,
            ("scope", "turns"),
            ("client", "sends", framed(b"two")),
            ("service", "sees", framed(b"two")),
            ("service", "sends", framed(b"2")),
            ("client", "sees", framed(b"2")),
            ("client", "half-closes"),
            ("service", "sees end"),
            ("service", "closes"),
            ("client", "sees end"),
        ],
        "kept": [(CALLED, 200, framed(b"1", b"2"))],
    },
    "an upload whose test is waiting for it, where nothing else is recorded": {
        "upstream": {"max_body": 3},
        "steps": [
            *SENDS,
            ("scope", "ends before a replay"),
            ("client", "sends", b"less"),
            ("service", "sees", b"less"),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [(POSTED, 200, b"ok")],
    },
    "a request behind another one whose test is waiting for both, where nothing else is recorded": {
        "steps": [
            ("client", "sends", GET * 2),
            ("service", "sees", GET),
            ("scope", "ends before a replay"),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [(URL, 200, b"ok"), (URL, 200, b"ok")],
    },
    "an upload": {
        "upstream": {"max_body": 3},
        "steps": [
            *SENDS,
            ("scope", "turns"),
            ("client", "sends", b"less"),
            ("service", "sees", b"less"),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [(POSTED, 200, b"ok")],
    },
}


ENDED_WITH_ITS_TEST = STATUS.replace(INSISTS, b"the test that began this call has ended")
WITH_THEIR_TEST = {
    "a call both ways": {
        "steps": [
            *TALKS,
            ("scope", "was waited for"),
            ("client", "sees", ENDED_WITH_ITS_TEST),
            ("client", "sees end"),
            ("service", "sees reset"),
        ],
        "kept": [(CALLED, 200, framed(b"1"))],
    },
    "a stream of messages to a client that had ended its side": {
        "steps": [
            *ASKS,
            ("service", "sends", CALLS_BACK + framed(b"1", b"2")),
            ("client", "sees", b"HTTP/2 200\r\n" + framed(b"1", b"2")),
            ("scope", "was waited for"),
            ("client", "sees", ENDED_WITH_ITS_TEST),
            ("client", "sees end"),
            ("service", "sees reset"),
        ],
        "kept": [(CALLED, 200, framed(b"1", b"2"))],
    },
    "but not one of which no message has come": {
        "steps": [
            *ASKS,
            ("service", "sends", CALLS_BACK + framed(b"1")[:-1]),
            ("client", "sees", b"HTTP/2 200\r\n" + framed(b"1")[:-1]),
            ("scope", "was waited for"),
            ("service", "sends", framed(b"1")[-1:]),
            ("client", "sees", framed(b"1")[-1:]),
            ("service", "closes"),
            ("client", "sees end"),
        ],
        "kept": [(CALLED, 200, framed(b"1"))],
    },
    "but not one whose client has ended its side": {
        "steps": [
            *TALKS,
            ("client", "half-closes"),
            ("service", "sees end"),
            ("scope", "was waited for"),
            ("service", "sends", framed(b"2")),
            ("client", "sees", framed(b"2")),
            ("service", "closes"),
            ("client", "sees end"),
        ],
        "kept": [(CALLED, 200, framed(b"1", b"2"))],
    },
    "nor one that is not answered yet": {
        "steps": [
            *TALKS[:2],
            ("scope", "was waited for"),
            *TALKS[2:],
            ("client", "half-closes"),
            ("service", "sees end"),
            ("service", "closes"),
            ("client", "sees end"),
        ],
        "kept": [(CALLED, 200, framed(b"1"))],
    },
}


STREAMS = {
    "a stream": {"steps": [*LISTENS, ("scope", "was waited for"), *BROKEN], "kept": [(URL, 200, b":a\n")]},
    "a stream of a live run": {"mode": "live", "steps": [*LISTENS, ("scope", "was waited for"), *BROKEN]},
    "a stream over HTTP/2": {
        **OVER_2,
        "steps": [*LISTENS_OVER_2, ("scope", "was waited for"), ("client", "sees reset"), ("service", "sees reset")],
        "kept": [(URL, 200, b":a\n")],
    },
    "a stream whose client may have gone is not waited for": {
        "steps": [*LISTENS, ("client", "half-closes"), ("scope", "ends as all was heard"), *BROKEN],
        "kept": [(URL, 200, b":a\n")],
    },
    "but what is no stream is waited for": {
        "steps": [
            *LOADS,
            ("scope", "was waited for"),
            ("service", "sends", b"1\r\n!\r\n0\r\n\r\n"),
            ("client", "sees", b"1\r\n!\r\n0\r\n\r\n"),
        ],
        "kept": [(URL, 200, b"ab!")],
    },
    "nor is a stream of the test around it ended": {
        "steps": [
            *LISTENS,
            ("scope", "ends elsewhere"),
            ("service", "sends", b"3\r\n:b\n\r\n0\r\n\r\n"),
            ("client", "sees", b"3\r\n:b\n\r\n0\r\n\r\n"),
        ],
        "kept": [(URL, 200, b":a\n:b\n")],
    },
}


@pytest.mark.parametrize("row", ENDED.values(), ids=ENDED)
def test_what_would_go_on_ends_where_a_test_insists_on_replay(play, row, monkeypatch):
    monkeypatch.setattr("recproxy.proxy.open_exchanges._GRACE", 0)
    monkeypatch.setattr("recproxy.proxy.exchange._QUIET", 0)

    play({"mode": "auto", "recording": "#recproxy 2\n", "then_mode": "replay", **row})


@pytest.mark.parametrize("row", STAY.values(), ids=STAY)
def test_what_is_about_to_end_or_may_go_on_is_not_ended(play, row):
    play({"mode": "auto", "recording": "#recproxy 2\n", **row})


@pytest.mark.parametrize("row", WITH_THEIR_TEST.values(), ids=WITH_THEIR_TEST)
def test_a_call_both_ways_ends_with_its_test(play, row):
    play({**OVER_2, **row})


@pytest.mark.parametrize("row", STREAMS.values(), ids=STREAMS)
def test_an_event_stream_ends_with_its_test(play, row, monkeypatch):
    monkeypatch.setattr("recproxy.proxy.scope_end._LEFT_SECONDS", 60)

    play(row)
