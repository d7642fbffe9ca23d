"""Made-up secrets, the forms they are put in, the places they are put, and the search for what is left of them."""

from __future__ import annotations

import base64
import dataclasses
import functools
import gzip
import html
import io
import json
import quopri
import zipfile
import zlib
from types import SimpleNamespace
from urllib.parse import quote, quote_plus

import brotli
import zstandard

from recproxy.recording import Chunk, Interaction, Recording, Request, Response, dump
from recproxy.redaction.rules import RedactionRules, Unsafe
from recproxy.redaction.scope import redact_scope

#: A value that only the profile's variables name: letters that every encoding changes.
KNOWN = 'Pa+s/w=rd é"&' + "zQ81LmN0pQ7"
PLAIN_KNOWN = "wq8zk1" + "mv0c7lTr4e"
#: A value that no variable names: only the place it stands in tells that it is a secret.
TOKEN = "t0k" + "en" + "Zx91Lq-Vb_77"


def b64(data, *, before=b"", after=b"", safe=False):
    return (base64.urlsafe_b64encode if safe else base64.b64encode)(before + data + after)


def escaped(text):
    return json.dumps(text)[1:-1].encode()


def every_escape(text):
    return "".join(f"\\u{ord(letter):04X}" for letter in text).encode()


def every_percent(text, form="%{:02x}"):
    return "".join(form.format(byte) for byte in text.encode()).encode()


#: Ways to write a known value in a place that takes any ASCII text.
FORMS = {
    "percent": lambda s: quote(s, safe="").encode(),
    "percent-lower": every_percent,
    "percent-upper": lambda s: every_percent(s, "%{:02X}"),
    "percent-twice": lambda s: quote(quote(s, safe=""), safe="").encode(),
    "form": lambda s: quote_plus(s).encode(),
    "json": escaped,
    "json-solidus": lambda s: escaped(s).replace(b"/", b"\\/"),
    "json-every": every_escape,
    "json-in-json": lambda s: escaped(escaped(s).decode()),
    "html": lambda s: html.escape(s).encode("ascii", "xmlcharrefreplace"),
    "html-numbers": lambda s: "".join(c if c.isalnum() and c.isascii() else f"&#x{ord(c):x};" for c in s).encode(),
    "quoted-printable": lambda s: quopri.encodestring(s.encode(), quotetabs=True).replace(b"=\n", b"=\r\n"),
    "base64-0": lambda s: b64(s.encode()),
    "base64-1": lambda s: b64(s.encode(), before=b"k", after=b"tail"),
    "base64-2": lambda s: b64(s.encode(), before=b"ab", after=b"z"),
    "base64-url-0": lambda s: b64(s.encode(), safe=True).rstrip(b"="),
    "base64-url-1": lambda s: b64(s.encode(), before=b"?", after=b"?>", safe=True).rstrip(b"="),
    "base64-url-2": lambda s: b64(s.encode(), before=b"user:"[:2], safe=True),
    "base64-percent": lambda s: quote(b64(s.encode(), before=b"x"), safe="").encode(),
    "base64-of-percent": lambda s: b64(quote(s, safe="").encode(), before=b"id:"),
    "base64-of-json": lambda s: b64(json.dumps({"v": s}).encode()),
    "base64-of-base64": lambda s: b64(b64(s.encode(), before=b"1"), before=b"22"),
    "base64-of-gzip": lambda s: b64(gzip.compress(s.encode() * 2)),
    "base64-of-deflate": lambda s: b64(zlib.compress(s.encode() * 2)[2:-4]),
    "hex-lower": lambda s: s.encode().hex().encode(),
    "hex-upper": lambda s: s.encode().hex().upper().encode(),
}

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

CODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}


def zipped(data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", data)
    return file.getvalue()


def exchange(*, url="https://api.example.com/v1/things?id=7", headers=(), body=b"", method="POST", **response):
    """A live exchange; words of `response` are those of the response."""
    response.setdefault("status", 200)
    return Interaction(
        request=Request(method=method, url=url, headers=tuple(headers), body=body, wild=None),
        response=Response(wild=None, **response),
    )


BUILT_IN = RedactionRules()


def redact(interaction, rules=BUILT_IN):
    """One interaction that is a scope by itself. Raises Unsafe where it must not be written."""
    scope = redact_scope([interaction], rules)
    if scope.refusals:
        raise Unsafe(scope.refusals[0].message)
    return SimpleNamespace(interaction=scope.interactions[0], counts=scope.counts, findings=scope.findings)


def linked(*interactions, rules=BUILT_IN, taken=()):
    """The interactions of one scope, redacted."""
    return redact_scope(interactions, rules, taken=taken).interactions


def planted(words):
    """A live exchange with these words in the request, and those of `response` in the response."""
    words = dict(words)
    response = words.pop("response", {})
    interaction = exchange(**words)
    return dataclasses.replace(interaction, response=dataclasses.replace(interaction.response, **response))


def failures(rows, check):
    """What is wrong, by the names of the rows: a table is one test, since as many tests would take longer than the rows.

    A row is its name, and what it is checked with.
    """
    wrong = {}
    for name, *row in rows:
        try:
            check(*row)
        except AssertionError as problem:
            wrong[name] = str(problem)
    return wrong


def in_chunks(body, size=7):
    sizes = [min(size, len(body) - at) for at in range(0, len(body), size)]
    return tuple(Chunk(size=each, gap=0.01) for each in sizes)


@functools.lru_cache
def traces(secret):
    """What of a secret must not be found: each form, and of base64 the letters that are sure at each alignment."""
    raw = secret.encode()
    found = {raw, *(FORMS[name](secret) for name in FORMS if "quoted" not in name and "-of-" not in name)}
    for before in range(3):
        for safe in (False, True):
            whole = b64(raw, before=b"\0" * before, after=b"\0\0", safe=safe).rstrip(b"=")
            start, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
            found.add(whole[start:end])
    found |= {raw.decode().encode(charset) for charset in ("utf-16-le", "utf-16-be")}
    return found


def left(secret, *results):
    """The traces of a secret in redacted interactions: their file, their bytes, coded or not, and what shows them."""
    texts = [repr(results).encode()]
    for result in results:
        interaction = result.interaction
        texts.append(dump(Recording(interactions=(interaction,))))
        texts.append(repr((result.counts, result.findings)).encode())
        texts.append(interaction.request.url.encode("utf-8", "surrogateescape"))
        for block in (interaction.request, interaction.response):
            texts += [block.body, *(value for _, value in (*block.headers, *block.trailers))]
            texts += _unpacked(block.body)
    return [trace for trace in traces(secret) if any(trace in text for text in texts)]


def _unpacked(body):
    for take in (gzip.decompress, zlib.decompress):
        try:
            yield take(body)
        except (OSError, zlib.error, EOFError):
            continue
