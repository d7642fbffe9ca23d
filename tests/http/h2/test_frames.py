import pytest

from recproxy.http.h2.errors import Code, PeerError
from recproxy.http.h2.flood_guard import FloodGuard
from recproxy.http.h2.frames import PREFACE, Frames, Leaving


def frame(kind, payload=b"", flags=0, stream=0):
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def cut(data, step, preface=0):
    frames = Frames(FloodGuard(0.0), preface=preface)
    return [part for start in range(0, len(data), step) for part in frames.cut(data[start : start + step], 0.0)]


@pytest.mark.parametrize("step", [1, 5, 10, 1000])
def test_goaway_is_taken_out_and_the_rest_stays_as_it_was(step):
    before, behind = PREFACE + frame(4) + frame(0, b"x" * 300, 1, 5), frame(6, b"12345678")
    data = before + frame(7, b"\0\0\0\5\0\0\0\2because") + behind + frame(7, b"\x80\0\0\7\0\0\0\0")
    parts = cut(data, step, len(PREFACE))

    assert b"".join(part for part in parts if isinstance(part, bytes)) == before + behind
    assert [part for part in parts if not isinstance(part, bytes)] == [Leaving(5, 2), Leaving(7, 0)]


@pytest.mark.parametrize(
    "data",
    [
        frame(7, b"\0\0\0\5\0\0\0\2", stream=1),
        frame(7, b"\0\0\0\5"),
        frame(1, b"", 0, 1) + frame(7, b"\0\0\0\5\0\0\0\2"),
    ],
    ids=["on a stream", "too short", "within a head"],
)
def test_a_goaway_that_is_none_is_left_to_the_library(data):
    assert b"".join(cut(data, 4)) == data


def test_a_frame_that_is_too_large_is_refused_by_its_first_bytes():
    with pytest.raises(PeerError) as refused:
        cut(frame(0, b"x" * 16385, 0, 1)[:9], 9)

    assert refused.value.code is Code.FRAME_SIZE_ERROR
