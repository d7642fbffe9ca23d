"""Requests that go to the service: what each side does, what the other sees, and what is kept."""

import pytest

GET = b"GET /a HTTP/1.1\r\nHost: shop.example\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
KEPT = ("GET https://shop.example/a", 200, b"ok")
CLOSE = b"GET /a HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"
POST = b"POST /a HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 4\r\n\r\n"
JSON_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


ABSOLUTE = b"GET http://shop.example/a HTTP/1.1\r\nHost: shop.example\r\n\r\n"
OTHER = b"GET http://other.example/b HTTP/1.1\r\nHost: other.example\r\n\r\n"
CHUNKED_ONLY = "the only Transfer-Encoding that can be sent on is chunked"
NO_LETTER = "it cannot be recorded, because its method does not begin with a letter"
ENDED = "the service closed the connection without an answer"
TUNNELS = "CONNECT is for the gateway's address ($HTTPS_PROXY), not for this one"
VERSION = "only HTTP/1.1 and HTTP/1.0 are supported"
SCHEMES = "only http:// and https:// are forwarded, not ftp://"
PORT = "shop.example:99999 is not served on a connection opened for shop.example:443"


def refused(status, text):
    """A response of the proxy's own."""
    body = f"recproxy: {text}\n".encode()
    head = (
        b"HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\nContent-Length: %d\r\n"
    )
    return head % (status, len(body)) + b"Connection: close\r\n\r\n" + body


ROWS = {
    "a method that has no place in a recording is not sent on": {
        "steps": [
            ("client", "sends", GET.replace(b"GET", b"#GET")),
            ("client", "sees", refused(b"501 Not Implemented", NO_LETTER)),
            ("client", "sees end"),
        ],
        "failed": [f"#GET https://shop.example/a: {NO_LETTER}"],
    },
    "a method that has no place in a recording is sent on where nothing is recorded": {
        "mode": "live",
        "steps": [
            ("client", "sends", GET.replace(b"GET", b"1GET")),
            ("service", "sees", GET.replace(b"GET", b"1GET")),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
    },
    "a control character in the reason of a response is a space": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", b"HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nok"),
            ("client", "sees", b"HTTP/1.1 200 O K\r\nContent-Length: 2\r\n\r\nok"),
        ],
        "kept": [KEPT],
    },
    "a request passes, and its response": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT],
    },
    "the next request of a client goes over the same connection": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, KEPT],
    },
    "pipelined requests are asked one after the other": {
        "steps": [
            ("client", "sends", GET + GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, KEPT],
    },
    "a client that asks for the end of the connection gets it": {
        "steps": [
            ("client", "sends", CLOSE),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"),
            ("client", "sees end"),
        ],
        "kept": [KEPT],
    },
    "the client sees the last byte only when the interaction is kept": {
        "keeping": "waits",
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
            ("keeping", "goes on"),
            ("client", "sees", b"ok"),
        ],
        "kept": [KEPT],
    },
    "an interaction that cannot be kept breaks the client off": {
        "keeping": "waits",
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
            ("keeping", "fails"),
            ("client", "sees reset"),
        ],
        "failed": ["GET https://shop.example/a: the disk is full"],
    },
    "a body goes to the service as it comes": {
        "steps": [
            ("client", "sends", POST + b"on"),
            ("service", "sees", POST + b"on"),
            ("client", "sends", b"ce"),
            ("service", "sees", b"ce"),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [("POST https://shop.example/a", 200, b"ok")],
    },
    "chunks of a response come as they are sent": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", CHUNKED + b"2\r\nok\r\n"),
            ("client", "sees", CHUNKED + b"2\r\nok\r\n"),
            ("service", "sends", b"1\r\n!\r\n"),
            ("client", "sees", b"1\r\n!\r\n"),
            ("service", "sends", b"0\r\nX-Sum: 3\r\n\r\n"),
            ("client", "sees", b"0\r\nX-Sum: 3\r\n\r\n"),
        ],
        "kept": [("GET https://shop.example/a", 200, b"ok!")],
    },
    "who waits for 100 Continue gets it from the proxy": {
        "steps": [
            ("client", "sends", POST[:-2] + b"Expect: 100-continue\r\n\r\n"),
            ("client", "sees", b"HTTP/1.1 100 Continue\r\n\r\n"),
            ("service", "sees", POST),
            ("client", "sends", b"once"),
            ("service", "sees", b"once"),
            ("service", "sends", b"HTTP/1.1 100 Continue\r\n\r\n" + OK),
            ("client", "sees", OK),
        ],
        "kept": [("POST https://shop.example/a", 200, b"ok")],
    },
    "who waits for 100 Continue behind another request gets it in its turn": {
        "steps": [
            ("client", "sends", GET + POST.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n")),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK + b"HTTP/1.1 100 Continue\r\n\r\n"),
            ("client", "sends", b"body"),
            ("service 2", "sees", POST + b"body"),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, ("POST https://shop.example/a", 200, b"ok")],
    },
    "an early response reaches a client that is still sending, and ends its connection": {
        "steps": [
            ("client", "sends", POST + b"on"),
            ("service", "sees", POST + b"on"),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("client", "sees end"),
        ],
        "kept": [("POST https://shop.example/a", 200, b"ok")],
    },
    "a client that sends on after an early response is read to its end, and may ask again": {
        "steps": [
            ("client", "sends", POST + b"on"),
            ("service", "sees", POST + b"on"),
            ("service", "sends", OK[:-1]),
            ("client", "sees", OK[:-1]),
            ("service", "sends", OK[-1:]),
            ("service", "closes"),
            ("client", "sends", b"ce"),
            ("client", "sees", OK[-1:]),
            ("client", "sends", GET),
            ("service 2", "sees", GET),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [("POST https://shop.example/a", 200, b"ok"), ("GET https://shop.example/a", 200, b"ok")],
    },
    "a body without a length ends with the connection": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", b"HTTP/1.1 200 OK\r\n\r\nto the"),
            ("client", "sees", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the"),
            ("service", "sends", b" end"),
            ("client", "sees", b" end"),
            ("service", "closes"),
            ("client", "sees end"),
        ],
        "kept": [("GET https://shop.example/a", 200, b"to the end")],
    },
    "a service that breaks off in the middle of its response breaks the client off": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
            ("client", "sees", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
            ("service", "closes"),
            ("client", "sees reset"),
        ],
        "failed": ["GET https://shop.example/a: the service closed the connection in the middle of its answer"],
    },
    "a service that ends without a response is 502": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "closes"),
            ("client", "sees", refused(b"502 Bad Gateway", "the service closed the connection without an answer")),
            ("client", "sees end"),
        ],
        "failed": ["GET https://shop.example/a: the service closed the connection without an answer"],
    },
    "a service that says nothing is 504": {
        "upstream": {"timeout": 0.05},
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("client", "sees", refused(b"504 Gateway Timeout", "the service sent nothing for 0.05 s")),
            ("client", "sees end"),
        ],
        "failed": ["GET https://shop.example/a: the service sent nothing for 0.05 s"],
    },
    "a client that leaves an ordinary response fails the scope": {
        "upstream": {"max_body": 3},
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
            ("client", "sees", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
            ("client", "resets"),
            ("service", "sees end"),
        ],
        "failed": ["GET https://shop.example/a: the client went away before the answer was complete"],
    },
    "a stream that the client leaves is kept as far as it came": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", CHUNKED[:-2] + b"Content-Type: text/event-stream\r\n\r\n3\r\n:a\n\r\n"),
            ("client", "sees", CHUNKED[:-2] + b"Content-Type: text/event-stream\r\n\r\n3\r\n:a\n\r\n"),
            ("client", "resets"),
            ("service", "sees end"),
        ],
        "kept": [("GET https://shop.example/a", 200, b":a\n")],
    },
    "a silent stream whose client has gone is kept as far as it came when its scope ends": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", JSON_STREAM + b"3\r\n{}\n\r\n"),
            ("client", "sees", JSON_STREAM + b"3\r\n{}\n\r\n"),
            ("client", "closes"),
            ("scope", "waits no longer"),
            ("service", "sees end"),
        ],
        "kept": [("GET https://shop.example/a", 200, b"{}\n")],
    },
    "a connection that the service ended meanwhile is not used again": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("service", "closes"),
            ("service", "sees end"),
            ("client", "sends", GET),
            ("service 2", "sees", GET),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, KEPT],
    },
    "a request that may be repeated is asked again where its kept connection ends under it": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "resets"),
            ("service 2", "sees", GET),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, KEPT],
    },
    "a request that may not be repeated goes over a connection of its own": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("client", "sends", POST + b"once"),
            ("service 2", "sees", POST + b"once"),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, ("POST https://shop.example/a", 200, b"ok")],
    },
    "what comes through a tunnel is forwarded too": {
        "entry": "tunnel",
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT],
    },
    "auto forwards a body that is too large to be matched, recorded or not": {
        "mode": "auto",
        "upstream": {"max_body": 3},
        "recording": "#recproxy 2\n\nPOST https://shop.example/a HTTP/1.1\n\n\n====\nHTTP/1.1 200 OK\n\nno\n=======\n\n",
        "steps": [
            (
                "client",
                "sends",
                GET.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\nlong"),
            ),
            (
                "service",
                "sees",
                GET.replace(b"GET", b"POST").replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\nlong"),
            ),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [("POST https://shop.example/a", 200, b"ok")],
    },
    "live keeps nothing": {
        "mode": "live",
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
    },
    "a connection with a 408 that nobody asked for is not used again": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK + b"HTTP/1.1 408 Request Time-out\r\nConnection: close\r\n\r\n"),
            ("client", "sees", OK),
            ("client", "sends", GET),
            ("service 2", "sees", GET),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, KEPT],
    },
    "a 408 that comes later, nor": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("service", "sends", b"HTTP/1.1 408 Request Time-out\r\nContent-Length: 0\r\n\r\n"),
            ("client", "sends", GET),
            ("service 2", "sees", GET),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, KEPT],
    },
    "a 408 that crosses a request which may be repeated has it asked again": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", b"HTTP/1.1 408 Request Time-out\r\nContent-Length: 0\r\n\r\n"),
            ("service 2", "sees", GET),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, KEPT],
    },
    "a connection with a second response is not used again": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nalien"),
            ("client", "sees", OK),
            ("client 2", "sends", GET),
            ("service 2", "sees", GET),
            ("service 2", "sends", OK),
            ("client 2", "sees", OK),
        ],
        "kept": [KEPT, KEPT],
    },
    "a connection with an empty line too many is not used again": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK + b"\r\n"),
            ("client", "sees", OK),
            ("client", "sends", GET),
            ("service 2", "sees", GET),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [KEPT, KEPT],
    },
    "a connection with a body on a 204 is not used again": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", b"HTTP/1.1 204 No Content\r\n\r\nbody"),
            ("client", "sees", b"HTTP/1.1 204 No Content\r\n\r\n"),
            ("client", "sends", GET),
            ("service 2", "sees", GET),
            ("service 2", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [("GET https://shop.example/a", 204, b""), KEPT],
    },
    "a transfer coding that cannot be sent on is 501 at once": {
        "upstream": {"timeout": 0},
        "steps": [
            (
                "client",
                "sends",
                b"POST /a HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            ),
            ("client", "sees", refused(b"501 Not Implemented", CHUNKED_ONLY)),
            ("client", "sees end"),
        ],
        "failed": [f"POST https://shop.example/a: {CHUNKED_ONLY}"],
    },
    "a client that half-closes gets its response and the end": {
        "steps": [
            ("client", "sends", GET),
            ("client", "half-closes"),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("client", "sees end"),
        ],
        "kept": [KEPT],
    },
    "a client that half-closes in the middle of its body is no whole request": {
        "steps": [
            ("client", "sends", POST + b"on"),
            ("service", "sees", POST + b"on"),
            ("client", "half-closes"),
            ("service", "sees end"),
            ("client", "sees reset"),
        ],
        "failed": ["POST https://shop.example/a: the client went away before the answer was complete"],
    },
    "a client that leaves while its interaction is being kept is waited for": {
        "keeping": "waits",
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK[:-2]),
            ("client", "resets"),
            ("keeping", "goes on"),
        ],
        "kept": [KEPT],
    },
    "a failure to keep is told though the client has left": {
        "keeping": "waits",
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK[:-2]),
            ("client", "resets"),
            ("keeping", "fails"),
        ],
        "failed": ["GET https://shop.example/a: the disk is full"],
    },
    "a body that the client does not read is read on and kept": {
        "steps": [
            ("client", "sends", GET),
            ("client", "stops reading"),
            ("service", "sees", GET),
            ("service", "sends", b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n" + b"z" * 3_000_000),
            ("client", "resets"),
        ],
        "kept": [("GET https://shop.example/a", 200, b"z" * 3_000_000)],
    },
    "a body that the client leaves is read on and kept": {
        "steps": [
            ("client", "sends", GET),
            ("service", "sees", GET),
            ("service", "sends", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
            ("client", "sees", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
            ("client", "resets"),
            ("service", "sends", b" more"),
        ],
        "kept": [("GET https://shop.example/a", 200, b"half more")],
    },
    "a 502 to HEAD has no body": {
        "steps": [
            ("client", "sends", GET.replace(b"GET", b"HEAD")),
            ("service", "sees", GET.replace(b"GET", b"HEAD")),
            ("service", "closes"),
            ("client", "sees", refused(b"502 Bad Gateway", ENDED).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"),
            ("client", "sees end"),
        ],
        "failed": [f"HEAD https://shop.example/a: {ENDED}"],
    },
    "CONNECT on a base URL is refused": {
        "steps": [
            ("client", "sends", b"CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            ("client", "sees", refused(b"501 Not Implemented", TUNNELS)),
            ("client", "sees end"),
        ],
        "failed": [f"a client's request was refused with 501: {TUNNELS}"],
    },
    "ftp:// is not sent as http": {
        "entry": "gateway",
        "steps": [
            ("client", "sends", b"GET ftp://shop.example/a HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            ("client", "sees", refused(b"400 Bad Request", SCHEMES)),
            ("client", "sees end"),
        ],
        "failed": [f"a client's request was refused with 400: {SCHEMES}"],
    },
    "a port that is none is refused": {
        "entry": "tunnel",
        "steps": [
            ("client", "sends", b"GET / HTTP/1.1\r\nHost: shop.example:99999\r\n\r\n"),
            ("client", "sees", refused(b"421 Misdirected Request", PORT)),
            ("client", "sees end"),
        ],
        "failed": [f"a client's request was refused with 421: {PORT}"],
    },
    "a URL in a path is a path": {
        "steps": [
            ("client", "sends", b"GET /web/2017/https://www.example.com/ HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            ("service", "sees", b"GET /web/2017/https://www.example.com/ HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
            ("service", "sends", OK),
            ("client", "sees", OK),
        ],
        "kept": [("GET https://shop.example/web/2017/https://www.example.com/", 200, b"ok")],
    },
    "requests that wait are answered before one that ends the connection": {
        "steps": [
            ("client", "sends", GET + GET + b"GET / HTTP/9.9\r\n\r\n"),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK + refused(b"505 HTTP Version Not Supported", VERSION)),
            ("client", "sees end"),
        ],
        "kept": [("GET https://shop.example/a", 200, b"ok"), ("GET https://shop.example/a", 200, b"ok")],
        "failed": [f"a client's request was refused with 505: {VERSION}"],
    },
    "a pipelined request for another service is handed back": {
        "entry": "gateway",
        "steps": [
            ("client", "sends", ABSOLUTE + OTHER),
            ("service", "sees", GET),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("client", "sees end"),
        ],
        "kept": [("GET http://shop.example/a", 200, b"ok")],
        "handed_back": [OTHER],
    },
    "the body of a request for another service is not read while that waits to be handed back": {
        "entry": "gateway",
        "steps": [
            ("client", "sends", ABSOLUTE + OTHER),
            ("service", "sees", GET),
            ("client", "sends", b"what follows"),
            ("service", "sends", OK),
            ("client", "sees", OK),
            ("client", "sees end"),
        ],
        "kept": [("GET http://shop.example/a", 200, b"ok")],
        "handed_back": [OTHER + b"what follows"],
    },
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_forwarded(play, row):
    play(row)
