"""Ids that clients take out of a credential."""

import dataclasses

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.filling import filled_response, filling_values
from recproxy.play.playback import Playback
from recproxy.recording import Interaction, Recording, Request, Response
from recproxy.redaction.credential_ids import with_credential_ids
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

TOKEN = "-".join(("98765432", "made" * 10))


def asked(path, said=b"", *, body=b"", token=TOKEN):
    return Interaction(
        request=Request(
            method="GET",
            url=f"https://api.example{path}",
            headers=((b"Authorization", b"Bearer " + token.encode()),),
            body=body,
            wild=None,
        ),
        response=Response(status=200, body=said, wild=None),
    )


def redacted(*interactions, values=(TOKEN,), **options):
    return redact_scope(interactions, RedactionRules(values=values), **options).interactions


def test_the_id_of_a_token_is_a_named_place_from_the_first_path_that_holds_it():
    me, tweets, other = redacted(
        asked("/2/users/me", b'{"id": "98765432"}'),
        asked("/2/users/98765432/tweets?u=98765432&n=987654321", b'{"author_id": "98765432", "n": 987654321}'),
        asked("/2/users/1/likes", b'{"id": 98765432}', body=b'{"user": 98765432, "n": 987654321}'),
    )

    assert me.response.body == b'{"id": "98765432"}'
    assert (
        tweets.request.url == "https://api.example/2/users/XXX[user_id.number]/tweets?u=XXX[user_id.number]&n=987654321"
    )
    assert tweets.response.body == b'{"author_id": "XXX[user_id.number]", "n": 987654321}'
    assert other.request.body == b'{"user": XXX[user_id.number], "n": 987654321}'
    assert other.response.body == b'{"id": XXX[user_id.number]}'


@pytest.mark.parametrize(
    "values",
    [(), ("98765432",), ("98765432-short",), ("a98765432-" + "made" * 10,), ("98765432-prod-key-abcdefghijklmnop",)],
)
def test_other_credentials_have_no_id(values):
    (one,) = redacted(asked("/2/users/98765432", token="other"), values=values)

    assert "XXX[user_id" not in one.request.url


def test_a_year_before_words_is_no_id():
    (one,) = redacted(asked("/archive/2024/posts", b'{"year": 2024}'), values=("2024-prod-key-abcdef",))

    assert (one.request.url, one.response.body) == ("https://api.example/archive/2024/posts", b'{"year": 2024}')


def test_a_number_of_a_few_digits_is_no_id():
    (one,) = redacted(asked("/archive/20240/posts", token="other"), values=("20240-" + "made" * 10,))

    assert one.request.url == "https://api.example/archive/20240/posts"


@pytest.mark.parametrize(
    ("body", "after"),
    [
        (b'{"text": "a, 98765432, b", "98765432": ["98765432"]}', b'{"text": "a, 98765432, b", "98765432": ["%s"]}'),
        (b'[98765432, 98765432.5, -98765432, 198765432, "98765432 \\"98765432"]', None),
        (b"a=98765432&b=98765432+1&c=98765432", b"a=%s&b=98765432+1&c=%s"),
        (b"call 98765432 or x=98765432", b"call 98765432 or x=98765432"),
        (b"<user><id>98765432</id>98765432 <b/></user>", b"<user><id>%s</id>98765432 <b/></user>"),
        (b"--b\r\nA: b\r\n\r\n98765432\r\n--b--", b"--b\r\nA: b\r\n\r\n%s\r\n--b--"),
    ],
)
def test_only_whole_values_are_the_id(body, after):
    after = after or body.replace(b"[98765432", b"[%s")
    (one,) = redacted(asked("/2/users/98765432", body, body=body))

    assert one.request.body == one.response.body == after.replace(b"%s", b"XXX[user_id.number]")


def test_only_whole_segments_and_values_of_a_url_are_the_id():
    (one,) = redacted(asked("/98765432/98765432.json/98765432-1?next=/98765432/&id=98765432&n=98765432-1"))

    assert one.request.url == (
        "https://api.example/XXX[user_id.number]/98765432.json/98765432-1"
        "?next=/98765432/&id=XXX[user_id.number]&n=98765432-1"
    )


def test_a_link_to_the_id_in_a_header_is_the_id_that_is_asked():
    one = asked("/2/users/98765432")
    headers = (
        (b"Location", b"https://api.example/2/users/98765432/a"),
        (b"X-User", b"98765432"),
        (b"X", b"98765432 b"),
    )
    (one,) = redacted(dataclasses.replace(one, response=dataclasses.replace(one.response, headers=headers)))

    assert one.response.headers == (
        (b"Location", b"https://api.example/2/users/XXX[user_id.number]/a"),
        (b"X-User", b"XXX[user_id.number]"),
        (b"X", b"98765432 b"),
    )


def test_an_id_that_no_path_holds_stays():
    (one,) = redacted(asked("/2/tweets", b'{"id": "98765432"}'))

    assert one.response.body == b'{"id": "98765432"}'


def test_a_replay_with_another_token_gets_its_own_id():
    (recorded,) = redacted(asked("/2/users/98765432/tweets", b'{"author_id": "98765432"}'))
    playing = Playback(Index((Recording(interactions=(recorded,)),), Rules()))
    live = asked("/2/users/1234/tweets", token="1234-placeholder").request
    position = playing.take(playing.locate(live))
    playing.bind(position, live)

    response = filled_response(recorded.response, filling_values(recorded.response, playing.bound, {}))
    assert response.body == b'{"author_id": "1234"}'


def test_an_id_that_nobody_bound_is_a_number():
    (recorded,) = redacted(asked("/2/users/98765432", b'{"id": 98765432}'))

    response = filled_response(recorded.response, filling_values(recorded.response, {}, {}))
    assert response.body.removeprefix(b'{"id": ').removesuffix(b"}").isdigit()


def test_redacting_again_changes_nothing_and_names_of_other_scopes_stay_theirs():
    once = redacted(asked("/2/users/98765432"))

    assert redacted(*once) == once
    (other,) = redacted(asked("/2/users/98765432"), taken={"user_id.number"})
    assert other.request.url == "https://api.example/2/users/XXX[user_id.2.number]"
    assert with_credential_ids(once, [TOKEN.encode()]) == once
