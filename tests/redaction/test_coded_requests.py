"""A request that holds a secret in coded data is found again when it is sent with another secret."""

import base64
import bz2
import gzip
import json
import lzma
import quopri
import textwrap
import zlib
from urllib.parse import quote

import pytest
import zstandard
from tables import exchange, place, token

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.recording import Recording
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

FORM = "multipart/form-data; boundary=b"


def part(head, content):
    return b'--b\r\nContent-Disposition: form-data; name="f"\r\n' + head + b"\r\n" + content + b"\r\n--b--\r\n"


def framed(message):
    return b"\0" + len(message).to_bytes(4, "big") + message


LONG = b"Hello you, this is a long line of text that goes on and on = until it is folded by quoted-printable: "


def quoted(value):
    return quopri.encodestring(LONG + value + b" and more text behind it, which goes on until it is folded\nx").replace(
        b"\n", b"\r\n"
    )


def lines(value, end=b"\r\n", size=57):
    text = LONG + value + LONG
    return b"".join(base64.b64encode(text[at : at + size]) + end for at in range(0, len(text), size))


def mail(transfer, content):
    head = b"From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
    return head + b"Content-Transfer-Encoding: " + transfer + b"\r\n\r\n" + content


def in_json(text):
    return json.dumps({"raw": text.decode()}).encode()


#: How a value of any length is sent: the place, the content type, and the text.
SENT = {
    "gzip that no header names": ("body", "application/octet-stream", gzip.compress),
    "gzip that calls itself JSON": ("body", "application/json", lambda v: gzip.compress(b'{"a": "%s"}' % v)),
    "zlib": ("body", "application/octet-stream", lambda v: zlib.compress(b"note " + v)),
    "bz2": ("body", "application/octet-stream", bz2.compress),
    "xz": ("body", "application/octet-stream", lzma.compress),
    "gzip in a part": ("body", FORM, lambda v: part(b"", gzip.compress(b"note " + v))),
    "gzip in a part that names it": (
        "body",
        FORM,
        lambda v: part(b"Content-Encoding: gzip\r\n", gzip.compress(b"note " + v)),
    ),
    "base64 in a part": (
        "body",
        FORM,
        lambda v: part(b"Content-Transfer-Encoding: base64\r\n", base64.b64encode(b"note " + v)),
    ),
    "a message of gRPC": ("body", "application/grpc", lambda v: framed(b"\x0a" + bytes((len(v),)) + v)),
    "UTF-16 that no header names": ("body", "text/plain", lambda v: ("x " + v.decode()).encode("utf-16")),
    "UTF-16": ("body", "text/plain; charset=utf-16", lambda v: ("x " + v.decode()).encode("utf-16")),
    "base64 of zlib in a path": (
        "target",
        "",
        lambda v: b"https://a.example/x/" + base64.urlsafe_b64encode(zlib.compress(v)),
    ),
    "base64 of zstd in JSON": (
        "body",
        "application/json",
        lambda v: json.dumps({"a": base64.b64encode(zstandard.compress(v)).decode(), "n": 1}).encode(),
    ),
    "quoted-printable in a part": (
        "body",
        FORM,
        lambda v: part(b"Content-Transfer-Encoding: quoted-printable\r\n", quoted(v)),
    ),
    "quoted-printable in a mail": ("body", "message/rfc822", lambda v: mail(b"quoted-printable", quoted(v))),
    "quoted-printable in a part of a mail": (
        "body",
        "message/rfc822",
        lambda v: (
            b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            b"--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            + quoted(v)
            + b"\r\n--b--\r\n"
        ),
    ),
    "quoted-printable in text": ("body", "text/plain", quoted),
    "quoted-printable in JSON": ("body", "application/json", lambda v: in_json(mail(b"quoted-printable", quoted(v)))),
    "base64 in a mail in JSON": ("body", "application/json", lambda v: in_json(mail(b"base64", lines(v)))),
    "base64 in lines in JSON": ("body", "application/json", lambda v: in_json(lines(v, b"\n"))),
    "base64 in lines further in": (
        "body",
        "text/plain",
        lambda v: b"x:\n  " + lines(v, b"\n  ", 48).rstrip(),
    ),
    "base64 in lines in a form": (
        "body",
        "application/x-www-form-urlencoded",
        lambda v: b"a=" + quote(lines(v), safe="").encode() + b"&b=1",
    ),
    "hex in lines": (
        "body",
        "text/plain",
        lambda v: "\n".join(textwrap.wrap((LONG + v + LONG).hex(), 64)).encode(),
    ),
    "base64 in lines": ("body", "text/plain", lambda v: base64.encodebytes(b"x" * 50 + v + b"y" * 90)),
}


@pytest.mark.parametrize("length", [20, 32, 61])
@pytest.mark.parametrize("form", SENT)
def test_it_replays_with_a_secret_of_another_length(form, length):
    where, kind, written = SENT[form]
    first, second = token(form, 27).encode(), token(form + " again", length).encode()
    known = RedactionRules(values=(first.decode(),))
    scope = redact_scope([place(exchange(), "request", kind, where, written(first))], known)
    recorded = Recording(interactions=scope.interactions)
    live = place(exchange(), "request", kind, where, written(second)).request

    assert any(Index([recorded], Rules()).find(live).tiers)
    assert redact_scope(scope.interactions, known).findings == ()


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        (
            "quoted-printable in a mail",
            b"goes on and on =3D until it is =\r\nfolded by quoted-printable: XXX\r\nx",
        ),
        ("hex in lines", b"626c653a20XXX"),
    ],
)
def test_what_stands_before_a_secret_in_folded_text_is_still_compared(form, kept):
    where, kind, written = SENT[form]
    value = token(form, 27).encode()
    scope = redact_scope(
        [place(exchange(), "request", kind, where, written(value))], RedactionRules(values=(value.decode(),))
    )
    assert scope.interactions[0].request.body.endswith(kept)


def test_a_line_that_ends_with_an_equals_sign_is_not_taken_for_folded():
    body = b"EMPTY=\nTOKEN=" + token("plain").encode() + b" # for the tests\nOTHER=\n"
    scope = redact_scope([place(exchange(), "request", "text/plain", "body", body)], RedactionRules())
    assert scope.interactions[0].request.body == b"EMPTY=\nTOKEN=XXX # for the tests\nOTHER=\n"
