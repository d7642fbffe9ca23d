import pytest

from recproxy.proxy.ownership import Begins, Ownership
from recproxy.proxy.roaming import Roaming
from recproxy.proxy.route import Route

OURS = b"GET http://shop.example/ HTTP/1.1\r\n\r\n"
FOREIGN = b"GET http://other.example/ HTTP/1.1\r\n\r\n"


def roaming(held=b""):
    return Roaming(Ownership(Route("http"), lambda host: host == "shop.example"), held)


@pytest.mark.parametrize(
    ("held", "data", "wanted"),
    [
        (b"", OURS, (Begins.OURS, OURS, b"")),
        (b"GET ht", OURS[6:], (Begins.OURS, OURS, b"")),
        (b"GET", b" ht", (Begins.UNKNOWN, b"", b"GET ht")),
        (b"GET ht", FOREIGN[6:] + OURS, (Begins.FOREIGN, b"", FOREIGN + OURS)),
    ],
)
def test_a_request_is_read_or_held_from_its_first_byte(held, data, wanted):
    bytes_of = roaming(held)

    assert (bytes_of.begin(data), bytes_of.segment, bytes_of.held) == wanted


def test_a_request_for_another_service_is_held_with_what_follows():
    bytes_of = roaming()
    bytes_of.begin(OURS + OURS + FOREIGN + OURS)
    bytes_of.complete()
    bytes_of.complete()

    assert bytes_of.hold_rest()
    assert bytes_of.take_held() == FOREIGN + OURS
    assert bytes_of.held == b""


def test_a_request_that_began_in_an_earlier_segment_cannot_be_held():
    bytes_of = roaming()
    bytes_of.begin(OURS[:-2])
    bytes_of.end()

    assert not bytes_of.hold_rest()
    assert bytes_of.held == b""
