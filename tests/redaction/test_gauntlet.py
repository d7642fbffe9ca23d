"""Planted secrets: place x encoding x compression x chunking, in request and response; none leaves a byte."""

from __future__ import annotations

import base64
import json
import random
import string
from urllib.parse import quote, quote_plus

import pytest
from planting import (
    CODINGS,
    FORMS,
    KNOWN,
    NAMED,
    PLAIN_KNOWN,
    TOKEN,
    exchange,
    failures,
    in_chunks,
    left,
    planted,
    redact,
    zipped,
)

from recproxy.recording import Recording, dump, load
from recproxy.redaction.rules import RedactionRules, Unsafe

RULES = RedactionRules(values=(KNOWN, PLAIN_KNOWN))
JWT = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiI0MiJ9." + "c2lnbmF0dXJl" + "LXh4"
PEM = (
    "-----BEGIN RSA PRIVATE" + " KEY-----\n" + "MIIEowIBAAKCAQEA7s\nq1w2e3r4" + "\n-----END RSA PRIVATE" + " KEY-----\n"
)
PEM_BODY = "MIIEowIBAAKCAQEA7s"


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


@pytest.mark.parametrize("place", ["url", "header", "body", "response header", "response body"])
def test_a_known_value_in_any_form_keeps_nothing(place):
    secrets = {"odd": KNOWN, "plain": PLAIN_KNOWN}
    rows = [(f"{form} of {kind}", form, secret, place) for kind, secret in secrets.items() for form in FORMS]

    assert failures(rows, keeps_nothing) == {}


def keeps_nothing(form, secret, place):
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
def test_random_placements_keep_nothing(batch, request):
    source = random.Random(f"recproxy {batch}")
    for number in range(1000 if request.config.getoption("--thorough") else 20):
        secret = random_secret(source)
        words = random_place(source, secret)
        if source.random() < 0.5 and "url" not in words:
            chunked = "headers" not in words
            words = {
                "response": words | ({"chunks": in_chunks(words["body"], source.randint(1, 40))} if chunked else {})
            }
            words["response"]["headers"] = tuple(words["response"].get("headers", ()))
        result = redact(planted(words), RedactionRules(values=(secret,)))
        assert left(secret, result) == [], (batch, number)
        assert result.counts, (batch, number, words)


def test_a_value_after_a_mask_in_a_run_of_hex_is_found():
    zipped_value = zipped(PLAIN_KNOWN.encode())
    body = b"see " + b"0a" * 20 + TOKEN.encode() + zipped_value.hex().encode()
    result = redact(exchange(body=body), RedactionRules(values=(PLAIN_KNOWN, TOKEN)))
    assert left(PLAIN_KNOWN, result) == []
    assert zipped_value.hex().encode() not in result.interaction.request.body


@pytest.mark.parametrize("place", ["url", "header"])
def test_a_refusal_names_the_place_of_compressed_data(place):
    packed = quote(CODINGS["gzip"](b"hello " * 20 + PLAIN_KNOWN.encode()), safe="")
    words = (
        {"url": f"https://a.example.com/?v={packed}"} if place == "url" else {"headers": [(b"X-V", packed.encode())]}
    )
    with pytest.raises(Unsafe) as refusal:
        redact(exchange(**words), RULES)
    wanted = {"url": "the url of a request", "header": "the header X-V of a request"}[place]
    assert str(refusal.value) == f"{wanted} holds a known secret in compressed data, where it cannot be masked"
