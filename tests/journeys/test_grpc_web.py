"""gRPC-Web, which runs over HTTP/1.1: recorded, replayed and missed, with messages that a person can read."""

import base64
import contextlib
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from notes_service import PLACE

RECORDED = "tests/functional/recordings/notes/default.rec"
CONFIG = """[tool.recproxy.profiles.notes]
credentials = ["NOTES_KEY"]
grpc.descriptors = "{place}"
match.ignore.grpc = ["request_id"]
[tool.recproxy.profiles.notes.upstream]
address = "http://127.0.0.1:{port}"
[[tool.recproxy.profiles.notes.endpoints]]
hosts = ["notes.example"]
base_url = "NOTES_BASE_URL"
"""
CLIENT = """
import base64, os, sys, urllib.request
def piece(number, data): return bytes((number << 3 | 2 & 127,)) + bytes((len(data),)) + data if number < 16 else bytes((number << 3 & 127 | 2 | 128, number >> 4)) + bytes((len(data),)) + data
def call(method, kind, message):
    body = b"\\0" + len(message).to_bytes(4, "big") + message
    body = base64.b64encode(body) if "text" in kind else body
    url = os.environ["NOTES_BASE_URL"] + "/notes.v1.Notes/" + method
    answer = urllib.request.urlopen(urllib.request.Request(url, data=body, headers={"content-type": kind}))
    print(answer.status, answer.headers.get("grpc-status"), answer.headers.get("grpc-message"), answer.read())
text = sys.argv[1].encode()
call("Send", "application/grpc-web+proto", piece(1, text) + piece(19, sys.argv[2].encode()) + piece(20, b"sk-0123456789abcdef0123456789"))
call("List", "application/grpc-web-text", piece(1, text))
"""


class Notes(BaseHTTPRequestHandler):
    """Says the text back in as many replies as the method has, and that all is well."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_text = "text" in self.headers["Content-Type"]
        asked = base64.b64decode(body) if is_text else body
        size = asked[6]
        reply = b"\x12" + bytes((size,)) + asked[7 : 7 + size]
        frames = [(0, reply)] * (2 if "List" in self.path else 1) + [(0x80, b"grpc-status: 0\r\n")]
        if reply.endswith(b"forbidden"):
            frames = [(0x80, b"grpc-status: 7\r\ngrpc-message: not yours\r\n")]
        said = b"".join([bytes((flag,)) + len(data).to_bytes(4, "big") + data for flag, data in frames])
        said = base64.b64encode(said) if is_text else said
        self.send_response(200)
        self.send_header("Content-Type", self.headers["Content-Type"])
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)


@contextlib.contextmanager
def service():
    with ThreadingHTTPServer(("127.0.0.1", 0), Notes) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


KEY = "-".join(("k3y", "value", "of", "the", "notes"))


def run(project, *words, mode=()):
    """The client under recproxy, and what it printed, with the key in the environment."""
    words = ("--profile", "notes", *mode, "--", sys.executable, "client.py", *words)
    return project.run("run", *words, environment={"NOTES_KEY": KEY})


def text_of(project):
    return (project.root / RECORDED).read_text()


@pytest.fixture
def recorded(project):
    """A project whose calls were recorded, and what its client printed."""
    project.write("client.py", CLIENT)
    with service() as port:
        project.write("pyproject.toml", CONFIG.format(place=PLACE, port=port))
        ran = run(project, "hello", f"id of {KEY}", mode=("--record", "notes"))
    assert ran.returncode == 0, ran.stderr
    return project, ran.stdout


def test_calls_are_recorded_readable_masked_and_replayed_as_they_were(recorded):
    project, said = recorded
    text = text_of(project)

    assert '\n{"text": "hello", "request_id": "id of XXX", "api_key": "XXX"}\n' in text
    assert "\n:message notes.v1.Note text=1 request_id=19 api_key=20\n" in text
    assert '[{"text": "hello"}, {"text": "hello"}]' in text
    assert "\n:trailer grpc-status: 0\n" in text
    assert KEY not in text
    assert project.verb("check", RECORDED).stderr.endswith("0 problems\n")

    again = run(project, "hello", "another id")

    assert (again.returncode, again.stdout) == (0, said)


def test_a_call_that_is_a_miss_gets_a_status_of_grpc_with_the_field(recorded):
    project, _ = recorded
    ran = run(project, "good morning", "another id")

    assert ran.returncode == 3
    assert ran.stdout.count("200 9 recproxy: no recorded interaction of notes fits this request%0A%0A") == 2
    assert 'grpc text  "hello"   "good morning"' in ran.stderr
    assert "write XXX[text] for the value of grpc text" in ran.stderr


def test_another_protocol_than_was_recorded_is_a_miss_that_says_so(recorded):
    project, _ = recorded
    project.write("client.py", CLIENT.replace("grpc-web+proto", "grpc-web-text"))
    ran = run(project, "hello", "another id")

    assert ran.returncode == 3
    assert ran.stdout.count(" 9 recproxy: no recorded interaction of notes fits this request") == 1
    assert re.search(r'content type  "?application/grpc-web"?  +"?application/grpc-web-text', ran.stderr), ran.stderr


def test_an_edited_response_is_sent_and_one_that_is_no_message_is_told_with_its_line(recorded):
    project, _ = recorded
    text = text_of(project).replace('[{"text": "hello"}, {"text": "hello"}]', '[{"text": "edited"}, {"count": 1}]')
    project.write(RECORDED, text)
    ran = run(project, "hello", "another id")

    assert ran.returncode == 3
    assert re.search(
        r"default.rec:[0-9]+: the messages of its response cannot be sent: message 2: count: no field of", ran.stderr
    )
    assert "count: no field of notes.v1.Reply" in project.verb("check", RECORDED).stdout
