"""gRPC calls answered from a recording whose client leaves them, or whose test ends before they do."""

import pytest
from notes_service import framed, piece

from .conftest import Peer
from .h2_peers import h2_asker

CALL = b"POST /a.B/Talk HTTP/1.1\r\nContent-Type: application/grpc\r\nTE: trailers\r\n\r\n"
URL = "http://shop.example/a.B/Talk"
RECORDED = """#recproxy 2

POST https://shop.example/a.B/Talk HTTP/1.1
Content-Type: application/grpc
:encoding grpc
:message a.Note text=1

[{{"text": "one"}}, {{"text": "two"}}]
====
HTTP/1.1 200 OK
Content-Type: application/grpc
{order}:trailer grpc-status: 0
:encoding grpc
:message a.Reply text=1

[{{"text": "said"}}]
=======
"""
BEHIND_ONE, BEHIND_TWO = ":after 1 end\n", ":after 2 end\n"
ONE, SAID = framed(piece(1, b"one")), framed(piece(1, b"said"))
ENDED = b"grpc-status: 14\r\ngrpc-message: recproxy: the test that began this call has ended\r\n"
INSISTS = b"test that is running now insists on replay"
BEGINS = ("client", "sends", CALL + ONE)
LEAVES = [("lane", "hears all"), ("client", "resets"), ("lane", "hears all")]

ROWS = {
    "a call that its client leaves before the recording answers is a miss": {
        "recording": RECORDED.format(order=BEHIND_TWO),
        "steps": [BEGINS, *LEAVES],
        "missed": [URL],
    },
    "so is one whose client should have ended its side first": {
        "recording": RECORDED.format(order=""),
        "steps": [BEGINS, *LEAVES],
        "missed": [URL],
    },
    "and one that nothing recorded knows": {
        "recording": "#recproxy 2\n",
        "steps": [("client", "sends", CALL), *LEAVES],
        "missed": [URL],
    },
    "one that was begun in a test before is none of the test that runs now": {
        "recording": RECORDED.format(order=""),
        "steps": [BEGINS, ("lane", "hears all"), ("scope", "turns"), *LEAVES],
        "missed": [],
    },
    "one whose client has not ended its side is a miss of its test, when that was waited for": {
        "recording": RECORDED.format(order=""),
        "steps": [
            BEGINS,
            ("lane", "hears all"),
            ("scope", "was left"),
            ("scope", "was waited for"),
            ("client", "sees", b"HTTP/2 200\r\ngrpc-status: 9\r\n"),
            ("client", "ignores the rest"),
        ],
        "missed": [URL],
    },
    "and one that has only just come when its test ends": {
        "recording": RECORDED.format(order=BEHIND_TWO),
        "steps": [
            ("scope", "ends as a call comes"),
            BEGINS,
            ("client", "sees", b"HTTP/2 200\r\ngrpc-status: 9\r\n"),
            ("client", "ignores the rest"),
        ],
        "missed": [URL],
    },
    "one whose client ends its side while its test is waited for is answered from that": {
        "recording": RECORDED.format(order=""),
        "steps": [
            BEGINS,
            ("lane", "hears all"),
            ("scope", "ends"),
            ("client", "sends", framed(piece(1, b"two"))),
            ("client", "half-closes"),
            ("client", "sees", b"HTTP/2 200\r\n" + SAID + b"grpc-status: 0\r\n"),
            ("scope", "was waited for"),
            ("client", "sees end"),
        ],
    },
    "a client may leave a call that was answered": {
        "recording": RECORDED.format(order=BEHIND_ONE),
        "steps": [BEGINS, ("client", "sees", b"HTTP/2 200\r\n" + SAID), *LEAVES],
    },
    "a call that was answered and goes on ends with its test": {
        "recording": RECORDED.format(order=BEHIND_ONE),
        "steps": [
            BEGINS,
            ("client", "sees", b"HTTP/2 200\r\n" + SAID),
            ("scope", "was left"),
            ("client", "sees", ENDED),
            ("client", "sees end"),
        ],
    },
    "what fits nothing does not go to the service in a test that insists on replay": {
        "mode": "auto",
        "recording": RECORDED.format(order=BEHIND_TWO),
        "steps": [
            BEGINS,
            ("lane", "hears all"),
            ("scope", "insists within"),
            ("client", "sends", framed(piece(1, b"other"))),
            ("client", "sees", b"HTTP/2 200\r\n" + ENDED.replace(b"test that began this call has ended", INSISTS)),
            ("client", "sees end"),
        ],
    },
    "one that was not answered is a miss of its test, when that was waited for": {
        "recording": RECORDED.format(order=BEHIND_TWO),
        "steps": [
            BEGINS,
            ("lane", "hears all"),
            ("scope", "was left"),
            ("scope", "was waited for"),
            ("client", "sees", b"HTTP/2 200\r\ngrpc-status: 9\r\n"),
            ("client", "ignores the rest"),
        ],
        "missed": [URL],
    },
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_replayed_call(play, row, monkeypatch):
    monkeypatch.setattr("recproxy.proxy.scope_end._LEFT_SECONDS", 0.01)

    play({"mode": "replay", "client": h2_asker(Peer, client=True), **row})
