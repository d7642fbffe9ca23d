"""Made-up secrets, the forms they are put in, the places they are put, and the search for what is left of them."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import quopri
import zipfile
import zlib
from urllib.parse import quote, quote_plus

import brotli
import zstandard

from recproxy.recording import Chunk, Interaction, Recording, Request, Response, dump

#: A value that only the profile's variables name: letters that every encoding changes.
KNOWN = 'Pa+s/w=rd é"&' + "zQ81LmN0pQ7"
PLAIN_KNOWN = "wq8zk1" + "mv0c7lTr4e"


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


def in_chunks(body, size=7):
    sizes = [min(size, len(body) - at) for at in range(0, len(body), size)]
    return tuple(Chunk(size=each, gap=0.01) for each in sizes)


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
