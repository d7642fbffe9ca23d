"""Headers that tell a digest of a body, after the body was changed."""

import pytest

from recproxy.play.body_digests import with_digests
from recproxy.recording import Response

MD5 = b"XrY7u+Ae7tCTyyK7j1rNww=="  # all of b"hello world"
SHA = b"Kq5sNclPz7QV2+lfQIuc6R7oRu0="
SHA256 = b"uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (b"Content-MD5", b"AAAA", MD5),
        (b"x-ms-blob-content-md5", b"AAAA", MD5),
        (b"x-amz-checksum-sha1", b"AAAA", SHA),
        (b"x-amz-checksum-sha256", b"AAAA", SHA256),
        (b"x-amz-checksum-crc32", b"AAAA", b"DUoRhQ=="),
        (b"Digest", b"SHA-256=AAAA=,MD5=AAAA", b"SHA-256=" + SHA256 + b", MD5=" + MD5),
        (b"Content-Digest", b"sha-256=:AAAA:", b"sha-256=:" + SHA256 + b":"),
        (b"Repr-Digest", b"crc32c=:AAAA:, sha=:AAAA:", b"sha=:" + SHA + b":"),
        (b"x-goog-hash", b"md5=AAAA", b"md5=" + MD5),
    ],
)
def test_a_digest_is_that_of_the_body(name, old, new):
    response = Response(status=200, headers=((b"A", b"1"), (name, old)), body=b"hello world")
    assert with_digests(response).headers == ((b"A", b"1"), (name, new))


@pytest.mark.parametrize("value", [b"crc32c=AAAA", b"odd", b""])
def test_a_digest_that_cannot_be_worked_out_is_left_out(value):
    response = Response(status=200, headers=((b"X-Goog-Hash", value), (b"A", b"1")), body=b"hello world")
    assert with_digests(response).headers == ((b"A", b"1"),)


@pytest.mark.parametrize("name", [b"x-amz-checksum-crc32c", b"X-Amz-Checksum-Crc64nvme"])
def test_a_checksum_that_python_does_not_have_is_left_out(name):
    kept = (b"x-amz-checksum-type", b"FULL_OBJECT")
    response = Response(status=200, headers=((name, b"AAAA"), kept), body=b"hello world")
    assert with_digests(response).headers == (kept,)


def test_a_response_without_digests_stays():
    response = Response(status=200, headers=((b"A", b"1"), (b"ETag", b'"1"')), body=b"hello world")
    assert with_digests(response) is response
