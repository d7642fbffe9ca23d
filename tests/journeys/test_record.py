"""Record, live and auto against origins on loopback, with TLS that is verified."""

import contextlib
import functools
import gzip
import http.client
import json
import os
import re
import resource
import signal
import socket
import socketserver
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import trustme
from deadlines import seconds
from permissions import obey_permissions
from process_tree import descendants

from recproxy.recording import load

from .conftest import RECORDING

SECRET = "-".join(("s3cr3t", "value", "of", "the", "shop"))
#: It trusts the run's CA alone: to read all roots of the run's bundle takes as long as a run of one request.
TRUSTED = "ssl.create_default_context(cafile=os.environ['NODE_EXTRA_CA_CERTS'])"
FETCH = (
    "import os, ssl, sys, urllib.request as u, urllib.error as e\n"
    f"trusted = {TRUSTED}\n"
    "for url in sys.argv[1:]:\n"
    "    try: r = u.urlopen(url, context=trusted)\n"
    "    except e.HTTPError as error: r = error\n"
    "    print(r.status, r.read())\n"
)


class Origin(BaseHTTPRequestHandler):
    """A service that says back what it was asked, and a few awkward things."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_GET(self):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        name = self.path.partition("?")[0].strip("/").replace("-", "_")
        getattr(self, f"get_{name}", self.get_anything)()

    do_DELETE = do_GET

    def do_HEAD(self):
        self.answer(200, b"", ("Content-Length", "1234"))

    def do_POST(self):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        size = int(self.headers.get("Content-Length") or -1)
        body = self.rfile.read(size) if size >= 0 else self.chunks()
        self.answer(201, b"%d bytes" % len(body))

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, status, body, *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() in ("content-length", "transfer-encoding", "connection") for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def get_anything(self):
        self.answer(200, json.dumps({"path": self.path, "count": self.server.version}).encode())

    def get_gzip(self):
        body = gzip.compress(b'{"zipped": true}')
        self.answer(200, body, ("Content-Encoding", "gzip"), ("Content-Type", "application/json"))

    def get_nothing(self):
        self.send_response(204)
        self.end_headers()

    def get_same(self):
        self.send_response(304)
        self.send_header("ETag", '"x"')
        self.end_headers()

    def get_redirect(self):
        self.answer(302, b"", ("Location", "/elsewhere"))

    def get_until_close(self):
        self.answer(200, b"until the end", ("Connection", "close"))
        self.close_connection = True

    def get_cookies(self):
        self.answer(200, b"ok", ("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("X-Odd", "caf\xe9"))

    def get_trailers(self):
        self.answer(200, b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", ("Transfer-Encoding", "chunked"))

    def get_binary(self):
        self.answer(200, bytes(range(256)), ("Content-Type", "application/octet-stream"))

    def get_stream(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in range(3):
            self.server.go.acquire(timeout=seconds(10))
            self.wfile.write(b"9\r\ndata: %d\n\n\r\n" % number)
        self.wfile.write(b"0\r\n\r\n")

    def get_hints(self):
        self.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
        self.answer(200, b"ok")

    def get_break(self):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"only this")
        self.close_connection = True

    def get_reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        os.close(self.connection.detach())
        self.close_connection = True

    def get_shut(self):
        self.close_connection = True

    def get_nonsense(self):
        self.wfile.write(b"SMTP here, who are you?\r\n\r\n")
        self.close_connection = True

    def get_large(self):
        self.answer(200, b"x" * 1_500_000, ("Content-Type", "application/octet-stream"))

    def get_silent(self):
        self.server.go.acquire(timeout=seconds(10))
        self.close_connection = True

    def get_token(self):
        self.answer(200, json.dumps({"access_token": SECRET, "id": 5}).encode(), ("Content-Type", "application/json"))


@pytest.fixture
def origin(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "origin-ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("*.shop.example").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    server.asked, server.version, server.go = [], 1, threading.Semaphore(3)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def shop(project, origin, tmp_path):
    config = project.root / "pyproject.toml"
    text = config.read_text().replace(
        "[tool.recproxy.profiles.shop]\n", '[tool.recproxy.profiles.shop]\ncredentials = ["SHOP_KEY"]\n'
    )
    config.write_text(
        text
        + f'[tool.recproxy.profiles.shop.upstream]\naddress = "127.0.0.1:{origin.server_port}"\nca = "{tmp_path}/origin-ca.pem"\ntimeout = 5\n'
    )
    project.recording = project.root / "tests/functional/recordings/shop/default.rec"
    project.recording.unlink()
    return project


def fetch(project, mode, *paths, environment=None, options=(), program=FETCH, **more):
    urls = [f"https://api.shop.example/{path}" for path in paths]
    words = ["run", "--mode", mode, *options, "--", sys.executable, "-c", program, *urls]
    return project.run(*words, environment={"SHOP_KEY": SECRET} | (environment or {}), **more)


def recorded_before(project):
    """A good recording that was there before the run: its bytes."""
    project.recording.parent.mkdir(parents=True, exist_ok=True)
    project.recording.write_text(RECORDING)
    return project.recording.read_bytes()


AWKWARD = ("a?x=1", "nothing", "same", "redirect", "until-close", "cookies", "trailers", "binary", "stream")


def test_what_was_recorded_replays_alike(shop, origin):
    program = FETCH.replace(TRUSTED, "ssl.create_default_context()")  # what programs trust that name no file
    recorded = fetch(shop, "record", *AWKWARD, program=program)
    asked = len(origin.asked)
    replayed = fetch(shop, "replay", *AWKWARD, program=program)

    assert recorded.returncode == replayed.returncode == 0, recorded.stderr
    assert replayed.stdout == recorded.stdout
    assert len(origin.asked) == asked
    assert (
        f"recproxy: wrote {shop.recording.relative_to(shop.root)}: {len(AWKWARD) + 1} interactions" in recorded.stderr
    )


def test_a_coded_body_is_readable_in_the_file_and_goes_plain_to_who_does_not_accept_it(shop, origin):
    takes_gzip = FETCH.replace("(url,", "(u.Request(url, headers={'Accept-Encoding': 'gzip'}),")
    words = ("run", "--mode", "record", "--", sys.executable, "-c", takes_gzip, "https://api.shop.example/gzip")
    shop.run(*words, environment={"SHOP_KEY": SECRET})

    assert b':encoding gzip\n\n{"zipped": true}\n' in shop.recording.read_bytes()
    assert fetch(shop, "replay", "gzip").stdout == "200 b'{\"zipped\": true}'\n"


def test_recording_again_gives_the_same_bytes_apart_from_what_the_service_changed(shop, origin):
    fetch(shop, "record", "a", "b")
    first = shop.recording.read_bytes()

    again = fetch(shop, "record", "a", "b")
    assert shop.recording.read_bytes() == first
    assert f"unchanged {shop.recording.relative_to(shop.root)}" in again.stderr

    origin.version = 2
    fetch(shop, "record", "a", "b")
    changed = shop.recording.read_bytes()
    assert changed != first
    assert changed.count(b'"count": 2') == 2


def test_another_command_replaces_what_was_recorded_and_auto_adds_to_it(shop, origin):
    def paths():
        return [urlsplit(each.request.url).path for each in load(shop.recording.read_bytes()).interactions]

    fetch(shop, "record", "a")
    fetch(shop, "auto", "b", environment={"CI": ""})
    assert paths() == ["/a", "/b"]

    fetch(shop, "record", "c")
    assert paths() == ["/c"]


def test_live_writes_nothing(shop, origin):
    done = fetch(shop, "live", "a")

    assert done.returncode == 0
    assert len(origin.asked) == 1
    assert not shop.recording.exists()
    assert done.stderr.splitlines()[-1].split()[:8] == ["recproxy", "shop", "live", "0", "0", "0", "0", "1"]


def test_auto_replays_what_is_there_and_records_what_is_missing(shop, origin):
    fetch(shop, "record", "a")
    before = shop.recording.read_bytes()

    done = fetch(shop, "auto", "a", "b", environment={"CI": ""})

    assert done.returncode == 0
    assert [path for _, path, _ in origin.asked] == ["/a", "/b"]
    assert shop.recording.read_bytes().startswith(before.removesuffix(b"\n"))
    assert len(load(shop.recording.read_bytes()).interactions) == 2

    project = shop.root / "pyproject.toml"
    project.write_text(f'{project.read_text()}\n[tool.recproxy]\nmax_age = 90\non_age = "record"\n')
    shop.recording.write_text(re.sub(r":recorded \S+", ":recorded 2020-01-01", shop.recording.read_text(), count=1))
    assert fetch(shop, "auto", "a", "b", environment={"CI": ""}).returncode == 0
    assert [path for _, path, _ in origin.asked] == ["/a", "/b", "/a", "/b"]
    assert ":recorded 2020" not in shop.recording.read_text()


def test_auto_reads_a_recording_that_is_a_link_out_of_the_recordings_and_adds_nothing_to_it(shop, origin, tmp_path):
    fetch(shop, "record", "a")
    stored = shop.recording.rename(tmp_path / "stored.rec")
    shop.recording.symlink_to(stored)
    before = stored.read_bytes()

    assert fetch(shop, "auto", "a", environment={"CI": ""}).returncode == 0
    done = fetch(shop, "auto", "a", "b", environment={"CI": ""})

    leads = f"a link leads out of {shop.recording.parents[1]}, to {stored}"
    line = f"recproxy: {shop.recording}: cannot be written: {leads}; what was there is as it was"
    assert (done.returncode, done.stderr.count(line), stored.read_bytes()) == (2, 1, before)


def test_auto_without_credentials_says_why_the_service_was_not_asked(shop, origin):
    done = fetch(shop, "auto", "a", environment={"CI": "", "SHOP_KEY": ""})

    assert done.returncode == 3
    assert origin.asked == []
    assert "\nSHOP_KEY is not set, so the service was not asked\n" in done.stderr


def test_auto_under_ci_is_replay(shop, origin):
    done = fetch(shop, "auto", "a", environment={"CI": "true"})

    assert done.returncode == 3
    assert origin.asked == []


def test_missing_credentials_are_named_before_anything_runs(shop, origin):
    done = fetch(shop, "record", "a", environment={"SHOP_KEY": ""})

    assert done.returncode == 2
    assert done.stderr == (
        "recproxy: profile 'shop' cannot be run in mode record: set SHOP_KEY in the environment, or leave it out: "
        "--profile P runs P alone, --record P records P and replays the others, run = [...] in the project says what "
        "runs by default\n"
    )
    assert (done.stdout, origin.asked) == ("", [])


def test_a_command_that_fails_leaves_the_good_recording_and_puts_what_came_beside_it(shop, origin):
    good = recorded_before(shop)
    program = FETCH + "sys.exit(9)"

    done = shop.run(
        *("run", "--mode", "record", "--", sys.executable, "-c", program, "https://api.shop.example/b"),
        environment={"SHOP_KEY": SECRET},
    )

    failed = shop.recording.with_name("default.failed.rec")
    assert done.returncode == 9
    assert shop.recording.read_bytes() == good
    assert b"/b HTTP/1.1" in failed.read_bytes()
    assert str(failed.relative_to(shop.root)) in done.stderr


def test_no_secret_reaches_the_disk_or_a_report(shop, origin):
    program = (
        "import os, urllib.request as u\n"
        "key = os.environ['SHOP_KEY']\n"
        "r = u.Request('https://api.shop.example/token?key=' + key, headers={'Authorization': 'Bearer ' + key})\n"
        "assert key in u.urlopen(r).read().decode()\n"
    )

    done = shop.run("run", "--mode", "record", "--", sys.executable, "-c", program, environment={"SHOP_KEY": SECRET})

    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stderr
    for path in shop.root.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path
    assert b"Bearer XXX" in shop.recording.read_bytes()
    replayed = shop.run("run", "--", sys.executable, "-c", program.replace("assert key in ", ""))
    assert replayed.returncode == 0, replayed.stderr


#: What may be wrong with a service: the path, settings of its profile, the status that the client gets, what is said.
FAILURES = {
    "down": ("a", 'address = "127.0.0.1:1"', 502, "{host} at upstream.address 127.0.0.1:1 cannot be reached: "),
    "unnamed": ("a", f'address = "{"x" * 64}.example"', 502, "the name {host} at upstream.address "),
    "unverifiable": ("a", 'ca = ""', 502, "the certificate of {host} at upstream.address 127.0.0.1:"),
    "reset": ("reset", "", 502, "the connection to the service broke: "),
    "shut": ("shut", "", 502, "the service closed the connection without an answer"),
    "broken": ("break", "", None, "the service closed the connection in the middle of its answer"),
    "silent": ("silent", "timeout = 0.3", 504, "the service sent nothing for 0.3 s"),
    "nonsense": ("nonsense", "", 502, "the service's answer is no HTTP/1.1: "),
}
ASK = f"""
import os, ssl, sys, urllib.request as u, urllib.error as e
trusted = {TRUSTED}
for url in sys.argv[1:]:
    try: r = u.urlopen(url, context=trusted)
    except e.HTTPError as error: r = error
    try: print(r.status, r.read().decode().strip(), flush=True)
    except Exception as error: print(type(error).__name__, flush=True)
"""


@pytest.mark.parametrize("mode", ["record", "live"])
def test_a_service_that_fails_is_told_to_the_client_and_in_the_report_and_fails_the_scope(shop, origin, mode):
    """A profile for each thing that may be wrong, and all of them in one run."""
    origin.go = threading.Semaphore(0)
    usual = {"address": f'"127.0.0.1:{origin.server_port}"', "ca": f'"{shop.root}/origin-ca.pem"', "timeout": "5"}
    text = '[project]\nname = "demo"\n'
    for name, (_, setting, *_) in FAILURES.items():
        key, _, value = setting.partition(" = ")
        lines = usual | ({key: value} if key else {})
        text += f"[tool.recproxy.profiles.{name}]\n[[tool.recproxy.profiles.{name}.endpoints]]\n"
        text += f'hosts = ["{name}.shop.example"]\n[tool.recproxy.profiles.{name}.upstream]\n'
        text += "".join(f"{each} = {lines[each]}\n" for each in lines)
    (shop.root / "pyproject.toml").write_text(text)
    urls = [f"https://{name}.shop.example/{path}" for name, (path, *_) in FAILURES.items()]
    chosen = [word for name in FAILURES for word in ("--profile", name)]

    done = shop.run("run", "--mode", mode, *chosen, "--", sys.executable, "-c", ASK, *urls)

    origin.go.release(9)
    assert done.returncode == 3, done.stderr
    lines = done.stderr.splitlines()
    failed = [line for line in lines if "failed: " in line]
    told = done.stdout.splitlines()
    assert len(failed) == len(told) == len(FAILURES)
    for url, (name, (_, _, status, said)), line, answer in zip(urls, FAILURES.items(), failed, told, strict=True):
        wanted = said.replace("{host}", f"{name}.shop.example")
        assert line.startswith(f"recproxy: failed: {name}: GET {url}: {wanted}"), line
        assert answer.startswith(f"{status} recproxy: {wanted}" if status else "IncompleteRead"), answer
    head = lines[0].split()[1:]
    assert [dict(zip(head, line.split()[1:], strict=False))["failed"] for line in lines[1 : len(FAILURES) + 1]] == [
        "1"
    ] * 8
    assert list((shop.root / "tests").rglob("*.rec")) == []


def test_an_interim_response_passes(shop, origin):
    server = shop.serve("--mode", "live", SHOP_KEY=SECRET)
    environment = json.loads(server.stdout.readline())["environment"]
    host, _, port = environment["SHOP_BASE_URL"].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=seconds(10)) as sock:
        sock.sendall(b"GET /hints HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        said = b"".join(iter(lambda: sock.recv(65536), b""))
    server.stdin.close()
    assert server.wait(seconds(20)) == 0
    server.stdout.close()
    server.stderr.close()

    assert said.startswith(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert said.endswith(b"\r\n\r\nok")


def test_a_stream_passes_as_it_comes(shop, origin):
    """The client must have the first event before the second is sent: it lets the origin go on by a second request."""
    origin.go = threading.Semaphore(1)
    server = shop.serve("--mode", "record", SHOP_KEY=SECRET)
    environment = json.loads(server.stdout.readline())["environment"]
    address = environment["SHOP_BASE_URL"].removeprefix("http://")
    client = http.client.HTTPConnection(address, timeout=seconds(10))
    client.request("GET", "/stream")
    response = client.getresponse()

    events = []
    for _ in range(3):
        events.append(response.readline() + response.readline())
        origin.go.release()
    assert response.read() == b""
    client.close()
    server.stdin.close()
    assert server.wait(seconds(20)) == 0
    server.stdout.close()
    server.stderr.close()

    assert events == [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n"]
    assert len(load(shop.recording.read_bytes()).interactions[0].response.chunks) == 3


def raw(address, path):
    """A request by hand, and what came, with the moment of each piece that was read."""
    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=seconds(20)) as sock:
        sock.sendall(b"GET /%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path)
        pieces = []
        while data := sock.recv(65536):
            pieces.append((time.monotonic(), data))
    return pieces


PACED = """#recproxy 2

GET https://api.shop.example/stream HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/event-stream
Transfer-Encoding: chunked
:delay 0.3
:chunks 9@0.2 9@0.4

data: 0

data: 1


=======
"""


def test_a_stream_is_replayed_chunk_by_chunk_at_once(shop, origin):
    shop.write("tests/functional/recordings/shop/default.rec", PACED)
    server = served(shop)
    address = json.loads(server.stdout.readline())["environment"]["SHOP_BASE_URL"].removeprefix("http://")

    text = b"".join(data for _, data in raw(address, b"stream"))
    over(server)

    assert text.partition(b"\r\n\r\n")[2] == b"9\r\ndata: 0\n\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n"


def test_a_stream_is_replayed_at_its_recorded_pace(shop, origin):
    shop.write("tests/functional/recordings/shop/default.rec", PACED)
    config = shop.root / "pyproject.toml"
    config.write_text(config.read_text() + '[tool.recproxy.profiles.shop.replay]\npace = "recorded"\n')
    server = served(shop)
    address = json.loads(server.stdout.readline())["environment"]["SHOP_BASE_URL"].removeprefix("http://")

    begun = time.monotonic()
    pieces = raw(address, b"stream")
    over(server)

    text, came = b"", {}
    for moment, data in pieces:
        text += data
        for mark in (b"HTTP/1.1 200", b"data: 0", b"data: 1"):
            if mark in text:
                came.setdefault(mark, moment - begun)
    assert text.endswith(b"\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n")
    first, second, third = came.values()
    assert (first >= 0.3, second >= 0.5, third >= 0.9) == (True, True, True)


def test_the_pace_of_a_stream_is_recorded(shop, origin):
    """The origin sends an event only a while after the client has read what came before, so that there is a gap."""
    read = threading.Semaphore(0)
    origin.go = SimpleNamespace(acquire=lambda timeout: read.acquire(timeout=timeout) and threading.Event().wait(0.01))
    server = served(shop, "--mode", "record")
    client = http.client.HTTPConnection(
        json.loads(server.stdout.readline())["environment"]["SHOP_BASE_URL"].removeprefix("http://"),
        timeout=seconds(10),
    )
    client.request("GET", "/stream")
    response = client.getresponse()
    for _ in range(3):
        read.release()
        assert response.readline() + response.readline()
    assert response.read() == b""
    client.close()
    over(server)

    (interaction,) = load(shop.recording.read_bytes()).interactions
    assert [(chunk.size, chunk.gap > 0) for chunk in interaction.response.chunks] == [(9, True)] * 3


def test_what_a_killed_run_had_finished_is_recovered_by_the_next(shop, origin):
    program = FETCH + "print('done', flush=True)\nimport time; time.sleep(60)\n"
    run = shop.start(
        *("run", "--mode", "record", "--", sys.executable, "-c", program, "https://api.shop.example/a"),
        environment={"SHOP_KEY": SECRET},
        start_new_session=True,
    )
    assert run.stdout.readline().startswith("200")
    assert run.stdout.readline() == "done\n"
    below = descendants(run.pid)
    run.send_signal(signal.SIGKILL)
    run.wait()
    for pid in below:  # the command goes on; the proxies end by themselves
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    run.stdout.close()
    run.stderr.close()
    assert not shop.recording.exists()

    done = fetch(shop, "record", "b")

    failed = shop.recording.with_name("default.failed.rec")
    assert f"recovered 1 interaction from a killed run: {failed.relative_to(shop.root)}" in done.stderr
    assert b"/a HTTP/1.1" in failed.read_bytes()
    assert b"/b HTTP/1.1" in shop.recording.read_bytes()


def test_two_runs_do_not_record_one_file_at_once(shop, origin):
    server = shop.serve("--mode", "record", SHOP_KEY=SECRET)
    environment = json.loads(server.stdout.readline())["environment"]
    first = http.client.HTTPConnection(environment["SHOP_BASE_URL"].removeprefix("http://"), timeout=seconds(10))
    first.request("GET", "/a")
    assert first.getresponse().read()
    first.close()

    second = fetch(shop, "record", "b")

    assert second.returncode == 2
    assert f"{shop.recording}: another run is recording it" in second.stderr
    server.stdin.close()
    assert server.wait(seconds(20)) == 0
    server.stdout.close()
    server.stderr.close()
    assert len(load(shop.recording.read_bytes()).interactions) == 1


#: For a child's start: root, too, is held by the permissions of files then.
without_override = functools.partial(obey_permissions)


def test_a_read_only_folder_is_refused_before_the_command_with_the_good_file_intact(shop, origin):
    good = recorded_before(shop)
    shop.recording.parent.chmod(0o500)

    done = fetch(shop, "record", "b", preexec_fn=without_override)

    shop.recording.parent.chmod(0o700)
    assert done.returncode == 2
    folder = shop.recording.parent
    assert done.stderr == f"recproxy: {shop.recording}: cannot be written: permission denied in {folder}\n"
    assert (done.stdout, origin.asked) == ("", [])
    assert shop.recording.read_bytes() == good


def test_auto_in_a_folder_that_is_read_only_fails_the_run_at_the_first_request_that_is_recorded(shop, origin):
    folder = shop.recording.parents[1]
    folder.chmod(0o500)

    done = fetch(shop, "auto", "b", environment={"CI": ""}, preexec_fn=without_override)

    folder.chmod(0o700)
    assert done.returncode == 2
    assert f"recproxy: {folder}/.journal: cannot be written: Permission denied" in done.stderr
    assert not shop.recording.exists()


def fetch_and_lock(shop, path):
    """Record a request by a command that makes the recording's folder read-only before it ends."""
    folder = shop.recording.parent
    folder.mkdir(parents=True, exist_ok=True)
    program = f"{FETCH}\nimport os\nos.chmod({str(folder)!r}, 0o500)\n"
    words = ("run", "--mode", "record", "--", sys.executable, "-c", program, f"https://api.shop.example/{path}")
    done = shop.run(*words, environment={"SHOP_KEY": SECRET}, preexec_fn=without_override)
    folder.chmod(0o700)
    return done


def test_what_one_run_could_not_recover_does_not_hold_up_the_next(shop, origin):
    fetch_and_lock(shop, "a")
    shop.recording.with_name("default.failed.rec").mkdir()

    done = fetch(shop, "record", "b")

    assert done.returncode == 0, done.stderr
    assert b"/b HTTP/1.1" in shop.recording.read_bytes()
    (journal,) = (shop.recording.parents[1] / ".journal").glob("*.journal")
    assert f"recproxy: note: {journal}: what an earlier run recorded cannot be recovered: " in done.stderr


def test_a_full_disk_fails_the_run_with_the_good_file_intact(shop, origin):
    """A limit on the size of files stands for the disk: the journal's is what grows first."""
    good = recorded_before(shop)
    limited = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))

    done = fetch(shop, "record", "b", "large", "c", preexec_fn=limited)

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith("/.journal: cannot be written: File too large")
    assert list(shop.recording.parents[1].glob(".journal/*.lock")) == []
    assert shop.recording.read_bytes() == good
    assert "recovered 1 interaction" in fetch(shop, "record", "d").stderr


def test_the_base_url_records_under_the_first_host(shop, origin):
    program = "import os, urllib.request as u; print(u.urlopen(os.environ['SHOP_BASE_URL'] + '/a').read())"

    done = shop.python(program, "--mode", "record", environment={"SHOP_KEY": SECRET})

    assert done.returncode == 0, done.stderr
    assert b"GET https://api.shop.example/a HTTP/1.1" in shop.recording.read_bytes()
    assert dict(origin.asked[0][2])["Host"] == "api.shop.example"
    assert fetch(shop, "replay", "a").returncode == 0


def test_recording_one_profile_replays_the_others(shop, origin):
    config = shop.root / "pyproject.toml"
    config.write_text(
        config.read_text()
        + '[tool.recproxy.profiles.bank]\n[[tool.recproxy.profiles.bank.endpoints]]\nhosts = ["bank.example"]\n'
    )
    shop.write(
        "tests/functional/recordings/bank/default.rec",
        "#recproxy 2\n\nGET https://bank.example/b HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nold\n=======\n",
    )

    done = shop.run(
        *("run", "--profile", "shop", "--profile", "bank", "--record", "shop", "--", sys.executable, "-c", FETCH),
        *("https://api.shop.example/a", "https://bank.example/b"),
        environment={"SHOP_KEY": SECRET},
    )

    assert done.returncode == 0, done.stderr
    assert "200 b'old'" in done.stdout
    assert [path for _, path, _ in origin.asked] == ["/a"]
    assert shop.recording.exists()


def in_scope(server, name, *paths, passed=True):
    """A scope by the control address, and requests in it over the base URL."""
    environment = json.loads(server.stdout.readline())["environment"] if not hasattr(server, "known") else server.known
    server.known = environment
    control = urlsplit(environment["RECPROXY_CONTROL"])
    headers = {"Authorization": f"Bearer {environment['RECPROXY_TOKEN']}"}

    def call(method, value):
        connection = http.client.HTTPConnection(control.netloc, timeout=seconds(20))
        connection.request(method, "/lanes/default/scope", json.dumps(value), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    status, answer = call("PUT", {"name": name})
    if status == 200:
        for path in paths:
            client = http.client.HTTPConnection(
                environment["SHOP_BASE_URL"].removeprefix("http://"), timeout=seconds(20)
            )
            client.request("GET", path)
            client.getresponse().read()
            client.close()
        status, answer = call("DELETE", {"passed": passed})
    return status, answer


def served(project, *words):
    return project.serve(*words, SHOP_KEY=SECRET)


def over(server, code=0):
    """End a served run; what it said."""
    server.stdin.close()
    said = server.stderr.read()
    assert server.wait(seconds(20)) == code, said
    server.stdout.close()
    server.stderr.close()
    return said


def test_the_name_of_a_test_shows_no_secret(shop, origin):
    server = served(shop, "--mode", "record")

    assert in_scope(server, f"test_a[{SECRET}]", "/a")[0] == 200
    said = over(server)

    text = shop.recording.read_bytes()
    assert b":scope test_a[XXX]\n" in text
    assert SECRET.encode() not in text
    assert SECRET not in said


def test_a_recording_whose_name_would_be_a_secret_is_refused(shop, origin):
    server = served(shop, "--mode", "record", "--recordings", f"shop={SECRET}.rec")
    server.stdin.close()
    said = server.stderr.read()

    assert server.wait(seconds(20)) == 2
    assert said == "recproxy: a recording named XXX.rec would hold a secret in its name: rename the test run\n"
    server.stdout.close()
    server.stderr.close()


def test_scopes_of_one_file_that_fail_stand_beside_each_other_and_the_good_ones_in_it(shop, origin):
    server = served(shop, "--mode", "record")

    assert in_scope(server, "test_a", "/a", passed=False)[0] == 200
    assert in_scope(server, "test_b", "/b")[0] == 200
    assert in_scope(server, "test_c", "/c", passed=False)[0] == 200
    over(server)

    failed = load(shop.recording.with_name("default.failed.rec").read_bytes())
    assert [each.scope for each in failed.interactions] == ["test_a", "test_c"]
    assert [each.scope for each in load(shop.recording.read_bytes()).interactions] == ["test_b"]


def test_a_recording_that_cannot_be_replaced_fails_the_run_and_is_recovered_by_the_next(shop, origin):
    good = recorded_before(shop)

    done = fetch_and_lock(shop, "b")

    assert done.returncode == 2
    assert f"{shop.recording}: cannot be written: Permission denied; what was there is as it was" in done.stderr
    assert shop.recording.read_bytes() == good
    assert "recovered 1 interaction from a killed run" in fetch(shop, "record", "c").stderr


def test_a_service_that_fails_fails_the_recordings_of_all_in_its_scope(shop, origin):
    config = shop.root / "pyproject.toml"
    config.write_text(
        config.read_text()
        + '[tool.recproxy.profiles.bank]\n[[tool.recproxy.profiles.bank.endpoints]]\nhosts = ["bank.example"]\n'
        + '[tool.recproxy.profiles.bank.upstream]\naddress = "127.0.0.1:1"\n'
    )

    done = shop.run(
        *("run", "--mode", "record", "--profile", "shop", "--profile", "bank", "--", sys.executable, "-c", FETCH),
        *("https://api.shop.example/a", "https://bank.example/b"),
        environment={"SHOP_KEY": SECRET},
    )

    assert done.returncode == 3, done.stderr
    assert not shop.recording.exists()
    assert shop.recording.with_name("default.failed.rec").is_file()


class Office(socketserver.StreamRequestHandler):
    """The proxy of an office: a tunnel to the service, whatever its name, for who logs in."""

    def handle(self):
        head = b""
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            head += line
        self.server.heads.append(head)
        if b"Proxy-Authorization: Basic bWU6b2ZmaWNlIHNlY3JldA==" not in head:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", self.server.beyond)) as service:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=self.pump, args=(service, self.connection))
            back.start()
            self.pump(self.connection, service)
            back.join()

    def pump(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


def test_the_users_own_proxy_leads_to_the_service_and_the_test_command_gets_ours(shop, origin):
    config = shop.root / "pyproject.toml"
    config.write_text("\n".join(line for line in config.read_text().splitlines() if not line.startswith("address =")))
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Office) as office:
        office.daemon_threads = True
        office.heads, office.beyond = [], origin.server_port
        thread = threading.Thread(target=office.serve_forever, args=(0.01,))
        thread.start()
        environment = {
            "HTTPS_PROXY": f"http://me:office%20secret@127.0.0.1:{office.server_address[1]}",
            "NO_PROXY": "a.b",
        }

        done = fetch(shop, "record", "a?x=1", environment=environment)
        wrong = fetch(
            shop,
            "live",
            "a",
            environment=environment | {"HTTPS_PROXY": environment["HTTPS_PROXY"].replace("me:", "you:")},
        )

        office.shutdown()
        thread.join()

    assert done.returncode == 0, done.stderr
    assert [path for _, path, _ in origin.asked] == ["/a?x=1"]
    assert {head.splitlines()[0] for head in office.heads} == {b"CONNECT api.shop.example:443 HTTP/1.1"}
    assert shop.recording.is_file()
    assert "office" not in shop.recording.read_text() + done.stderr + done.stdout
    assert wrong.returncode == 3
    assert "through the proxy 127.0.0.1 cannot be reached: it answered 'HTTP/1.1 407 Proxy" in wrong.stderr
    assert "office" not in wrong.stderr + wrong.stdout
