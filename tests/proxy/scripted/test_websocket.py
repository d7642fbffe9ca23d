"""WebSockets: in live both ways of a connection are open behind the service's 101; else they are refused by name."""

import pytest

KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
ASKS = (
    b"GET /chat HTTP/1.1\r\nHost: shop.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    + KEY
    + b"\r\n"
)
ASKED = b"GET /chat HTTP/1.1\r\nHost: shop.example\r\n" + KEY + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
AGREES = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pP\r\n\r\n"
GET = b"GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ABSOLUTE = ASKS.replace(b"/chat", b"http://shop.example/chat")
#: Bytes that are no HTTP and no text, and more than one read takes.
FRAMES = bytes(range(256)) * 4096
OPEN = [
    ("client", "sends", ASKS),
    ("service", "sees", ASKED),
    ("service", "sends", AGREES),
    ("client", "sees", AGREES),
]
BOTH = [
    *OPEN,
    ("client", "sends", b"\x81\x02hi"),
    ("service", "sees", b"\x81\x02hi"),
    ("service", "sends", b"\x81\x03hey"),
    ("client", "sees", b"\x81\x03hey"),
    ("client", "sends", FRAMES),
    ("service", "sends", FRAMES),
    ("client", "sees", FRAMES),
    ("service", "sees", FRAMES),
]
END = [
    ("client", "half-closes"),
    ("service", "sees end"),
    ("service", "half-closes"),
    ("client", "sees end"),
]
ONLY_LIVE = b"recproxy: WebSocket cannot be recorded or replayed: run what needs it with --mode live, or replace it in the test\n"
TOO_LATE = (
    b"HTTP/1.1 504 Gateway Timeout\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"Content-Length: 46\r\nConnection: close\r\n\r\nrecproxy: the service sent nothing for 0.05 s\n"
)
REFUSED = (
    b"HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(ONLY_LIVE), ONLY_LIVE)
)
IS_REFUSED = {
    "steps": [("client", "sends", ASKS), ("client", "sees", REFUSED), ("client", "sees end")],
    "failed": [f"a client's request was refused with 501: {ONLY_LIVE.decode().strip().removeprefix('recproxy: ')}"],
}

ROWS = {
    "bytes pass both ways until both ends are done": {
        "steps": [
            *BOTH,
            ("client", "half-closes"),
            ("service", "sees end"),
            ("service", "sends", b"\x88\x00"),
            ("client", "sees", b"\x88\x00"),
            ("service", "half-closes"),
            ("client", "sees end"),
        ]
    },
    "the service may end first": {
        "steps": [
            *BOTH,
            ("service", "half-closes"),
            ("client", "sees end"),
            ("client", "sends", b"\x88\x00"),
            ("service", "sees", b"\x88\x00"),
            ("client", "half-closes"),
            ("service", "sees end"),
        ]
    },
    "bytes pass both ways through the gateway": {
        "entry": "gateway",
        "steps": [*BOTH, ("client", "closes"), ("service", "sees end")],
    },
    "a request in absolute form may ask": {
        "entry": "gateway",
        "steps": [
            ("client", "sends", ABSOLUTE),
            ("service", "sees", ASKED),
            ("service", "sends", AGREES + b"\x81\x00"),
            ("client", "sees", AGREES + b"\x81\x00"),
            # Looks like a request for another service.
            ("client", "sends", b"GET http://other.example/b HTTP/1.1\r\nHost: other.example\r\n\r\n"),
            ("service", "sees", b"GET http://other.example/b HTTP/1.1\r\nHost: other.example\r\n\r\n"),
            *END,
        ],
    },
    "bytes pass both ways through TLS": {
        "entry": "tunnel",
        "steps": [*BOTH, ("service", "half-closes"), ("client", "sees end")],
    },
    "what a TLS client sends last arrives": {
        "entry": "tunnel",
        "steps": [
            *OPEN,
            ("client", "sends", b"\x88\x00"),
            ("client", "closes"),
            ("service", "sees", b"\x88\x00"),
            ("service", "sees end"),
        ],
    },
    "what is sent together with the request arrives behind it": {
        "steps": [
            ("client", "sends", ASKS + b"\x81\x01a"),
            ("service", "sees", ASKED),
            ("client", "sends", b"\x81\x01b"),
            ("service", "sends", AGREES + b"\x81\x01c"),
            ("client", "sees", AGREES + b"\x81\x01c"),
            ("service", "sees", b"\x81\x01a\x81\x01b"),
            *END,
        ]
    },
    "a request and a WebSocket share a connection of the client": {
        "steps": [
            ("client", "sends", GET + ASKS + b"\x81\x00"),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("service 2", "sees", ASKED),
            ("service 2", "sends", AGREES),
            ("client", "sees", AGREES),
            ("service 2", "sees", b"\x81\x00"),
            ("service 2", "half-closes"),
            ("client", "sees end"),
        ]
    },
    "a service that refuses is heard, and the connection ends": {
        "steps": [
            ("client", "sends", ASKS),
            ("service", "sees", ASKED),
            ("service", "sends", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
            ("client", "sees", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"),
            ("client", "sees end"),
        ]
    },
    "a service that breaks off breaks the client off": {
        "steps": [*OPEN, ("service", "resets"), ("client", "sees reset")],
    },
    "a client that breaks off breaks the service off": {
        "steps": [*OPEN, ("client", "resets"), ("service", "sees reset")],
    },
    "a service that does not answer gets the client a 504": {
        "upstream": {"timeout": 0.05},
        "steps": [
            ("client", "sends", ASKS),
            ("service", "sees", ASKED),
            (
                "client",
                "sees",
                TOO_LATE,
            ),
            ("client", "sees end"),
            ("service", "sees end"),
        ],
        "failed": ["GET https://shop.example/chat: the service sent nothing for 0.05 s"],
    },
    "an end that stays silent when the other has ended is left": {
        "upstream": {"timeout": 0.05},
        "steps": [*OPEN, ("client", "half-closes"), ("service", "sees end"), ("client", "sees end")],
    },
    "what is open when the run ends is broken off, and no task is left": {
        "steps": [*OPEN, ("scope", "is quiet"), ("lane", "closes"), ("service", "sees reset"), ("client", "sees end")],
    },
    "a client that does not read lets the service wait, and the other way goes on": {
        "steps": [
            *OPEN,
            ("client", "stops reading"),
            ("service", "sends", FRAMES * 8),
            ("client", "sends", FRAMES),
            ("service", "sees", FRAMES),
            ("client", "reads on"),
            ("client", "sees", FRAMES * 8),
            *END,
        ]
    },
    "a service that does not read lets the client wait, and the other way goes on": {
        "steps": [
            *OPEN,
            ("service", "stops reading"),
            ("client", "sends", FRAMES * 8),
            ("service", "sends", FRAMES),
            ("client", "sees", FRAMES),
            ("service", "reads on"),
            ("service", "sees", FRAMES * 8),
            *END,
        ]
    },
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_websocket_in_live(play, row):
    play({"mode": "live", **row})


@pytest.mark.parametrize("play", ["uvloop"], indirect=True)
@pytest.mark.parametrize("entry", ["base URL", "gateway", "tunnel"])
@pytest.mark.parametrize("mode", ["replay", "record", "auto"])
def test_a_websocket_is_refused_by_name_in_other_modes(play, mode, entry):
    play({"mode": mode, "entry": entry, **IS_REFUSED})
