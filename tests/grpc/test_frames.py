"""Messages in a body."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notes_service import framed

from recproxy.grpc.frames import Frame, frames, put_frames, put_trailers, take_trailers, untexted
from recproxy.recording import encode

LIMIT = 1 << 20


@given(st.lists(st.tuples(st.binary(max_size=40), st.booleans())))
def test_frames_come_back(pairs):
    found = [Frame(data, compressed) for data, compressed in pairs]

    assert frames(put_frames(found, "gzip"), "gzip", LIMIT) == found


@pytest.mark.parametrize("body", [b"\0", framed(b"hello")[:-1], b"\x02\0\0\0\0", framed(b"x", flag=1)])
def test_what_is_no_frames_is_refused(body):
    with pytest.raises(ValueError, match="frame|compress"):
        frames(body, "", LIMIT)


def test_a_bomb_is_refused():
    bomb = framed(encode(b"\0" * 2_000_000, "gzip"), flag=1)

    with pytest.raises(ValueError, match="more than"):
        frames(bomb, "gzip", LIMIT)
    with pytest.raises(ValueError, match="too much"):
        frames(framed(*[b"x" * 1000] * 20), "", 10_000)


@pytest.mark.parametrize("data", [b"grpc-status: 0\r\n", b"grpc-status:0\r\ngrpc-message:\r\n"])
def test_trailers_come_back(data):
    headers, tight = take_trailers(data)

    assert headers[0] == (b"grpc-status", b"0")
    assert put_trailers(headers, tight=tight) == data


@pytest.mark.parametrize("data", [b"", b"grpc-status: 0", b"no trailer\r\n", b"a: 1\nb: 2\r\n\r\n"])
def test_trailers_of_another_form_are_refused(data):
    with pytest.raises(ValueError, match="no trailers"):
        take_trailers(data)


def test_base64_comes_in_pieces():
    assert untexted(base64.b64encode(b"a") + base64.b64encode(b"bcd")) == b"abcd"
    for data in (b"YQ=", b"YQ==?", b"Y"):
        with pytest.raises(ValueError, match="no base64"):
            untexted(data)
