"""Requests of a recording with real values in their wild places."""

import base64
import json
import re

import pytest

from recproxy.play.request_filling import PlaceValues, UnfilledPlaceError, fill_request, names_in, values_handed_out
from recproxy.recording import Request, Response

VARIABLES = {"SHOP_API_KEY": "k&1", "SHOP_USER": "ann", "SHOP_PASSWORD": "p w"}
JSON = ((b"Content-Type", b"application/json"),)
FORM = ((b"Content-Type", b"application/x-www-form-urlencoded"),)


def values(templates=None, variables=None, **known):
    made = PlaceValues("shop", templates or {}, VARIABLES if variables is None else variables)
    made.known |= {name: value.encode() for name, value in known.items()}
    return made


def filled(request, *arguments, **known):
    return fill_request(request, values(*arguments, **known))


def get(url="https://a.example/", headers=(), **more):
    return Request(method="GET", url=url, headers=headers, **more)


def test_a_named_place_gets_what_was_handed_out_as_its_part_writes_it():
    request = get(
        "https://a.example/XXX[id]/x?t=XXX[token]",
        ((b"Authorization", b"Bearer XXX[token]"), *JSON),
        body=b'{"t": "XXX[token]", "XXX[id]": 1}',
    )

    made = filled(request, id="a/b", token='q"&')

    assert made.url == "https://a.example/a%2Fb/x?t=q%22%26"
    assert made.headers[0] == (b"Authorization", b'Bearer q"&')
    assert json.loads(made.body) == {"t": 'q"&', "a/b": 1}
    assert made.wild is None


def test_a_wildcard_without_quotes_becomes_a_value_of_json():
    request = get(headers=JSON, body=b'{"number": XXX[number], "list": [XXX[list]], "text": XXX[text]}')

    made = filled(request, number="7", list='{"a": null}', text="7a")

    assert json.loads(made.body) == {"number": 7, "list": [{"a": None}], "text": "7a"}


def test_a_body_that_is_one_wildcard_is_what_stands_for_it():
    assert filled(get(body=b"XXX[text]"), text="a b").body == b"a b"


def test_a_named_place_may_be_the_variable_of_that_name():
    assert filled(get("https://a.example/?k=XXX[SHOP_API_KEY]")).url == "https://a.example/?k=k%261"


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        (get("https://a.example/?api_key=XXX&a=b"), "https://a.example/?api_key=k%261&a=b"),
        (get(headers=((b"X-Api-Key", b"XXX"),)), b"k&1"),
        (get(headers=((b"Authorization", b"Bearer XXX"),)), b"Bearer k&1"),
        (get(headers=FORM, body=b"user=XXX&password=XXX"), b"user=ann&password=p+w"),
        (get(headers=JSON, body=b'{"a": {"user": "XXX"}}'), b'{"a": {"user": "ann"}}'),
        (get(headers=JSON, body=b'{"a": {"user": XXX}, "b": [1.5]}'), b'{"a": {"user": "ann"}, "b": [1.5]}'),
    ],
)
def test_a_plain_place_gets_the_variable_that_its_name_tells(request_, wanted):
    made = filled(request_)

    assert wanted in (made.url, made.body, *(value for _, value in made.headers))


def test_the_profile_says_what_stands_in_a_place():
    basic = {"Authorization": "Basic {SHOP_USER}:{SHOP_PASSWORD}", "token": "{SHOP_API_KEY}!", "q": "fixed"}
    request = get("https://a.example/?q=XXX", ((b"Authorization", b"Basic XXX"), *FORM), body=b"token=XXX")

    made = filled(request, basic)

    assert base64.b64decode(made.headers[0][1].removeprefix(b"Basic ")) == b"ann:p w"
    assert (made.url, made.body) == ("https://a.example/?q=fixed", b"token=k%261%21")


@pytest.mark.parametrize("name", ["nonce", "idempotency_key", "request_id", "id", "state"])
def test_what_a_client_makes_up_is_made_up_once_in_a_scope(name):
    made = filled(get(f"https://a.example/?a=XXX[{name}]&b=XXX[{name}]"))

    assert re.fullmatch(r"https://a.example/\?a=([0-9a-f-]{36})&b=\1", made.url)


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        (get("https://a.example/XXX"), "the path"),
        (get("https://a.example/?q=XXX[cursor]"), "query q (cursor)"),
        (get(headers=((b"Authorization", b'OAuth oauth_signature="XXX"'),)), "header Authorization"),
        (get(headers=JSON, body=b'{"other": "XXX"}'), "json other"),
        (get(body=b"a XXX"), "the body"),
    ],
)
def test_a_place_without_a_value_is_named(request_, wanted):
    with pytest.raises(UnfilledPlaceError) as raised:
        filled(request_)

    assert str(raised.value) == wanted


def test_a_variable_that_is_not_set_is_named():
    with pytest.raises(UnfilledPlaceError, match="^Authorization, because NOPE is not set$"):
        filled(get(headers=((b"Authorization", b"Bearer XXX"),)), {"authorization": "Bearer {NOPE}"})


def test_what_is_literal_stays():
    request = get("https://a.example/XXX", body=b"XXX", wild="ZZZ")

    assert filled(request) == get("https://a.example/XXX", body=b"XXX", wild=None)


@pytest.mark.parametrize(
    ("recorded", "live", "wanted"),
    [
        (
            b'{"a": [{"token": "t-XXX[token]"}], "n": "XXX[n]"}',
            b'{"n": 7, "a": [{"token": "t-9"}, 1]}',
            {"token": b"9", "n": b"7"},
        ),
        (
            b'{"n": XXX[n], "text": XXX[text], "at": 1}',
            b'{"n": 7, "text": "a b", "at": 2}',
            {"n": b"7", "text": b"a b"},
        ),
        (b"XXX[whole]", b"7.50", {"whole": b"7.50"}),
        (b"token=XXX[token]&x", b"token=9&x", {"token": b"9"}),
        (b"token=XXX[token]&x", b"other", {}),
        (b'{"a": "XXX"}', b'{"a": "b"}', {}),
    ],
)
def test_an_answer_hands_out_what_the_recorded_one_has_named(recorded, live, wanted):
    assert values_handed_out(Response(status=200, body=recorded), Response(status=200, body=live)) == wanted


def test_a_cookie_is_handed_out_whatever_else_it_says():
    recorded = Response(status=200, headers=((b"Set-Cookie", b"sid=XXX[sid]; Expires=Mon"),))
    live = Response(status=200, headers=((b"set-cookie", b"a=b"), (b"set-cookie", b"sid=1; Expires=Tue")))

    assert values_handed_out(recorded, live) == {"sid": b"1"}
    assert list(names_in(recorded)) == ["sid"]


def test_a_credential_never_stands_for_what_an_answer_would_have_handed_out():
    request = get(headers=((b"Authorization", b"Bearer XXX[access_token]"),))

    with pytest.raises(UnfilledPlaceError, match="access_token"):
        filled(request, {}, {"SHOP_KEY": "a client's secret"})
    assert filled(request, {}, {"SHOP_KEY": "a"}, access_token="t").headers == ((b"Authorization", b"Bearer t"),)
