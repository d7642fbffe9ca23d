"""What stands in a secret's place keeps the form that programs take apart, and is the same each time."""

import base64
import json

import pytest
from tables import exchange, place, token

from recproxy.recording import Recording, dump
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

SECRET = token("shape")


def b64(data):
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


JWT = ".".join((b64({"alg": "RS256", "typ": "JWT"}), b64({"sub": SECRET, "exp": 1}), SECRET))


NO_RULES = RedactionRules()


def answered(value, *, rules=NO_RULES):
    """The JSON value of an answer after redaction."""
    body = json.dumps(value).encode()
    scope = redact_scope((place(exchange(), "response", "application/json", "json", body),), rules)
    return json.loads(scope.interactions[0].response.body)


def test_a_jwt_stays_one_that_parses():
    got = answered({"id_token": JWT, "n": 1})["id_token"]
    head, claims, signature = got.split(".")
    padded = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, claims)]
    assert SECRET not in got
    assert padded[0]["typ"] == "JWT"
    assert padded[1]["exp"] > 4 * 10**9
    assert signature


@pytest.mark.parametrize("number", [123456789012, 12, -7, 1.5])
def test_a_number_stays_a_number(number):
    got = answered({"password": number})["password"]
    assert (type(got), got != number) == (type(number), True)


def test_an_email_address_stays_one():
    got = answered({"email": "ann@mail.example"}, rules=RedactionRules(json=("email",)))["email"]
    assert got.partition("@")[2].count(".") == 1
    assert "ann" not in got


def test_a_uuid_stays_one():
    got = answered({"api_key": "8f14e45f-ceea-467a-9a36-dedd4bea2543"})["api_key"]
    assert [len(part) for part in got.split("-")] == [8, 4, 4, 4, 12]
    assert "8f14e45f" not in got


USER_TOKEN = "12345678" + "-" + "aB3d" * 10
BOT_TOKEN = "123456789" + ":AA" + "aB3" * 11
LETTER_KEY = "0123456789abcdef" * 2 + "-us6"
CLIENT_SECRET = "pi_3NkT0a2eZvKYlo2C" + "_secret_" + "aB3dE6gH9jK2mN5p"
PARTLY_PUBLIC = {
    USER_TOKEN: "12345678-XXX",
    BOT_TOKEN: "123456789:XXX",
    LETTER_KEY: "XXX-us6",
    CLIENT_SECRET: "pi_3NkT0a2eZvKYlo2C_secret_XXX",
}


@pytest.mark.parametrize("value", PARTLY_PUBLIC, ids=PARTLY_PUBLIC.values())
@pytest.mark.parametrize("name", ["thing", "oauth_token"])
def test_the_public_part_of_a_token_stays(value, name):
    assert answered({name: value, "n": 1}) == {name: PARTLY_PUBLIC[value], "n": 1}
    assert answered({name: value}, rules=RedactionRules(values=(value,))) == {name: PARTLY_PUBLIC[value]}


@pytest.mark.parametrize("value", PARTLY_PUBLIC, ids=PARTLY_PUBLIC.values())
def test_a_token_with_a_public_part_is_handed_out_as_such_also_when_it_comes_back(value):
    form = place(exchange(), "response", "application/x-www-form-urlencoded", "form", f"oauth_token={value}".encode())
    sent = place(exchange(), "request", "", "header", b"Authorization: Bearer " + value.encode())
    echo = place(exchange(), "response", "text/plain", "text", b"hello <" + value.encode() + b">")
    first, second, third = redact_scope((form, sent, echo), RedactionRules()).interactions
    mask = PARTLY_PUBLIC[value].encode()
    assert first.response.body == b"oauth_token=" + mask
    assert second.request.headers[-1] == (b"Authorization", b"Bearer XXX")
    assert third.response.body == b"hello <" + mask + b">"
    again = redact_scope((first, second, third), RedactionRules()).interactions
    assert again == (first, second, third)


PEOPLE = {
    "emails": [{"email": "a@b.example", "n": 1}, {"email": "c@d.example"}],
    "email": "e@f.example",
    "x": ["g", "h"],
}


@pytest.mark.parametrize(
    ("pointer", "gone"),
    [
        ("/emails/*/email", {"a@b.example", "c@d.example"}),
        ("/emails/1/email", {"c@d.example"}),
        ("/emails/0/email", {"a@b.example"}),
        ("/*/*/email", {"a@b.example", "c@d.example"}),
        ("/email", {"e@f.example"}),
        ("/x/1", {'"h"'}),
        ("/x/*", {'"g"', '"h"'}),
        ("email", {"a@b.example", "c@d.example", "e@f.example"}),
        ("Email", {"a@b.example", "c@d.example", "e@f.example"}),
        ("/none/*/email", set()),
    ],
)
def test_a_pointer_takes_what_it_names_and_nothing_else(pointer, gone):
    got = json.dumps(answered(PEOPLE, rules=RedactionRules(json=(pointer,))))
    every = {"a@b.example", "c@d.example", "e@f.example", '"g"', '"h"'}
    assert {value for value in every if value not in got} == gone


def test_the_same_traffic_gives_the_same_text_each_time():
    def said():
        first = place(exchange(), "response", "application/json", "json", json.dumps({"access_token": SECRET}).encode())
        second = place(exchange(), "request", "", "header", b"Authorization: Bearer " + SECRET.encode())
        third = place(exchange(), "response", "text/plain", "text", b"hello " + SECRET.encode() + b" " + JWT.encode())
        scope = redact_scope((first, second, third), RedactionRules())
        again = redact_scope(scope.interactions, RedactionRules())
        return dump(Recording(interactions=scope.interactions)), dump(Recording(interactions=again.interactions))

    once, twice = said()
    assert once == twice
    assert said() == (once, twice)
    assert once.count(b"XXX[access_token]") == 3
