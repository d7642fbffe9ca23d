"""What one request of a run shows to be secret stands in no other request that its reports, misses and lists tell."""

import contextlib
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "redaction"))

from decoding import left  # noqa: E402
from tables import password, token  # noqa: E402

KINDS = {name: token(f"learned {name}") for name in ("header", "json", "query", "handed")}
WORDS = password("learned") + "-9"
#: Each value is sent or handed out as a secret once, and told in a harmless place before and after it.
PROGRAM = """
import json, os, urllib.error, urllib.request
KINDS, WORDS = json.loads(os.environ["PLANTED"])
def ask(path, headers=(), body=None):
    request = urllib.request.Request(os.environ["SHOP_BASE_URL"] + path, body, dict(headers))
    try:
        return urllib.request.urlopen(request).read()
    except urllib.error.HTTPError as error:
        return error.read()
def told():
    for value in [*KINDS.values(), WORDS]:
        ask("/items/" + value)
        ask("/items?of=" + value)
        ask("/items", {"Content-Type": "application/json"}, json.dumps({"of": value}).encode())
told()
ask(os.environ["FIRST"], {"Authorization": "Bearer " + KINDS["header"]})
ask("/j", {"Content-Type": "application/json"}, json.dumps({"access_token": KINDS["json"]}).encode())
ask("/q?api_key=" + KINDS["query"])
ask("/login", {"Content-Type": "application/x-www-form-urlencoded"}, b"password=" + WORDS.encode())
told()
"""
REPORTS = ("r.json", "junit.xml", "gl-code-quality-report.json", "page.html")


def asking(project, *words, kinds, first="/first", **environment):
    """All that a run printed and left."""
    project.write("program.py", PROGRAM)
    planted = {"PLANTED": json.dumps([kinds, WORDS]), "FIRST": first, **environment}
    reports = [part for name in REPORTS for part in ("--report", name)]
    done = project.run("run", *words, *reports, "--", "python", "program.py", environment=planted)
    seen = [done.stdout.encode(), done.stderr.encode()]
    for path in project.root.rglob("*"):
        seen += [os.fsencode(path.relative_to(project.root)), path.read_bytes() if path.is_file() else b""]
    return done, seen


class Shop(BaseHTTPRequestHandler):
    """Hands out a token to whoever logs in."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"access_token": KINDS["handed"]} if self.path == "/login" else {"ok": True}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_no_report_of_a_live_run_shows_what_another_request_or_a_login_has_shown(project):
    with shop() as port:
        text = (project.root / "pyproject.toml").read_text()
        project.write(
            "pyproject.toml", f'{text}\n[tool.recproxy.profiles.shop.upstream]\naddress = "http://127.0.0.1:{port}"\n'
        )
        done, seen = asking(project, "--mode", "live", kinds=KINDS)

    assert done.returncode == 0, done.stderr
    report = json.loads((project.root / "r.json").read_text())
    assert [each["result"] for each in report["timeline"]] == ["forwarded"] * 34
    assert sum("/items/XXX" in each["url"] for each in report["timeline"]) == 10
    assert left([WORDS, *KINDS.values()], seen) == []


def test_no_miss_shows_what_another_request_of_the_run_has_shown(project):
    """The header comes with a request that is played, all others are missed."""
    kinds = {name: value for name, value in KINDS.items() if name != "handed"}
    done, seen = asking(project, kinds=kinds, first="/item?id=1", RECPROXY_WANTED="wanted.json", PYTHONPATH="")

    assert done.returncode == 3, done.stderr
    report = json.loads((project.root / "r.json").read_text())
    assert (report["profiles"][0]["played"], report["profiles"][0]["missed"]) == (1, 27)
    assert "/items/XXX" in done.stderr
    assert "/items/XXX" in (project.root / "wanted.json").read_text()
    assert left([WORDS, *kinds.values()], seen) == []
