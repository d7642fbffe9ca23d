"""The starter recordings of a new profile's distribution, and its tests: texts to fill in."""

__all__ = ["PROFILE_TEST", "RECORDING", "SDK_TEST", "STREAM"]

RECORDING = """\
#recproxy 2
# A handwritten example: replace it with your own recording.

GET {address}/example HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

hello
=======
"""

STREAM = """\
#recproxy 2
# A handwritten example of a stream, whose events come one by one: replace it, or leave it out with its test.

GET {address}/stream HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/event-stream
:framing close
:chunks 9 9

data: 1

data: 2


=======
"""

PROFILE_TEST = '''\
"""The profile is sound, and its starter recordings answer."""

import os
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "{package}"
ASK = """
import os, sys, urllib.request
print(urllib.request.urlopen(os.environ["{variable}"] + sys.argv[1]).read().decode(), end="")
"""


def recproxy(*words):
    environment = {{name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}}
    return subprocess.run(
        [sys.executable, "-m", "recproxy", *words],
        cwd=PACKAGE.parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer(recording, path):
    words = ("--profile", str(PACKAGE), "--recordings", f"{name}={{recording}}")
    done = recproxy("run", *words, "--", sys.executable, "-c", ASK, path)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_profile_is_sound():
    done = recproxy("profiles", "check", str(PACKAGE))

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_answers():
    assert answer("example.rec", "/example") == "hello"


def test_the_stream_answers():
    assert answer("stream.rec", "/stream") == "data: 1\\n\\ndata: 2\\n\\n"
'''

SDK_TEST = '''\
"""What the SDK does is recorded from a stand-in on loopback, without a secret, and replays when the stand-in is gone."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "{package}"
RECPROXY = (sys.executable, "-m", "recproxy")
CREDENTIALS = {{name: f"secret-of-{{name}}-0123456789" for name in {credentials!r}}}
# The program under test: call the SDK of the service here, as its users do, and print what it returns.
SDK = """
import os, urllib.request
request = urllib.request.Request(os.environ["{variable}"] + "/from-the-sdk")
for name in {credentials!r}:
    request.add_header("Authorization", "Bearer " + os.environ[name])
print(urllib.request.urlopen(request).read().decode())
"""


class StandIn(BaseHTTPRequestHandler):
    """Answers as the service does, which also means: only to those who have the credentials."""

    def do_GET(self):
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        known = not CREDENTIALS or token in CREDENTIALS.values()
        body = b"hello, SDK" if known else b"who are you?"
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def stand_in():
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def run(folder, mode, profile=PACKAGE, **more):
    environment = {{name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}}
    for name in CREDENTIALS:
        environment.pop(name, None)
    done = subprocess.run(
        [*RECPROXY, "run", "--profile", str(profile), "--mode", mode, "--", sys.executable, "-c", SDK],
        cwd=folder,
        env=environment | {{"CI": ""}} | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_sdk_is_recorded_and_replayed(stand_in, tmp_path):
    text = (PACKAGE / "profile.toml").read_text(encoding="utf-8")
    there = f"http://127.0.0.1:{{stand_in.server_port}}"
    profile = tmp_path / "profile.toml"  # the same, but that it leads to the stand-in
    profile.write_text(f\'{{text}}\\n[upstream]\\naddress = "{{there}}"\\n\', encoding="utf-8")

    assert run(tmp_path, "record", profile, **CREDENTIALS) == "hello, SDK\\n"
    (recording,) = tmp_path.rglob("*.rec")
    assert [value for value in CREDENTIALS.values() if value in recording.read_text()] == []

    stand_in.shutdown()
    stand_in.server_close()
    assert run(tmp_path, "replay") == "hello, SDK\\n"
'''
