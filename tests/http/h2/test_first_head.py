import pytest
from hpack import Encoder

from recproxy.http.first_bytes import Incomplete, Malformed, Origin, sort
from recproxy.http.h2.first_head import first_authority
from recproxy.http.h2.frames import PREFACE

BLOCK = Encoder().encode([(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "Shop.example:8080")])


def frame(kind, payload, flags=0, stream=1):
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


GREETING = PREFACE + frame(4, b"", stream=0) + frame(8, b"\0\0\1\0", stream=0)
HEADS = {
    "plain": frame(1, BLOCK, 0x5),
    "in two frames": frame(1, BLOCK[:5], 0x1) + frame(9, BLOCK[5:], 0x4),
    "padded, with a priority": frame(1, b"\x03" + b"\0\0\0\0\x10" + BLOCK + b"\0\0\0", 0x2D),
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_the_first_request_tells_whose_the_connection_is(head):
    data = GREETING + head
    told = [first_authority(data[:size]) for size in range(len(data) + 1)]

    assert told == [None] * len(data) + [b"Shop.example:8080"]
    assert sort(data) == Origin("Shop.example:8080")
    assert {type(sort(data[:size])) for size in range(1, len(data))} == {Incomplete}


def test_a_host_stands_in_for_an_authority():
    block = Encoder().encode([(":method", "GET"), ("host", "a.example")])

    assert first_authority(GREETING + frame(1, block, 0x4)) == b"a.example"
    assert first_authority(GREETING + frame(1, Encoder().encode([(":method", "GET")]), 0x4)) == b""


@pytest.mark.parametrize("data", [PREFACE[:-1] + b"x", GREETING + frame(1, b"\xff" * 20, 0x4)])
def test_what_is_no_http_2_is_refused(data):
    assert sort(data) == Malformed(400, "neither HTTP nor TLS")
