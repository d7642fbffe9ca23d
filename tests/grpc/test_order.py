"""The order of a stream both ways."""

import pytest
from notes_service import framed

from recproxy.grpc.order import CLIENT_ENDED, frame_count, frame_sizes, message_order, whole_frames

ONE, TWO = framed(b"one"), framed(b"two!")


def test_frames_are_measured_and_one_that_is_cut_off_is_left_out():
    assert list(frame_sizes(ONE + TWO)) == [8, 9]
    assert list(frame_sizes(ONE + TWO[:-1])) == [8]
    assert whole_frames(ONE + TWO[:-1]) == ONE
    assert whole_frames(b"\0\0") == b""


@pytest.mark.parametrize(
    ("marks", "wanted"),
    [
        ([(0, 0), (8, 8), (16, 17), (24, CLIENT_ENDED)], (0, 1, 2, CLIENT_ENDED)),
        ([(0, 7), (8, 16), (24, 17)], (0, 1, 1, 2)),
        ([(0, CLIENT_ENDED), (24, CLIENT_ENDED)], ()),
        ([(0, 17), (24, 17)], (2, 2, 2, 2)),
        ([], ()),
    ],
    ids=["in turn", "in the middle of messages", "after the end", "before the end", "without marks"],
)
def test_each_message_comes_after_as_many_of_the_client_as_were_passed_on(marks, wanted):
    assert message_order(ONE + TWO, ONE * 3, marks) == wanted


def test_a_status_alone_has_a_place_too():
    assert message_order(ONE, b"", [(0, 8)]) == (1,)


def test_trailers_in_a_body_are_no_message():
    assert frame_count(ONE + TWO + b"\x80" + ONE[1:] + TWO[:-1]) == 2
