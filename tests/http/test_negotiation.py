import pytest

from recproxy.http import accepts, accepts_all, takes_coded
from recproxy.recording import Interaction, Request, Response


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


@pytest.mark.parametrize(
    ("recorded", "live", "wanted"),
    [
        # As the recorded client took it, whatever it had asked for: an object that is stored compressed.
        (b"identity", b"identity", True),
        (b"gzip", b"gzip", True),
        (b"identity", b"gzip", True),
        # Decoded for a client that refuses what the recorded one accepted.
        (b"gzip", b"identity", False),
        (b"gzip", b"br", False),
        # Without the header any coding is accepted.
        (None, b"identity", False),
        (None, None, True),
        (b"gzip", None, False),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_body_is_decoded_only_for_who_refuses_what_was_accepted(recorded, live, wanted, method):
    coded = {"body": b"x", "encoding": "gzip"} if method == "GET" else {}
    asked, headers = ((b"A", b"b"),), ()
    if recorded is not None:
        asked = ((b"Accept-Encoding", recorded),)
    if live is not None:
        headers = ((b"Accept-Encoding", live),)
    interaction = Interaction(
        request=Request(method=method, url="https://a.example/", headers=asked),
        response=Response(status=200, headers=((b"Content-Encoding", b"gzip"),), **coded),
    )

    assert takes_coded(interaction, headers) is wanted


def test_the_response_to_head_keeps_a_coding_that_no_get_would_lose():
    interaction = Interaction(
        request=Request(method="HEAD", url="https://a.example/", headers=((b"Accept-Encoding", b"*"),)),
        response=Response(status=200, headers=((b"Content-Encoding", b"compress"),)),
    )

    assert takes_coded(interaction, ())
