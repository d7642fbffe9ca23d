"""A request that holds a secret in coded data is found again when it is sent with another secret."""

import base64
import bz2
import gzip
import json
import lzma
import zlib

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
    "base64 in lines": ("body", "text/plain", lambda v: base64.encodebytes(b"x" * 50 + v + b"y" * 90)),
}


@pytest.mark.parametrize("form", SENT)
def test_it_replays_with_a_secret_of_another_length(form):
    where, kind, written = SENT[form]
    first, second = token(form, 27).encode(), token(form + " again", 32).encode()
    known = RedactionRules(values=(first.decode(),))
    scope = redact_scope([place(exchange(), "request", kind, where, written(first))], known)
    recorded = Recording(interactions=scope.interactions)
    live = place(exchange(), "request", kind, where, written(second)).request

    assert any(Index([recorded], Rules()).find(live).tiers)
    assert redact_scope(scope.interactions, known).findings == ()
