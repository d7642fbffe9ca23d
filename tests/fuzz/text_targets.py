"""Targets of texts that mean something: wildcards, bodies that are compared, and secrets that must not be written."""

import base64
import json
from urllib.parse import quote

from fuzz_target import Target

from recproxy.recording import Interaction, Recording, Request, Response, dump, fill, load, pattern
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

MARK = b"@SECRET@"
#: Letters that every encoding changes, and a plain one.
SECRET = 'pw"+/=é& ' + "k7Qz0vLm2Xt9"
PLAIN = "k7Qz0v" + "Lm2Xt9Rb4W"
FORMS = (
    lambda text: text.encode(),
    lambda text: quote(text, safe="").encode(),
    lambda text: json.dumps(text)[1:-1].encode(),
    lambda text: b" " + base64.b64encode(text.encode()) + b" ",
)


def wildcards(data):
    """A recorded text, a zero byte, and what is held against it: what fits is put together again from its pieces."""
    text, _, value = data.partition(b"\0")
    made = pattern(text, "XXX")
    if made is None:
        return
    bound = made.fits(value)
    if bound is not None and None not in made.names:
        assert b"".join(piece for pair in _pairs(made, bound) for piece in pair) == value
    fill(text, "XXX", bound or {})


def _pairs(made, bound):
    for number, piece in enumerate(made.pieces):
        yield piece, bound[made.names[number]] if number < len(made.names) else b""


def _planted(data):
    """The bytes with a secret at each mark, and the secret; without one it is at the end."""
    secret = (SECRET, PLAIN)[data[0] % 2] if data else PLAIN
    form = FORMS[data[1] % len(FORMS)] if len(data) > 1 else FORMS[0]
    data = data[2:] if MARK in data else data[2:] + MARK
    return data.replace(MARK, form(secret)), secret


def _line(data):
    return data.replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\0", b" ").strip()


def _must_be_hidden(interaction, secret):
    rules = RedactionRules(values=(secret,))
    (clean,) = redact_scope([interaction], rules).interactions
    if clean is None:
        return
    text = dump(Recording(interactions=(clean,)))
    for form in FORMS:
        assert form(secret).strip() not in text, "a planted secret is written"
    load(text)


def _interaction(**request):
    return Interaction(
        request=Request(**({"method": "POST", "url": "https://a.example/"} | request)), response=Response(status=200)
    )


TYPES = (
    *(b"", b"application/json", b"application/x-www-form-urlencoded", b"text/plain", b"application/xml", b"text/html"),
    *(b"multipart/form-data; boundary=b", b"application/octet-stream", b"text/event-stream", b"application/x-ndjson"),
)


def body(data):
    """A body with a secret in it, in a request and in a response."""
    kind = TYPES[data[0] // 2 % len(TYPES)] if data else b""
    planted, secret = _planted(data)
    headers = ((b"Content-Type", kind),) if kind else ()
    _must_be_hidden(_interaction(headers=headers, body=planted), secret)
    _must_be_hidden(
        Interaction(
            request=Request(method="GET", url="https://a.example/"),
            response=Response(status=200, headers=headers, body=planted),
        ),
        secret,
    )


NAMES = (b"X-A", b"Authorization", b"Cookie", b"Set-Cookie", b"Location", b"Link", b"Content-Type", b"X-Api-Key")


def headers(data):
    """A header with a secret in it."""
    name = NAMES[data[0] // 2 % len(NAMES)] if data else NAMES[0]
    planted, secret = _planted(data)
    _must_be_hidden(_interaction(headers=((name, _line(planted)),)), secret)


def url(data):
    """A URL with a secret in it, as a client sends it: no space and no letter that is not ASCII."""
    planted, secret = _planted(data)
    text = "".join(chr(byte) if 0x21 <= byte <= 0x7E else f"%{byte:02X}" for byte in planted)
    _must_be_hidden(_interaction(url=f"https://a.example/{text}"), secret)


SEEDS = (
    b"\0\0" + b'{"token": "@SECRET@", "id": 1, "list": [1, "a"]}',
    b"\5\1a=1&password=@SECRET@&b=%20x",
    b"\7\0Bearer @SECRET@",
    b'\x0d\0--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n@SECRET@\r\n--b--\r\n',
    b"\t\0<a><b c='@SECRET@'>&amp;</b></a>",
    b'\x03\2data: {"n": "@SECRET@"}\n\n',
    b"\2\3YTpi @SECRET@ eyJhIjoxfQ==.eyJhIjoxfQ==.x",
)
LANGUAGE = tuple(
    b"@SECRET@|password|access_token|Bearer |Basic |--b\r\n|%25|\\u0040|&#x40;|<![CDATA[|]]>|<!--|-->|eyJ|data: |sid=|;|://u:p@|"
    b"Content-Type: application/json\r\n\r\n|PK\x03\x04|\x1f\x8b\x08".split(b"|")
)
#: A body of 9,000 small parts takes longest. No client waits for redaction, and it is twice the time of `body`'s two.
REDACTION = 5.0
TEXTS = (
    Target(
        name="wildcards",
        run=wildcards,
        seeds=(b"aXXXbXXX[n]c\0a1b2c", b"XXX[n]-XXX[n]\0ab-ab", b"XXX\0"),
        tokens=(b"XXX", b"XXX[n]", b"XXX[m]", b"\0"),
    ),
    Target(name="redaction-of-bodies", run=body, seeds=SEEDS, tokens=LANGUAGE, seconds=REDACTION),
    Target(name="redaction-of-headers", run=headers, seeds=SEEDS, tokens=LANGUAGE, seconds=REDACTION),
    Target(name="redaction-of-urls", run=url, seeds=SEEDS, tokens=LANGUAGE, seconds=REDACTION),
)
