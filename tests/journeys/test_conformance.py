"""What an origin sends, what a client gets of it in record, and what it gets in replay: the same, for all of HTTP."""

import gzip
import json
import socket
import zlib

import brotli
import h11
import pytest
import zstandard
from deadlines import seconds
from origins import Awkward, Origin, Trust
from origins.awkward import ANSWERS

from recproxy.recording import load

ACCEPTED = b"gzip, deflate, br, zstd"
PROFILE = """[project]
name = "demo"
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
base_url = "SHOP_BASE_URL"
[tool.recproxy.profiles.shop.upstream]
address = "https://127.0.0.1:{port}"
ca = "{ca}"
timeout = 20
"""


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    trust = Trust(tmp_path_factory.mktemp("trust"))
    with Origin(trust, Awkward()) as made:
        made.ca = trust.path
        yield made


@pytest.fixture
def shop(project, origin):
    project.write("pyproject.toml", PROFILE.format(port=origin.port, ca=origin.ca))
    project.recording = project.root / "tests/functional/recordings/shop/default.rec"
    project.recording.unlink()
    return project


class Served:
    """A run held by `serve`, as a context; `address` is the base URL's."""

    def __init__(self, project, mode):
        self.server = project.serve("--mode", mode)
        line = self.server.stdout.readline()
        assert line, self.server.stderr.read()
        host, _, port = json.loads(line)["environment"]["SHOP_BASE_URL"].removeprefix("http://").partition(":")
        self.address = (host, int(port))
        self.said = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stdin.close()
        self.said = self.server.stderr.read()
        self.server.wait(seconds(30))
        self.server.stdout.close()
        self.server.stderr.close()


class Got:
    """A response to the byte: what stands in it, in order; framing of one connection left out."""

    def __init__(self):
        self.interim, self.first, self.headers, self.body, self.trailers = [], None, [], b"", []

    def value(self):
        return (self.interim, self.first, self.headers, self.body, self.trailers)

    def payload(self):
        """The same with the body's content coding undone, since a recoded body need not have the same bytes."""
        body = self.body
        for coding in reversed(dict(self.headers).get(b"Content-Encoding", b"").split(b",")):
            try:
                body = DECODERS[coding.strip()](body)
            except (KeyError, OSError, ValueError, zlib.error, brotli.error):
                break
        return (self.interim, self.first, [line for line in self.headers if line[0] != b"Content-Length"], body)


DECODERS = {
    b"gzip": gzip.decompress,
    b"deflate": zlib.decompress,
    b"br": brotli.decompress,
    b"zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


def read(connection, feed):
    """A response from an h11 connection that is fed by `feed`."""
    got = Got()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(feed())
        elif isinstance(event, h11.InformationalResponse):
            got.interim.append((event.status_code, list(event.headers.raw_items())))
        elif isinstance(event, h11.Response):
            got.first = (event.status_code, bytes(event.reason))
            got.headers = [(name, redacted(name, value)) for name, value in event.headers.raw_items()
                           if name.lower() not in (b"connection", b"upgrade")]  # fmt: skip
        elif isinstance(event, h11.Data):
            got.body += bytes(event.data)
        else:
            assert isinstance(event, h11.EndOfMessage), event
            got.trailers = list(event.headers.raw_items())
            return got


def redacted(name, value):
    """A cookie is a secret: its value is not compared."""
    return value if name.lower() != b"set-cookie" else value.partition(b"=")[0] + b"=" + value.partition(b";")[2]


def ask(address, method, path, *headers, body=(), trailers=()):
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    lines = [(b"Host", b"api.shop.example"), (b"Accept-Encoding", ACCEPTED), *headers]
    with socket.create_connection(address, timeout=seconds(30)) as sock:
        sock.sendall(connection.send(h11.Request(method=method, target="/" + path, headers=lines)))
        for piece in body:
            sock.sendall(connection.send(h11.Data(data=piece)))
        sock.sendall(connection.send(h11.EndOfMessage(headers=list(trailers))))
        return read(connection, lambda: sock.recv(65536))


def sent(name, method="GET"):
    """What the origin sends, read by the same reader."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    connection.send(h11.Request(method=method, target="/", headers=[(b"Host", b"x")]))
    connection.send(h11.EndOfMessage())
    pieces = iter((ANSWERS[name][0], b""))
    return read(connection, lambda: next(pieces))


def test_whatever_a_service_sends_is_what_the_client_gets_recorded_and_replayed(shop, origin):
    with Served(shop, "record") as run:
        recorded = {name: ask(run.address, "GET", name) for name in ANSWERS}
        heads = {name: ask(run.address, "HEAD", name) for name in ANSWERS if name != "interim-twice"}
    assert run.server.returncode == 0, run.said
    asked = len(origin.asked)
    with Served(shop, "replay") as run:
        replayed = {name: ask(run.address, "GET", name) for name in ANSWERS}
        replayed_heads = {name: ask(run.address, "HEAD", name) for name in heads}
    assert run.server.returncode == 0, run.said

    assert len(origin.asked) == asked
    wrong = {}
    for name in ANSWERS:
        before = sent(name)
        if recorded[name].value() != before.value():
            wrong[name, "record"] = (recorded[name].value(), before.value())
        interim = replayed[name].interim or before.interim  # what came before the response is not recorded
        replayed[name].interim = interim
        if replayed[name].payload() != before.payload() or replayed[name].trailers != before.trailers:
            wrong[name, "replay"] = (replayed[name].value(), before.value())
    for name, got in heads.items():
        if replayed_heads[name].value() != got.value() or got.body:
            wrong[name, "head"] = (replayed_heads[name].value(), got.value())
    assert wrong == {}


CODED = gzip.compress(b"uploaded", mtime=0)
UPLOADS = {
    "length": ([(b"Content-Length", b"5")], [b"he", b"llo"], ()),
    "chunked": ([(b"Transfer-Encoding", b"chunked")], [b"he", b"llo!"], ()),
    "trailers": ([(b"Transfer-Encoding", b"chunked"), (b"Trailer", b"X-Sum")], [b"trailed"], [(b"X-Sum", b"1")]),
    "expect": ([(b"Content-Length", b"8"), (b"Expect", b"100-continue")], [b"expected"], ()),
    "empty": ([(b"Content-Length", b"0")], [], ()),
    "coded": ([(b"Content-Length", b"%d" % len(CODED)), (b"Content-Encoding", b"gzip")], [CODED], ()),
    "binary": ([(b"Content-Length", b"256")], [bytes(range(256))], ()),
}


def test_whatever_a_client_sends_reaches_the_service_and_is_found_again(shop, origin):
    def all_of_them(mode):
        with Served(shop, mode) as run:
            got = {
                name: ask(run.address, "POST", "echo", *headers, body=body, trailers=trailers)
                for name, (headers, body, trailers) in UPLOADS.items()
            }
        assert run.server.returncode == 0, run.said
        return got

    recorded = all_of_them("record")
    arrived = [request.body for request in origin.asked[-len(UPLOADS) :]]
    replayed = all_of_them("replay")

    assert arrived == [b"".join(body) for _, body, _ in UPLOADS.values()]
    for name, (headers, body, _) in UPLOADS.items():
        interim = [100] * any(each == b"Expect" for each, _ in headers)
        for got in (recorded[name], replayed[name]):
            assert ([status for status, _ in got.interim], got.body) == (interim, b"".join(body)), name


def test_an_answer_that_comes_before_the_upload_is_recorded_for_any_body(shop, origin):
    """The client has sent half of it when the answer comes, and sends no more: how much it had sent is chance."""
    with (
        Served(shop, "record") as run,
        socket.create_connection(run.address, timeout=seconds(30)) as sock,
    ):
        sock.sendall(b"POST /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf")
        got = b"".join(iter(lambda: sock.recv(65536), b""))

    assert got.startswith(b"HTTP/1.1 413 Content Too Large\r\n")
    assert got.endswith(b"\r\n\r\ntoo large")
    (interaction,) = load(shop.recording.read_bytes()).interactions
    assert (interaction.request.body, interaction.response.status) == (b"XXX", 413)
    assert run.said.count("cannot") == 0
    with Served(shop, "replay") as run:
        replayed = ask(run.address, "POST", "early", (b"Content-Length", b"12"), body=[b"half", b" or more"])
    assert (replayed.first, replayed.body) == ((413, b"Content Too Large"), b"too large")


def test_an_upload_sent_in_full_after_an_early_answer_is_recorded_in_full(shop, origin):
    with (
        Served(shop, "record") as run,
        socket.create_connection(run.address, timeout=seconds(30)) as sock,
    ):
        sock.sendall(b"POST /early HTTP/1.1\r\nHost: api.shop.example\r\nContent-Length: 9\r\n\r\nhalf")
        got = sock.recv(1)  # the answer has begun
        sock.sendall(b" more")
        while not got.endswith(b"too large"):
            got += sock.recv(65536)

    (interaction,) = load(shop.recording.read_bytes()).interactions
    assert (interaction.request.body, interaction.response.status) == (b"half more", 413)


def test_an_offer_of_http_2_with_a_body_is_not_passed_on_and_answered_over_http_1(shop, origin):
    headers = [
        (b"Connection", b"Upgrade, HTTP2-Settings"),
        (b"Upgrade", b"h2c"),
        (b"HTTP2-Settings", b"AAMAAABk"),
        (b"Content-Length", b"1"),
    ]
    with Served(shop, "record") as run:
        got = ask(run.address, "POST", "plain", *headers, body=[b"a"])
    with Served(shop, "replay") as run:
        replayed = ask(run.address, "POST", "plain", *headers, body=[b"a"])

    assert got.first == replayed.first == (200, b"OK")
    names = {name.lower() for name in origin.asked[-1].headers}
    assert "upgrade" not in names
    assert "http2-settings" not in names


def test_a_redirect_is_left_to_the_client(shop, origin):
    with Served(shop, "record") as run:
        got = ask(run.address, "GET", "redirect")

    assert got.first == (302, b"Found")
    assert dict(got.headers)[b"Location"] == b"/plain?from=redirect#part"
    assert origin.asked[-1].path == "/redirect"


def test_only_codings_that_can_be_read_are_asked_for(shop, origin):
    with Served(shop, "record") as run:
        ask(run.address, "GET", "plain")
        with socket.create_connection(run.address, timeout=seconds(30)) as sock:
            sock.sendall(
                b"GET /plain HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: compress, br;q=0.5, sdch, zstd;q=0\r\nConnection: close\r\n\r\n"
            )
            while sock.recv(65536):
                pass

    assert [request.headers["Accept-Encoding"] for request in origin.asked[-2:]] == ["gzip, deflate, br, zstd", "br"]
