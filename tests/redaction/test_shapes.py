import base64
import re

import pytest

from recproxy.redaction.shapes import shapes

#: Made up, and put together here so that no scanner takes this file for a leak.
SHAPES = {
    "slack token": ["xox" + "b-123456789012-abcdefGHIJKL", "xap" + "p-1-A111-222-abcdef", "xox" + "e.xoxp-1-Mi0yLTEx"],
    "slack webhook": ["https://hooks.slack" + ".com/services/T0AAA/B0BBB/abcdEFGH12345678"],
    "github token": ["gh" + "p_" + "a1B2" * 9, "github" + "_pat_" + "11AB_" * 9],
    "stripe key": ["sk" + "_live_" + "a1B2c3D4e5", "rk" + "_test_" + "a1B2c3D4e5", "whsec" + "_" + "a1B2" * 8],
    "google key": [
        "AI" + "za" + "a1B2_" * 7,
        "ya" + "29.a0AfB_byC-12345",
        "GOC" + "SPX-" + "a1B2" * 7,
        "1/" + "/0" + "gAbc" * 8,
    ],
    "bitly key": ["R" + "_" + "0123456789abcdef" * 2],
    "twitter token": ["A" * 22 + "MLheAAAAAAA0%2BuSeid" + "x" * 30, "123456" + "789-" + "aB3d" * 10],
    "aws key": ["AK" + "IA" + "A1B2C3D4E5F6G7H8", "AS" + "IA" + "A1B2C3D4E5F6G7H8"],
    "jwt": ["ey" + "JhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiI0MiJ9." + "c2ln"],
    "gitlab token": ["gl" + "pat-" + "a1B2_" * 4],
    "sendgrid key": ["S" + "G." + "a1B2" * 5 + "." + "c3D4" * 10],
    "openai key": ["s" + "k-proj-" + "a1B2" * 8],
    "user info": ["postgres://me:pw" + "d@db.example.com/x"],
    "bearer token": ["Authorization: Bearer " + "a1B2" * 5],
}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in SHAPES.items() for text in texts])
def test_a_key_of_known_form_is_found_anywhere(rule, text):
    found = list(shapes(b"see <" + text.encode() + b"> there"))
    assert rule in [each.rule for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "https://api.example.com:8443/@me/1?x=a@b.example.com",
        "mail me@example.com or http://me.example.com/~me",
        "550e8400-e29b-41d4-a716-446655440000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "1700000000-da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "pk_test_" + "a1B2c3D4e5",
        'Bearer realm="x"',
        "AIDAJQABLZS4A3QDU576Q",
        "eyJhbGciOiJIUzI1NiJ9 alone",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "AAAAAAAAAAAAAAAAAAAAAAAA",
        "2026-01-31T10:00:00Z",
    ],
)
def test_what_only_looks_random_is_left_alone(text):
    assert list(shapes(text.encode())) == []


@pytest.mark.parametrize("rule", ["slack token", "github token", "stripe key", "gitlab token", "aws key", "jwt"])
def test_a_key_behind_a_name_is_found_and_the_name_stays(rule):
    for before in ("test_", "my-", "send[test-"):
        text = before + SHAPES[rule][0]
        assert {text[each.start : each.end] for each in shapes(text.encode()) if each.rule == rule} == {SHAPES[rule][0]}


def test_a_github_token_is_found_within_a_word():
    token = SHAPES["github token"][0]
    assert {each.start for each in shapes(b"said" + token.encode())} == {4}


@pytest.mark.parametrize(
    "text", ["di" + "sk_live_a1B2c3D4e5f6", "a-cache-key-" + "0123456789abcdef" * 2, "x-sk-" + "circle-fade-dot-grow"]
)
def test_a_word_that_ends_like_the_sign_of_a_key_is_none(text):
    assert list(shapes(text.encode())) == []


def test_the_lines_around_a_private_key_stay():
    text = b"-----BEGIN EC PRIVATE KEY-----\nAAAA\nBBBB\n-----END EC PRIVATE KEY-----"
    (found,) = shapes(text)
    assert text[found.start : found.end] == b"AAAA\nBBBB"


#: Rows whose words are so short that other data holds them by the hundred.
SHORT = {
    "telegram token": "123456789" + ":A" + "A" + "b-3_D" * 6 + "xyz",
    "azure client secret": "a1_7" + "Q" + "~" + "abCD0" * 6 + "xyz1",
    "google key": "4" + "/" + "0" + "Ab_-9" * 6,
    "twilio key": "S" + "K" + "0123456789abcdef" * 2,
    "airtable token": "pa" + "t" + "a1B2c3D" * 2 + "." + "0123456789abcdef" * 4,
    "facebook token": "EA" + "A" + "a1B2" * 15,
    "bitly key": "R" + "_" + "0123456789abcdef" * 2,
}


@pytest.mark.parametrize("rule", SHORT)
def test_a_key_with_a_short_word_is_found_among_false_ones_at_its_exact_place(rule):
    token = SHORT[rule].encode()
    noise = b"".join(b"\xff" + each.encode()[: at % 12] + b"\0" for at, each in enumerate([*SHORT.values()] * 40))
    text = token + noise + token + b" " + token + b"\n" + noise + token

    places = [each.span() for each in re.finditer(re.escape(token), text)]
    assert len(places) == 4
    assert [(each.start, each.end) for each in shapes(text) if each.rule == rule] == places


@pytest.mark.parametrize(
    "token", ["fm1" + "r_" + "a1B2" * 12, "fm1" + "a_" + "a1B2" * 12, "1%2F" + "%2f0" + "gAbc" * 8]
)
def test_every_spelling_of_a_word_is_looked_for(token):
    assert [(each.start, each.end) for each in shapes(token.encode())] == [(0, len(token))]


def test_a_jwt_in_base64_is_found_and_a_cursor_in_base64_is_not():
    token = b"ey" + b"JhbGciOiJIUzI1NiJ9." + b"eyJzdWIiOiI0MiIsImEiOiJiIn0." + b"c2lnbmF0dXJl"
    coded, cursor = base64.b64encode(token), base64.b64encode(base64.b64encode(b'{"id": 12345, "created": "2026"}'))

    assert [each.rule for each in shapes(coded)] == ["jwt"]
    assert list(shapes(cursor)) == []
