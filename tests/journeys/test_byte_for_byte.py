"""What is recorded reaches a client over TCP byte for byte: every shape of message, and every file of a public corpus.

Requests go to a base URL over one connection in recorded order, just as they were recorded. A response must have the
recorded status, reason, header lines and trailers; its body the recorded bytes, after its content coding is undone.
The corpus stands beside the checkout where there is one; else its test is skipped.
"""

import contextlib
import json
import random
import socket
from pathlib import Path
from urllib.parse import urlsplit

import h11
import pytest
from deadlines import seconds

from recproxy.errors import RecordingError
from recproxy.play.reading import read_recording
from recproxy.recording import Chunk, Interaction, Recording, Request, Response, decode, dump, encode, header

from .conftest import ask_scope, served_any

CORPUS = Path(__file__).parents[3] / "shared/corpus"
#: How many of each shape; the promise.
COUNT = 300
#: What is anew on each connection, or follows from the body.
FRAMING = {b"connection", b"keep-alive", b"content-length", b"transfer-encoding", b"trailer"}
#: What tells that a page of another site sends a request; a base URL refuses those.
OF_PAGES = {b"origin", b"referer", b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest", b"sec-fetch-user"}
PROFILE = """
[tool.recproxy.profiles.any]
[[tool.recproxy.profiles.any.endpoints]]
hosts = ["a.example", "*"]
base_url = "ANY_BASE_URL"
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bytes")
    with served_any(folder, PROFILE) as environment:
        yield environment


class Client:
    """Sends recorded requests over a kept connection, byte for byte, and reads responses as they come."""

    def __init__(self, base):
        parts = urlsplit(base)
        self._address = (parts.hostname, parts.port)
        self._socket = None
        self._connection = None

    def ask(self, request):
        """Status, reason, headers, body and trailers of the response."""
        if self._connection is None or self._connection.our_state is not h11.IDLE:
            self.close()
            self._socket = socket.create_connection(self._address, timeout=seconds(20))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [line for line in request.headers if line[0].lower() not in {*FRAMING, *OF_PAGES, b"host", b"expect"}]
        body = encode(request.body, request.encoding) if request.encoding else request.body
        # h11 would change the letters of a method, and refuses what a recording may hold: the head is written by hand.
        head = [b"%s %s HTTP/1.1" % (request.method.encode(), target.encode("utf-8", "surrogateescape"))]
        head += [b"Host: " + parts.netloc.encode()] + [b"%s: %s" % line for line in lines]
        head += [b"Content-Length: %d" % len(body)] if body else []
        self._socket.sendall(b"\r\n".join([*head, b"", b""]) + body)
        self._connection.send(h11.Request(method=request.method, target="/", headers=[(b"Host", b"x")]))
        self._connection.send(h11.EndOfMessage())
        return self._response()

    def _response(self):
        first, headers, payload, trailers = None, (), [], ()
        while True:
            event = self._connection.next_event()
            if event is h11.NEED_DATA:
                self._connection.receive_data(self._socket.recv(1 << 16))
            elif isinstance(event, h11.Response):
                first, headers = (event.status_code, bytes(event.reason)), tuple(event.headers.raw_items())
            elif isinstance(event, h11.Data):
                payload.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                trailers = tuple(event.headers.raw_items())
                break
        if self._connection.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
            self._connection.start_next_cycle()
        return *first, headers, b"".join(payload), trailers

    def close(self):
        if self._socket is not None:
            self._socket.close()


@contextlib.contextmanager
def in_play(environment, path):
    status, said = ask_scope(
        environment, "PUT", {"name": "test_it", "recordings": {"any": str(path)}, "repeat": "miss"}
    )
    assert status == 200, said
    client = Client(environment["ANY_BASE_URL"])
    yield client
    client.close()
    _, outcome = ask_scope(environment, "DELETE", {"passed": True, "told": True})
    assert outcome["missed"] == []


def live(request):
    """A recorded request as a client sends it: with some value in each wild place."""
    if request.wild is None or request.wild not in f"{request.url}{request.body}{request.headers}":
        return request
    word = request.wild.encode()
    headers = tuple((name, value.replace(word, b"1")) for name, value in request.headers)
    body = request.body.replace(word, b"1")
    return Request(method=request.method, url=request.url.replace(request.wild, "1"), headers=headers, body=body)


def compare(got, wanted, where):
    status, reason, headers, body, trailers = got
    kept = [line for line in headers if line[0].lower() not in FRAMING]
    recorded = [(name, value) for name, value in wanted.headers if name.lower() not in FRAMING]
    assert (status, reason) == (wanted.status, wanted.reason), where
    assert kept == recorded, where
    assert trailers == wanted.trailers, where
    if wanted.encoding is not None:
        assert header(headers, b"content-encoding") is not None, where
        body = decode(body, wanted.encoding)
    assert body == wanted.body, where


def texts(rng):
    return "".join(rng.choice("abc é東\n\t=\\X<>&\"'{}[]:,#") for _ in range(rng.randrange(200))).encode()


def binaries(rng):
    return rng.randbytes(rng.randrange(300))


def json_texts(rng):
    value = {f"k{number}": rng.choice([1, 1.5, None, "é\n", ["a"], {"b": True}]) for number in range(rng.randrange(12))}
    separators = rng.choice([(",", ":"), (", ", ": "), (" , ", " : ")])
    return json.dumps(value, separators=separators, ensure_ascii=rng.random() < 0.5).encode()


def multiparts(rng):
    parts = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="p%d"\r\n\r\n%s\r\n'
        % (number, rng.choice((texts, binaries))(rng))
        for number in range(1 + rng.randrange(4))
    )
    return parts + b"--b--\r\n"


def answered(body, *headers, **values):
    """A response with its length, as a service sends it."""
    return Response(status=200, reason=b"OK", headers=(*headers, (b"Content-Length", b"%d" % len(body))), body=body, **values)  # fmt: skip


def coded(coding):
    def make(rng):
        body = texts(rng) + json_texts(rng)
        return answered(body, (b"Content-Encoding", coding.encode()), encoding=coding)

    return make


def chunked(rng):
    pieces = [binaries(rng) or b"x" for _ in range(1 + rng.randrange(5))]
    return Response(
        status=200,
        headers=((b"Transfer-Encoding", b"chunked"), (b"Trailer", b"X-Sum")),
        body=b"".join(pieces),
        chunks=tuple(Chunk(size=len(piece)) for piece in pieces),
        trailers=((b"X-Sum", b"%d" % len(pieces)),),
    )


def without_body(rng):
    status = rng.choice([204, 304])
    return Response(status=status, reason=b"None", headers=((b"ETag", b'"%d"' % rng.randrange(99)),))


def until_closed(rng):
    return Response(status=200, body=binaries(rng), framing="close")


def odd_heads(rng):
    values = [b"", b"a", b"\xe9t\xe9", "é".encode(), b'a,b;c="d"', b"x" * 500]
    headers = tuple((rng.choice([b"Set-Cookie", b"x-UPPER", b"X-a", b"Link"]), rng.choice(values)) for _ in range(8))
    status = rng.choice([200, 201, 299, 301, 404, 418, 451, 500, 599, 600, 999])
    return Response(
        status=status,
        reason=rng.choice([b"", b"OK", b"\xe9t\xe9", b"two words"]),
        headers=(*headers, (b"Content-Length", b"0")),
    )


RESPONSES = {
    "text": lambda rng: answered(texts(rng), (b"Content-Type", b"text/plain")),
    "binary": lambda rng: answered(binaries(rng)),
    "json": lambda rng: answered(json_texts(rng), (b"Content-Type", b"application/json")),
    "multipart": lambda rng: answered(multiparts(rng), (b"Content-Type", b"multipart/form-data; boundary=b")),
    **{coding: coded(coding) for coding in ("gzip", "deflate", "br", "zstd")},
    "chunked": chunked,
    "without a body": without_body,
    "until the end of the connection": until_closed,
    "odd heads": odd_heads,
}
#: The type of a request's body, and what makes one.
REQUESTS = {
    "GET": (None, None),
    "POST of text": (b"text/plain", texts),
    "PUT of bytes": (b"application/octet-stream", binaries),
    "PATCH of JSON": (b"application/json", json_texts),
    "POST of a form": (b"application/x-www-form-urlencoded", lambda rng: b"a=%d&b=%%C3%%A9+x&a=2" % rng.randrange(99)),
    "POST of parts": (b"multipart/form-data; boundary=b", multiparts),
    "QUERY of JSON": (b"application/json", json_texts),
}


def requested(kind, number, rng):
    media_type, make = REQUESTS[kind]
    headers = ((b"Accept-Encoding", b"gzip, deflate, br, zstd"),)
    body = b""
    if make is not None:
        headers, body = (*headers, (b"Content-Type", media_type)), make(rng)
    url = f"https://a.example/{number}?q=%C3%A9&r={rng.randrange(9)}"
    return Request(method=kind.partition(" ")[0], url=url, headers=headers, body=body, wild=None)


@pytest.mark.parametrize("shape", RESPONSES)
def test_generated_interactions_of_each_shape(environment, tmp_path, shape):
    rng = random.Random(shape)
    kinds = list(REQUESTS)
    interactions = tuple(
        Interaction(request=requested(kinds[number % len(kinds)], number, rng), response=RESPONSES[shape](rng))
        for number in range(COUNT)
    )
    path = tmp_path / "generated.rec"
    path.write_bytes(dump(Recording(interactions=interactions)))

    with in_play(environment, path) as client:
        for number, interaction in enumerate(interactions):
            compare(client.ask(interaction.request), interaction.response, f"{shape} {number}")


def test_every_file_of_the_corpus(environment):
    if not CORPUS.is_dir():
        pytest.skip("there is no corpus beside this checkout")
    files = sorted(path for path in CORPUS.rglob("*") if path.is_file() and "f1-corpus" not in path.parts)
    files += sorted(path for path in (CORPUS / "f1-corpus").iterdir() if path.name.startswith("http-"))
    played, unread = 0, []
    for path in files:
        try:
            recording = read_recording(str(path))
        except RecordingError:  # of a tool that is not read, or damaged
            unread.append(str(path.relative_to(CORPUS)))
            continue
        with in_play(environment, path) as client:
            for number, interaction in enumerate(recording.interactions):
                if interaction.response.omitted is None and interaction.request.omitted is None:
                    compare(client.ask(live(interaction.request)), interaction.response, f"{path} {number}")
                    played += 1
    assert {name.partition("/")[0] for name in unread} == {
        "README.md",
        "azure-test-proxy",
        "hoverfly",
        "wiremock",
        "har",
    }
    assert (len(files) - len(unread), played) == (97, 140)
