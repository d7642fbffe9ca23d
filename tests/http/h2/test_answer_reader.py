import pytest

from recproxy.http.h2.answer_reader import AnswerReader
from recproxy.http.h2.states import ReadState


class Sink:
    def __init__(self):
        self.told = []

    def head_read(self, status, headers):
        self.told.append((status, *headers))

    def piece_read(self, piece):
        if isinstance(self.told[-1], bytes):
            self.told[-1] += bytes(piece)
        else:
            self.told.append(bytes(piece))

    def answer_ended(self, trailers):
        self.told.append(("end", *trailers))

    def answer_broken(self):
        self.told.append("broken")


OK = b"HTTP/1.1 200 OK\r\n"
SAMPLES = {
    "measured": (OK + b"Content-Length: 2\r\n\r\nab", [(200, (b"Content-Length", b"2")), b"ab", ("end",)]),
    "empty": (OK + b"Content-Length: 0\r\n\r\n", [(200, (b"Content-Length", b"0")), ("end",)]),
    "no body": (b"HTTP/1.1 204 No Content\r\nA: b\r\n\r\n", [(204, (b"A", b"b")), ("end",)]),
    "until the end": (OK + b"\r\nab", [(200,), b"ab", ("end",)]),
    "chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n",
        [(200, (b"Transfer-Encoding", b"chunked")), b"abc", ("end", (b"X-Sum", b"1"), (b"Y", b""))],
    ),
    "interim": (
        b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n",
        [(103, (b"Link", b"a")), (200, (b"Content-Length", b"0")), ("end",)],
    ),
    "cut": (OK + b"Content-Length: 3\r\n\r\nab", [(200, (b"Content-Length", b"3")), b"ab", "broken"]),
    "cut in a chunk": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        [(200, (b"Transfer-Encoding", b"chunked")), b"ab", "broken"],
    ),
    "cut in a head": (b"HTTP/1.1 200 O", ["broken"]),
    "another protocol": (
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x00",
        [(101,), b"\x81\x00", ("end",)],
    ),
}


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize(("data", "told"), SAMPLES.values(), ids=SAMPLES)
def test_an_answer_is_told_in_parts(data, told, step):
    sink = Sink()
    reader = AnswerReader(sink, head_only=False)
    for start in range(0, len(data), step):
        reader.feed(data[start : start + step])
    reader.end()

    assert sink.told == told


def test_the_answer_to_head_has_no_body():
    sink = Sink()
    AnswerReader(sink, head_only=True).feed(OK + b"Content-Length: 5\r\n\r\n")

    assert sink.told == [(200, (b"Content-Length", b"5")), ("end",)]


def test_what_is_complete_is_not_broken_off():
    sink = Sink()
    reader = AnswerReader(sink, head_only=False)
    reader.feed(OK + b"Content-Length: 0\r\n\r\nrest")
    reader.abort()

    assert (reader.state, sink.told[-1]) == (ReadState.COMPLETE, ("end",))
