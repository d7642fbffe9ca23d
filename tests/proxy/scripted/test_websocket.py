"""WebSockets frame by frame: passed on and recorded between a client and its service, and answered from recordings."""

from types import SimpleNamespace

import pytest
from deadlines import seconds

from .conftest import Peer
from .h2_peers import h2_peer, refusing

KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
ASKS = (
    b"GET /chat HTTP/1.1\r\nHost: shop.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    + KEY
    + b"\r\n"
)
ASKED = b"GET /chat HTTP/1.1\r\nHost: shop.example\r\n" + KEY + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
ACCEPT = b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
AGREES = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + ACCEPT + b"\r\n"
GET = b"GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ABSOLUTE = ASKS.replace(b"/chat", b"http://shop.example/chat")
URL = "GET wss://shop.example/chat"


def frame(first, payload, *, masked):
    """A frame whose first byte is given; a mask of zeros leaves the payload as it is."""
    size, mask = len(payload), 0x80 if masked else 0
    if size < 126:
        head = bytes([first, mask | size])
    elif size < 1 << 16:
        head = bytes([first, mask | 126]) + size.to_bytes(2, "big")
    else:
        head = bytes([first, mask | 127]) + size.to_bytes(8, "big")
    return head + (bytes(4) if masked else b"") + payload


def says(payload, first=0x81):
    return frame(first, payload, masked=True)


def answers(payload, first=0x81):
    return frame(first, payload, masked=False)


def close(code, reason=b""):
    return code.to_bytes(2, "big") + reason


DATA = bytes(range(256)) * 2048
#: More than a replay holds ready.
MANY = [b'{"n": %50d}' % number for number in range(2_500)]
MANY_SAID, MANY_ANSWERED = b"".join(map(says, MANY)), b"".join(map(answers, MANY))
OPEN = [
    ("client", "sends", ASKS),
    ("service", "sees", ASKED),
    ("service", "sends", AGREES),
    ("client", "sees", AGREES),
]
TALK = [
    *OPEN,
    ("client", "sends", says(b"hi")),
    ("service", "sees", says(b"hi")),
    ("service", "sends", answers(b"hey")),
    ("client", "sees", answers(b"hey")),
    ("client", "sends", says(DATA, 0x82)),
    ("service", "sees", says(DATA, 0x82)),
    ("service", "sends", answers(DATA, 0x82)),
    ("client", "sees", answers(DATA, 0x82)),
]
TALKED = [(">", b"hi"), ("<", b"hey"), (">", DATA), ("<", DATA)]
LEAVES = [
    ("client", "sends", says(close(1001, b"off"), 0x88)),
    ("service", "sees", says(close(1001, b"off"), 0x88)),
    ("service", "sends", answers(close(1001, b"off"), 0x88)),
    ("client", "sees", answers(close(1001, b"off"), 0x88)),
    ("client", "sees end"),
]
CLOSES = [
    ("service", "sends", answers(close(4001, b"full"), 0x88)),
    ("service", "sees", says(close(4001), 0x88)),
    ("client", "sees", answers(close(4001, b"full"), 0x88)),
    ("client", "sends", says(close(4001), 0x88)),
    ("client", "sees end"),
]
TOO_LATE = (
    b"HTTP/1.1 504 Gateway Timeout\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    b"Content-Length: 46\r\nConnection: close\r\n\r\nrecproxy: the service sent nothing for 0.05 s\n"
)
LEFT = [(URL, 101, [*TALKED, (":leave", 1001)])]

FORWARDED = {
    "messages pass both ways until the client closes": {"steps": [*TALK, *LEAVES], "kept": LEFT},
    "the service may close first": {"steps": [*TALK, *CLOSES], "kept": [(URL, 101, [*TALKED, (":close", 4001)])]},
    "they pass through the gateway": {
        "entry": "gateway",
        "steps": [*TALK, *LEAVES],
        "kept": [(URL.replace("wss", "ws"), *LEFT[0][1:])],
    },
    "they pass through TLS": {"entry": "tunnel", "steps": [*TALK, *LEAVES], "kept": LEFT},
    "a request in absolute form may ask": {
        "entry": "gateway",
        "steps": [
            ("client", "sends", ABSOLUTE),
            ("service", "sees", ASKED),
            ("service", "sends", AGREES + answers(b"")),
            ("client", "sees", AGREES + answers(b"")),
            # Looks like a request for another service.
            ("client", "sends", says(b"GET http://other.example/b HTTP/1.1\r\nHost: other.example\r\n\r\n")),
            ("service", "sees", says(b"GET http://other.example/b HTTP/1.1\r\nHost: other.example\r\n\r\n")),
            *LEAVES,
        ],
        "kept": [
            (
                URL.replace("wss", "ws"),
                101,
                [
                    ("<", b""),
                    (">", b"GET http://other.example/b HTTP/1.1\r\nHost: other.example\r\n\r\n"),
                    (":leave", 1001),
                ],
            )
        ],
    },
    "what is sent together with the request arrives behind it": {
        "steps": [
            ("client", "sends", ASKS + says(b"a")),
            ("service", "sees", ASKED),
            ("client", "sends", says(b"b")),
            ("service", "sends", AGREES),
            ("client", "sees", AGREES),
            ("service", "sees", says(b"a") + says(b"b")),
            ("service", "sends", answers(b"c")),
            ("client", "sees", answers(b"c")),
            *LEAVES,
        ],
        "kept": [(URL, 101, [(">", b"a"), (">", b"b"), ("<", b"c"), (":leave", 1001)])],
    },
    "a message in fragments is one, with pings between them": {
        "steps": [
            *OPEN,
            ("client", "sends", says(b"one, ", 0x01) + says(b"are you there", 0x89)),
            ("service", "sees", says(b"are you there", 0x89)),
            ("service", "sends", answers(b"are you there", 0x8A)),
            ("client", "sees", answers(b"are you there", 0x8A)),
            ("client", "sends", says(b"two, ", 0x00) + says(b"three", 0x80)),
            ("service", "sees", says(b"one, two, three")),
            ("service", "sends", answers(b"ping", 0x89) + answers(b"for", 0x01) + answers(b"ty", 0x80)),
            ("client", "sees", answers(b"ping", 0x89) + answers(b"forty")),
            ("client", "sends", says(b"ping", 0x8A)),
            ("service", "sees", says(b"ping", 0x8A)),
            *LEAVES,
        ],
        "kept": [(URL, 101, [(">", b"one, two, three"), (":ping", b"ping"), ("<", b"forty"), (":leave", 1001)])],
    },
    "a message that is too large to be stored passes": {
        "upstream": {"max_body": 1000},
        "steps": [*TALK, *LEAVES],
        "kept": [(URL, 101, [(">", b"hi"), ("<", b"hey"), (">", len(DATA)), ("<", len(DATA)), (":leave", 1001)])],
    },
    "a request and a WebSocket share a connection of the client": {
        "steps": [
            ("client", "sends", GET + ASKS + says(b"")),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("service 2", "sees", ASKED),
            ("service 2", "sends", AGREES),
            ("client", "sees", AGREES),
            ("service 2", "sees", says(b"")),
            ("service 2", "closes"),
            ("client", "sees reset"),
        ],
        "kept": [("GET https://shop.example/a", 200, b"ok"), (URL, 101, [(">", b""), (":reset", b"")])],
    },
    "a service that refuses is heard, and the connection ends": {
        "steps": [
            ("client", "sends", ASKS),
            ("service", "sees", ASKED),
            ("service", "sends", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
            ("client", "sees", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"),
            ("client", "sees end"),
        ],
        "kept": [(URL, 403, b"no")],
    },
    "a service that breaks off breaks the client off": {
        "steps": [*OPEN, ("service", "resets"), ("client", "sees reset")],
        "kept": [(URL, 101, [(":reset", b"")])],
    },
    "a client that breaks off breaks the service off": {
        "steps": [*TALK, ("client", "resets"), ("service", "sees reset")],
        "kept": [(URL, 101, TALKED)],
    },
    "a client that ends without a close breaks the service off": {
        "steps": [*TALK, ("client", "half-closes"), ("service", "sees reset"), ("client", "sees end")],
        "kept": [(URL, 101, TALKED)],
    },
    "a client that breaks the protocol is told, and the service sees a close": {
        "steps": [
            *OPEN,
            ("client", "sends", answers(b"not masked")),
            ("client", "sees", answers(close(1002), 0x88)),
            ("service", "sees", says(close(1002), 0x88)),
            ("service", "sends", answers(close(1002), 0x88)),
            ("client", "sees end"),
        ],
        "kept": [(URL, 101, [])],
    },
    "a service that breaks the protocol breaks the client off": {
        "steps": [
            *OPEN,
            ("service", "sends", says(b"masked")),
            ("service", "sees", says(close(1002), 0x88)),
            ("client", "sees reset"),
        ],
        "kept": [(URL, 101, [(":reset", b"")])],
    },
    "a service that does not answer gets the client a 504": {
        "upstream": {"timeout": 0.05},
        "steps": [
            ("client", "sends", ASKS),
            ("service", "sees", ASKED),
            ("client", "sees", TOO_LATE),
            ("client", "sees end"),
            ("service", "sees end"),
        ],
        "failed": ["GET wss://shop.example/chat: the service sent nothing for 0.05 s"],
    },
    "a service that stays silent when the client has closed is left": {
        "upstream": {"timeout": seconds(0.1)},  # before that, the service has to agree within it
        "steps": [*OPEN, *LEAVES[:2], ("client", "sees end")],
        "kept": [(URL, 101, [(":leave", 1001)])],
    },
    "what is open when the run ends is broken off, and no task is left": {
        "steps": [*OPEN, ("scope", "is quiet"), ("lane", "closes"), ("service", "sees reset"), ("client", "sees end")],
        "kept": [(URL, 101, [])],
    },
    "thousands of messages each way are in order": {
        "steps": [
            *OPEN,
            ("client", "sends", MANY_SAID),
            ("service", "sees", MANY_SAID),
            ("service", "sends", MANY_ANSWERED),
            ("client", "sees", MANY_ANSWERED),
            *LEAVES,
        ],
        "kept": [(URL, 101, [*((">", each) for each in MANY), *(("<", each) for each in MANY), (":leave", 1001)])],
    },
    "what a service said that breaks off is kept, also where that takes its time": {
        "keeping": "waits",
        "steps": [
            *OPEN,
            ("service", "sends", answers(b"a")),
            ("client", "sees", answers(b"a")),
            ("service", "resets"),
            ("client", "sees reset"),
            ("keeping", "goes on"),
        ],
        "kept": [(URL, 101, [("<", b"a"), (":reset", b"")])],
    },
    "what is said in two tests is kept for each": {
        "steps": [
            *OPEN,
            ("client", "sends", says(b"a")),
            ("service", "sees", says(b"a")),
            ("scope", "turns"),
            ("service", "sends", answers(b"b")),
            ("client", "sees", answers(b"b")),
            ("scope", "turns"),
            *LEAVES,
        ],
        "kept": [(URL, 101, [(">", b"a")]), (URL, 101, [("<", b"b")]), (URL, 101, [(":leave", 1001)])],
    },
    "what is said after the test in which the service was asked is none of that": {
        "steps": [
            *OPEN[:2],
            ("scope", "ends and waits"),
            *OPEN[2:],
            ("scope", "follows"),
            ("service", "sends", answers(b"b")),
            ("client", "sees", answers(b"b")),
            *LEAVES,
        ],
        "kept": [(URL, 101, []), (URL, 101, [("<", b"b"), (":leave", 1001)])],
    },
    "a client that does not read lets the service wait, and the other way goes on": {
        "steps": [
            *OPEN,
            ("client", "stops reading"),
            ("service", "sends", answers(DATA, 0x82) * 16),
            ("client", "sends", says(DATA, 0x82)),
            ("service", "sees", says(DATA, 0x82)),
            ("client", "reads on"),
            ("client", "sees", answers(DATA, 0x82) * 16),
            *LEAVES,
        ]
    },
    "a service that does not read lets the client wait, and the other way goes on": {
        "steps": [
            *OPEN,
            ("service", "stops reading"),
            ("client", "sends", says(DATA, 0x82) * 16),
            ("service", "sends", answers(DATA, 0x82)),
            ("client", "sees", answers(DATA, 0x82)),
            ("service", "reads on"),
            ("service", "sees", says(DATA, 0x82) * 16),
            *LEAVES,
        ]
    },
}

RECORDED = """#recproxy 2

GET wss://shop.example/chat HTTP/1.1

====
HTTP/1.1 101 Switching Protocols

< hello
> {"id": "XXX[id]", "say": "a"}
< {"id": "XXX[id]", "said": "a"}
:binary base64
< AAEC
> {"id": 2, "say": "b"}
< b
< bb
> end
:close 4001 full
=======

GET wss://shop.example/no HTTP/1.1

====
HTTP/1.1 403 Forbidden
Content-Length: 2

no
=======
"""
BEGINS = [("client", "sends", ASKS), ("client", "sees", AGREES + answers(b"hello"))]
SAYS_B = [("client", "sends", says(b'{"say":"b","id":2}')), ("client", "sees", answers(b"b") + answers(b"bb"))]
SAYS_A = [
    ("client", "sends", says(b'{"id":"k7","say":"a"}')),
    ("client", "sees", answers(b'{"id": "k7", "said": "a"}') + answers(b"\0\1\2", 0x82)),
]
ENDS = [
    ("client", "sends", says(b"end")),
    ("client", "sees", answers(close(4001, b"full"), 0x88)),
    ("client", "sends", says(close(4001), 0x88)),
    ("client", "sees end"),
]
GOES = [
    ("client", "sends", says(close(1000), 0x88)),
    ("client", "sees", answers(close(1000), 0x88)),
    ("client", "sees end"),
]
NOTHING_FITS = close(4599, b"recproxy: no recorded message of this WebSocket of shop fits this one")

REPLAYED = {
    "the server speaks first, and answers what it answered": {"steps": [*BEGINS, *SAYS_A, *SAYS_B, *ENDS]},
    "independent messages may come in another order, and again": {"steps": [*BEGINS, *SAYS_B, *SAYS_A, *SAYS_B, *GOES]},
    "through TLS": {"entry": "tunnel", "steps": [*BEGINS, *SAYS_A, *GOES]},
    "a client that pings has its answer": {
        "steps": [
            *BEGINS,
            ("client", "sends", says(b"x", 0x89)),
            ("client", "sees", answers(b"x", 0x8A)),
            *GOES,
        ]
    },
    "what fits nothing closes with 4599 and a text": {
        "steps": [
            *BEGINS,
            ("client", "sends", says(b'{"id": 2, "say": "c"}')),
            ("client", "sees", answers(NOTHING_FITS, 0x88)),
            ("client", "sends", says(NOTHING_FITS[:2], 0x88)),
            ("client", "sees end"),
        ],
        "missed": ["wss://shop.example/chat"],
    },
    "a message that nests too deep to be read fits nothing": {
        "steps": [
            *BEGINS,
            ("client", "sends", says(b'{"id":' * 100_000)),
            ("client", "sees", answers(NOTHING_FITS, 0x88)),
            ("client", "sends", says(NOTHING_FITS[:2], 0x88)),
            ("client", "sees end"),
        ],
        "missed": ["wss://shop.example/chat"],
    },
    "what comes behind that is not heard": {
        "steps": [
            *BEGINS,
            ("client", "sends", says(b'{"id": 2, "say": "c"}') * 2 + says(b"d")),
            ("client", "sees", answers(NOTHING_FITS, 0x88)),
            ("client", "sends", says(NOTHING_FITS[:2], 0x88)),
            ("client", "sees end"),
        ],
        "missed": ["wss://shop.example/chat"],
    },
    "a connection goes on in another test with what that recorded": {
        "then": RECORDED.replace("< hello", "< again").replace('"say": "a"', '"say": "c"'),
        "steps": [
            *BEGINS,
            *SAYS_A,
            ("scope", "turns"),
            ("client", "sends", says(b'{"id":"k8","say":"c"}')),
            ("client", "sees", answers(b"again") + answers(b'{"id": "k8", "said": "a"}') + answers(b"\0\1\2", 0x82)),
            *SAYS_B,
            *GOES,
        ],
    },
    "and closes where that recorded nothing": {
        "steps": [
            *BEGINS,
            ("scope", "turns"),
            ("client", "sends", says(b"end")),
            ("client", "sees", answers(close(4599, b"no WebSocket like this one was recorded for this test"), 0x88)),
            ("client", "sends", says(close(4599), 0x88)),
            ("client", "sees end"),
        ],
        "missed": ["wss://shop.example/chat"],
    },
    "the agreement may fail on purpose": {
        "faults": ["reset"],
        "steps": [("client", "sends", ASKS), ("client", "sees reset")],
    },
    "a message may be closed for": {
        "faults": ["close 1011 at message"],
        "steps": [
            ("client", "sends", ASKS),
            ("client", "sees", AGREES + answers(close(1011), 0x88)),
            ("client", "sends", says(close(1011), 0x88)),
            ("client", "sees end"),
        ],
    },
    "a message may be garbage": {
        "faults": ["garbage at message"],
        "steps": [
            ("client", "sends", ASKS),
            ("client", "sees", AGREES + b"\xff\x7f" + b"recproxy plays garbage" * 4),
            *GOES,
        ],
    },
    "faults above messages are played": {
        "recording": RECORDED.replace("< b\n", ":fault delay 0.01\n< b\n").replace(
            "< bb", ":fault reset after 3\n< bb"
        ),
        "steps": [
            *BEGINS,
            ("client", "sends", says(b'{"say":"b","id":2}')),
            ("client", "sees", answers(b"b") + answers(b"bb")[:3]),
            ("client", "sees reset"),
        ],
    },
    "what drips comes whole": {
        "recording": RECORDED.replace("< b\n", ":fault drip 1000/s\n< b\n"),
        "steps": [*BEGINS, *SAYS_B, *GOES],
    },
    "a client that breaks the protocol is told": {
        "steps": [
            *BEGINS,
            ("client", "sends", answers(b"not masked")),
            ("client", "sees", answers(close(1002), 0x88)),
            ("client", "sees end"),
        ],
    },
    "a recorded refusal refuses": {
        "steps": [
            ("client", "sends", ASKS.replace(b"/chat", b"/no")),
            ("client", "sees", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"),
            ("client", "sees end"),
        ]
    },
}


NEW = b'{"id": 2, "say": "new"}'
TOLD_AGAIN = [
    ("client", "sends", says(NEW)),
    ("service", "sees", ASKED),
    ("service", "sends", AGREES + answers(b"hello")),
    ("service", "sees", says(b'{"id":"k7","say":"a"}')),
    ("service", "sends", answers(b"a") + answers(b"\0", 0x82)),
    ("service", "sees", says(NEW)),
    ("service", "sends", answers(b"live")),
    ("client", "sees", answers(b"live")),
]
AGAIN = [("<", b"hello"), (">", b'{"id":"k7","say":"a"}'), ("<", b"a"), ("<", b"\0"), (">", NEW), ("<", b"live")]
ENDED = close(1001, b"recproxy: the test that is running now insists on replay")
INSISTS = [
    ("scope", "turns"),
    ("service", "sends", answers(b"of the test before")),
    ("client", "sees", answers(ENDED, 0x88)),
    ("service", "sees", says(close(1001), 0x88)),
    ("client", "sends", says(b"not for the service") + says(close(1001), 0x88)),
    ("service", "sends", answers(close(1001), 0x88)),
    ("service", "sees end"),
    ("client", "sees end"),
]
IN_AUTO = {
    "a message that was not recorded goes to the service, which is told first what was said": {
        "steps": [
            *BEGINS,
            *SAYS_A,
            *TOLD_AGAIN,
            ("client", "sends", says(b"end") + says(b"x", 0x89)),
            ("client", "sees", answers(b"x", 0x8A)),
            ("service", "sees", says(b"end")),
            ("service", "sends", answers(b"p", 0x89) + answers(b"mo", 0x01) + answers(b"re", 0x80)),
            ("service", "sees", says(b"p", 0x8A)),
            ("client", "sees", answers(b"p", 0x89) + answers(b"more")),
            ("client", "sends", says(close(1000), 0x88)),
            ("service", "sees", says(close(1000), 0x88)),
            ("service", "sends", answers(close(1000), 0x88)),
            ("client", "sees", answers(close(1000), 0x88)),
            ("client", "sees end"),
        ],
        "kept": [(URL, 101, [*AGAIN, (">", b"end"), (":ping", b"p"), ("<", b"more"), (":leave", 1000)])],
    },
    "the service may close then": {
        "steps": [*BEGINS, *SAYS_A, *TOLD_AGAIN, *CLOSES],
        "kept": [(URL, 101, [*AGAIN, (":close", 4001)])],
    },
    "or break off": {
        "steps": [*BEGINS, *SAYS_A, *TOLD_AGAIN, ("service", "resets"), ("client", "sees reset")],
        "kept": [(URL, 101, [*AGAIN, (":reset", b"")])],
    },
    "a client that breaks off breaks the service off, too": {
        "steps": [*BEGINS, *SAYS_A, *TOLD_AGAIN, ("client", "resets"), ("service", "sees reset")],
        "kept": [(URL, 101, AGAIN)],
    },
    "a service that does not agree any more closes with 1014": {
        "steps": [
            *BEGINS,
            ("client", "sends", says(NEW)),
            ("service", "sees", ASKED),
            ("service", "sends", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
            ("client", "sees", answers(close(1014, b"the service does not agree to this WebSocket now"), 0x88)),
            ("client", "sends", says(close(1014), 0x88)),
            ("client", "sees end"),
        ],
        "kept": [(URL, 403, b"no")],
    },
    "in a test that insists on replay, it is a miss": {
        "then": RECORDED,
        "then_mode": "replay",
        "steps": [
            *BEGINS,
            ("scope", "turns"),
            ("client", "sends", says(NEW)),
            ("client", "sees", answers(b"hello") + answers(NOTHING_FITS, 0x88)),
            ("client", "sends", says(close(4599), 0x88)),
            ("client", "sees end"),
        ],
        "missed": ["ws://shop.example/chat"],
    },
    "where the service goes on already, both are closed": {
        "then": RECORDED,
        "then_mode": "replay",
        "steps": [*BEGINS, *SAYS_A, *TOLD_AGAIN, *INSISTS],
        "kept": [(URL, 101, AGAIN)],
    },
    "also where nothing was recorded before": {
        "recording": "#recproxy 2\n",
        "then": RECORDED,
        "then_mode": "replay",
        "steps": [*TALK, *INSISTS],
        "kept": [(URL, 101, TALKED)],
    },
    "and where the service agrees only then": {
        "recording": "#recproxy 2\n",
        "then_mode": "replay",
        "steps": [
            *OPEN[:2],
            ("scope", "turns"),
            ("service", "sends", AGREES + answers(b"hello")),
            ("client", "sees", AGREES),
            ("client", "sees reset"),
        ],
        "kept": [(URL, 101, [])],
    },
    "a test of another worker that insists on replay ends none that begins here": {
        "recording": "#recproxy 2\n",
        "steps": [
            *OPEN[:2],
            ("scope", "insists elsewhere"),
            ("service", "sends", AGREES + answers(b"hello")),
            ("client", "sees", AGREES + answers(b"hello")),
            *CLOSES,
        ],
        "kept": [(URL, 101, [("<", b"hello"), (":close", 4001)])],
    },
    "what was recorded is answered without the service": {"steps": [*BEGINS, *SAYS_A, *SAYS_B, *ENDS]},
}


@pytest.fixture(autouse=True)
def no_mask(monkeypatch):
    """Have our client mask with zeros, and choose the key of the RFC, so that a row can name its bytes."""
    monkeypatch.setattr("secrets.token_bytes", lambda size: b"the sample nonce")
    monkeypatch.setattr("wsproto.frame_protocol.os", SimpleNamespace(urandom=bytes))


@pytest.mark.parametrize("row", FORWARDED.values(), ids=FORWARDED)
def test_a_websocket_passes_and_is_recorded(play, row):
    play(row if "kept" in row or "failed" in row else {**row, "mode": "live"})


@pytest.mark.parametrize("play", ["uvloop"], indirect=True)
def test_a_websocket_passes_and_is_not_recorded_in_live(play):
    play({"steps": [*TALK, *LEAVES], "mode": "live"})


@pytest.mark.parametrize("row", REPLAYED.values(), ids=REPLAYED)
def test_a_websocket_is_replayed(play, row):
    play({"mode": "replay", "recording": RECORDED, "entry": "tunnel", **row})


#: Rows of what only HTTP/1.1 has: other requests on a connection, the gateway, the text of a status.
OF_HTTP_1 = (
    "they pass through the gateway",
    "they pass through TLS",
    "through TLS",
    "a request in absolute form may ask",
    "a request and a WebSocket share a connection of the client",
    "a service that refuses is heard, and the connection ends",
    "a service that does not answer gets the client a 504",
    "a recorded refusal refuses",
)
CLIENT = h2_peer(Peer, client=True, agrees=AGREES, asked=ASKED)
ASKED_OVER_2 = ASKED.replace(b"Sec-WebSocket-Key", b"sec-websocket-key").replace(
    b"Sec-WebSocket-Version", b"sec-websocket-version"
)
SERVICE = h2_peer(Peer, client=False, agrees=AGREES, asked=ASKED_OVER_2)
SERVICES = {"HTTP/1.1": (refusing(Peer), Peer), "HTTP/2": (SERVICE,)}


def of_http_2(rows):
    """The rows as they are where the client speaks HTTP/2: names of headers are small, and the base URL has no TLS."""
    found = {}
    for name, row in rows.items():
        if name not in OF_HTTP_1:
            steps = [tuple(ASKED_OVER_2 if word == ASKED else word for word in step) for step in row["steps"]]
            found[name] = {**row, "steps": steps, "client": CLIENT}
            if "missed" in row:
                found[name]["missed"] = ["ws://shop.example/chat"]
    return found


@pytest.mark.parametrize("play", ["uvloop"], indirect=True)
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("row", of_http_2(FORWARDED).values(), ids=of_http_2(FORWARDED))
def test_a_websocket_over_http_2_passes_and_is_recorded(play, row, service):
    mode = {} if "kept" in row or "failed" in row else {"mode": "live"}
    play({**row, "service": SERVICES[service], **mode})


@pytest.mark.parametrize("play", ["uvloop"], indirect=True)
@pytest.mark.parametrize("row", of_http_2(REPLAYED).values(), ids=of_http_2(REPLAYED))
def test_a_websocket_over_http_2_is_replayed(play, row):
    play({"mode": "replay", "recording": RECORDED, **row, "entry": "base URL"})


@pytest.mark.parametrize("play", ["uvloop"], indirect=True)
@pytest.mark.parametrize("row", IN_AUTO.values(), ids=IN_AUTO)
def test_a_websocket_that_is_recorded_in_part_goes_on_in_auto(play, row):
    play({"mode": "auto", "recording": RECORDED, **row})
