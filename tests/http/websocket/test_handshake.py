"""What a client must say to begin a WebSocket, and what of its offers is taken."""

import pytest

from recproxy.http.websocket.handshake import accepted, deflate_answer, deflate_offers, handshake_problem

KEY = (b"Sec-WebSocket-Key", b"dGhlIHNhbXBsZSBub25jZQ==")
VERSION = (b"Sec-WebSocket-Version", b"13")


def offers(*values):
    return tuple((b"Sec-WebSocket-Extensions", value) for value in values)


def test_the_key_of_the_rfc_is_accepted_as_there():
    assert accepted((KEY,)) == b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((KEY, VERSION), None),
        ((KEY,), 426),
        ((KEY, (b"sec-websocket-version", b"8")), 426),
        ((VERSION,), 400),
        ((VERSION, (b"Sec-WebSocket-Key", b"c2hvcnQ=")), 400),
        ((VERSION, (b"Sec-WebSocket-Key", b"no base64")), 400),
        ((VERSION, KEY, KEY), 400),
    ],
)
def test_a_wrong_handshake_has_a_status(headers, status):
    problem = handshake_problem(headers)

    assert (problem and problem[0]) == status


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        ((), None),
        ((b"x-webkit-deflate-frame",), None),
        ((b"permessage-deflate",), b"permessage-deflate"),
        ((b"permessage-deflate; client_max_window_bits",), b"permessage-deflate"),
        ((b"permessage-deflate; client_max_window_bits=10",), b"permessage-deflate; client_max_window_bits=10"),
        ((b'permessage-deflate; server_max_window_bits="12"',), b"permessage-deflate; server_max_window_bits=12"),
        (
            (b"permessage-deflate; server_no_context_takeover; client_no_context_takeover",),
            b"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        ),
        ((b"permessage-deflate; server_max_window_bits=8, permessage-deflate",), b"permessage-deflate"),
        ((b"permessage-deflate; server_max_window_bits", b"permessage-deflate"), b"permessage-deflate"),
        ((b"permessage-deflate; server_no_context_takeover=1",), None),
        ((b"permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",), None),
        ((b"permessage-deflate; other",), None),
        ((b"permessage-deflate; ",), None),
    ],
)
def test_the_first_offer_that_can_be_met_is_taken(values, answer):
    assert deflate_answer(offers(*values)) == answer


def test_other_extensions_are_not_offered_on():
    assert deflate_offers(offers(b"bbf, permessage-deflate; client_max_window_bits", b"PERMESSAGE-DEFLATE")) == [
        b"permessage-deflate; client_max_window_bits",
        b"PERMESSAGE-DEFLATE",
    ]
