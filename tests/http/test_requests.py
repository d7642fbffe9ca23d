"""The request reader: every sample whole, byte by byte and pipelined behind another."""

import pytest

from recproxy.http import MalformedRequest, PriorKnowledge, RequestReader


class Sink:
    def __init__(self):
        self.requests = []

    def head_received(self, head):
        self.head, self.body = head, b""

    def body_received(self, piece):
        self.body += piece

    def request_ended(self, trailers):
        self.requests.append((self.head.method, self.head.target, self.body, trailers))


def read(data, *, step=None):
    sink = Sink()
    reader = RequestReader(sink)
    for start in range(0, len(data), step or len(data)):
        reader.feed(data[start : start + (step or len(data))])
    return sink, reader


SAMPLES = {
    "get": (b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", (b"GET", b"/a?b=c", b"", ())),
    "length": (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", (b"POST", b"/", b"hello", ())),
    "chunked": (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\nX-Sum: 1\r\n\r\n",
        (b"POST", b"/", b"hello", ((b"X-Sum", b"1"),)),
    ),
    "h2c upgrade with a body": (
        b"POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello",
        (b"POST", b"/", b"hello", ()),
    ),
    "h2c upgrade with a chunked body": (
        b"POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        (b"POST", b"/", b"hello", ()),
    ),
    "h2c upgrade": (
        b"GET /up HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        (b"GET", b"/up", b"", ()),
    ),
    "absolute": (b"GET http://bit.ly/a HTTP/1.1\r\nHost: bit.ly\r\n\r\n", (b"GET", b"http://bit.ly/a", b"", ())),
    "a method of no list": (b"frob /a HTTP/1.1\r\nHost: x\r\n\r\n", (b"frob", b"/a", b"", ())),
    "equal repeated lengths": (
        b"PUT / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
        (b"PUT", b"/", b"ok", ()),
    ),
    "a list of equal lengths": (b"PUT / HTTP/1.1\r\nContent-Length: 2, 2\r\n\r\nok", (b"PUT", b"/", b"ok", ())),
    "raw UTF-8 in the target": ("GET /é HTTP/1.1\r\nHost: x\r\n\r\n".encode(), (b"GET", b"/%C3%A9", b"", ())),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_request_whole_and_twice_in_one_packet(name):
    data, wanted = SAMPLES[name]

    assert read(data)[0].requests == [wanted]
    assert read(data * 2)[0].requests == [wanted, wanted]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_request_byte_by_byte(name):
    data, wanted = SAMPLES[name]

    sink, reader = read(data, step=1)

    assert sink.requests == [wanted]
    assert reader.idle


@pytest.mark.parametrize("body", [name for name in SAMPLES if SAMPLES[name][1][2]])
@pytest.mark.parametrize("behind", [name for name in SAMPLES if name.startswith(("a ", "equal", "raw"))])
def test_a_request_that_comes_with_the_end_of_a_body(body, behind):
    (first, one), (second, other) = SAMPLES[body], SAMPLES[behind]
    data = first + second * 2

    for cut in range(1, len(first)):
        sink = Sink()
        reader = RequestReader(sink)
        reader.feed(data[:cut])
        reader.feed(data[cut:])
        assert (sink.requests, reader.idle) == ([one, other, other], True)


@pytest.mark.parametrize("framing", [b"Content-Length: 52", b"Transfer-Encoding: chunked"])
def test_a_body_that_holds_requests_is_a_body(framing):
    body = b"frob /a HTTP/1.1\r\nHost: x\r\n\r\nfrob /b HTTP/1.1\r\n\r\nEND"
    sent = body if framing.startswith(b"C") else b"34\r\n" + body + b"\r\n0\r\n\r\n"
    head = b"POST / HTTP/1.1\r\n" + framing + b"\r\n\r\n"
    behind = b"frob /c HTTP/1.1\r\n\r\n"

    for cut in range(1, len(sent)):
        sink = Sink()
        reader = RequestReader(sink)
        reader.feed(head + sent[:cut])
        reader.feed(sent[cut:] + behind[:5])
        reader.feed(behind[5:])
        assert sink.requests == [(b"POST", b"/", body, ()), (b"frob", b"/c", b"", ())]


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (
            b"GET /chat HTTP/1.0\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            400,
            "a WebSocket begins with a GET of HTTP/1.1 that has no body",
        ),
        (
            b"GET /chat HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nab",
            400,
            "a WebSocket begins with a GET of HTTP/1.1 that has no body",
        ),
        (
            b"FOOBAR /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            400,
            "a WebSocket begins with a GET of HTTP/1.1 that has no body",
        ),
    ],
)
def test_other_protocols_are_named(data, status, reason):
    with pytest.raises(MalformedRequest) as refused:
        read(data)

    assert (refused.value.status, refused.value.reason) == (status, reason)


@pytest.mark.parametrize("step", [None, 1, 7])
def test_http_2_is_told_with_all_that_has_come_of_it(step):
    with pytest.raises(PriorKnowledge) as told:
        read(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", step=step)

    assert told.value.seen.startswith(b"PRI * HTTP/2.0\r\n")


@pytest.mark.parametrize("step", [None, 1])
@pytest.mark.parametrize("method", [b"GET", b"FOOBAR"])
@pytest.mark.parametrize("version", [b"0.9", b"1.2", b"2.0", b"3.0"])
def test_other_versions_are_505(version, method, step):
    with pytest.raises(MalformedRequest) as refused:
        read(method + b" / HTTP/" + version + b"\r\nHost: x\r\n\r\n", step=step)

    assert (refused.value.status, refused.value.reason) == (505, "only HTTP/1.1 and HTTP/1.0 are supported")


@pytest.mark.parametrize("pause", [10, 30])
def test_what_was_read_is_not_held_in_a_body_or_between_requests(pause):
    data = b"FOOBAR / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n" + b"a" * 1_000_000
    reader = RequestReader(Sink())

    reader.feed(data[:pause])
    reader.feed(data[pause:900_000])
    in_the_body = held(reader)
    reader.feed(data[900_000:])

    assert in_the_body < 100
    assert held(reader) < 100


def held(reader):
    return sum(len(each) for each in vars(reader).values() if isinstance(each, bytes))


def test_a_refused_head_is_written_anew_once():
    sink, reader = read(b"FOOBAR /a HTTP/1.1\r\n\r\nBARFOO /b HTTP/1.1\r\n\r\n")

    with pytest.raises(MalformedRequest) as refused:
        reader.feed(b"FOOBAR /a b HTTP/1.1\r\n\r\n")

    assert [each[0] for each in sink.requests] == [b"FOOBAR", b"BARFOO"]
    assert refused.value.status == 400


def test_optional_white_space_goes_and_trailers_stay_apart():
    sink, _ = read(b"POST / HTTP/1.1\r\nHost:  x \t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nHost: evil\r\n\r\n")

    assert sink.head.headers == ((b"Host", b"x"), (b"Transfer-Encoding", b"chunked"))
    assert sink.head.host == b"x"


def test_expectation_version_and_keep_alive_are_told():
    sink, _ = read(b"PUT / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 0\r\n\r\n")
    old, _ = read(b"GET / HTTP/1.0\r\n\r\n")

    assert (sink.head.expects, sink.head.http10, sink.head.keep_alive) == (True, False, True)
    assert (old.head.expects, old.head.http10, old.head.keep_alive) == (False, True, False)


@pytest.mark.parametrize("step", [None, 1000])
def test_a_head_over_the_limit_is_431(step):
    with pytest.raises(MalformedRequest) as refused:
        read(b"GET / HTTP/1.1\r\nX: " + b"a" * 1_100_000 + b"\r\n\r\n", step=step)

    assert refused.value.status == 431


@pytest.mark.parametrize("step", [None, 1000])
def test_a_request_line_of_70000_characters_is_read(step):
    sink, _ = read(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", step=step)

    assert sink.requests[0][1] == b"/" + b"a" * 70_000


def test_a_large_body_is_no_large_head():
    sink, _ = read(b"POST / HTTP/1.1\r\nContent-Length: 300000\r\n\r\n" + b"a" * 300_000)

    assert len(sink.requests[0][2]) == 300_000


@pytest.mark.parametrize(
    "data",
    [
        b"HELLO WORLD\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: x\n\n",
        b"FROBNICATE / HTTP/1.1\r\nHost: x\n\n",
        b"GET /\xc3\xa4 HTTP/1.1\r\nHost: x\n\r\n",
    ],
)
def test_what_is_no_request_is_400(data):
    with pytest.raises(MalformedRequest) as refused:
        read(data)

    assert refused.value.status == 400


def test_a_stopped_reader_ignores_what_follows():
    sink, reader = read(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    reader.stop()

    reader.feed(b"GET /more HTTP/1.1\r\n\r\nrubbish")

    assert len(sink.requests) == 1


@pytest.mark.parametrize("target", ["/chat", "/chät"])
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_what_follows_a_request_for_a_websocket_is_no_request(target, step):
    class Switching(Sink):
        def head_received(self, head):
            super().head_received(head)
            if head.upgrades:
                reader.switch()

    before = b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nok"
    asks = b"GET " + target.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    after = b"GET /b HTTP/1.1\r\n\r\n\x81\x00"
    sink = Switching()
    reader = RequestReader(sink)

    data = before + asks + after
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])

    assert sink.requests == [(b"POST", b"/a", b"ok", ())]
    assert (sink.head.target, sink.head.upgrades, sink.head.keep_alive) == (
        target.replace("ä", "%C3%A4").encode(),
        True,
        False,
    )
    assert reader.rest == after
