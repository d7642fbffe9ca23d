"""What looks like a secret and is none stays as it is, byte for byte: a replay that changes it breaks a program.

The rows are in data/lookalikes/, a file for each language. A test is a table, since more than a thousand tests would take
pytest longer than their rows take; what fails is named row by row.
"""

import functools
import html.parser
import random
import shutil
import struct
import subprocess
import zlib

import brotli
import pytest
from layers import ALL, CODINGS
from planting import failures
from tables import DATA, exchange, place, rows, token

from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_scope

#: A value that no row holds: where one is known, redaction looks into everything.
RULES = RedactionRules(values=("nobody-sends-this-" + "value-0",))
FOLDER = DATA / "lookalikes"
TYPES = {
    "javascript": "text/javascript",
    "html": "text/html",
    "css": "text/css",
    "xml": "application/xml",
    "text": "text/plain",
    "json": "application/json",
}
NODE = shutil.which("node")


def lines(name):
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


def blocks(name):
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    pieces = ("\n" + text).split("\n## ")[1:]
    return [(piece.partition("\n")[0], piece.partition("\n")[2].rstrip("\n")) for piece in pieces]


def bodies():
    for language in ("javascript", "html", "css", "xml", "text"):
        for title, text in blocks(language):
            yield f"{language}: {title}", TYPES[language], text.encode()
    for row in rows("lookalikes/services.txt"):
        yield f"{row.place}: {row.text}", row.kind, row.text.encode()
    for text in lines("json"):
        yield f"json: {text}", TYPES["json"], text.encode()
    yield from binaries()


def picture(width, height, pixels, *more):
    """A PNG of grey pixels."""
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    return chunked(width, height, zlib.compress(rows), *more)


def chunked(width, height, packed, *more):
    """A PNG of grey pixels; what is compressed of them is cut into chunks, as programs that draw do."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), *more]
    chunks += [(b"IDAT", packed[at : at + 8192]) for at in range(0, len(packed), 8192)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in (*chunks, (b"IEND", b""))
    )


@functools.cache
def large_picture():
    """Made when it is asked for: a hundred megabytes are packed, of which each tenth is like the first."""
    tenth = (b"\0" + b"\xff" * 12_000) * 800
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(tenth) + packer.flush(zlib.Z_FULL_FLUSH)
    checked = functools.reduce(lambda checksum, _: zlib.adler32(tenth, checksum), range(10), 1)
    return chunked(12_000, 8_000, b"\x78\x9c" + packed * 10 + packer.flush() + checked.to_bytes(4, "big"))


def document(*streams):
    """A PDF whose streams are compressed."""
    objects = b"".join(
        b"%d 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n" % (number, len(data), data)
        for number, data in enumerate(map(zlib.compress, streams), 1)
    )
    return b"%PDF-1.5\n%\xd0\xd4\xc5\xd8\n" + objects + b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"


def binaries():
    noise = random.Random("noise")
    fields = b"\x0a\x05token\x12\x06secret\x1a\x03key\x20\x96\x01\x2a\x10" + bytes(range(128, 144))
    comment = b"a password is a word; token=none\n" * 20
    yield "binary: a picture", "image/png", picture(1, 1, b"\0")
    yield "binary: a picture of noise", "image/png", picture(200, 200, noise.randbytes(40_000))
    yield "binary: a large picture", "image/png", large_picture
    yield (
        "binary: a picture with words",
        "image/png",
        picture(9, 9, b"\7" * 81, (b"zTXt", b"n\0\0" + zlib.compress(comment))),
    )
    yield "binary: a photo", "image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + noise.randbytes(300_000) + b"\xff\xd9"
    yield (
        "binary: a document",
        "application/pdf",
        document(*([b"BT (a word) Tj ET\n" * 50, noise.randbytes(3000)] * 30)),
    )
    yield "binary: messages with fields named token", "application/x-protobuf", fields
    yield "binary: frames of gRPC", "application/grpc", b"\0" + len(fields).to_bytes(4, "big") + fields
    yield "binary: noise", "application/octet-stream", noise.randbytes(2000)
    yield (
        "binary: signs and nothing behind them",
        "application/octet-stream",
        b"\x89\x1f\x8b\x08x\x9cPK\3\4\x28\xb5\x2f\xfd" * 500,
    )
    yield "binary: a font", "font/woff2", b"wOF2\0\1\0\0" + bytes(40) + brotli.compress(noise.randbytes(5000))
    yield "binary: an older font", "font/woff", b"wOFF\0\1\0\0" + bytes(36) + zlib.compress(noise.randbytes(900)) * 2
    yield "binary: an archive", "application/zip", ALL["zip, deflated"](comment)
    yield (
        "binary: an archive that runs",
        "application/octet-stream",
        b"#!/bin/sh\n\xff\n" + ALL["zip, deflated"](comment),
    )
    yield "binary: a packed file", "application/gzip", ALL["gzip"](b"see token and key\n" * 50)
    yield "binary: packed files behind lengths", "application/octet-stream", (b"\0\0\1\xff" + ALL["gzip"](comment)) * 40
    yield "text: packed by chance", "text/plain", "f(x) = x^2 + x\x01é, BZh91AY&SY".encode()
    yield "text: of another alphabet", "text/plain; charset=latin-1", "x^2 is f\xfcnf, xÚ too\n".encode("latin-1") * 20


BODIES = list(bodies())


def kept(interaction):
    scope = redact_scope((interaction,), RULES)
    assert scope.refusals == ()
    assert [(each.rule, each.place) for each in scope.findings] == []
    return scope.interactions[0]


def test_there_are_as_many_rows_as_promised():
    assert len({*(title for title, *_ in BODIES), *lines("headers"), *lines("urls")}) >= 150


@pytest.mark.parametrize("side", ["request", "response"])
def test_bodies_stay(side):
    def stays(kind, body):
        text = body() if callable(body) else body
        got = kept(place(exchange(), side, kind, "body", text))
        assert getattr(got, side).body == text

    assert failures(BODIES, stays) == {}


@pytest.mark.parametrize("coding", CODINGS)
def test_coded_bodies_stay(coding):
    for _, kind, made in BODIES[::9]:
        body = made() if callable(made) else made
        coded = CODINGS[coding](body)
        packed = place(exchange(), "response", kind, "body", coded)
        packed = place(packed, "response", "", "header", b"Content-Encoding: " + coding.encode())
        assert kept(packed).response.body in (body, coded)


@pytest.mark.parametrize("side", ["request", "response"])
def test_headers_stay(side):
    def stays(line):
        got = kept(place(exchange(), side, "", "header", line.encode()))
        assert [b": ".join(each).decode() for each in getattr(got, side).headers] == [line]

    assert failures([(line, line) for line in lines("headers")], stays) == {}


def test_addresses_stay():
    def stays(url):
        assert kept(exchange(url=url)).request.url == url
        in_json = b'{"url": "' + url.encode() + b'"}'
        assert kept(place(exchange(), "response", "application/json", "body", in_json)).response.body == in_json

    assert failures([(url, url) for url in lines("urls")], stays) == {}


@pytest.mark.parametrize(
    "text", ["<REDACTED>", "XXX", "REDACTED", "***", "[FILTERED]", "<token>", "{{token}}", "${TOKEN}"]
)
def test_a_placeholder_is_not_hunted(text):
    """A header that holds a placeholder teaches nothing: the same text in a later body stays."""
    first = place(exchange(), "request", "", "header", b"Authorization: " + text.encode())
    body = b'{"id": "u_1", "email": "' + text.encode() + b'", "n": "see ' + text.encode() + b'"}'
    second = place(exchange(), "response", "application/json", "body", body)
    scope = redact_scope((first, second), RULES)
    assert scope.interactions[1].response.body == body


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_scripts_still_parse_where_a_value_is_hidden(tmp_path):
    """All scripts in one: node is slow to start. A known value and a key of a known form stand in each."""
    known, key = token("script"), "AI" + "za" + token("key", 35)
    scripts = [text for title, text in blocks("javascript") if "export" not in text and "sourceMapping" not in text]
    planted = [f'(function(){{{text}\n;var a="{known}",b={{apiKey:"{key}"}};}});' for text in scripts]
    body = "\n".join(planted).encode()
    scope = redact_scope(
        (place(exchange(), "response", "text/javascript", "body", body),), RedactionRules(values=(known,))
    )
    got = scope.interactions[0].response.body
    assert known.encode() not in got
    assert key.encode() not in got
    for name, text in (("before.js", body), ("after.js", got)):
        (tmp_path / name).write_bytes(text)
        done = subprocess.run([NODE, "--check", str(tmp_path / name)], capture_output=True, text=True, timeout=60)
        assert (name, done.returncode, done.stderr) == (name, 0, "")


class Events(html.parser.HTMLParser):
    """What a page is made of, but for the values that are hidden."""

    def __init__(self, text):
        super().__init__()
        self.seen = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, [(name, "?" if name in ("value", "content") else value) for name, value in attrs]))

    def handle_endtag(self, tag):
        self.seen.append((tag, "end"))

    def handle_data(self, data):
        self.seen.append(data)


@pytest.mark.parametrize(("title", "page"), blocks("html"), ids=[title for title, _ in blocks("html")])
def test_a_page_with_a_hidden_field_has_the_same_elements(title, page):
    hidden = token(title)
    page += f'<form><input type="hidden" name="csrf_token" value="{hidden}"></form><meta name="csrf-token" content="{hidden}">'
    scope = redact_scope((place(exchange(), "response", "text/html", "body", page.encode()),), RULES)
    got = scope.interactions[0].response.body.decode()
    assert hidden not in got
    assert Events(got).seen == Events(page).seen
