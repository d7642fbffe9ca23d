"""The requirements of RFC 9113 that recproxy keeps at both ends of a connection, a row each, and some of RFC 9110 and 8441.

A row is what a scripted peer sends, as frames, and what it gets for it. `to_clients` are rows of the end that answers
clients, `to_services` of the end that asks services; test_http2_conformance.py plays them in memory.
The page docs/reference/conformance-http2.md is made of the rows: `python tests/helpers/http2_conformance.py` writes it.

What a peer gets is written as words: `answered`, `stream CODE`, `connection CODE`, or, for services, `response` and
`failed`. Behind an error of a stream, and behind what is ignored, another request must be answered.
"""

from dataclasses import dataclass
from pathlib import Path

from hpack import Encoder

__all__ = ["PAGE", "PREFACE", "ROWS", "Row", "frame", "page"]

PAGE = Path(__file__).parents[2] / "docs/reference/conformance-http2.md"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM = ACK = 0x1
END_HEADERS, PADDED, WITH_PRIORITY = 0x4, 0x8, 0x20
WHOLE = END_HEADERS | END_STREAM
GET = ((":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/a"))
POST = ((":method", "POST"), *GET[1:])
OK = ((":status", "200"), ("x-a", "b"))
PROTOCOL, FLOW, SIZE, CLOSED = "PROTOCOL_ERROR", "FLOW_CONTROL_ERROR", "FRAME_SIZE_ERROR", "STREAM_CLOSED"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One requirement: the steps of the peer, and what comes of them."""

    section: str
    requirement: str
    side: str
    steps: tuple[bytes, ...]
    wanted: str
    begins: bytes = b""


ROWS: list[Row] = []


def frame(kind, payload=b"", flags=0, stream=1):
    """A frame."""
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def block(fields):
    """Fields as a block that uses no table of its connection."""
    encoder = Encoder()
    encoder.header_table_size = 0
    return encoder.encode([(name, value) for name, value in fields], huffman=False)


def head(fields=GET, stream=1, flags=WHOLE):
    """A head."""
    return frame(HEADERS, block(fields), flags, stream)


def setting(number, value):
    """A SETTINGS frame with one value."""
    return frame(SETTINGS, number.to_bytes(2, "big") + value.to_bytes(4, "big"), 0, 0)


def window(size, stream=0):
    """A WINDOW_UPDATE frame."""
    return frame(WINDOW, size.to_bytes(4, "big"), 0, stream)


def reset(stream=1, code=8):
    """A RST_STREAM frame."""
    return frame(RST, code.to_bytes(4, "big"), 0, stream)


_GREETING = frame(SETTINGS, b"", 0, 0)


def to_clients(section, requirement, *steps, wanted="answered", begins=PREFACE + _GREETING):
    """What a client sends behind its preface, and gets."""
    ROWS.append(
        Row(
            section=f"RFC 9113, {section}" if section[0].isdigit() else section,
            requirement=requirement,
            side="to clients",
            steps=steps,
            wanted=wanted,
            begins=begins,
        )
    )


def to_services(section, requirement, *steps, wanted="response", begins=_GREETING):
    """What a service sends behind its first SETTINGS and a request on stream 1, and what comes of that."""
    ROWS.append(
        Row(
            section=f"RFC 9113, {section}" if section[0].isdigit() else section,
            requirement=requirement,
            side="to services",
            steps=steps,
            wanted=wanted,
            begins=begins,
        )
    )


def changed(fields=GET, **values):
    """Fields with other pseudo-headers, or without those that are None."""
    named = {f":{name}": value for name, value in values.items()}
    return tuple((name, named.get(name, value)) for name, value in fields if named.get(name, value) is not None)


# 3 and 4: a connection and its frames.
to_clients("3.4", "a connection begins with the preface and SETTINGS", head())
to_clients("3.4", "another preface ends the connection", wanted=f"connection {PROTOCOL}", begins=PREFACE[:-1] + b"x")
to_clients("3.4", "the preface may come in pieces of any size", head(), begins=b"")
to_clients("4.1", "frames of an unknown type are ignored", frame(0x16, b"12345678", 0, 0), head())
to_clients("4.1", "flags that a frame does not define are ignored", frame(PING, b"12345678", 0x16, 0), head())
to_clients("4.1", "the reserved bit of a stream's number is ignored", frame(PING, b"12345678", 0, 1 << 31), head())
to_clients("4.2", "a frame of 16,384 bytes is taken", head(POST, flags=END_HEADERS), frame(DATA, b"x" * 16384, 1))
to_clients(
    "4.2",
    "a larger DATA frame is refused",
    head(POST, flags=END_HEADERS),
    frame(DATA, b"x" * 16385, 1),
    wanted=f"connection {SIZE}",
)
to_clients("4.2", "a larger HEADERS frame is refused", frame(HEADERS, b"x" * 16385, WHOLE), wanted=f"connection {SIZE}")
to_clients(
    "4.2", "a larger frame of another type is refused", frame(0x16, b"x" * 16385, 0, 0), wanted=f"connection {SIZE}"
)
to_clients(
    "4.3",
    "a block that cannot be read ends the connection",
    frame(HEADERS, b"\xff" * 40, WHOLE),
    wanted="connection COMPRESSION_ERROR",
)
to_clients(
    "4.3",
    "no other frame comes within a block",
    frame(HEADERS, block(GET)[:3], 1),
    frame(PRIORITY, b"\0\0\0\0\0"),
    wanted=f"connection {PROTOCOL}",
)
to_clients(
    "4.3",
    "no block of another stream comes within a block",
    frame(HEADERS, block(GET)[:3], 1),
    head(stream=3),
    wanted=f"connection {PROTOCOL}",
)
to_clients(
    "5.5",
    "no unknown frame comes within a block",
    frame(HEADERS, block(GET)[:3], 1),
    frame(0x16, b""),
    wanted=f"connection {PROTOCOL}",
)

# 5: streams.
for name, sent in (
    ("DATA", frame(DATA, b"x", 1)),
    ("RST_STREAM", reset()),
    ("WINDOW_UPDATE", window(1, 1)),
    ("CONTINUATION", frame(CONTINUATION, b"", 4)),
):
    to_clients(
        "5.1", f"{name} on a stream that nobody opened ends the connection", sent, wanted=f"connection {PROTOCOL}"
    )
to_clients("5.1", "PRIORITY may come on a stream that nobody opened", frame(PRIORITY, b"\0\0\0\0\0", 0, 5), head())
to_clients(
    "5.1", "DATA behind the end of a request is an error", head(), frame(DATA, b"x", 1), wanted=f"error {CLOSED}"
)
to_clients("5.1", "HEADERS behind the end of a request are an error", head(), head(), wanted=f"error {CLOSED}")
to_clients(
    "5.1",
    "DATA behind a RST_STREAM of the client are an error of the stream at most",
    head(POST, flags=END_HEADERS),
    reset(),
    frame(DATA, b"x", 1),
    wanted=f"error {CLOSED}",
)
to_clients("5.1", "WINDOW_UPDATE behind the end of a request is taken", head(), window(1, 1), head(stream=3))
to_clients("5.1", "RST_STREAM behind the answer is taken", head(), reset(), head(stream=3))
to_clients("5.1", "PRIORITY on a closed stream is taken", head(), frame(PRIORITY, b"\0\0\0\0\0"), head(stream=3))
to_clients("5.1.1", "a client opens odd streams only", head(stream=2), wanted=f"connection {PROTOCOL}")
to_clients("5.1.1", "numbers of streams grow", head(stream=5), head(stream=3), wanted=f"connection {PROTOCOL}")
to_clients("5.1.1", "numbers of streams may be left out", head(stream=5))
to_clients(
    "5.1.2",
    "a stream above the limit is refused, and the others go on",
    *(head(POST, number, END_HEADERS) for number in range(1, 259, 2)),
    wanted="stream REFUSED_STREAM",
)
to_clients(
    "5.3.1",
    "HEADERS with a stream that depends on itself are an error",
    frame(HEADERS, b"\0\0\0\x01\0" + block(GET), WHOLE | WITH_PRIORITY),
    wanted=f"error {PROTOCOL}",
)
to_clients(
    "5.4.1",
    "an error of the connection is told by GOAWAY, and the connection ends",
    frame(PING, b"1234", 0, 0),
    wanted=f"connection {SIZE}",
)

# 6: the types of frames.
to_clients(
    "6.1", "a body may come in several frames", head(POST, flags=END_HEADERS), frame(DATA, b"a"), frame(DATA, b"b", 1)
)
to_clients("6.1", "an empty DATA frame may end a request", head(POST, flags=END_HEADERS), frame(DATA, b"", 1))
to_clients("6.1", "padding of DATA is no body", head(POST, flags=END_HEADERS), frame(DATA, b"\x02ab\0\0", PADDED | 1))
to_clients("6.1", "DATA without a stream are refused", frame(DATA, b"x", 1, 0), wanted=f"connection {PROTOCOL}")
to_clients(
    "6.1",
    "padding that is longer than its frame is refused",
    head(POST, flags=END_HEADERS),
    frame(DATA, b"\x09ab", PADDED | 1),
    wanted=f"connection {PROTOCOL}",
)
to_clients("6.2", "HEADERS may be padded", frame(HEADERS, b"\x02" + block(GET) + b"\0\0", WHOLE | PADDED))
to_clients("6.2", "HEADERS may have a priority", frame(HEADERS, b"\0\0\0\0\x10" + block(GET), WHOLE | WITH_PRIORITY))
to_clients("6.2", "HEADERS without a stream are refused", head(stream=0), wanted=f"connection {PROTOCOL}")
to_clients(
    "6.2",
    "HEADERS with too much padding are refused",
    frame(HEADERS, b"\xff" + block(GET), WHOLE | PADDED),
    wanted=f"connection {PROTOCOL}",
)
to_clients("6.3", "PRIORITY is taken", frame(PRIORITY, b"\0\0\0\0\x10"), head())
to_clients(
    "6.3", "PRIORITY without a stream is refused", frame(PRIORITY, b"\0\0\0\0\0", 0, 0), wanted=f"connection {PROTOCOL}"
)
to_clients(
    "6.3",
    "PRIORITY of another size is refused",
    head(POST, flags=END_HEADERS),
    frame(PRIORITY, b"\0\0\0\0"),
    wanted=f"error {SIZE}",
)
to_clients("6.4", "RST_STREAM ends its stream and no other", head(POST, flags=END_HEADERS), reset(), head(stream=3))
to_clients("6.4", "RST_STREAM without a stream is refused", reset(0), wanted=f"connection {PROTOCOL}")
to_clients(
    "6.4",
    "RST_STREAM of another size is refused",
    head(POST, flags=END_HEADERS),
    frame(RST, b"\0\0\0"),
    wanted=f"connection {SIZE}",
)
to_clients("6.5", "SETTINGS are acknowledged", setting(3, 100), head(), wanted="answered SETTINGS acknowledged")
to_clients("6.5", "an acknowledgement has no payload", frame(SETTINGS, b"\0", ACK, 0), wanted=f"connection {SIZE}")
to_clients("6.5", "SETTINGS on a stream are refused", frame(SETTINGS, b"", 0, 1), wanted=f"connection {PROTOCOL}")
to_clients("6.5", "SETTINGS of another size are refused", frame(SETTINGS, b"\0\0\0", 0, 0), wanted=f"connection {SIZE}")
to_clients("6.5.2", "ENABLE_PUSH is 0 or 1", setting(2, 2), wanted=f"connection {PROTOCOL}")
to_clients("6.5.2", "INITIAL_WINDOW_SIZE has a largest value", setting(4, 1 << 31), wanted=f"connection {FLOW}")
to_clients("6.5.2", "MAX_FRAME_SIZE has a least value", setting(5, 16383), wanted=f"connection {PROTOCOL}")
to_clients("6.5.2", "MAX_FRAME_SIZE has a largest value", setting(5, 1 << 24), wanted=f"connection {PROTOCOL}")
to_clients("6.5.2", "unknown settings are ignored", setting(0xFF, 1), head())
to_clients(
    "6.5.3",
    "values are taken in their order",
    frame(SETTINGS, b"\0\4\0\0\0\1\0\4\0\0\0\2", 0, 0),
    head(),
    wanted="answered with 2 bytes",
)
to_clients(
    "6.6",
    "PUSH_PROMISE of a client is refused",
    frame(PUSH, b"\0\0\0\2" + block(GET), END_HEADERS),
    wanted=f"connection {PROTOCOL}",
)
to_clients("6.7", "PING is acknowledged", frame(PING, b"12345678", 0, 0), head(), wanted="answered PING acknowledged")
to_clients("6.7", "an acknowledgement that nobody waits for is ignored", frame(PING, b"12345678", ACK, 0), head())
to_clients("6.7", "PING on a stream is refused", frame(PING, b"12345678"), wanted=f"connection {PROTOCOL}")
to_clients("6.7", "PING of another size is refused", frame(PING, b"1234567", 0, 0), wanted=f"connection {SIZE}")
to_clients("6.8", "GOAWAY on a stream is refused", frame(GOAWAY, b"\0" * 8), wanted=f"connection {PROTOCOL}")
to_clients(
    "6.8",
    "behind GOAWAY, open streams are answered",
    head(POST, flags=END_HEADERS),
    frame(GOAWAY, b"\0" * 8, 0, 0),
    frame(DATA, b"x", 1),
)
to_clients("6.9", "WINDOW_UPDATE of 0 for the connection is refused", window(0), wanted=f"connection {PROTOCOL}")
to_clients(
    "6.9",
    "WINDOW_UPDATE of 0 for a stream is an error",
    head(POST, flags=END_HEADERS),
    window(0, 1),
    wanted=f"error {PROTOCOL}",
)
to_clients(
    "6.9", "WINDOW_UPDATE of another size is refused", frame(WINDOW, b"\0\0\1", 0, 0), wanted=f"connection {SIZE}"
)
to_clients(
    "6.9.1", "a body is no larger than the window of its stream", setting(4, 1), head(), wanted="answered with 1 bytes"
)
to_clients(
    "6.9.1",
    "a body goes on when the window is opened",
    setting(4, 1),
    head(),
    window(1, 1),
    wanted="answered with 2 bytes",
)
to_clients(
    "6.9.1", "a window of the connection that is too large ends it", window((1 << 31) - 1), wanted=f"connection {FLOW}"
)
to_clients(
    "6.9.1",
    "a window of a stream that is too large ends that",
    head(POST, flags=END_HEADERS),
    window((1 << 31) - 1, 1),
    wanted=f"error {FLOW}",
)
to_clients(
    "6.9.2",
    "a changed INITIAL_WINDOW_SIZE changes open windows",
    setting(4, 0),
    head(),
    setting(4, 1),
    wanted="answered with 1 bytes",
)
to_clients(
    "6.9.2",
    "a window may become less than nothing",
    setting(4, 2),
    head(),
    setting(4, 0),
    window(1, 1),
    wanted="answered with 2 bytes",
)
to_clients(
    "6.10", "a block may be continued", frame(HEADERS, block(GET)[:3], 1), frame(CONTINUATION, block(GET)[3:], 4)
)
to_clients(
    "6.10",
    "a block may be continued more than once",
    frame(HEADERS, block(GET)[:3], 1),
    frame(CONTINUATION, block(GET)[3:7]),
    frame(CONTINUATION, block(GET)[7:], 4),
)
to_clients(
    "6.10",
    "CONTINUATION without a stream is refused",
    frame(HEADERS, block(GET)[:3], 1),
    frame(CONTINUATION, block(GET)[3:], 4, 0),
    wanted=f"connection {PROTOCOL}",
)
to_clients(
    "6.10",
    "CONTINUATION behind a whole block is refused",
    head(POST, flags=END_HEADERS),
    frame(CONTINUATION, b"", 4),
    wanted=f"connection {PROTOCOL}",
)
to_clients(
    "6.10",
    "DATA within a block are refused",
    frame(HEADERS, block(POST)[:3]),
    frame(DATA, b"x", 1),
    wanted=f"connection {PROTOCOL}",
)

# 8: HTTP.
to_clients(
    "8.1", "a request may have trailers", head(POST, flags=END_HEADERS), frame(DATA, b"x"), head((("x-sum", "1"),))
)
to_clients(
    "8.1",
    "a second head without an end is malformed",
    head(POST, flags=END_HEADERS),
    frame(DATA, b"x"),
    head((("x-sum", "1"),), flags=END_HEADERS),
    wanted=f"error {PROTOCOL}",
)
to_clients(
    "8.1",
    "trailers have no pseudo-headers",
    head(POST, flags=END_HEADERS),
    frame(DATA, b"x"),
    head(((":path", "/"),)),
    wanted=f"stream {PROTOCOL}",
)
to_clients(
    "8.1.1",
    "a body of another size than Content-Length is malformed",
    head((*POST, ("content-length", "3")), flags=END_HEADERS),
    frame(DATA, b"x", 1),
    wanted=f"error {PROTOCOL}",
)
to_clients(
    "8.1.1",
    "an end without the body of a Content-Length is malformed",
    head((*POST, ("content-length", "3"))),
    wanted=f"error {PROTOCOL}",
)
to_clients(
    "8.1.1",
    "two Content-Length that differ are malformed",
    head((*POST, ("content-length", "1"), ("content-length", "2")), flags=END_HEADERS),
    wanted=f"error {PROTOCOL}",
)
for requirement, fields in {
    "a name of a field has no capitals": (*GET, ("X-A", "b")),
    "a name of a field has no colon in it": (*GET, ("x:a", "b")),
    "a name of a field is not empty": (*GET, ("", "b")),
    "a value has no line end": (*GET, ("x-a", "b\r\nc: d")),
    "a value has no NUL": (*GET, ("x-a", "b\0")),
    "a value has no white space around it": (*GET, ("x-a", " b")),
}.items():
    to_clients("8.2.1", requirement, head(fields), wanted=f"stream {PROTOCOL}")
for name, value in (
    ("connection", "close"),
    ("keep-alive", "1"),
    ("proxy-connection", "close"),
    ("transfer-encoding", "chunked"),
    ("upgrade", "h2c"),
):
    to_clients("8.2.2", f"{name} is malformed", head((*GET, (name, value))), wanted=f"stream {PROTOCOL}")
to_clients("8.2.2", "te says nothing but trailers", head((*GET, ("te", "gzip"))), wanted=f"stream {PROTOCOL}")
to_clients("8.2.2", "te: trailers is taken", head((*GET, ("te", "trailers"))))
to_clients(
    "8.2.3",
    "the crumbs of a cookie are put together",
    head((*GET, ("cookie", "a=1"), ("x-a", "b"), ("cookie", "c=2"))),
    wanted="answered cookie a=1; c=2",
)
for requirement, fields in {
    "an unknown pseudo-header is malformed": (*GET, (":test", "a")),
    "a pseudo-header of responses is malformed": (*GET, (":status", "200")),
    "a pseudo-header behind a field is malformed": (*GET[:3], ("x-a", "b"), GET[3]),
    "a pseudo-header twice is malformed": (*GET, GET[0]),
}.items():
    to_clients("8.3", requirement, head(fields), wanted=f"stream {PROTOCOL}")
for requirement, fields in {
    "a request has a :method": changed(method=None),
    "a request has a :scheme": changed(scheme=None),
    "a request has a :path": changed(path=None),
    "a :path is not empty": changed(path=""),
    "a :path begins with a slash": changed(path="a"),
    "an :authority has no user in it": changed(authority="user@shop.example"),
    "Host and :authority do not differ": (*GET, ("host", "other.example")),
}.items():
    to_clients("8.3.1", requirement, head(fields), wanted=f"stream {PROTOCOL}")
to_clients("8.3.1", "a Host may stand in for an :authority", head((*changed(authority=None), ("host", "shop.example"))))
to_clients("8.3.1", "OPTIONS may have the :path *", head(changed(method="OPTIONS", path="*")))
to_clients("8.5", "a CONNECT has no :path", head(changed(method="CONNECT")), wanted=f"stream {PROTOCOL}")
to_clients(
    "8.5",
    "a CONNECT is for the gateway only",
    head(changed(method="CONNECT", scheme=None, path=None)),
    wanted="status 501",
)
_WEBSOCKET = (*changed(method="CONNECT"), (":protocol", "websocket"))
for requirement, fields, wanted in (
    ("a :protocol stands in a CONNECT only", (*GET, (":protocol", "websocket")), f"stream {PROTOCOL}"),
    ("a CONNECT with a :protocol has a :path", changed(_WEBSOCKET, path=None), f"stream {PROTOCOL}"),
    ("a CONNECT with a :protocol has a :scheme", changed(_WEBSOCKET, scheme=None), f"stream {PROTOCOL}"),
    ("a CONNECT with a :protocol has an :authority", changed(_WEBSOCKET, authority=None), f"stream {PROTOCOL}"),
    ("a :protocol that is not known is refused", changed(_WEBSOCKET, protocol="connect-udp"), "status 501"),
    ("a WebSocket of no known version is refused", _WEBSOCKET, "status 426"),
):
    to_clients("RFC 8441, 4", requirement, head(fields), wanted=wanted)
_LARGE = block((*GET, *(("x-a", "b" * 15000) for _ in range(20))))
to_clients(
    "10.5",
    "a head above the limit ends the connection",
    frame(HEADERS, _LARGE[:16000], END_STREAM),
    *(
        frame(CONTINUATION, _LARGE[place : place + 16000], END_HEADERS if place + 16000 >= len(_LARGE) else 0)
        for place in range(16000, len(_LARGE), 16000)
    ),
    wanted="connection ENHANCE_YOUR_CALM",
)
to_clients(
    "10.5",
    "ever more CONTINUATION frames end the connection",
    frame(HEADERS, block(GET)[:3], 1),
    *([frame(CONTINUATION, b"\0")] * 64),
    wanted="connection ENHANCE_YOUR_CALM",
)
to_clients(
    "10.5",
    "empty CONTINUATION frames end the connection",
    frame(HEADERS, block(GET)[:3], 1),
    *([frame(CONTINUATION, b"")] * 5),
    wanted="connection ENHANCE_YOUR_CALM",
)
for name, flood in {
    "streams that are reset at once": b"".join(
        head(POST, number, END_HEADERS) + reset(number) for number in range(1, 2101, 2)
    ),
    "PING frames": frame(PING, b"12345678", 0, 0) * 1100,
    "SETTINGS frames": setting(4, 65535) * 220,
    "PRIORITY frames": frame(PRIORITY, b"\0\0\0\0\0") * 1100,
    "WINDOW_UPDATE frames": window(1) * 1100,
    "frames of an unknown type": frame(0x16, b"", 0, 0) * 1100,
    "empty DATA frames": head(POST, flags=END_HEADERS) + frame(DATA, b"") * 1100,
}.items():
    to_clients("10.5", f"a flood of {name} ends the connection", flood, wanted="connection ENHANCE_YOUR_CALM")
to_clients(
    "RFC 9110, 9.3.2",
    "the answer to HEAD has no body, and ends with its head",
    head(changed(method="HEAD")),
    wanted="answered with 0 bytes",
)
to_clients(
    "RFC 9110, 10.1.1",
    "who expects 100 gets it",
    head((*POST, ("expect", "100-continue")), flags=END_HEADERS),
    frame(DATA, b"x", 1),
    wanted="answered informed 100",
)

# The other end: what services send.
to_services("3.4", "a service begins with SETTINGS", head(OK))
to_services("3.4", "what is no HTTP/2 is told", wanted="failed", begins=b"HTTP/1.1 400 Bad Request\r\n\r\n")
to_services("4.1", "frames of an unknown type are ignored", frame(0x16, b"12345678", 0, 0), head(OK))
to_services(
    "4.2", "a frame that is too large ends the connection", frame(DATA, b"x" * 16385, 1), wanted=f"failed {SIZE}"
)
to_services(
    "4.3",
    "a block that cannot be read ends the connection",
    frame(HEADERS, b"\xff" * 40, WHOLE),
    wanted="failed COMPRESSION_ERROR",
)
to_services("5.1", "DATA before a head are an error", frame(DATA, b"x", 1), wanted="failed")
to_services("5.1", "frames on a stream that nobody opened end the connection", head(OK, 9), wanted=f"failed {PROTOCOL}")
to_services("6.4", "a stream that is broken off is told", reset(), wanted="failed")
to_services(
    "6.4",
    "a stream that is broken off within a body is told",
    head(OK, flags=END_HEADERS),
    reset(1, 2),
    wanted="failed",
)
to_services("6.5", "SETTINGS are acknowledged", setting(4, 100), head(OK), wanted="response SETTINGS acknowledged")
to_services(
    "6.6", "pushes are refused", frame(PUSH, b"\0\0\0\2" + block(GET), END_HEADERS), wanted=f"failed {PROTOCOL}"
)
to_services(
    "6.7", "PING is acknowledged", frame(PING, b"12345678", 0, 0), head(OK), wanted="response PING acknowledged"
)
to_services(
    "6.8", "behind GOAWAY, a stream that was taken is answered", frame(GOAWAY, b"\0\0\0\1\0\0\0\0", 0, 0), head(OK)
)
to_services(
    "6.8",
    "behind GOAWAY, a stream that was not taken may be asked again",
    frame(GOAWAY, b"\0\0\0\0\0\0\0\0", 0, 0),
    wanted="failed again",
)
to_services(
    "6.9",
    "windows are opened as a body is taken",
    head(OK, flags=END_HEADERS),
    *([frame(DATA, b"x" * 16384)] * 15),
    frame(DATA, b"", 1),
    wanted="response with 245760 WINDOW acknowledged",
)
to_services(
    "8.1",
    "a response may have trailers",
    head(OK, flags=END_HEADERS),
    frame(DATA, b"ok"),
    head((("x-sum", "1"),)),
    wanted="response with 2 trailer x-sum",
)
to_services(
    "8.1",
    "interim responses come before it",
    head(((":status", "103"), ("link", "a")), flags=END_HEADERS),
    head(OK),
    wanted="response informed 103",
)
to_services("8.1", "101 is no response of HTTP/2", head(((":status", "101"),), flags=END_HEADERS), wanted="failed")
to_services("8.1", "behind the response, NO_ERROR ends the request", head(OK), reset(1, 0))
to_services(
    "8.1.1",
    "a body of another size than Content-Length is an error",
    head((*OK, ("content-length", "3")), flags=END_HEADERS),
    frame(DATA, b"x", 1),
    wanted="failed",
)
to_services("8.3.2", "a response has a :status", head((("x-a", "b"),)), wanted="failed")
to_services("8.3.2", "a :status has three digits", head(((":status", "20"),)), wanted="failed")
to_services("8.3", "a pseudo-header of requests is malformed", head((*OK, (":path", "/"))), wanted="failed")
to_services("8.2.1", "a name of a field has no capitals", head((*OK, ("X-A", "b"))), wanted="failed")
to_services("8.2.2", "connection is malformed", head((*OK, ("connection", "close"))), wanted="failed")
to_services("8.7", "a stream that was refused may be asked again", reset(1, 7), wanted="failed again")
to_services(
    "10.5",
    "a flood of PING frames ends the connection",
    frame(PING, b"12345678", 0, 0) * 1100,
    wanted="failed ENHANCE_YOUR_CALM",
)

_INTRODUCTION = """# Conformance to HTTP/2

This page lists requirements that RFC 9113 makes of both ends of a connection.
A scripted peer plays each row, in `tests/helpers/http2_conformance.py`; this page is generated from it.
*To clients* are rows about the end that answers clients, *to services* about the end that asks services.
An error of a stream leaves the other streams of its connection as they are.
What HTTP/1.1 and HTTP/2 have in common is on the page [Conformance to HTTP](conformance.md).

| section | requirement | tested |
|---|---|---|
"""


def page():
    """The page as Markdown."""
    return _INTRODUCTION + "".join(f"| {row.section} | {row.requirement} | {row.side} |\n" for row in ROWS)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
