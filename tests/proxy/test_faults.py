import pytest

from recproxy.control.scope_options import ScopeFault
from recproxy.proxy.faults import ScopeFaults, faulty
from recproxy.proxy.pacing import PacedAnswer

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
DATA = HEAD + b"abcdefghij"


@pytest.mark.parametrize(
    ("fault", "wanted"),
    [
        ("reset", PacedAnswer(((0.0, b""),), close=True, reset=True)),
        ("reset after 0", PacedAnswer(((0.0, HEAD),), close=True, reset=True)),
        ("reset after 4", PacedAnswer(((0.0, HEAD + b"abcd"),), close=True, reset=True)),
        ("truncate 3", PacedAnswer(((0.0, HEAD + b"abc"),), close=True)),
        ("truncate 999", PacedAnswer(((0.0, DATA),), close=True)),
        ("hang 30", PacedAnswer(((30.0, b""),), close=True)),
        ("delay 2.5", PacedAnswer(((2.5, DATA),))),
        ("drip 50/s", PacedAnswer(((0.0, HEAD), (0.1, b"abcde"), (0.1, b"fghij")))),
    ],
)
def test_what_a_client_gets_of_a_response(fault, wanted):
    assert faulty(fault, DATA, close=False) == wanted


def test_a_slow_drip_is_a_byte_at_a_time():
    assert [gap for gap, _ in faulty("drip 2/s", DATA, close=False).pieces] == [0.0] + [0.5] * 10


def test_a_response_that_ends_its_connection_still_does():
    assert faulty("delay 1", DATA, close=True).close


def test_what_is_another_thing_in_an_answer_is_no_fault():
    faults = ScopeFaults([ScopeFault("mutate drop json /id", 0, 2), ScopeFault("reset", 0, 1)])

    assert faults.mutations == {1: "drop json /id"}
    assert (faults.take(1), faults.take(0).kind) == (None, "reset")
    assert not ScopeFaults([ScopeFault("mutate drop json /id", 0, 2)]).planned
