"""What the responses of a mechanism prove, as an Authorization header would say it."""

import base64

import pytest

from recproxy.mail.authentication import proof_of


def coded(*texts):
    return [base64.b64encode(text) for text in texts]


@pytest.mark.parametrize(
    ("mechanism", "responses", "proof"),
    [
        (b"PLAIN", coded(b"\0me\0pass word"), b"Basic " + coded(b"me:pass word")[0]),
        (b"PLAIN", coded(b"other\0me\0pass"), b"Basic " + coded(b"me:pass")[0]),
        (b"PLAIN", coded(b"no zeros"), b""),
        (b"PLAIN", [b"?"], b""),
        (b"PLAIN", [], b""),
        (b"LOGIN", coded(b"me"), b""),
        (b"LOGIN", coded(b"me", b"pass"), b"Basic " + coded(b"me:pass")[0]),
        (b"XOAUTH2", coded(b"user=me\x01auth=Bearer t0ken\x01\x01"), b"Bearer t0ken"),
        (b"OAUTHBEARER", coded(b"n,a=me,\x01host=a\x01auth=Bearer t0ken\x01\x01"), b"Bearer t0ken"),
        (b"XOAUTH2", coded(b""), b""),
        (
            b"XOAUTH",
            coded(b'GET https://a/b oauth_token="1",oauth_signature="2"'),
            b'OAuth oauth_token="1",oauth_signature="2"',
        ),
        (b"CRAM-MD5", coded(b"me 0123456789abcdef"), b""),
    ],
)
def test_the_secret_of_each_mechanism_is_found(mechanism, responses, proof):
    assert proof_of(mechanism, responses) == proof
