import pytest

from recproxy.http import accepts, accepts_all


@pytest.mark.parametrize(
    ("encoding", "accepted", "wanted"),
    [("", None, True), ("gzip", b"gzip, br", True), ("gzip, br", b"gzip", False), ("gzip", None, False)],
)
def test_a_client_takes_a_body_whose_codings_it_takes(encoding, accepted, wanted):
    assert accepts_all(encoding, accepted) is wanted


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        (None, False),
        (b"gzip, deflate", True),
        (b"GZIP;q=0.5", True),
        (b"x-gzip", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000", False),
        (b"*", True),
        (b"*;q=0", False),
        (b"gzip;q=0, *", False),
        (b"identity", False),
        (b"", False),
    ],
)
def test_which_clients_accept_gzip(accepted, wanted):
    assert accepts("gzip", accepted) is wanted
