"""A recorded request as a curl command, run in a shell."""

import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from deadlines import seconds

from recproxy.formats.curl_command import curl_command
from recproxy.recording import Request

CURL = shutil.which("curl")
BASH = shutil.which("bash")


@pytest.fixture
def arrived():
    """arrived(request): what a service gets when a shell runs the request's command."""
    got = []

    class Service(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            got.append((self.command, self.path, self.headers.items(), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD = do_DELETE = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 - the names it looks for

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()

    def run(path, **parts):
        request = Request(url=f"http://127.0.0.1:{server.server_port}{path}", **parts)
        done = subprocess.run(
            [BASH, "-c", curl_command(request)],
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            timeout=seconds(60),
        )
        assert done.returncode == 0, done.stderr
        (one,) = got
        return one

    yield run
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(CURL is None or BASH is None, reason="needs curl and bash")
@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", "/x?q[]={a,b}", [], b""),
        ("HEAD", "/", [("X-A", "1")], b""),
        ("DELETE", "/", [], b""),
        ("POST", "/", [("Content-Type", "application/json")], b'{"it\'s": "$HOME `x` \\n"}\n'),
        ("PUT", "/", [], b"no type"),
        ("PATCH", "/", [("Accept", "*/*"), ("User-Agent", "mine/1")], b"@not-a-file"),
        ("POST", "/", [("Content-Type", "image/png")], b"\x89PNG\r\n\x00"),
        ("POST", "/", [("X-Empty", ""), ("X-Odd", "\x1b[2J \u202e")], b"a=1"),
    ],
)
def test_the_service_gets_the_recorded_request(arrived, method, path, headers, body):
    raw = tuple((name.encode(), value.encode()) for name, value in headers)

    got_method, got_path, got_headers, got_body = arrived(path, method=method, headers=raw, body=body)

    sent = [each for each in got_headers if each[0].lower() not in ("host", "content-length")]
    assert (got_method, got_path, got_body) == (method, path, body)
    assert [(name, value.encode("latin-1").decode()) for name, value in sent] == headers


def test_the_command_shows_no_character_that_acts_on_a_terminal():
    headers = ((b"X-Odd", "\x1b[2J\u202e".encode()),)

    command = curl_command(Request(method="GET", url="https://a.example/", headers=headers))

    assert "--header $'X-Odd: \\x1b\\x5b2J\\xe2\\x80\\xae'" in command
    assert command.replace("\n", "").isprintable()


def test_a_body_that_was_not_stored_is_named():
    command = curl_command(Request(method="POST", url="https://a.example/", omitted=1))

    assert command.splitlines()[0] == "# without its body of 1 byte, which was not stored"
