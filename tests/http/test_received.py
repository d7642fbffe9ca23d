import gzip

import pytest

from recproxy.http import received_request


@pytest.mark.parametrize("coding", [b"gzip", b"GZIP "])
def test_the_body_is_the_payload_and_nothing_in_it_is_a_placeholder(coding):
    got = received_request("POST", "http://a/", ((b"Content-Encoding", coding),), gzip.compress(b"XXX"))

    assert (got.method, got.body, got.encoding, got.wild) == ("POST", b"XXX", "gzip", None)


@pytest.mark.parametrize("coding", [b"gzip", b"identity"])
def test_a_body_that_cannot_be_decoded_stays_as_it_is(coding):
    got = received_request("POST", "http://a/", ((b"Content-Encoding", coding),), b"no gzip")

    assert (got.body, got.encoding) == (b"no gzip", None)


def test_two_uploads_of_the_same_bytes_are_equal_whatever_their_signatures():
    headers = ((b"Content-Encoding", b"aws-chunked"),)
    bodies = (b"2;chunk-signature=%s\r\nok\r\n0\r\n\r\n" % signature for signature in (b"0a", b"1b"))

    assert [received_request("PUT", "https://a.example/k", headers, body).body for body in bodies] == [b"ok", b"ok"]
