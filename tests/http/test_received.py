import gzip

import pytest

from recproxy.http import received_request


@pytest.mark.parametrize("coding", [b"gzip", b"GZIP "])
def test_the_body_is_the_payload_and_nothing_in_it_is_a_placeholder(coding):
    got = received_request("POST", "http://a/", ((b"Content-Encoding", coding),), gzip.compress(b"XXX"))

    assert (got.method, got.body, got.encoding, got.wild) == ("POST", b"XXX", "gzip", None)


def test_a_body_that_cannot_be_decoded_stays_as_it_is():
    got = received_request("POST", "http://a/", ((b"Content-Encoding", b"gzip"),), b"no gzip")

    assert (got.body, got.encoding) == (b"no gzip", None)
