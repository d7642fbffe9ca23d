"""Times inside of JSON Web Tokens and signed addresses, moved by what lies between two moments."""

import base64
import json

import pytest

from recproxy.play.shifted_tokens import moved_jwt, moved_tokens
from recproxy.recording.splicing import spliced
from recproxy.redaction.masks import shaped

SINCE, NOW = 1_651_929_711, 1_800_000_000
BY = NOW - SINCE


def jwt(claims):
    parts = (b'{"alg":"RS256"}', claims if isinstance(claims, bytes) else json.dumps(claims).encode(), b"signature")
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


def claims_of(token):
    payload = token.split(b".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))


def moved(text, life=None):
    return spliced(text, sorted(moved_tokens(text, SINCE, NOW, life)))[0]


def test_claims_of_a_jwt_stay_as_far_from_now_as_they_were():
    token = jwt(
        {"sub": "1651929711", "iat": SINCE, "nbf": SINCE - 5, "exp": SINCE + 3600, "auth_time": SINCE - 60, "n": 7}
    )
    got = moved_jwt(token, SINCE, NOW)

    assert claims_of(got) == {
        "sub": "1651929711", "iat": NOW, "nbf": NOW - 5, "exp": NOW + 3600, "auth_time": NOW - 60, "n": 7,
    }  # fmt: skip
    assert got.split(b".")[::2] == token.split(b".")[::2]


def test_claims_may_have_fractions():
    token = jwt({"iat": SINCE + 0.25, "exp": SINCE + 3600.5})

    assert claims_of(moved_jwt(token, SINCE, NOW)) == {"iat": NOW + 0.25, "exp": NOW + 3600.5}


@pytest.mark.parametrize("payload", [b"{", b"\xff", b'{"sub": "x"}', b'{"exp": "soon"}', b'{"exp": 1.5e9}'])
def test_what_has_no_times_stays(payload):
    assert moved_jwt(jwt(payload), SINCE, NOW) is None


def test_a_masked_token_is_issued_now_and_lives_as_long_as_the_service_said():
    mask = shaped(jwt({"iat": SINCE, "exp": SINCE + 3600}), b"XXX")

    assert claims_of(moved_jwt(mask, SINCE, NOW)) | {"iat": NOW, "exp": 4_102_444_800} == claims_of(
        moved_jwt(mask, SINCE, NOW)
    )
    assert claims_of(moved(b'{"id_token": "%s"}' % mask, 900).split(b'"')[3])["exp"] == NOW + 900


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"https://b.s3.example/k?X-Amz-Date=20220507T132151Z&X-Amz-Expires=60&X-Amz-Signature=ab",
         b"https://b.s3.example/k?X-Amz-Date=20270115T080000Z&X-Amz-Expires=60&X-Amz-Signature=ab"),
        (rb'"https:\/\/b.example\/k?Expires=1651929771\u0026Signature=ab"', rb'"https:\/\/b.example\/k?Expires=1800000060\u0026Signature=ab"'),
        (b"<a href='https://b.example/k?Signature=ab&amp;Expires=1651929771'>", b"<a href='https://b.example/k?Signature=ab&amp;Expires=1800000060'>"),
        (b"https://a.blob.example/c?st=2022-05-07T13%3A21%3A51Z&se=2022-05-07T14%3A21%3A51Z&sig=x",
         b"https://a.blob.example/c?st=2027-01-15T08%3A00%3A00Z&se=2027-01-15T09%3A00%3A00Z&sig=x"),
        (b'{"url": "/files/1?expires=1651929771&signature=ab"}', b'{"url": "/files/1?expires=1800000060&signature=ab"}'),
        (b'{"path": "/files/1 ?expires=1651929771&signature=ab"}', None),
        (b"https://a.example/list?expires=1651929771", None),  # no signature: a parameter like any other
        (b"https://a.example/list?sig=x&id=1651929771", None),
        (b"see https://a.example/ and ?sig=x&exp=1651929771", None),
    ],
)  # fmt: skip
def test_times_of_signed_addresses_move_with_them(text, wanted):
    assert moved(text) == (wanted or text)
