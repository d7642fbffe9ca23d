"""kill -9 of each process of a run at random moments: what stays behind, and what the next run finds."""

import contextlib
import http.server
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import prestarted
from deadlines import seconds
from shop_project import PROFILE, make_project
from world import RECPROXY, Row, environment, family

from recproxy.recording import load

SCOPES, REQUESTS = 3, 3
TARGETS = ("orchestrator", "fork server", "proxy", "command")
#: So many seconds after a kill nothing of a run may be left, on a quiet machine.
PATIENCE = 2.0
#: What may stay in the temporary folder: the folder of journal keys.
KEYS = re.compile(r"recproxy-\d+")
#: Tests of a few requests each; a line in `finished` for each answer that was read to its end. What it starts leaves its
#: session, and is ended by nobody if it is killed.
PROGRAM = f"""
import atexit, http.client, json, os, sys, urllib.parse
control, token = urllib.parse.urlsplit(os.environ["RECPROXY_CONTROL"]), os.environ["RECPROXY_TOKEN"]
base = os.environ["SHOP_BASE_URL"].removeprefix("http://")
server = os.posix_spawnp("sleep", ["sleep", "600"], os.environ, setsid=True)
atexit.register(os.kill, server, 15)
log = os.open("finished", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def scope(method, value):
    connection = http.client.HTTPConnection(control.netloc, timeout=20)
    connection.request(method, "/lanes/default/scope", json.dumps(value), {{"Authorization": "Bearer " + token}})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    connection.close()
for number in range({SCOPES}):
    scope("PUT", {{"name": f"test_{{number}}", "recordings": {{"shop": f"file_{{number}}.rec"}}}})
    for request in range({REQUESTS}):
        client = http.client.HTTPConnection(base, timeout=20)
        path = f"/{{sys.argv[1]}}/{{number}}/{{request}}"
        client.request("GET", path)
        answer = client.getresponse()
        assert answer.status == 200
        answer.read()
        client.close()
        os.write(log, (path + "\\n").encode())
    scope("DELETE", {{"passed": True}})
"""


class Shop(http.server.BaseHTTPRequestHandler):
    """A service that takes a moment."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        threading.Event().wait(0.005)
        body = json.dumps({"path": self.path, "pad": "x" * 2000}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        with contextlib.suppress(OSError):  # a proxy that was killed reads no answer
            super().handle()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def shop():
    """A service on loopback: its port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def kills(count):
    """So many kills, in turn of each process, in record and in replay."""
    source = random.Random(count)
    seen, slowest, told = {}, 0.0, 0
    with tempfile.TemporaryDirectory() as folder, shop() as port:
        root = make_project(Path(folder), PROFILE + _upstream(port))
        (root / "tmp").mkdir()
        (root / "program.py").write_text(PROGRAM)
        _end(_run(root, "record", "first"))
        finished(root)
        for number in range(count):
            mode = ("record", "replay")[number // len(TARGETS) % 2]
            run = _run(root, mode, f"run{number}" if mode == "record" else _last(root))
            _wait(root, run, source)
            hit, took = _kill(run, TARGETS[number % len(TARGETS)], root / "tmp")
            seen[f"{hit} in {mode}"] = seen.get(f"{hit} in {mode}", 0) + 1
            slowest = max(slowest, took)
            done = finished(root)
            _check_good(root)
            if mode == "record" and hit != "nothing":
                told += _recovered(root, done)
    whom = ", ".join(f"{hit} {times}" for hit, times in sorted(seen.items()))
    return Row(
        f"{count:,} `kill -9` at random moments",
        f"{whom}; all was gone after {slowest:.2f} s at most; no good recording was damaged, and all "
        f"finished interactions were there or recovered by the next run ({told} runs recovered some)",
    )


def _upstream(port):
    return f'[tool.recproxy.profiles.shop.upstream]\naddress = "http://127.0.0.1:{port}"\n'


def _run(root, mode, name):
    command = [*RECPROXY, "run", "--mode", mode, "--profile", "shop", "--", sys.executable, "program.py", name]
    return subprocess.Popen(
        command,
        cwd=root,
        env=_environment(root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _environment(root):
    return environment(TMPDIR=str(root / "tmp"), XDG_RUNTIME_DIR="")


def _end(run):
    said = run.communicate(timeout=300)[1]
    assert run.returncode == 0, said
    return said


def _wait(root, run, source):
    """Wait for any moment of a run: of its start, or after so many requests."""
    count = source.randrange(-3, SCOPES * REQUESTS + 1)
    log = root / "finished"
    while count > 0 and run.poll() is None and (len(log.read_bytes().splitlines()) if log.exists() else 0) < count:
        time.sleep(0.002)
    time.sleep(source.uniform(0, 0.02 if count > 0 else 1.0))


def _last(root):
    """The name under which the recordings in place were recorded, so that a replay finds its requests."""
    text = (root / "tests/functional/recordings/shop/file_0.rec").read_text()
    return text.partition("https://api.shop.example/")[2].partition("/")[0]


def finished(root):
    """The paths of the requests that were answered since the last look."""
    log = root / "finished"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def _kill(run, wanted, temporary):
    """Kill a process of a run: which it was, and the seconds until all of the run was gone, processes and files."""
    known = family(run.pid) if run.poll() is None else {}
    parts = {"orchestrator": run.pid} if known else {}
    for pid, name in known.items():
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if name.startswith("rp-"):
                parts["proxy"] = pid
            elif b"recproxy.proxy" in words:
                parts["fork server"] = pid
            elif b"program.py" in words and b"--" not in words:
                parts["command"] = pid
    hit = wanted if wanted in parts else "orchestrator" if parts else "nothing"
    if parts:
        known |= family(run.pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(parts[hit], signal.SIGKILL)
    began = time.monotonic()
    try:
        run.communicate(timeout=seconds(20))  # who is left holds the other end of the pipe
    except subprocess.TimeoutExpired:
        raise AssertionError(hit, [known[pid] for pid in known if alive(pid)]) from None
    while left := [*(known[pid] for pid in known if alive(pid)), *_files(temporary)]:
        assert time.monotonic() - began < seconds(PATIENCE), (hit, left)
        time.sleep(0.01)
    took = time.monotonic() - began
    assert took < seconds(PATIENCE), hit
    return hit, took if parts else 0.0


def _files(temporary):
    """What a run left in its temporary folder."""
    return [path.name for path in temporary.iterdir() if not KEYS.fullmatch(path.name)]


def alive(pid):
    """Whether a process is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _interactions(root, pattern):
    for path in sorted((root / "tests/functional/recordings").rglob(pattern)):
        for each in load(path.read_bytes(), path=str(path)).interactions:
            yield path, each.request.url.removeprefix("https://api.shop.example"), each.scope


def _check_good(root):
    """Each recording can be read, and each scope in it has all of its requests, of one run."""
    scopes = {}
    for path, url, scope in _interactions(root, "file_*.rec"):
        if not path.name.endswith(".failed.rec"):
            scopes.setdefault((path, scope), []).append(url.split("/"))
    for place, urls in scopes.items():
        assert len({parts[1] for parts in urls}) == 1, (place, urls)
        assert [parts[3] for parts in urls] == [str(number) for number in range(REQUESTS)], (place, urls)


def _recovered(root, done):
    """Whether a run that records nothing recovers something; all that was finished is there after it."""
    after = prestarted.run(
        "recproxy",
        ["run", "--mode", "record", "--profile", "shop", "--", "true"],
        cwd=root,
        environment=_environment(root),
        timeout=300,
    )
    assert after.returncode == 0, after.stderr
    there = {url for _, url, _ in _interactions(root, "*.rec")}
    assert set(done) <= there, (set(done) - there, after.stderr)
    recordings = root / "tests/functional/recordings"
    assert not list(recordings.rglob("*.tmp"))
    assert not list(recordings.rglob("*-*.journal"))
    return "recovered" in after.stderr
