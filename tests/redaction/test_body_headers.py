"""The headers of a request whose body is masked: none tells its length or its digest."""

import hashlib

import pytest
from planting import exchange

from recproxy.recording import Recording, dump, load
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

BODY = b"user=me&password=correct-horse-9"
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")


def masked(body, *headers):
    (clean,) = redact_scope(
        [exchange(method="POST", headers=[FORM, *headers], body=body)], RedactionRules()
    ).interactions
    return clean


def test_the_length_of_a_masked_body_is_that_of_its_mask():
    bodies = [masked(body, (b"content-length", b"%d" % len(body))) for body in (BODY, BODY + b"-and-longer")]
    assert [each.request.headers[1] for each in bodies] == [(b"content-length", b"20")] * 2
    assert bodies[0] == bodies[1]


def test_the_length_of_a_body_without_secrets_stays():
    body = b"user=me"
    assert masked(body, (b"Content-Length", b"999")).request.headers[1] == (b"Content-Length", b"999")


@pytest.mark.parametrize(
    "name", ["Content-MD5", "Digest", "content-digest", "X-Amz-Content-Sha256", "x-amz-checksum-crc32c"]
)
def test_a_digest_of_a_masked_body_is_masked(name):
    digest = hashlib.sha256(BODY).hexdigest().encode()
    assert masked(BODY, (name.encode(), digest)).request.headers[1] == (name.encode(), b"XXX")
    assert masked(b"user=me", (name.encode(), digest)).request.headers[1] == (name.encode(), digest)


def test_what_is_written_reads_back_and_stays():
    clean = masked(BODY, (b"Content-Length", b"%d" % len(BODY)), (b"Digest", b"sha-256=abc"))
    (again,) = load(dump(Recording(interactions=(clean,)))).interactions
    assert (again.request.body, again.request.headers) == (clean.request.body, clean.request.headers)
    assert redact_scope([again], RedactionRules()).counts == {}
