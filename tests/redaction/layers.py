"""Layers that a value may be wrapped in, by name. Written from the formats alone: nothing of the engine is used."""

from __future__ import annotations

import base64
import bz2
import gzip
import html
import html.entities
import io
import json
import lzma
import quopri
import re
import tarfile
import zipfile
import zlib
from urllib.parse import quote, quote_plus

import brotli
import zstandard


def _text(function):
    return lambda data: function(data.decode()).encode("utf-8")


def _escaped(text):
    return json.dumps(text)[1:-1]


def _percent(form):
    return lambda data: "".join(form % byte for byte in data).encode()


def _raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def _zip(method):
    def pack(data):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            archive.writestr(zipfile.ZipInfo("notes/a.txt"), b"nothing", method)
            archive.writestr(zipfile.ZipInfo("notes/b.txt"), data, method)
        return file.getvalue()

    return pack


def _tar(data):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in (("a.txt", b"nothing"), ("b.txt", data)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def _named_entities(text):
    return "".join(
        f"&{html.entities.codepoint2name[ord(c)]};" if ord(c) in html.entities.codepoint2name else c for c in text
    )


def _every_entity(form):
    return lambda text: "".join(c if c.isascii() and c.isalnum() and c != "e" else form.format(ord(c)) for c in text)


def _gzip(data):
    return gzip.compress(data, mtime=0)


def _xz(data):
    return lzma.compress(data, preset=0)  # the usual preset makes tables of 90 MB, which takes forty times as long


def _br(data):
    return brotli.compress(data, quality=5)  # as a server does that compresses while it answers


def _zstd(data):
    return zstandard.ZstdCompressor().compress(data)


def _grpc(flag, pack):
    def frame(data):
        packed = pack(data)
        return bytes([flag]) + len(packed).to_bytes(4, "big") + packed

    return frame


def _multipart(head):
    """A multipart body of two parts, the second with this head; its boundary is `inner`."""
    return lambda data: (
        b"--inner\r\n\r\nnothing\r\n--inner\r\n" + head.replace(b"\n", b"\r\n") + b"\r\n" + data + b"\r\n--inner--\r\n"
    )


def _in_base64(pack):
    return lambda data: base64.b64encode(pack(data))


def _shifted(before):
    return lambda data: base64.b64encode(before + data + b"~tail")


def _behind(before, pack):
    return lambda data: before + pack(data) + b"\x8dtail"


def _letters(pack):
    """Bytes taken for letters, in a string of JSON."""
    return lambda data: _escaped(pack(data).decode("latin-1")).encode()


def _cut_zip(data):
    """An archive as far as its directory."""
    whole = _zip(zipfile.ZIP_DEFLATED)(data)
    return whole[: whole.index(b"PK\x01\x02")]


def _percent_of(pack):
    return lambda data: quote(pack(data), safe="").encode()


#: So much that what is compressed of it begins alike, whatever stands behind it.
_MUCH = bytes(range(32, 127)) * 3
_LENGTH = b"\0\0\x01\x90\xff"

#: Layers whose result is text of ASCII letters: they may stand in any place.
TEXT = {
    "none": lambda data: data,
    "percent": lambda data: quote(data, safe="").encode(),
    "percent, every byte, lower": _percent("%%%02x"),
    "percent, every byte, upper": _percent("%%%02X"),
    "percent twice": lambda data: quote(quote(data, safe=""), safe="").encode(),
    "percent three times": lambda data: quote(quote(quote(data, safe=""), safe=""), safe="").encode(),
    "plus": lambda data: quote_plus(data).encode(),
    "json": _text(_escaped),
    "json, solidus": _text(lambda text: _escaped(text).replace("/", "\\/")),
    "json, every letter": _text(lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text)),
    "json, every letter, upper": _text(lambda text: "".join(f"\\u{ord(letter):04X}" for letter in text)),
    "json in json": _text(lambda text: _escaped(_escaped(text))),
    "json in json in json": _text(lambda text: _escaped(_escaped(_escaped(text)))),
    "html": _text(lambda text: html.escape(text).encode("ascii", "xmlcharrefreplace").decode()),
    "html, decimal": _text(_every_entity("&#{};")),
    "html, padded": _text(_every_entity("&#{:06d};")),
    "html, hex": _text(_every_entity("&#x{:x};")),
    "html, hex upper": _text(_every_entity("&#X{:X};")),
    "html, named": _text(_named_entities),
    "html twice": _text(lambda text: html.escape(html.escape(text)).encode("ascii", "xmlcharrefreplace").decode()),
    "base64": base64.b64encode,
    "base64, shifted by 1": _shifted(b"k"),
    "base64, shifted by 2": _shifted(b"ab"),
    "base64, shifted by 3": _shifted(b"me:"),
    "base64, after a name": lambda data: base64.b64encode(b"k=" + data),
    "base64, no padding": lambda data: base64.b64encode(data).rstrip(b"="),
    "base64url": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "base64url, shifted": lambda data: base64.urlsafe_b64encode(b"?" + data + b"?>~").rstrip(b"="),
    "base64url, padded": base64.urlsafe_b64encode,
    "hex": lambda data: data.hex().encode(),
    "hex, upper": lambda data: data.hex().upper().encode(),
    "hex of base64": lambda data: base64.b64encode(data).hex().encode(),
    "base64 of hex": lambda data: base64.b64encode(data.hex().encode()),
    "base64 of base64": lambda data: base64.b64encode(base64.b64encode(data)),
    "base64 of json": lambda data: base64.b64encode(json.dumps({"v": data.decode()}).encode()),
    "base64 of form": lambda data: base64.b64encode(b"a=1&v=" + quote_plus(data).encode()),
    "base64 of percent": lambda data: base64.b64encode(quote(data, safe="").encode()),
    "base64 of utf-16": lambda data: base64.b64encode(data.decode().encode("utf-16-le")),
    "percent of base64": lambda data: quote(base64.b64encode(b"x" + data), safe="").encode(),
    "base64 of gzip": _in_base64(lambda data: _gzip(b"v " + data)),
    "base64 of zlib": _in_base64(zlib.compress),
    "base64 of deflate": _in_base64(_raw_deflate),
    "base64 of bz2": _in_base64(bz2.compress),
    "base64 of xz": _in_base64(_xz),
    "base64 of zstd": _in_base64(_zstd),
    "base64 of zip": _in_base64(_zip(zipfile.ZIP_DEFLATED)),
    "base64 of tar": _in_base64(_tar),
    "base64 of tar.gz": _in_base64(lambda data: _gzip(_tar(data))),
    "percent of gzip": _percent_of(_gzip),
    "percent of zlib": _percent_of(zlib.compress),
    "percent of bz2": _percent_of(bz2.compress),
    "percent of xz": _percent_of(_xz),
    "percent of zstd": _percent_of(_zstd),
    "percent of zip": _percent_of(_zip(zipfile.ZIP_DEFLATED)),
    "percent of a gzip behind a length": _percent_of(_behind(_LENGTH, _gzip)),
    "json letters of gzip": _letters(_gzip),
    "json letters of zlib": _letters(zlib.compress),
    "json letters of a zip": _letters(_zip(zipfile.ZIP_DEFLATED)),
}

#: Layers whose result has line breaks: only for bodies, and for strings that can escape them.
LINES = {
    "base64 in lines": lambda data: base64.encodebytes(b"x" * 50 + data + b"y" * 60),
    "base64 in lines, CRLF": lambda data: base64.encodebytes(b"x" * 50 + data + b"y" * 60).replace(b"\n", b"\r\n"),
    "quoted-printable": lambda data: quopri.encodestring(b"see " + data, quotetabs=True).replace(b"=\n", b"=\r\n"),
}

#: Layers whose result is any bytes: only for bodies and parts.
BYTES = {
    "gzip": _gzip,
    "gzip twice": lambda data: _gzip(_gzip(data)),
    "zlib": zlib.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zstd": _zstd,
    "zip, stored": _zip(zipfile.ZIP_STORED),
    "zip, deflated": _zip(zipfile.ZIP_DEFLATED),
    "zip, bz2": _zip(zipfile.ZIP_BZIP2),
    "zip, lzma": _zip(zipfile.ZIP_LZMA),
    "zip in zip": lambda data: _zip(zipfile.ZIP_STORED)(_zip(zipfile.ZIP_DEFLATED)(data)),
    "tar": _tar,
    "tar.gz": lambda data: _gzip(_tar(data)),
    "tar.bz2": lambda data: bz2.compress(_tar(data)),
    "tar.xz": lambda data: _xz(_tar(data)),
    "zip of json": lambda data: _zip(zipfile.ZIP_DEFLATED)(json.dumps({"v": data.decode()}).encode()),
    "zip of base64": lambda data: _zip(zipfile.ZIP_DEFLATED)(base64.b64encode(data)),
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "utf-16-be": lambda data: data.decode().encode("utf-16-be"),
    "deflate": _raw_deflate,
    "gzip behind a length": _behind(_LENGTH, _gzip),
    "zlib behind a length": _behind(_LENGTH, zlib.compress),
    "bz2 behind a length": _behind(_LENGTH, bz2.compress),
    "xz behind a length": _behind(_LENGTH, _xz),
    "zstd behind a length": _behind(_LENGTH, _zstd),
    "zip behind a length": _behind(_LENGTH, _zip(zipfile.ZIP_DEFLATED)),
    "zip, bz2, behind a length": _behind(_LENGTH, _zip(zipfile.ZIP_BZIP2)),
    "zip, lzma, behind a length": _behind(_LENGTH, _zip(zipfile.ZIP_LZMA)),
    "zip behind a program": _behind(b"#!/bin/sh\necho \xff\n" * 9, _zip(zipfile.ZIP_DEFLATED)),
    "zip cut off, behind a length": _behind(_LENGTH, _cut_zip),
    "tar.gz behind a length": _behind(_LENGTH, lambda data: _gzip(_tar(data))),
    "gzip behind text": _behind(b"a log of two lines\nand then\n", _gzip),
    "gzip behind gzip": lambda data: _gzip(b"nothing" * 40) + _LENGTH + _gzip(b"nothing" * 40 + data),
    "gzip behind a like gzip": _behind(_LENGTH + _gzip(_MUCH) + _LENGTH, lambda data: _gzip(_MUCH + data)),
    "zlib, bytes behind it": _behind(b"", zlib.compress),
    "multipart": _multipart(b'Content-Disposition: form-data; name="note"\n'),
    "multipart, gzip part": lambda data: _multipart(b"Content-Encoding: gzip\n")(_gzip(data)),
    "multipart, br part": lambda data: _multipart(b"Content-Encoding: br\n")(_br(data)),
    "multipart, base64 part": lambda data: _multipart(b"Content-Transfer-Encoding: base64\n")(
        base64.encodebytes(data).replace(b"\n", b"\r\n")
    ),
    "multipart, quoted part": lambda data: _multipart(b"Content-Transfer-Encoding: quoted-printable\n")(
        quopri.encodestring(data, quotetabs=True).replace(b"=\n", b"=\r\n")
    ),
}

#: Frames of gRPC, a message of one string in each: only for bodies of that type.
GRPC = {
    "grpc": _grpc(0, lambda data: b"\x0a" + bytes([len(data)]) + data),
    "grpc, gzip": _grpc(1, lambda data: _gzip(b"\x0a" + bytes([len(data)]) + data)),
}

#: Content codings of HTTP, by their names there.
CODINGS = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": zlib.compress,
    "br": _br,
    "zstd": _zstd,
    "gzip, br": lambda data: _br(_gzip(data)),
    "deflate, gzip": lambda data: _gzip(zlib.compress(data)),
}

#: Where an interaction may be left out of the recording instead: formats that cannot always be packed again.
MAY_BE_REFUSED = re.compile(
    r"behind|percent of|json letters|^deflate$|bz2|xz|lzma|zip\b|zip,|tar|gzip twice|hex of base64|base64 of hex|grpc"
    r"|base64 of (?:zlib|deflate|zstd|gzip|utf-16)"
    r"|^(?:gzip|zlib|zstd)$|base64 of base64|three times|gzip part|br part"
)

ALL = TEXT | LINES | BYTES | GRPC
