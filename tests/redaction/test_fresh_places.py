"""Places of secrets that no list of other tools names: in tables, in blocks, in what one text says of another."""

import base64
import dataclasses
import gzip
import json
import uuid

import pytest
from planting import exchange
from tables import token

from recproxy.recording import Recording, dump
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

SECRET = token("fresh places", 32)
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")


def answer(kind, text, **words):
    made = exchange(**words)
    response = dataclasses.replace(made.response, headers=((b"Content-Type", kind.encode()),), body=text.encode())
    return dataclasses.replace(made, response=response)


def sent(kind, text, **words):
    return exchange(headers=[(b"Content-Type", kind.encode())], body=text.encode(), **words)


def said(*headers):
    made = exchange()
    return dataclasses.replace(made, response=dataclasses.replace(made.response, headers=headers))


PATCH = json.dumps([{"op": "replace", "path": "/user/password", "value": SECRET}])
PASSED = json.dumps(
    {"query": 'mutation M($p: String!) { login(user: "me", password: $p) { ok } }', "variables": {"p": SECRET}}
)
PLACES = {
    "a column of a table": answer("text/csv", f'name,"api_key",id\r\nme,{SECRET},7\r\n"you, too","{SECRET}",8'),
    "a column divided by tabs": answer("text/tab-separated-values", f"id\ttoken\n1\t{SECRET}\n"),
    "a block of yaml": answer("application/yaml", f"a: 1\nauth:\n  api_key: |\n    {SECRET}\n  b: 2\n"),
    "a folded block": answer("application/yaml", f"- password: >-\n    {SECRET}\n"),
    "a call with json": answer("application/javascript", f'/**/ cb({{"access_token": "{SECRET}"}});'),
    "a variable in a list": answer("application/json", json.dumps({"env": ["A=1", f"API_TOKEN={SECRET}"]})),
    "variables in the text of a file": answer(
        "application/json", json.dumps({"file": f"A=1\nDB_PASSWORD={SECRET}\nB=2"})
    ),
    "a variable in quotes": answer("application/json", json.dumps({"file": f'export API_KEY="{SECRET}"\n'})),
    "a patch of json": sent("application/json-patch+json", PATCH, method="PATCH"),
    "k and v": answer("application/json", json.dumps([{"k": "api_key", "v": SECRET}])),
    "a variable of graphql": sent("application/json", PASSED),
    "a protocol of a websocket": exchange(
        headers=[(b"Sec-WebSocket-Protocol", f"graphql-ws, bearer.{SECRET}".encode())]
    ),
    "a challenge": said((b"WWW-Authenticate", f'Bearer error="invalid_token", access_token="{SECRET}"'.encode())),
    **{
        f"the key {name}": answer("application/json", json.dumps({name: SECRET}))
        for name in (
            "enc_key",
            "totpSeed",
            "backup_code",
            "recovery_codes",
            "bearer",
            "seed_phrase",
            "magic_link",
            "scratchCode",
        )
    },
    "a list of codes": answer("application/json", json.dumps({"backup_codes": [SECRET]})),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_in_a_fresh_place_is_masked_and_the_rest_stays(place):
    scope = redact_scope([PLACES[place]], RedactionRules())
    (clean,) = scope.interactions
    assert SECRET.encode() not in dump(Recording(interactions=(clean,)))
    assert sum(scope.counts.values()) in (1, 2)
    assert redact_scope(scope.interactions, RedactionRules()).counts == {}


ANSWERS = {
    "text": SECRET,
    "a string of json": json.dumps(SECRET),
    "a list": json.dumps([SECRET]),
    "data": json.dumps({"data": SECRET, "id": 7}),
    "xml": f"<response><key>{SECRET}</key></response>",
}
LOGINS = {
    "post": {"method": "POST", "headers": [FORM], "body": b"user=me&password=longpassword-7x"},
    "put": {"method": "PUT", "headers": [FORM], "body": b"user=me&password=longpassword-7x"},
    "get": {"method": "GET", "url": "https://api.example.com/start?password=longpassword-7x"},
    "a path": {"method": "POST", "url": "https://api.example.com/api-token-auth/"},
}


@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("form", ANSWERS)
def test_what_a_login_answers_is_masked_in_any_form(form, login, coded):
    made = answer("text/plain" if form == "text" else "application/json", ANSWERS[form], **LOGINS[login])
    if coded:
        headers = (*made.response.headers, (b"Content-Encoding", b"gzip"))
        body = gzip.compress(made.response.body, mtime=0)
        made = dataclasses.replace(made, response=dataclasses.replace(made.response, headers=headers, body=body))

    (clean,) = redact_scope([made], RedactionRules()).interactions

    assert SECRET.encode() not in clean.response.body
    assert b"XXX" in clean.response.body


def test_what_answers_no_login_stays():
    for body in (SECRET, json.dumps([SECRET]), json.dumps({"data": SECRET})):
        made = answer(
            "application/json", body, method="POST", url="https://api.example.com/items", headers=[FORM], body=b"name=x"
        )
        assert redact_scope([made], RedactionRules()).interactions[0].response.body == body.encode()


HEX = "7c1e9a40d5b28f63e04b9d17a6c35f82"
BASE32 = "JBSWY3DPEHPK3PXPABCD"


def grouped(text, size, mark):
    return mark.join(text[at : at + size] for at in range(0, len(text), size))


NUMBER = str(uuid.UUID("6fa459ea-ee8a-4ca4-894e-db77e160355e"))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (NUMBER, NUMBER.replace("-", "")),
        (NUMBER, NUMBER.upper()),
        (NUMBER.upper(), NUMBER.replace("-", "")),
        (HEX, str(uuid.UUID(HEX))),
        (HEX, str(uuid.UUID(HEX)).upper()),
        (HEX.upper(), str(uuid.UUID(HEX))),
        (HEX, HEX.upper()),
        (HEX, grouped(HEX, 2, ":")),
        (HEX, grouped(HEX.upper(), 2, ":")),
        (HEX, grouped(HEX, 4, " ")),
        (HEX, grouped(HEX.upper(), 8, "-")),
        (NUMBER, grouped(NUMBER.replace("-", ""), 4, "-")),
        (BASE32, BASE32.lower()),
        (BASE32, grouped(BASE32, 4, " ")),
        (BASE32, grouped(BASE32.lower(), 4, "-")),
        (BASE32, grouped(BASE32, 5, "-")),
        (SECRET, "".join(f"\\x{byte:02x}" for byte in SECRET.encode())),
    ],
)
def test_a_value_is_found_as_programs_write_it(value, written):
    shown = exchange(headers=[(b"X-Api-Key", value.encode())])
    _, clean = redact_scope([shown, answer("text/plain", f'var a = "{written}";')], RedactionRules()).interactions
    assert clean.response.body in (b'var a = "XXX";', b'var a = "00000000-0000-0000-0000-000000000000";')


STAYS = {
    "a script with a call": ("application/javascript", 'require(["a", "token"], function (token) { return token; });'),
    "chunks of webpack": ("application/javascript", 'webpackJsonp([0], {"token": function () {}});'),
    "a table without secrets": ("text/csv", f"id,name,etag\n1,me,{SECRET}\n"),
    "a block of prose": ("application/yaml", f"description: |\n  {SECRET}\n"),
    "k and v of another thing": ("application/json", json.dumps([{"k": "colour", "v": SECRET}])),
    "a path that is none of a patch": ("application/json", json.dumps([{"path": "/v1/items", "value": SECRET}])),
    "prose with an equals sign": ("application/json", json.dumps({"help": "set API_TOKEN= to your token"})),
    "a seed of numbers": ("application/json", json.dumps({"seed": 4711, "random_seed": "12345678901234567890"})),
    "a mnemonic of a key": ("application/json", json.dumps({"mnemonic": "Ctrl+C", "phrase": "to be or not to be"})),
    "a picture": ("application/json", json.dumps({"img": base64.b64encode(b"\x89PNG" + bytes(60)).decode()})),
}


@pytest.mark.parametrize("name", STAYS)
def test_what_is_like_it_stays(name):
    kind, text = STAYS[name]
    (clean,) = redact_scope([answer(kind, text)], RedactionRules()).interactions
    assert clean.response.body == text.encode()


AS_NAMES = {
    "a key of json": ("application/json", f'{{"{SECRET}": 2, "l": [{{"{SECRET}": "abc"}}]}}'),
    "a field of a form": (FORM[1].decode(), f"n=1&{SECRET}=on"),
    "a line of yaml": ("application/yaml", f"{SECRET}: val1\n"),
    "a setting": ("text/plain", f"{SECRET}=on1234\n"),
    "a column": ("text/csv", f"a,{SECRET}\n1,2\n"),
    "an element": ("application/xml", f'<r><add key="{SECRET}" value="on"/></r>'),
    "a part": (
        "multipart/form-data; boundary=b",
        f'--b\r\nContent-Disposition: form-data; name="{SECRET}"\r\n\r\nx\r\n--b--\r\n',
    ),
}


@pytest.mark.parametrize("place", AS_NAMES)
def test_what_stands_under_a_masked_name_is_no_secret(place):
    kind, text = AS_NAMES[place]
    shown = exchange(headers=[(b"X-Api-Key", SECRET.encode())])
    handed = answer("application/json", json.dumps({"access_token": SECRET}))
    scope = redact_scope([handed, shown, sent(kind, text)], RedactionRules())

    assert scope.interactions[2].request.body == text.replace(SECRET, "XXX[access_token]").encode()
    assert redact_scope(scope.interactions, RedactionRules()).findings == ()
