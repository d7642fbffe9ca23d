"""The requirements of RFC 9110 and RFC 9112 that recproxy keeps as a server and as a proxy, a row each.

A row is a section, a requirement in our words, and how it is held: `answered` and `refused` say what a client gets in
replay, `forwarded` what the service and the client get; all of them are played over real TCP by test_conformance.py.
`left_out` are the requirements that recproxy deliberately does not keep, with the reason.
The page docs/reference/conformance.md is made of the rows: `python tests/helpers/conformance.py` writes it.
"""

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["PAGE", "ROWS", "Row", "page"]

PAGE = Path(__file__).parents[2] / "docs/reference/conformance.md"
HOST = b"Host: shop.example\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSED = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok"
PARSER = "not an HTTP/1.1 request: "
GET = b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n"
PUT = b"PUT /a HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
LIMIT = 1_048_576
RECORDING = """#recproxy 2

GET https://shop.example/a HTTP/1.1

====
HTTP/1.1 200 OK
Content-Length: 2

ok
=======
HEAD https://shop.example/a HTTP/1.1

====
HTTP/1.1 200 OK
Content-Length: 2

=======
FROB https://shop.example/a HTTP/1.1

====
HTTP/1.1 200 OK
Content-Length: 2

ok
=======
PUT https://shop.example/a HTTP/1.1
Content-Length: 4

once
====
HTTP/1.1 200 OK
Content-Length: 2

ok
=======
PUT https://shop.example/empty HTTP/1.1
Content-Length: 0

====
HTTP/1.1 200 OK
Content-Length: 2

ok
=======
OPTIONS https://shop.example/* HTTP/1.1

====
HTTP/1.1 200 OK
Content-Length: 2

ok
=======
GET https://shop.example/%C3%A9 HTTP/1.1

====
HTTP/1.1 200 OK
Content-Length: 2

ok
=======
GET https://shop.example/a?b=c HTTP/1.1

====
HTTP/1.1 200 OK
Content-Length: 2

ok
=======
GET https://shop.example/none HTTP/1.1

====
HTTP/1.1 204 No Content
X-A: b

=======
GET https://shop.example/same HTTP/1.1

====
HTTP/1.1 304 Not Modified
ETag: "a"
Content-Length: 9

=======
GET https://shop.example/chunks HTTP/1.1

====
HTTP/1.1 200 OK
Transfer-Encoding: chunked

ok
=======
GET https://shop.example/close HTTP/1.1

====
HTTP/1.1 200 OK
:framing close

ok
=======
GET https://shop.example/empty HTTP/1.1

====
HTTP/1.1 200 OK
Content-Length: 0

=======
GET https://shop.example/reason HTTP/1.1

====
HTTP/1.1 299 A long reason
Content-Length: 2

ok
=======
GET https://shop.example/twice HTTP/1.1

====
HTTP/1.1 200 OK
Set-Cookie: a=b
Set-Cookie: c=d
Content-Length: 2

ok
=======
GET https://shop.example/hop HTTP/1.1

====
HTTP/1.1 200 OK
Connection: keep-alive
Keep-Alive: timeout=5
Upgrade: h2c
Content-Length: 2

ok
=======
GET https://shop.example/unknown HTTP/1.1

====
HTTP/1.1 799 Odd
Content-Length: 2

ok
=======
"""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One requirement: `kind` says how it is held, `steps` and the rest are a row of the scripted peer."""

    section: str
    requirement: str
    kind: str
    play: dict = field(default_factory=dict)
    reason: str = ""


ROWS: list[Row] = []


def answered(section, requirement, request, answer, *, ends=False):
    """In replay, a client that sends a request (or several packets of it) gets an answer."""
    packets = request if isinstance(request, tuple) else (request,)
    steps = [("client", "sends", packet) for packet in packets] + [("client", "sees", answer)]
    steps += [("client", "sees end")] if ends else []
    play = {"mode": "replay", "recording": RECORDING, "steps": steps}
    ROWS.append(Row(section=section, requirement=requirement, kind="replay", play=play))


def refused(section, requirement, request, status, text, *, head=False):
    """In replay and in record, a request is refused with a status, the connection ends, and the scope fails."""
    body = f"recproxy: {text}\n".encode()
    answer = b"HTTP/1.1 %s\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n" % status
    answer += b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + (b"" if head else body)
    failed = [f"a client's request was refused with {status[:3].decode()}: {text}"]
    steps = [("client", "sends", request), ("client", "sees", answer), ("client", "sees end")]
    for mode in ("replay", "record"):
        play = {"mode": mode, "recording": RECORDING, "steps": steps, "failed": failed}
        ROWS.append(Row(section=section, requirement=requirement, kind=mode, play=play))


def _refused_body(wrong, body, text, mode):
    """A chunked body that is broken: in replay 400, and in record the connection breaks off, with the service's."""
    steps = [("client", "sends", PUT + CHUNKED + body)]
    if mode == "replay":
        said = f"recproxy: {PARSER}{text}\n".encode()
        answer = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
        answer += b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(said) + said
        steps += [("client", "sees", answer), ("client", "sees end")]
    else:
        steps += [("client", "sees reset")]
    failed = [f"a client's request was refused with 400: {PARSER}{text}"]
    failed += ["PUT https://shop.example/a: the client went away before the answer was complete"] * (mode == "record")
    play = {"mode": mode, "recording": RECORDING, "steps": steps, "failed": failed}
    ROWS.append(Row(section="RFC 9112, 7.1", requirement=f"{wrong} is refused", kind=mode, play=play))


def forwarded(section, requirement, request, seen, response=OK, answer=OK, *, closes=False, ends=False, **more):
    """In live, the service sees a request and the client an answer."""
    steps = [("client", "sends", request), ("service", "sees", seen), ("service", "sends", response)]
    steps += [("service", "closes")] if closes else []
    steps += [("client", "sees", answer)] + ([("client", "sees end")] if ends else [])
    ROWS.append(
        Row(section=section, requirement=requirement, kind="forward", play={"mode": "live", "steps": steps} | more)
    )


def played(section, requirement, *steps, mode="live", **more):
    """In live, or in replay, what passes between a client and a service, step by step."""
    play = {"mode": mode, "steps": list(steps)} | more
    if mode == "replay":
        play["recording"] = RECORDING
    ROWS.append(Row(section=section, requirement=requirement, kind="forward" if mode == "live" else mode, play=play))


def bad_gateway(text):
    """What a client gets where a service has no proper answer."""
    body = f"recproxy: {text}\n".encode()
    head = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
    return head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body


def broken(section, requirement, response, text, *, closes=False):
    """In live, a response that is none becomes an error of the proxy's own."""
    forwarded(
        section,
        requirement,
        GET,
        GET,
        response,
        bad_gateway(text),
        closes=closes,
        ends=True,
        failed=[f"GET https://shop.example/a: {text}"],
    )


def left_out(section, requirement, reason):
    """A requirement, or an option, that is deliberately not kept."""
    ROWS.append(Row(section=section, requirement=requirement, kind="left out", reason=reason))


def get(path, *lines):
    """A GET."""
    return b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def reply(*lines, status=b"200 OK", body=b""):
    """A response."""
    return b"HTTP/1.1 " + status + b"\r\n" + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


# RFC 9112 section 2: messages
answered("RFC 9112, 2.1", "a request line, headers, an empty line and a body are a request", GET, OK)
answered("RFC 9112, 2.2", "empty lines before a request line are ignored", b"\r\n\r\n" + GET, OK)
answered("RFC 9112, 2.2", "a request may come in pieces of any size", (GET[:3], GET[3:20], GET[20:]), OK)
answered(
    "RFC 9112, 2.2",
    "a target that is split inside a character is read",
    (b"GET /\xc3", b"\xa9 HTTP/1.1\r\n" + HOST + b"\r\n"),
    OK,
)
answered("RFC 9112, 2.2", "a request is read as octets, not as Unicode text", get("/é".encode()), OK)
refused(
    "RFC 9112, 2.2",
    "a bare LF does not end a line",
    b"GET /a HTTP/1.1\nHost: a\n\n",
    b"400 Bad Request",
    PARSER + "Expected CRLF after version",
)
refused(
    "RFC 9112, 2.2",
    "a bare CR inside a header is refused",
    get(b"/a", b"X: a\rb"),
    b"400 Bad Request",
    PARSER + "Missing expected LF after header value",
)
refused(
    "RFC 9112, 2.2",
    "white space between the request line and the first header is refused",
    b"GET /a HTTP/1.1\r\n X: b\r\n" + HOST + b"\r\n",
    b"400 Bad Request",
    PARSER + "Unexpected space after start line",
)
refused(
    "RFC 9112, 2.2",
    "what is no HTTP at all gets a 400 and the end of the connection",
    b"hello\r\n\r\n",
    b"400 Bad Request",
    PARSER + "Invalid method encountered",
)
answered(
    "RFC 9112, 2.3",
    "an HTTP/1.0 request is answered, with the version of the server",
    b"GET /a HTTP/1.0\r\n" + HOST + b"\r\n",
    CLOSED,
    ends=True,
)
refused(
    "RFC 9112, 2.3",
    "a version below 1.0 is refused",
    b"GET /a HTTP/0.9\r\n" + HOST + b"\r\n",
    b"505 HTTP Version Not Supported",
    "only HTTP/1.1 and HTTP/1.0 are supported",
)
refused(
    "RFC 9110, 15.6.6",
    "another major version gets a 505",
    b"GET /a HTTP/2.0\r\n" + HOST + b"\r\n",
    b"505 HTTP Version Not Supported",
    "only HTTP/1.1 and HTTP/1.0 are supported",
)
refused(
    "RFC 9112, 2.3",
    "the name of the protocol is case-sensitive",
    b"GET /a http/1.1\r\n" + HOST + b"\r\n",
    b"400 Bad Request",
    PARSER + "Expected HTTP/, RTSP/ or ICE/",
)
left_out(
    "RFC 9112, 2.3",
    "a request of a higher minor version (HTTP/1.2) is processed as HTTP/1.1",
    "There is no HTTP/1.2. The parser refuses the version, so that a damaged request line is not replayed.",
)
# section 3: the request line
answered("RFC 9112, 3.1", "a method is any token", b"FROB /a HTTP/1.1\r\n" + HOST + b"\r\n", OK)
forwarded("RFC 9110, 9.1", "a method is case-sensitive", GET.replace(b"GET", b"get"), GET.replace(b"GET", b"get"))
refused(
    "RFC 9112, 3.1",
    "a method that is no token is refused",
    b"G(T /a HTTP/1.1\r\n" + HOST + b"\r\n",
    b"400 Bad Request",
    PARSER + "Invalid method encountered",
)
refused(
    "RFC 9112, 3",
    "white space inside a target is refused",
    get(b"/a b"),
    b"400 Bad Request",
    PARSER + "Expected HTTP/, RTSP/ or ICE/",
)
forwarded("RFC 9112, 3", "a request line of 8,000 octets is read", get(b"/" + b"a" * 8000), get(b"/" + b"a" * 8000))
refused(
    "RFC 9112, 3",
    "a head above the limit is refused",
    b"GET /" + b"a" * LIMIT,
    b"431 Request Header Fields Too Large",
    "the request head has more than 1048576 bytes",
)
left_out(
    "RFC 9112, 3", "a target that is too long gets a 414", "The limit is that of the whole head, so the status is 431."
)
answered("RFC 9112, 3.2.1", "origin-form: a path and a query", get(b"/a?b=c"), OK)
answered("RFC 9112, 3.2.2", "absolute-form is accepted", get(b"http://shop.example/a"), OK)
answered(
    "RFC 9112, 3.2.2",
    "in absolute-form the host of the target counts, not the Host header",
    b"GET http://shop.example/a HTTP/1.1\r\nHost: other.example\r\n\r\n",
    OK,
)
forwarded(
    "RFC 9112, 3.2.2",
    "a request in absolute-form goes to the service in origin-form",
    get(b"http://shop.example/a"),
    GET,
)
forwarded(
    "RFC 9112, 3.2.2",
    "the Host header that is sent on is made of the target",
    b"GET http://shop.example/a HTTP/1.1\r\nHost: x.example\r\n\r\n",
    GET,
)
forwarded(
    "RFC 9112, 3.2.1", "an empty path of an absolute target is sent on as /", get(b"http://shop.example"), get(b"/")
)
refused(
    "RFC 9112, 3.2.3",
    "CONNECT is refused where there is no tunnel",
    b"CONNECT shop.example:443 HTTP/1.1\r\n" + HOST + b"\r\n",
    b"501 Not Implemented",
    "CONNECT is for the gateway's address ($HTTPS_PROXY), not for this one",
)
forwarded(
    "RFC 9112, 3.2.4",
    "OPTIONS * is sent on as asterisk-form",
    b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
)
refused(
    "RFC 9112, 3.2",
    "two Host headers that differ are refused",
    get(b"/a", b"Host: other.example"),
    b"400 Bad Request",
    "the request has two Host headers that differ",
)
left_out(
    "RFC 9112, 3.2",
    "a request with two equal Host headers gets a 400",
    "They leave no doubt who is meant, and programs under test that send them work with real services.",
)
left_out(
    "RFC 9112, 3.2",
    "an HTTP/1.1 request without Host gets a 400",
    "At a base URL and in a tunnel it is known who is meant, and small hand-written clients send none.",
)
played(
    "RFC 9112, 3.2",
    "a Host header with a port is accepted",
    ("client", "sends", b"GET /a HTTP/1.1\r\nHost: shop.example:443\r\n\r\n"),
    ("client", "sees", OK),
    mode="replay",
    entry="tunnel",
)
# section 5: headers
answered("RFC 9112, 5", "names of headers are case-insensitive", PUT + b"cOnTeNt-LeNgTh: 4\r\n\r\nonce" + GET, OK + OK)
forwarded(
    "RFC 9112, 5.1", "white space around a value is no part of it", get(b"/a", b"X: \t b c \t"), get(b"/a", b"X: b c")
)
forwarded(
    "RFC 9112, 5.1",
    "white space around a value of a response is no part of it",
    GET,
    GET,
    reply(b"X: \t b c \t", b"Content-Length:  2 ", body=b"ok"),
    reply(b"X: b c", b"Content-Length: 2", body=b"ok"),
)
refused(
    "RFC 9112, 5.1",
    "white space between a name and its colon is refused",
    get(b"/a", b"X : b"),
    b"400 Bad Request",
    PARSER + "Invalid header token",
)
refused(
    "RFC 9112, 5.2",
    "a folded header is refused",
    get(b"/a", b"X: a", b" b"),
    b"400 Bad Request",
    PARSER + "Unexpected whitespace after header value",
)
refused(
    "RFC 9110, 5.1",
    "a name that is no token is refused",
    get(b"/a", b"X(: b"),
    b"400 Bad Request",
    PARSER + "Invalid header token",
)
refused(
    "RFC 9110, 5.5",
    "a NUL in a value is refused",
    get(b"/a", b"X: a\0b"),
    b"400 Bad Request",
    PARSER + "Invalid header value char",
)
forwarded("RFC 9110, 5.5", "an empty value is a value", get(b"/a", b"X:"), get(b"/a", b"X: "))
forwarded("RFC 9110, 5.5", "octets above 127 in a value are passed", get(b"/a", b"X: \xe9"), get(b"/a", b"X: \xe9"))
forwarded(
    "RFC 9110, 5.3",
    "headers that repeat are sent on in their order",
    get(b"/a", b"X: a", b"Y: b", b"X: c"),
    get(b"/a", b"X: a", b"Y: b", b"X: c"),
)
forwarded(
    "RFC 9110, 5.3",
    "headers of a response that repeat are sent on in their order",
    GET,
    GET,
    reply(b"Set-Cookie: a", b"Set-Cookie: b", b"Content-Length: 0"),
    reply(b"Set-Cookie: a", b"Set-Cookie: b", b"Content-Length: 0"),
)
answered(
    "RFC 9110, 5.3",
    "recorded headers that repeat are sent in their order",
    get(b"/twice"),
    reply(b"Set-Cookie: a=b", b"Set-Cookie: c=d", b"Content-Length: 2", body=b"ok"),
)
forwarded(
    "RFC 9110, 5.1",
    "headers that the proxy does not know are sent on",
    get(b"/a", b"X-New: 1"),
    get(b"/a", b"X-New: 1"),
)
forwarded(
    "RFC 9110, 5.1",
    "headers of a response that the proxy does not know are sent on",
    GET,
    GET,
    reply(b"X-New: 1", b"Content-Length: 0"),
    reply(b"X-New: 1", b"Content-Length: 0"),
)
answered("RFC 9110, 5.4", "a head of 60 kB is read", get(b"/a", b"X: " + b"x" * 60000), OK)
# section 6: bodies
answered("RFC 9112, 6", "a request without Content-Length and Transfer-Encoding has no body", GET + GET, OK + OK)
answered(
    "RFC 9112, 6.2", "a body ends where Content-Length says", PUT + b"Content-Length: 4\r\n\r\nonce" + GET, OK + OK
)
answered(
    "RFC 9112, 6.2",
    "a body of no octets is a body",
    b"PUT /empty HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\n\r\n",
    OK,
)
answered("RFC 9112, 6.2", "a body may come in pieces", (PUT + b"Content-Length: 4\r\n\r\n", b"on", b"ce"), OK)
answered(
    "RFC 9110, 8.6",
    "equal repeated Content-Length headers are one",
    PUT + b"Content-Length: 4\r\nContent-Length: 4\r\n\r\nonce",
    OK,
)
answered("RFC 9110, 8.6", "a list of equal lengths is one length", PUT + b"Content-Length: 4, 4\r\n\r\nonce", OK)
refused(
    "RFC 9112, 6.3",
    "Content-Length headers that differ are refused",
    PUT + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nonce",
    b"400 Bad Request",
    PARSER + "Duplicate Content-Length",
)
refused(
    "RFC 9112, 6.3",
    "a list of lengths that differ is refused",
    PUT + b"Content-Length: 4, 5\r\n\r\nonce",
    b"400 Bad Request",
    PARSER + "Invalid character in Content-Length",
)
refused(
    "RFC 9110, 8.6",
    "a length with a sign is refused",
    PUT + b"Content-Length: +4\r\n\r\nonce",
    b"400 Bad Request",
    PARSER + "Invalid character in Content-Length",
)
refused(
    "RFC 9110, 8.6",
    "a length that is no number is refused",
    PUT + b"Content-Length: x\r\n\r\n",
    b"400 Bad Request",
    PARSER + "Invalid character in Content-Length",
)
refused(
    "RFC 9110, 8.6",
    "a length that overflows is refused",
    PUT + b"Content-Length: 99999999999999999999\r\n\r\n",
    b"400 Bad Request",
    PARSER + "Content-Length overflow",
)
refused(
    "RFC 9112, 6.1",
    "Content-Length together with Transfer-Encoding is refused",
    PUT + b"Content-Length: 4\r\n" + CHUNKED + b"0\r\n\r\n",
    b"400 Bad Request",
    PARSER + "Transfer-Encoding can't be present with Content-Length",
)
refused(
    "RFC 9112, 6.1",
    "Transfer-Encoding together with Content-Length is refused",
    PUT + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    b"400 Bad Request",
    PARSER + "Content-Length can't be present with Transfer-Encoding",
)
refused(
    "RFC 9112, 7.1",
    "chunked twice is refused",
    PUT + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    b"400 Bad Request",
    PARSER + "Invalid `Transfer-Encoding` header value",
)
for coding in (b"chunked, gzip", b"gzip"):
    refused(
        "RFC 9112, 6.3",
        f"a request whose last transfer coding is not chunked is refused: {coding.decode()}",
        PUT + b"Transfer-Encoding: " + coding + b"\r\n\r\n4\r\nonce\r\n0\r\n\r\n",
        b"400 Bad Request",
        PARSER + "Invalid `Transfer-Encoding` header value"
        if b"," in coding
        else "the last Transfer-Encoding of a request must be chunked: without it, nobody knows where the body ends",
    )
refused(
    "RFC 9112, 6.1",
    "an empty Transfer-Encoding is refused",
    PUT + b"Transfer-Encoding:\r\n\r\n",
    b"400 Bad Request",
    PARSER + "Empty Transfer-Encoding",
)
answered(
    "RFC 9112, 6.1",
    "the connection ends after a request of HTTP/1.0 with a transfer coding",
    b"PUT /a HTTP/1.0\r\n" + HOST + b"Connection: keep-alive\r\n" + CHUNKED + b"4\r\nonce\r\n0\r\n\r\n",
    CLOSED,
    ends=True,
)
# section 7: chunks
answered("RFC 9112, 7.1", "a chunked body is read", PUT + CHUNKED + b"2\r\non\r\n2\r\nce\r\n0\r\n\r\n", OK)
answered(
    "RFC 9112, 7.1",
    "a chunked body may come in pieces of any size",
    (PUT + CHUNKED, b"2\r", b"\non\r\n2\r\nc", b"e\r\n0\r\n\r\n"),
    OK,
)
answered(
    "RFC 9112, 7.1", "the size of a chunk may have zeros in front", PUT + CHUNKED + b"0004\r\nonce\r\n000\r\n\r\n", OK
)
answered(
    "RFC 9112, 7",
    "the name of a transfer coding is case-insensitive",
    PUT + b"Transfer-Encoding: Chunked\r\n\r\n4\r\nonce\r\n0\r\n\r\n",
    OK,
)
answered(
    "RFC 9112, 7.1.1",
    "chunk extensions that are not known are ignored",
    PUT + CHUNKED + b'4;a=b;c="d"\r\nonce\r\n0;e\r\n\r\n',
    OK,
)
for wrong, body, text in (
    ("a chunk size that is no hexadecimal number", b"0x4\r\nonce\r\n0\r\n\r\n", "Invalid character in chunk size"),
    ("a chunk size that overflows", b"fffffffffffffffff\r\n", "Chunk size overflow"),
    ("a chunk longer than its size", b"4\r\nonceX\r\n0\r\n\r\n", "Expected LF after chunk data"),
    ("a chunk size that ends with a bare LF", b"4\nonce\n0\n\n", "Missing expected CR after chunk size"),
):
    for mode in ("replay", "record"):
        _refused_body(wrong, body, text, mode)
answered("RFC 9112, 7.1.2", "trailers are read", PUT + CHUNKED + b"4\r\nonce\r\n0\r\nX-Sum: 1\r\n\r\n", OK)
answered(
    "RFC 9112, 7.1.2",
    "a trailer is not taken for a header of its request",
    PUT + CHUNKED + b"4\r\nonce\r\n0\r\nHost: other.example\r\n\r\n" + GET,
    OK + OK,
)
forwarded(
    "RFC 9112, 7.1.2",
    "trailers are sent on",
    PUT + CHUNKED + b"2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n",
    PUT + CHUNKED + b"2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n",
)
forwarded(
    "RFC 9112, 7.1.1",
    "chunk extensions are not sent on",
    PUT + CHUNKED + b"2;a=b\r\nok\r\n0\r\n\r\n",
    PUT + CHUNKED + b"2\r\nok\r\n0\r\n\r\n",
)
forwarded(
    "RFC 9112, 7.1",
    "chunks of a response are sent on",
    GET,
    GET,
    reply(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\n\r\n"),
    reply(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\n\r\n"),
)
forwarded(
    "RFC 9112, 7.1.2",
    "trailers of a response are sent on",
    GET,
    GET,
    reply(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\nX: 1\r\n\r\n"),
    reply(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\nX: 1\r\n\r\n"),
)
answered(
    "RFC 9112, 7.1",
    "a response that was chunked is chunked",
    get(b"/chunks"),
    reply(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\n\r\n"),
)
answered(
    "RFC 9112, 6.1",
    "no Transfer-Encoding is sent to HTTP/1.0",
    b"GET /chunks HTTP/1.0\r\n" + HOST + b"\r\n",
    reply(b"Connection: close", body=b"ok"),
    ends=True,
)
forwarded(
    "RFC 9112, 6.1",
    "a chunked response to HTTP/1.0 ends with the connection",
    b"GET /a HTTP/1.0\r\n" + HOST + b"\r\n",
    GET,
    reply(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\n\r\n"),
    reply(b"Connection: close", body=b"ok"),
    ends=True,
)
# section 6.3: the length of a response
answered(
    "RFC 9112, 6.3", "a response to HEAD has no body", b"HEAD /a HTTP/1.1\r\n" + HOST + b"\r\n" + GET, OK[:-2] + OK
)
forwarded(
    "RFC 9112, 6.3",
    "a forwarded response to HEAD has no body",
    b"HEAD /a HTTP/1.1\r\n" + HOST + b"\r\n",
    b"HEAD /a HTTP/1.1\r\n" + HOST + b"\r\n",
    OK[:-2],
    OK[:-2],
)
answered("RFC 9112, 6.3", "a 204 has no body", get(b"/none") + GET, reply(b"X-A: b", status=b"204 No Content") + OK)
left_out(
    "RFC 9110, 8.6",
    "a 204 has no Content-Length",
    "Headers are passed on and replayed as the service sent them. A client ignores this one.",
)
answered(
    "RFC 9112, 6.3",
    "a 304 has no body, and may have the length of the one it stands for",
    get(b"/same") + GET,
    reply(b'ETag: "a"', b"Content-Length: 9", status=b"304 Not Modified") + OK,
)
forwarded(
    "RFC 9112, 6.3",
    "a forwarded response to HEAD may have the framing of the response to GET",
    b"HEAD /a HTTP/1.1\r\n" + HOST + b"\r\n",
    b"HEAD /a HTTP/1.1\r\n" + HOST + b"\r\n",
    reply(b"Transfer-Encoding: chunked"),
    reply(b"Transfer-Encoding: chunked"),
)
forwarded(
    "RFC 9112, 6.1",
    "a forwarded 204 has no Transfer-Encoding",
    GET,
    GET,
    reply(b"Transfer-Encoding: chunked", status=b"204 No Content"),
    reply(status=b"204 No Content"),
)
forwarded(
    "RFC 9112, 5.2",
    "a folded header of a response is sent on as one line",
    GET,
    GET,
    reply(b"X: a", b"  b", b"Content-Length: 2", body=b"ok"),
    reply(b"X: a b", b"Content-Length: 2", body=b"ok"),
)
broken(
    "RFC 9110, 5.5",
    "a response with a NUL in a value is a bad gateway",
    reply(b"X: a\0b"),
    "the service's answer is no HTTP/1.1: illegal header line",
)
forwarded(
    "RFC 9112, 6.3",
    "a forwarded 304 has no body",
    GET,
    GET,
    reply(b"Content-Length: 9", status=b"304 Not Modified"),
    reply(b"Content-Length: 9", status=b"304 Not Modified"),
)
answered(
    "RFC 9112, 6.3",
    "a response without a length ends with the connection",
    get(b"/close"),
    reply(b"Connection: close", body=b"ok"),
    ends=True,
)
forwarded(
    "RFC 9112, 6.3",
    "a forwarded response without a length ends with the connection",
    GET,
    GET,
    reply(body=b"ok"),
    reply(b"Connection: close", body=b"ok"),
    closes=True,
    ends=True,
)
answered(
    "RFC 9112, 6.3", "a response of no octets ends at its head", get(b"/empty") + GET, reply(b"Content-Length: 0") + OK
)
broken(
    "RFC 9112, 6.3",
    "lengths of a response that differ are a bad gateway",
    reply(b"Content-Length: 2", b"Content-Length: 3", body=b"ok"),
    "the service's answer is no HTTP/1.1: conflicting Content-Length headers",
)
broken(
    "RFC 9112, 6.1",
    "a response with a transfer coding that is not known is a bad gateway",
    reply(b"Transfer-Encoding: gzip, chunked", body=b"2\r\nok\r\n0\r\n\r\n"),
    "the service's answer is no HTTP/1.1: it has a Transfer-Encoding other than chunked",
    closes=True,
)
broken(
    "RFC 9112, 6.3",
    "a length of a response that is no number is a bad gateway",
    reply(b"Content-Length: x", body=b"ok"),
    "the service's answer is no HTTP/1.1: bad Content-Length",
)
forwarded(
    "RFC 9112, 6.3",
    "equal repeated lengths of a response are one",
    GET,
    GET,
    reply(b"Content-Length: 2", b"Content-Length: 2", body=b"ok"),
    OK,
)
forwarded(
    "RFC 9112, 6.3",
    "in a response Transfer-Encoding overrides Content-Length",
    GET,
    GET,
    reply(b"Content-Length: 9", b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\n\r\n"),
    reply(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n0\r\n\r\n"),
)
# section 4: the status line
answered(
    "RFC 9112, 4",
    "a status and a reason are sent as they were recorded",
    get(b"/reason"),
    reply(b"Content-Length: 2", status=b"299 A long reason", body=b"ok"),
)
forwarded(
    "RFC 9112, 4",
    "a reason is sent on",
    GET,
    GET,
    reply(b"Content-Length: 0", status=b"200 Very well"),
    reply(b"Content-Length: 0", status=b"200 Very well"),
)
forwarded(
    "RFC 9112, 4",
    "an empty reason is allowed",
    GET,
    GET,
    reply(b"Content-Length: 0", status=b"200 "),
    reply(b"Content-Length: 0", status=b"200 "),
)
forwarded(
    "RFC 9112, 4",
    "a control character in a reason is not sent on",
    GET,
    GET,
    reply(b"Content-Length: 0", status=b"200 O\x01K"),
    reply(b"Content-Length: 0", status=b"200 O K"),
)
forwarded(
    "RFC 9110, 15",
    "a status of a known class that is not known is sent on",
    GET,
    GET,
    reply(b"Content-Length: 0", status=b"299 New"),
    reply(b"Content-Length: 0", status=b"299 New"),
)
answered(
    "RFC 9110, 15",
    "a status that is out of range is replayed as it was recorded",
    get(b"/unknown"),
    reply(b"Content-Length: 2", status=b"799 Odd", body=b"ok"),
)
broken(
    "RFC 9112, 4",
    "what is no status line is a bad gateway",
    b"hello\r\n\r\n",
    "the service's answer is no HTTP/1.1: illegal status line",
)
broken(
    "RFC 9110, 15.6.3",
    "a service that closes without an answer is a bad gateway",
    b"",
    "the service closed the connection without an answer",
    closes=True,
)
broken(
    "RFC 9110, 5.1",
    "a response with a name that is no token is a bad gateway",
    reply(b"X(: b"),
    "the service's answer is no HTTP/1.1: illegal header line",
)
# interim responses
forwarded(
    "RFC 9110, 15.2",
    "interim responses are sent on",
    GET,
    GET,
    reply(b"Link: a", status=b"103 Early Hints") + OK,
    reply(b"Link: a", status=b"103 Early Hints") + OK,
)
forwarded(
    "RFC 9110, 15.2",
    "no interim response is sent to HTTP/1.0",
    b"GET /a HTTP/1.0\r\n" + HOST + b"\r\n",
    GET,
    reply(status=b"103 Early Hints") + OK,
    CLOSED,
    ends=True,
)
answered(
    "RFC 9110, 10.1.1",
    "a client that expects 100 gets it",
    (PUT + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n", b"once"),
    reply(status=b"100 Continue") + OK,
)
answered(
    "RFC 9110, 10.1.1",
    "the expectation is case-insensitive",
    (PUT + b"Expect: 100-Continue\r\nContent-Length: 4\r\n\r\n", b"once"),
    reply(status=b"100 Continue") + OK,
)
answered(
    "RFC 9110, 10.1.1",
    "HTTP/1.0 gets no 100",
    b"PUT /a HTTP/1.0\r\n" + HOST + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\nonce",
    CLOSED,
    ends=True,
)
played(
    "RFC 9110, 10.1.1",
    "a client that expects 100 behind another request gets it in its turn",
    ("client", "sends", GET + PUT + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"),
    ("service", "sees", GET),
    ("service", "sends", OK),
    ("client", "sees", OK + reply(status=b"100 Continue")),
    ("client", "sends", b"ok"),
    ("service", "sees", PUT + b"Content-Length: 2\r\n\r\nok"),
    ("service", "sends", OK),
    ("client", "sees", OK),
)
left_out(
    "RFC 9110, 10.1.1",
    "a proxy passes the expectation on and waits for the service's 100",
    "The proxy answers 100 itself, so that replay and record look alike to the client; the service's own 100 is not sent on.",
)
left_out(
    "RFC 9110, 10.1.1",
    "an expectation that is not known gets a 417",
    "It is sent on: the service decides, and its answer is what is recorded.",
)
# section 9: connections
answered("RFC 9112, 9.3", "HTTP/1.1 keeps the connection", GET + GET, OK + OK)
answered(
    "RFC 9112, 9.3", "HTTP/1.0 does not keep the connection", b"GET /a HTTP/1.0\r\n" + HOST + b"\r\n", CLOSED, ends=True
)
answered(
    "RFC 9112, 9.3",
    "HTTP/1.0 keeps the connection where it asks for that",
    b"GET /a HTTP/1.0\r\n" + HOST + b"Connection: keep-alive\r\n\r\n" + GET,
    KEPT + OK,
)
answered(
    "RFC 9112, 9.6",
    "the connection ends after a request with close",
    get(b"/a", b"Connection: close") + GET,
    CLOSED,
    ends=True,
)
answered(
    "RFC 9110, 7.6.1",
    "the options of Connection are case-insensitive",
    get(b"/a", b"Connection: Close"),
    CLOSED,
    ends=True,
)
answered(
    "RFC 9112, 9.3.2",
    "pipelined requests are answered in their order",
    GET + get(b"/none") + GET,
    OK + reply(b"X-A: b", status=b"204 No Content") + OK,
)
forwarded(
    "RFC 9112, 9.6",
    "close is about one connection: the service does not get it",
    get(b"/a", b"Connection: close"),
    GET,
    OK,
    CLOSED,
    ends=True,
)
for asked, said, last in (
    (
        "RFC 9112, 9.6",
        "a service that closes does not close the client's connection",
        reply(b"Connection: close", b"Content-Length: 2", body=b"ok"),
    ),
    (
        "RFC 9112, 9.3",
        "an HTTP/1.0 service does not end the client's connection",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ),
):
    played(
        asked,
        said,
        ("client", "sends", GET),
        ("service", "sees", GET),
        ("service", "sends", last),
        ("service", "closes"),
        ("client", "sees", OK),
        ("client", "sends", GET),
        ("service 2", "sees", GET),
        ("service 2", "sends", OK),
        ("client", "sees", OK),
    )
played(
    "RFC 9112, 9.3",
    "the connection to the service is kept for the next request",
    ("client", "sends", GET),
    ("service", "sees", GET),
    ("service", "sends", reply(b"Content-Length: 9", status=b"304 Not Modified")),
    ("client", "sees", reply(b"Content-Length: 9", status=b"304 Not Modified")),
    ("client", "sends", GET),
    ("service", "sees", GET),
    ("service", "sends", OK),
    ("client", "sees", OK),
)
played(
    "RFC 9112, 9.3.1",
    "a request that may be repeated is sent again if its kept connection ends under it",
    ("client", "sends", GET),
    ("service", "sees", GET),
    ("service", "sends", OK),
    ("client", "sees", OK),
    ("client", "sends", GET),
    ("service", "sees", GET),
    ("service", "closes"),
    ("service 2", "sees", GET),
    ("service 2", "sends", OK),
    ("client", "sees", OK),
)
played(
    "RFC 9110, 9.2.2",
    "a request that may not be repeated is sent once",
    ("client", "sends", PUT.replace(b"PUT", b"POST") + b"Content-Length: 2\r\n\r\nok"),
    ("service", "sees", PUT.replace(b"PUT", b"POST") + b"Content-Length: 2\r\n\r\nok"),
    ("service", "closes"),
    ("client", "sees", bad_gateway("the service closed the connection without an answer")),
    ("client", "sees end"),
    failed=["POST https://shop.example/a: the service closed the connection without an answer"],
)
played(
    "RFC 9112, 9.2",
    "a response that nobody asked for is not the answer to the next request",
    ("client", "sends", GET),
    ("service", "sees", GET),
    ("service", "sends", OK + reply(b"Content-Length: 0", status=b"408 Request Timeout")),
    ("client", "sees", OK),
    ("client", "sends", GET),
    ("service 2", "sees", GET),
    ("service 2", "sends", OK),
    ("client", "sees", OK),
)
played(
    "RFC 9112, 9.3.2",
    "pipelined requests are forwarded one after the other",
    ("client", "sends", GET + get(b"/b")),
    ("service", "sees", GET),
    ("service", "sends", OK),
    ("client", "sees", OK),
    ("service", "sees", get(b"/b")),
    ("service", "sends", OK),
    ("client", "sees", OK),
)
played(
    "RFC 9112, 9.6",
    "a client that half-closes gets its response",
    ("client", "sends", GET),
    ("client", "half-closes"),
    ("service", "sees", GET),
    ("service", "sends", OK),
    ("client", "sees", OK),
    ("client", "sees end"),
)
# RFC 9112 section 8: messages that end too early
_BROKE_OFF = "the service closed the connection in the middle of its answer"
played(
    "RFC 9112, 8",
    "a response shorter than its length is not passed on as complete",
    ("client", "sends", GET),
    ("service", "sees", GET),
    ("service", "sends", reply(b"Content-Length: 9", body=b"ok")),
    ("client", "sees", reply(b"Content-Length: 9", body=b"ok")),
    ("service", "closes"),
    ("client", "sees reset"),
    failed=["GET https://shop.example/a: " + _BROKE_OFF],
)
played(
    "RFC 9112, 8",
    "a chunked response without its last chunk is not passed on as complete",
    ("client", "sends", GET),
    ("service", "sees", GET),
    ("service", "sends", reply(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n")),
    ("client", "sees", reply(b"Transfer-Encoding: chunked", body=b"2\r\nok\r\n")),
    ("service", "closes"),
    ("client", "sees reset"),
    failed=["GET https://shop.example/a: " + _BROKE_OFF],
)
# RFC 9110 section 7: what a proxy does
forwarded("RFC 9110, 7.6.1", "Connection is not sent on", get(b"/a", b"Connection: keep-alive"), GET)
forwarded(
    "RFC 9110, 7.6.1",
    "headers that Connection names are not sent on",
    get(b"/a", b"Connection: X-Hop", b"X-Hop: 1"),
    GET,
)
forwarded("RFC 9110, 7.6.1", "Keep-Alive is not sent on", get(b"/a", b"Keep-Alive: timeout=5"), GET)
forwarded("RFC 9110, 7.6.1", "Proxy-Connection is not sent on", get(b"/a", b"Proxy-Connection: keep-alive"), GET)
forwarded("RFC 9110, 7.6.1", "Upgrade is not sent on", get(b"/a", b"Connection: Upgrade", b"Upgrade: h2c"), GET)
forwarded("RFC 9110, 10.1.4", "TE is not sent on", get(b"/a", b"TE: trailers"), GET)
forwarded(
    "RFC 9110, 11.7.2", "the login at a proxy is not sent on", get(b"/a", b"Proxy-Authorization: Basic eDp5"), GET
)
forwarded(
    "RFC 9110, 11.6.2",
    "the login at the service is sent on",
    get(b"/a", b"Authorization: Basic eDp5"),
    get(b"/a", b"Authorization: Basic eDp5"),
)
forwarded(
    "RFC 9110, 7.6.1",
    "Connection cannot take away what frames a message",
    PUT + b"Connection: Content-Length\r\nContent-Length: 2\r\n\r\nok",
    PUT + b"Content-Length: 2\r\n\r\nok",
)
forwarded(
    "RFC 9110, 7.6.1",
    "hop-by-hop headers of a response are not sent on",
    GET,
    GET,
    reply(b"Connection: X-Hop", b"X-Hop: 1", b"Keep-Alive: timeout=5", b"Content-Length: 2", body=b"ok"),
    OK,
)
answered("RFC 9110, 7.6.1", "recorded hop-by-hop headers are not sent", get(b"/hop"), OK)
forwarded(
    "RFC 9110, 7.7", "a path and a query are not changed", get(b"/a/../b//%7e?c=%2f&d"), get(b"/a/../b//%7e?c=%2f&d")
)
forwarded(
    "RFC 9110, 7.7",
    "the content of a response is not changed",
    GET,
    GET,
    reply(b"Content-Encoding: gzip", b"Content-Length: 2", body=b"\x1f\x8b"),
    reply(b"Content-Encoding: gzip", b"Content-Length: 2", body=b"\x1f\x8b"),
)
left_out(
    "RFC 9110, 7.6.3",
    "a proxy adds Via",
    "The service and the client must see what they see without recproxy: a recording of a changed request would be another one.",
)
left_out(
    "RFC 9110, 7.6.2",
    "Max-Forwards of TRACE and OPTIONS is counted down",
    "The proxy answers no TRACE itself; the service gets the request as the program sent it.",
)
left_out(
    "RFC 9110, 6.6.1",
    "a Date is added to a response without one",
    "A replayed response is the recorded one; an added Date would differ in each run.",
)
left_out(
    "RFC 9110, 7.8",
    "Upgrade to another protocol is offered or accepted",
    "One to HTTP/2 is taken from the first request of a connection, if that has no body; any other is ignored, and the request is answered. One to WebSocket is the service's to accept in record and live, and the recording's in replay.",
)
left_out("RFC 9110, 9.3.8", "TRACE is answered with the request", "The service answers it, or its recording does.")
left_out(
    "RFC 9110, 14", "ranges are cut out of a full response", "A range is answered by its own recorded interaction."
)
left_out(
    "RFC 9110, 13", "preconditions are evaluated", "A conditional request is answered by its own recorded interaction."
)
left_out(
    "RFC 9112, 9.5",
    "the client is told when an idle connection will be closed",
    "It is closed after `idle_timeout` (600 seconds); the client's next request opens a new one.",
)
left_out(
    "RFC 9112, 7.1.2",
    "a trailer that frames a message (Content-Length) is dropped",
    "The parser refuses the request with a 400, which is as safe.",
)
# methods
forwarded(
    "RFC 9110, 9.1",
    "a method that is not known is sent on",
    b"FROB /a HTTP/1.1\r\n" + HOST + b"\r\n",
    b"FROB /a HTTP/1.1\r\n" + HOST + b"\r\n",
)
forwarded(
    "RFC 9110, 9.3.1",
    "a GET with a body is sent on",
    b"GET /a HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\nok",
    b"GET /a HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\nok",
)
forwarded(
    "RFC 9110, 9.3.3",
    "a POST is sent on",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\nok",
    b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\nok",
)
forwarded(
    "RFC 9110, 9.3.5",
    "a DELETE without a body is sent on without one",
    b"DELETE /a HTTP/1.1\r\n" + HOST + b"\r\n",
    b"DELETE /a HTTP/1.1\r\n" + HOST + b"\r\n",
)
forwarded(
    "RFC 9110, 9.3.8",
    "a TRACE is sent on",
    b"TRACE /a HTTP/1.1\r\n" + HOST + b"\r\n",
    b"TRACE /a HTTP/1.1\r\n" + HOST + b"\r\n",
)


_HELD = {"replay": "in replay", "record": "in record", "forward": "when forwarding"}
_INTRO = """# Conformance to HTTP

This page lists requirements that RFC 9110 and RFC 9112 make of a server and of a proxy, and says which of them recproxy keeps.
Each row that is kept is a test over real TCP, in `tests/helpers/conformance.py`; this page is generated from it.
*In replay* and *in record* are rows about the server's side: what a client gets for its bytes.
*When forwarding* are rows about both sides: what the service sees, and what the client gets.

"""


def page():
    """The page of these rows."""
    kept: dict[tuple[str, str], list[str]] = {}
    for row in ROWS:
        if not row.reason:
            kept.setdefault((row.section, row.requirement), []).append(_HELD[row.kind])
    text = _INTRO + "| section | requirement | tested |\n|---|---|---|\n"
    text += "".join(f"| {section} | {words} | {', '.join(held)} |\n" for (section, words), held in kept.items())
    text += "\n## What recproxy deliberately does not do\n\n| section | requirement | reason |\n|---|---|---|\n"
    return text + "".join(f"| {row.section} | {row.requirement} | {row.reason} |\n" for row in ROWS if row.reason)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
