"""The status of a call."""

import base64

import pytest
from notes_service import piece

from recproxy.grpc.statuses import DETAILS, message_text, readable_details, with_details

INFO = piece(1, b"NOT_YOURS") + piece(2, b"notes.example") + piece(3, piece(1, b"id") + piece(2, b"7"))
STATUS = (
    b"\x08\x07" + piece(2, b"no") + piece(3, piece(1, b"type.googleapis.com/google.rpc.ErrorInfo") + piece(2, INFO))
)
SENT = base64.b64encode(STATUS).rstrip(b"=")


def test_details_can_be_read_and_are_sent_as_they_were():
    [(name, text)] = readable_details(((b"Grpc-Status-Details-Bin", SENT),))

    assert text == (
        b'{"code": 7, "message": "no", "details": [{"type_url": "type.googleapis.com/google.rpc.ErrorInfo", '
        b'"value": {"reason": "NOT_YOURS", "domain": "notes.example", "metadata": {"id": "7"}}}]}'
    )
    assert with_details(((name, text),)) == ((name, SENT),)


@pytest.mark.parametrize("value", [b"", b"*", base64.b64encode(b"\xff\xff"), b"e"])
def test_details_that_cannot_be_read_stay(value):
    assert readable_details(((DETAILS, value),)) == ((DETAILS, value),)
    assert with_details(((DETAILS, value),)) == ((DETAILS, value),)


def test_other_headers_stay():
    assert readable_details(((b"grpc-status", b"7"),)) == ((b"grpc-status", b"7"),)


def test_a_mask_is_sent_as_the_bytes_that_it_is_where_bytes_are_wanted():
    masked = ((b"x-token", b"XXX"), (b"x-token-bin", b"XXX"), (b"x-other-bin", b"/wA"))

    assert with_details(masked, "XXX") == ((b"x-token", b"XXX"), (b"x-token-bin", b"WFhY"), (b"x-other-bin", b"/wA"))
    assert with_details(masked, None) == masked


@pytest.mark.parametrize("value", [b"{", b'{"code": "x"}', b'{"a":' * 100_000])
def test_details_that_cannot_be_sent_are_told(value):
    with pytest.raises(ValueError, match="grpc-status-details-bin: "):
        with_details(((DETAILS, value),))


def test_a_message_is_coded_and_kept_short():
    assert message_text(" no: 100%\nzoë ") == "no: 100%25%0Azo%C3%AB"
    assert len(message_text("line\n" * 5000)) <= 4000
    assert message_text("line\n" * 5000).endswith("line")
    assert len(message_text("\n" * 1 + "%" * 5000)) <= 4000
