import base64
import json

import pytest
from planting import exchange, redact

from recproxy.recording import load
from recproxy.redaction.masks import stand_in
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

RULES = RedactionRules(json=("secret_place",))
JWT = "ey" + "JhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiI0MiJ9." + "c2ln"


def answer(value, rules=RULES, **words):
    body = json.dumps({"before": [1, 2], "secret_place": value, "after": "é"}, **words).encode()
    return redact(exchange(), rules).interaction, redact(_with_body(body), rules).interaction.response.body


def _with_body(body):
    import dataclasses

    interaction = exchange()
    return dataclasses.replace(interaction, response=dataclasses.replace(interaction.response, body=body))


@pytest.mark.parametrize(
    ("value", "mask"),
    [
        ("hunter-2", "XXX"),
        (123456, 100000),
        (7, 0),
        (-12.75, -10.00),
        ("123456", "100000"),
        ("me@mail.example.org", "XXX@example.com"),
        ("123e4567-e89b-42d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"),
        (None, None),
        (True, True),
        ("", ""),
        (["a", "b"], ["XXX", "XXX"]),
        ({"a": "b", "n": 22}, {"a": "XXX", "n": 10}),
        ({"value": "b", "status": "done", "expires_at": 22}, {"value": "XXX", "status": "done", "expires_at": 22}),
        (
            {"dob": {"day": 12}, "error": {"code": "x"}, "v": [12]},
            {"dob": {"day": 12}, "error": {"code": "x"}, "v": [10]},
        ),
        ({"error": {"password": "hunter-2"}, "a": "b"}, {"error": {"password": "XXX"}, "a": "XXX"}),
        (
            {"address": {"city": "Rome"}, "street": {"address": "hunter-2"}},
            {"address": {"city": "Rome"}, "street": {"address": "XXX"}},
        ),
    ],
)
def test_a_response_keeps_its_shape(value, mask):
    _, body = answer(value)
    assert json.loads(body)["secret_place"] == mask


def test_a_jwt_in_a_response_stays_one_that_parses():
    _, body = answer(JWT)
    head, claims, _ = json.loads(body)["secret_place"].split(".")
    assert json.loads(base64.urlsafe_b64decode(head + "=="))["alg"] == "none"
    assert json.loads(base64.urlsafe_b64decode(claims + "=="))["exp"] > 4_000_000_000


def test_what_stands_around_a_secret_stays_byte_for_byte():
    body = b'{ "n":1.50e3,\t"secret_place" :  "abcdef" ,"u":"\\u00e9\\/", "u":"twice"}\r\n'
    assert redact(_with_body(body), RULES).interaction.response.body == body.replace(b"abcdef", b"XXX")


def test_in_a_request_any_json_value_becomes_the_word():
    request = redact(exchange(body=b'{"secret_place": 12, "x": [1]}'), RULES).interaction.request
    assert (request.body, request.wild) == (b'{"secret_place": "XXX", "x": [1]}', "XXX")


def test_traffic_that_holds_the_word_gets_another():
    interaction = redact(exchange(body=b'{"secret_place": "abcdef", "size": "XXXL"}'), RULES).interaction
    assert interaction.request.wild == "ZZZ"
    assert interaction.request.body == b'{"secret_place": "ZZZ", "size": "XXXL"}'
    assert redact(interaction, RULES).interaction == interaction


def test_base64_in_a_response_can_still_be_decoded():
    value = "wq8zk1" + "mv0c7lTr4e"
    for lead in ("", "a", "ab", "abc"):
        text = base64.b64encode(f"{lead}{value} and more".encode())
        body = redact(_with_body(text), RedactionRules(values=(value,))).interaction.response.body
        assert base64.b64decode(body).decode() == f"{lead}{'X' * len(value)} and more"


def test_a_stand_in_has_the_shape_that_its_name_says():
    assert stand_in("access_token") == b"XXX"
    assert stand_in("id_token.jwt").count(b".") == 2


@pytest.mark.parametrize("pointers", [("/count",), ("count",), ("/list/*",), ("/list",), ()])
def test_a_wildcard_without_quotes_is_masked_already(pointers):
    text = b"#recproxy 2\n\nPOST https://a.example/x HTTP/1.1\nContent-Type: application/json\n\n%b\n====\n%b\n\n%b\n=======\n"
    body = b'{"count": XXX[count], "password": XXX[p], "token": XXX, "list": [XXX, XXX[n]]}'
    (written,) = load(text % (body, b"HTTP/1.1 200 OK\nContent-Type: application/json", body)).interactions

    scope = redact_scope([written], RedactionRules(json=pointers))

    assert (scope.interactions, scope.counts) == ((written,), {})
