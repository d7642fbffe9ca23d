"""A service that sends every awkward thing that HTTP/1.1 allows: one path for each."""

import gzip
import zlib

import brotli
import zstandard

TEXT = b'{"text": "what a body may hold: ==== \\u00e9 XXX"}'
CODINGS = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}


def reply(*headers, status=b"200 OK", body=b"", length=True):
    lines = [b"HTTP/1.1 " + status, *headers]
    if length:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def chunks(*pieces, trailers=(), extension=b""):
    return (
        b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)
        + b"0\r\n"
        + b"".join(line + b"\r\n" for line in trailers)
        + b"\r\n"
    )


CHUNKED = b"Transfer-Encoding: chunked"
JSON = b"Content-Type: application/json"

#: What is sent for a path, byte for byte, and whether the connection ends behind it.
ANSWERS = {
    "plain": (reply(JSON, body=TEXT), False),
    "empty": (reply(), False),
    "no-reason": (reply(status=b"200 ", body=b"ok"), False),
    "odd-reason": (reply(status=b"299 Something (of its own); kind=odd", body=b"ok"), False),
    "chunked": (reply(JSON, CHUNKED, length=False) + chunks(TEXT[:7], TEXT[7:8], TEXT[8:]), False),
    "chunk-extension": (reply(CHUNKED, length=False) + chunks(b"ab", b"c", extension=b";name=value"), False),
    "chunked-empty": (reply(CHUNKED, length=False) + chunks(), False),
    "trailers": (
        reply(CHUNKED, b"Trailer: X-Sum, X-More", length=False)
        + chunks(b"hello", trailers=(b"X-Sum: 1", b"X-More: a b")),
        False,
    ),
    "interim-twice": (
        b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
        + reply(body=b"ok"),
        False,
    ),
    "204": (reply(b"ETag: x", status=b"204 No Content", length=False), False),
    "205": (reply(status=b"205 Reset Content"), False),
    "304": (reply(b'ETag: "x"', b"Content-Length: 1234", status=b"304 Not Modified", length=False), False),
    "close": (reply(b"Connection: close", JSON, body=TEXT, length=False), True),
    "close-empty": (reply(b"Connection: close", length=False), True),
    "close-with-length": (reply(b"Connection: close", body=b"ok"), True),
    "duplicates": (
        reply(
            b"Set-Cookie: lang=de; Path=/", b"X-Twice: 1", b"set-cookie: n=2", b"X-TWICE: 2", b"x-twice: ",
            b"Warning: 199 a \"b, c\"", b"Warning: 214 d \"e\"", body=b"ok",
        ),
        False,
    ),
    "odd-headers": (
        reply(
            b"X-Latin: caf\xe9", b"X-Utf8: caf\xc3\xa9", b"X-Empty:", b"X_Under.score!: 1", b"x-spaces:   in  here  ",
            b"X-Colon: a: b: c", b"X-XXX: XXX and XXX[name]", b"X-Long: " + b"y" * 20_000, body=b"ok",
        ),
        False,
    ),
    "redirect": (reply(b"Location: /plain?from=redirect#part", status=b"302 Found"), False),
    "redirect-308": (
        reply(b"Location: https://elsewhere.example/x", status=b"308 Permanent Redirect", body=b"moved"), False,
    ),
    "upgrade": (
        reply(b"Upgrade: h2c, websocket", b"Connection: Upgrade", status=b"426 Upgrade Required", body=b"no"), False,
    ),
    "challenge": (reply(b'WWW-Authenticate: Basic realm="a, b"', status=b"401 Unauthorized", body=b"who?"), False),
    "binary": (reply(b"Content-Type: application/octet-stream", body=bytes(range(256))), False),
    "crlf": (reply(b"Content-Type: text/plain", body=b"one\r\ntwo\r\n"), False),
    "separators": (reply(b"Content-Type: text/plain", body=b"====\n=======\n\\====\n\n:scope x\n#c\n"), False),
    "lone-newline": (reply(b"Content-Type: text/plain", body=b"\n"), False),
    "no-newline": (reply(b"Content-Type: text/plain", body=b"a\n\nb"), False),
    "latin": (reply(b"Content-Type: text/plain; charset=latin-1", body=b"caf\xe9"), False),
    "utf-16": (reply(b"Content-Type: text/plain; charset=utf-16", body="caf\xe9".encode("utf-16")), False),
    "range": (
        reply(b"Content-Range: bytes 0-1/9", b"Accept-Ranges: bytes", status=b"206 Partial Content", body=b"ab"), False,
    ),
    "multipart": (
        reply(b"Content-Type: multipart/byteranges; boundary=b", body=b"--b\r\n\r\nab\r\n--b--\r\n"), False,
    ),
    "not-what-it-says": (reply(b"Content-Encoding: rot13", body=b"uryyb"), False),
    "damaged-gzip": (reply(b"Content-Encoding: gzip", body=b"not gzip at all"), False),
    "gzip-empty": (reply(b"Content-Encoding: gzip"), False),
    "gzip-chunked": (
        reply(b"Content-Encoding: gzip", CHUNKED, length=False)
        + chunks(CODINGS["gzip"](TEXT)[:9], CODINGS["gzip"](TEXT)[9:]),
        False,
    ),
    "gzip-close": (
        reply(b"Content-Encoding: gzip", b"Connection: close", length=False) + CODINGS["gzip"](TEXT), True,
    ),
    "twice-coded": (reply(b"Content-Encoding: deflate, gzip", body=CODINGS["gzip"](CODINGS["deflate"](TEXT))), False),
    "events": (
        reply(b"Content-Type: text/event-stream", CHUNKED, length=False)
        + chunks(b"data: 0\n\n", b"data: 1\n", b"\n"),
        False,
    ),
    "lines-close": (
        reply(b"Content-Type: application/x-ndjson", b"Connection: close", length=False) + b'{"a":1}\n{"a":2}\n', True,
    ),
    **{coding: (reply(b"Content-Encoding: " + coding.encode(), JSON, body=made(TEXT)), False)
       for coding, made in CODINGS.items()},
}  # fmt: skip


class Awkward:
    """The service. `early` answers an upload before it was sent, and `expected` decides on Expect: 100-continue."""

    hosts = ("api.shop.example",)

    def answer(self, request):
        connection = request.connection
        name = request.path.strip("/")
        if name in ("early", "refused"):
            connection.close_connection = True
            connection.wfile.write(reply(b"Connection: close", status=b"413 Content Too Large", body=b"too large"))
        elif name == "head-length":
            connection.wfile.write(reply(JSON, b"Content-Length: 1234", length=False))
        elif name == "echo":
            connection.wfile.write(reply(body=request.body))
        else:
            data, ends = ANSWERS[name]
            connection.close_connection = connection.close_connection or ends
            connection.wfile.write(data if request.method != "HEAD" else data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")

    def early(self, connection):
        return connection.path in ("/early", "/refused")

    def expected(self, connection):
        if connection.path == "/refused":
            return True
        connection.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True
