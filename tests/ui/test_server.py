"""`recproxy ui` as a process: its URL, real connections with and without token, and its end."""

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from command_line import recproxy
from deadlines import seconds


@pytest.fixture
def started(project):
    """A viewer of the project: its process, and the URL that it printed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "recproxy", "ui", "--no-open"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process, process.stdout.readline().strip()
    process.kill()
    process.communicate(timeout=seconds(30))


def asked(url, data=None, **headers):
    """The status of an answer, and what it says."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, data, headers), timeout=seconds(30)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as problem:
        problem.close()
        return problem.code, b""


def test_a_viewer_answers_on_loopback_those_who_have_its_token_until_ctrl_c(started):
    process, url = started
    address, _, token = url.partition("/#token=")
    host, _, port = address.removeprefix("http://").partition(":")

    def enter(given):
        return asked(f"{address}/api/enter", json.dumps({"token": given}).encode(), Origin=address)

    assert (host, len(token)) == ("127.0.0.1", 32)
    assert asked(f"{address}/api/recordings")[0] == 401
    assert enter("guessed")[0] == 400
    assert asked(url, Host=f"a.example:{port}")[0] == 421
    session = {"Authorization": f"Bearer {json.loads(enter(token)[1])['session']}"}
    assert asked(f"{address}/api/recordings", **session)[0] == 200
    assert asked(f"{address}/api/recordings", **session, Origin="http://a.example")[0] == 403
    # What is no HTTP ends with an answer, not with the viewer.
    with socket.create_connection((host, int(port)), timeout=seconds(30)) as raw:
        raw.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 400")

    process.send_signal(signal.SIGINT)

    assert process.communicate(timeout=seconds(30)) == (
        "",
        "recproxy: open this URL in a browser on this machine; Ctrl-C ends\n",
    )
    assert process.returncode == 0


def test_a_port_that_is_taken_is_one_line(project):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = recproxy("ui", "--no-open", "--port", str(port), folder=project)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"recproxy: --port {port}: Address already in use: leave it out, and any free port is used\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no recordings yet: tests/functional/recordings does not exist: record a test first"),
        (("no.rec",), "no.rec: no such"),
    ],
)
def test_recordings_that_are_not_there_are_one_line(tmp_path, words, said):
    done = recproxy("ui", "--no-open", *words, folder=tmp_path)

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr
