"""Planted secrets: place x encoding x compression x chunking, in request and response; none leaves a byte."""

from __future__ import annotations

import base64
import dataclasses
import json
import random
import string
from urllib.parse import quote, quote_plus

import pytest
from planting import (
    CODINGS,
    FORMS,
    KNOWN,
    PLAIN_KNOWN,
    b64,
    exchange,
    in_chunks,
    left,
    zipped,
)

from recproxy.recording import Recording, dump, load
from recproxy.redaction import RedactionRules, Redactor, Unsafe, redact

RULES = RedactionRules(values=(KNOWN, PLAIN_KNOWN))
TOKEN = "t0k" + "en" + "Zx91Lq-Vb_77"
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiI0MiJ9." + "c2lnbmF0dXJl" + "LXh4"
PEM = (
    "-----BEGIN RSA PRIVATE" + " KEY-----\n" + "MIIEowIBAAKCAQEA7s\nq1w2e3r4" + "\n-----END RSA PRIVATE" + " KEY-----\n"
)
PEM_BODY = "MIIEowIBAAKCAQEA7s"

#: Places for a secret that the built-in rules know by its name: words of `exchange`, the secret in them.
NAMED = {
    "bearer": lambda s: {"headers": [(b"Authorization", b"Bearer " + s)]},
    "basic": lambda s: {"headers": [(b"authorization", b"Basic " + b64(b"me:" + s))]},
    "raw authorization": lambda s: {"headers": [(b"Authorization", s)]},
    "proxy": lambda s: {"headers": [(b"Proxy-Authorization", b"Basic " + b64(b"me:" + s))]},
    "digest": lambda s: {"headers": [(b"Authorization", b'Digest username="me", realm="r", response="' + s + b'"')]},
    "oauth1 header": lambda s: {
        "headers": [(b"Authorization", b'OAuth oauth_token="' + s + b'", oauth_version="1.0"')]
    },
    "sigv4": lambda s: {
        "headers": [
            (b"Authorization", b"AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/s3/aws4_request, Signature=" + s)
        ]
    },
    "api key": lambda s: {"headers": [(b"X-Api-Key", s)]},
    "azure": lambda s: {"headers": [(b"Ocp-Apim-Subscription-Key", s)]},
    "google": lambda s: {"headers": [(b"x-goog-api-key", s)]},
    "aws session": lambda s: {"headers": [(b"X-Amz-Security-Token", s)]},
    "vault": lambda s: {"headers": [(b"X-Vault-Token", s)]},
    "unheard-of token": lambda s: {"headers": [(b"X-Acme-Service-Token", s)]},
    "cookie": lambda s: {"headers": [(b"Cookie", b"lang=de; sid=" + s + b"; last=" + s)]},
    "query token": lambda s: {"url": "https://api.example.com/?id=7&access_token=" + s.decode()},
    "oauth1 query": lambda s: {"url": "https://api.example.com/?oauth_signature=" + s.decode() + "&n=1"},
    "presigned": lambda s: {"url": "https://s.example.com/k?X-Amz-Expires=60&X-Amz-Signature=" + s.decode()},
    "sas": lambda s: {"url": "https://s.example.com/k?sv=2022&sig=" + s.decode() + "%2Bab%3D"},
    "google signed": lambda s: {"url": "https://s.example.com/k?X-Goog-Signature=" + s.decode()},
    "fragment": lambda s: {"url": "https://a.example.com/cb#access_token=" + s.decode() + "&state=1"},
    "user info": lambda s: {"url": "https://me:" + s.decode() + "@a.example.com/"},
    "token as user": lambda s: {"url": "https://" + s.decode() + "@a.example.com/"},
    "escaped name": lambda s: {"url": "https://api.example.com/?access%5Ftoken=" + s.decode()},
    "form password": lambda s: {"body": b"grant_type=password&username=me&password=" + s},
    "form secret": lambda s: {"body": b"client_id=me&client_secret=" + s + b"&x=1"},
    "form code": lambda s: {"body": b"grant_type=authorization_code&code=" + s},
    "form bracket": lambda s: {"body": b"user%5Bpassword%5D=" + s},
    "json": lambda s: {"body": b'{"id": 1, "refresh_token": "' + s + b'"}'},
    "json camel": lambda s: {"body": b'{"clientSecret":"' + s + b'"}'},
    "json deep": lambda s: {"body": b'[{"a":[{"b":{"Password":["' + s + b'"]}}]}]'},
    "json escaped key": lambda s: {"body": b'{"pass\\u0077ord":"' + s + b'"}'},
    "json in json": lambda s: {"body": b'{"message":"{\\"id_token\\":\\"' + s + b'\\"}"}'},
    "json in form": lambda s: {"body": b"payload=" + quote_plus('{"api_key": "' + s.decode() + '"}').encode()},
    "url in json": lambda s: {"body": b'{"next":"https:\\/\\/a.example.com\\/?auth_token=' + s + b'&n=2"}'},
    "url in query": lambda s: {
        "url": "https://a.example.com/?to=" + quote("https://b.example.com/?access_token=" + s.decode(), safe="")
    },
    "json lines": lambda s: {"body": b'{"a":1}\n{"secret":"' + s + b'"}\n'},
    "xml": lambda s: {"body": b"<r><id>1</id><AccessToken>" + s + b"</AccessToken></r>"},
    "html input": lambda s: {"body": b'<form><input type="hidden" name="csrf_token" value="' + s + b'"></form>'},
    "html password": lambda s: {"body": b"<input value='" + s + b"' type=password>"},
    "html script": lambda s: {"body": b"<script>var c = {'apiKey': '" + s + b"'}</script>"},
    "yaml": lambda s: {"body": b"id: 1\npassword: " + s + b"\n"},
    "multipart": lambda s: {
        "headers": [(b"Content-Type", b"multipart/form-data; boundary=b1")],
        "body": b'--b1\r\nContent-Disposition: form-data; name="password"\r\n\r\n' + s + b"\r\n--b1--\r\n",
    },
    "multipart json": lambda s: {
        "headers": [(b"Content-Type", b"multipart/mixed; boundary=b1")],
        "body": b'--b1\r\nContent-Type: application/json\r\n\r\n{"access_token":"' + s + b'"}\r\n--b1--\r\n',
    },
    "multipart header": lambda s: {
        "headers": [(b"Content-Type", b"multipart/mixed; boundary=b1")],
        "body": b"--b1\r\nAuthorization: Bearer " + s + b"\r\n\r\nhi\r\n--b1--\r\n",
    },
    "set-cookie": lambda s: {"response": {"headers": ((b"Set-Cookie", b"sid=" + s + b"; Path=/; HttpOnly"),)}},
    "location": lambda s: {"response": {"headers": ((b"Location", b"https://a.example.com/cb?code=" + s),)}},
    "location fragment": lambda s: {"response": {"headers": ((b"Location", b"/cb#access_token=" + s + b"&x=1"),)}},
    "trailer": lambda s: {"response": {"trailers": ((b"X-Auth-Token", s),)}},
    "event stream": lambda s: {
        "response": {
            "headers": ((b"Content-Type", b"text/event-stream"),),
            "body": b'data: {"n":1}\n\ndata: {"access_token":"' + s + b'"}\n\n',
        }
    },
    "echo of headers": lambda s: {
        "response": {"body": b'{"headers":{"Authorization":"Bearer ' + s + b'","Cookie":"a=' + s + b'"}}'}
    },
    "names and values": lambda s: {"response": {"body": b'[{"name":"X-Api-Key","value":"' + s + b'"}]'}},
    "form answer": lambda s: {"response": {"body": b"oauth_token=" + s + b"&oauth_token_secret=" + s}},
    "utf-16": lambda s: {"response": {"body": ('{"password":"' + s.decode() + '"}').encode("utf-16")}},
}


def planted(words):
    """A live exchange with these words in the request, and those of `response` in the response."""
    words = dict(words)
    response = words.pop("response", {})
    interaction = exchange(**words)
    return dataclasses.replace(interaction, response=dataclasses.replace(interaction.response, **response))


@pytest.mark.parametrize("place", NAMED)
def test_a_named_place_keeps_nothing(place):
    words = NAMED[place](TOKEN.encode())
    result = redact(planted(words), RedactionRules())
    assert left(TOKEN, result) == []
    assert sum(result.counts.values()) >= 1
    again = redact(result.interaction, RedactionRules())
    assert (again.interaction, again.counts) == (result.interaction, {})
    (loaded,) = load(dump(Recording(interactions=(result.interaction,)))).interactions
    assert redact(loaded, RedactionRules()).counts == {}


@pytest.mark.parametrize("place", [place for place in NAMED if "body" in NAMED[place](b"x")])
def test_a_named_place_of_a_response_in_chunks_keeps_nothing(place):
    words = NAMED[place](TOKEN.encode())
    result = redact(planted({"response": words | {"chunks": in_chunks(words["body"])}}), RedactionRules())
    assert left(TOKEN, result) == []
    assert sum(each.size for each in result.interaction.response.chunks) == len(result.interaction.response.body)
    assert redact(result.interaction, RedactionRules()).counts == {}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [KNOWN, PLAIN_KNOWN], ids=["odd", "plain"])
@pytest.mark.parametrize("place", ["url", "header", "body", "response header", "response body"])
def test_a_known_value_in_any_form_keeps_nothing(form, secret, place):
    text = FORMS[form](secret)
    if place == "url":
        text = quote(text.replace(b"=\r\n", b""), safe="/=+-_&;").encode()
    elif "header" in place:
        text = text.replace(b"=\r\n", b"")
    words = {
        "url": {"url": "https://a.example.com/x/" + text.decode("latin-1") + "/y?z=1"},
        "header": {"headers": [(b"X-Thing", b"v=" + text)]},
        "body": {"body": b"lead " + text + b" tail"},
        "response header": {"response": {"headers": ((b"X-Thing", b"v " + text),)}},
        "response body": {
            "response": {"body": b'{"x": "' + text + b'"}', "chunks": in_chunks(b'{"x": "' + text + b'"}')}
        },
    }[place]
    result = redact(planted(words), RULES)
    assert left(secret, result) == []
    assert sum(result.counts.values()) >= 1
    assert redact(result.interaction, RULES).interaction == result.interaction


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("form", ["json", "percent", "base64-1", "hex-lower"])
@pytest.mark.parametrize("side", ["request", "response"])
def test_a_known_value_in_a_coded_body_keeps_nothing(coding, form, side):
    body = CODINGS[coding](b'{"x": "' + FORMS[form](KNOWN) + b'"}')
    headers = ((b"Content-Encoding", coding.encode()), (b"Content-Type", b"application/json"))
    words = {"headers": headers, "body": body}
    result = redact(planted(words if side == "request" else {"response": words}), RULES)
    block = getattr(result.interaction, side)
    assert left(KNOWN, result) == []
    assert block.encoding == coding
    assert block.body.startswith(b'{"x": "')


@pytest.mark.parametrize("coding", ["gzip", "zstd", "deflate"])
def test_a_compressed_file_keeps_nothing(coding):
    result = redact(exchange(body=CODINGS[coding](b"lead " + KNOWN.encode() + b" tail")), RULES)
    assert left(KNOWN, result) == []


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_other_character_sets_keep_nothing(charset):
    body = ("lead " + KNOWN + " tail").encode(charset)
    headers = ((b"Content-Type", b"text/plain; charset=" + charset.encode()),)
    result = redact(exchange(headers=headers, body=body), RULES)
    assert KNOWN.encode(charset)[4:] not in result.interaction.request.body
    assert result.interaction.request.body.decode(charset) == "lead XXX tail"


def test_base64_over_several_lines_keeps_nothing():
    lines = base64.encodebytes(b"x" * 50 + KNOWN.encode() + b"y" * 60)
    for body in (lines, lines.replace(b"\n", b"\r\n"), json.dumps({"raw": lines.decode()}).encode()):
        result = redact(exchange(status=200, body=body), RULES)
        flat = result.interaction.request.body.replace(b"\\n", b"").translate(None, b"\r\n")
        assert base64.b64encode(b"x" * 50 + KNOWN.encode())[66:-4] not in flat
        assert result.counts


def test_a_folded_value_keeps_nothing():
    secret = PLAIN_KNOWN
    body = b"X-Key: " + secret[:7].encode() + b"\r\n " + secret[7:].encode() + b"\r\n"
    assert secret[7:].encode() not in redact(exchange(body=body), RULES).interaction.request.body


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (((b"Content-Encoding", b"rot13"),), b"whatever \x00 this is"),
        (((b"Content-Encoding", b"gzip"),), b"\x1f\x8b\x08damaged"),
        (((b"Content-Encoding", b"br"),), b"not brotli \xff at all"),
        ((), b"\x1f\x8b\x08\x00damaged"),
        ((), zipped(KNOWN)),
        ((), zipped("x" * 50)[:-30]),
        (((b"Content-Type", b"text/plain; charset=utf-16"),), b"odd"),
    ],
    ids=["unknown", "damaged gzip", "damaged br", "gzip file", "zip", "cut zip", "charset"],
)
def test_what_cannot_be_read_is_refused_where_a_secret_is_known(side, headers, body):
    words = {"headers": headers, "body": body}
    interaction = planted(words if side == "request" else {"response": words})
    with pytest.raises(Unsafe) as caught:
        redact(interaction, RULES)
    assert side in caught.value.message
    assert KNOWN not in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("secret", [JWT, TOKEN])
def test_a_jwt_anywhere_keeps_nothing(secret):
    text = b"see " + JWT.encode() + b" and more"
    for words in ({"body": text}, {"headers": [(b"X-Odd", text)]}, {"response": {"body": text}}):
        result = redact(planted(words), RedactionRules())
        assert left(JWT, result) == []
        assert result.counts == {"jwt": 1}


@pytest.mark.parametrize("text", [PEM, json.dumps({"k": PEM}), quote_plus(PEM), "key=" + quote_plus(PEM)])
def test_a_private_key_keeps_nothing(text):
    result = redact(exchange(body=text.encode()), RedactionRules())
    if text == quote_plus(PEM):
        return  # without a name it is one word of a text, not a form
    assert left(PEM_BODY, result) == []


LETTERS = string.ascii_letters + string.digits + '+/=&%"\\ -_.~éü€'


def random_secret(source):
    while True:
        secret = "".join(source.choice(LETTERS) for _ in range(source.randint(8, 60)))
        if secret == secret.strip() and len(set(secret)) > 4:
            return secret


def random_place(source, secret):
    form = source.choice([name for name in FORMS if not name.startswith("quoted")])
    text = FORMS[form](secret)
    filler = "".join(source.choice(string.ascii_lowercase + " ") for _ in range(source.randint(0, 200))).encode()
    place = source.choice(["path", "query", "header", "form", "json", "text", "coded"])
    one_word = quote(text, safe="/=+-_&;").encode()
    if place == "path":
        return {"url": f"https://a.example.com/p/{one_word.decode()}/q"}
    if place == "query":
        return {"url": f"https://a.example.com/p?a=1&thing={one_word.decode()}&b=2"}
    if place == "header":
        return {"headers": [(b"X-Any", one_word)]}
    if place == "form":
        return {"body": b"a=1&thing=" + quote_plus(text).encode() + b"&b=2"}
    body = filler + b" " + text + b" " + filler
    if place == "json":
        body = json.dumps(
            {"a": filler.decode(), "thing": secret, "b": [secret + "x"]}, ensure_ascii=source.random() < 0.5
        )
        body = body.encode()
    if place == "coded":
        coding = source.choice(list(CODINGS))
        return {"headers": [(b"Content-Encoding", coding.encode())], "body": CODINGS[coding](body)}
    return {"body": body}


@pytest.mark.parametrize("batch", range(20))
def test_random_placements_keep_nothing(batch):
    source = random.Random(f"recproxy {batch}")
    for number in range(50):
        secret = random_secret(source)
        words = random_place(source, secret)
        if source.random() < 0.5 and "url" not in words:
            chunked = "headers" not in words
            words = {
                "response": words | ({"chunks": in_chunks(words["body"], source.randint(1, 40))} if chunked else {})
            }
            words["response"]["headers"] = tuple(words["response"].get("headers", ()))
        redactor = Redactor(RedactionRules(values=(secret,)))
        result = redactor.redact(planted(words))
        assert left(secret, result) == [], (batch, number)
        assert result.counts, (batch, number, words)
