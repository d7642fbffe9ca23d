"""Secrets in twenty places of one real run: whatever the run leaves anywhere is searched for them, in every layer."""

import gzip
import json
import os
import sys
from pathlib import Path

import pytest
from origins import Origin, Reply, Trust

from recproxy.recording import load

from .conftest import SHOP_PROFILE_WITH_KEY

sys.path.insert(0, str(Path(__file__).parents[1] / "redaction"))

from decoding import left  # noqa: E402
from layers import ALL, CODINGS  # noqa: E402
from tables import password, token  # noqa: E402

KNOWN = 'Pa+s/w=rd é"&' + token("a known value")
NAMED = {
    name: token(f"everywhere {name}")
    for name in ("login", "header", "query", "cookie", "set-cookie", "location", "form")
}
WORDS = password("everywhere")
SECRETS = [KNOWN[-30:], WORDS, *NAMED.values()]
LATE = token("late")


class Shop:
    """Answers with what a shape holds: the number of the shape is the path."""

    hosts = ("api.shop.example",)

    def answer(self, request):
        headers, body = ANSWERS.get(request.path.split("?")[0].split("/")[1], ((), b"{}"))
        lines = [(name, value) for name, value in headers]
        if ("Transfer-Encoding", "chunked") in lines:
            return Reply(200, "OK", lines, body)
        return Reply(200, "OK", [*lines, ("Content-Length", str(len(body)))], body)


def text(layer):
    return ALL[layer](KNOWN.encode())


JSON = ("Content-Type", "application/json")
ANSWERS = {
    "login": ([JSON], json.dumps({"key": LATE}).encode()),
    "named": (
        [JSON, ("Set-Cookie", f"sid={NAMED['set-cookie']}; Path=/")],
        json.dumps({"access_token": NAMED["login"]}).encode(),
    ),
    "location": ([("Location", f"https://up.shop.example/?upload_id={NAMED['location']}")], b"moved"),
    "gzip": ([JSON, ("Content-Encoding", "gzip")], CODINGS["gzip"](b'{"x": "' + text("json") + b'"}')),
    "base64": ([JSON], b'{"x": "' + text("base64, shifted by 2") + b'"}'),
    "html": ([("Content-Type", "text/html")], b"<p>" + text("html, hex") + b"</p>"),
    "header": ([("X-Said", text("percent").decode())], b"ok"),
    "zip": ([("Content-Type", "application/zip")], ALL["zip, deflated"](KNOWN.encode())),
    "trailer": (
        [("Transfer-Encoding", "chunked"), ("Trailer", "X-Auth-Token")],
        b"2;note=" + LATE.encode() + b"\r\nok\r\n0\r\nX-Auth-Token: " + NAMED["header"].encode() + b"\r\n\r\n",
    ),
    "late": ([JSON], json.dumps({"href": f"/v1/{LATE}/x", "seen": LATE}).encode()),
}

PROGRAM = f"""
import http.client, os, sys
from urllib.parse import urlsplit
client = http.client.HTTPConnection(urlsplit(os.environ["SHOP_BASE_URL"]).netloc, timeout=30)
def ask(path, headers={{}}, body=b""):
    client.request("POST", path, body, {{"Accept-Encoding": "gzip", **headers}})
    return client.getresponse().read()
FORM = {{"Content-Type": "application/x-www-form-urlencoded"}}
PARTS = {{"Content-Type": "multipart/form-data; boundary=outer"}}
def part(head, body):
    return b"--outer\\r\\n" + head + b"\\r\\n\\r\\n" + body + b"\\r\\n--outer--\\r\\n"
ask("/login", FORM, b"user=me&password={WORDS}")
ask("/me", {{"Authorization": "Token {LATE}"}})
ask("/named", {{"X-Redmine-API-Key": "{NAMED["header"]}"}})
ask("/q?api_key={NAMED["query"]}")
ask("/c", {{"Cookie": "a=1; session={NAMED["cookie"]}"}})
ask("/f", FORM, b"client_secret={NAMED["form"]}")
ask("/location")
ask("/gzip"); ask("/base64"); ask("/html"); ask("/header"); ask("/trailer"); ask("/late")
ask("/x/{text("percent").decode()}/y")
ask("/x?d={text("base64url, shifted").decode()}")
ask("/x", {{"X-Odd": "{text("hex").decode()}"}})
ask("/x", FORM, {b"a=1&thing=" + text("percent twice")!r})
ask("/x", {{"Content-Type": "application/json"}}, {b'{"a": ["' + text("json, every letter") + b'"]}'!r})
ask("/x", {{"Content-Type": "application/json", "Content-Encoding": "gzip"}}, {gzip.compress(b'{"a": "' + text("json") + b'"}')!r})
ask("/x", PARTS, part(b'Content-Disposition: form-data; name="password"', b"{WORDS}"))
ask("/x", PARTS, part(b'Content-Disposition: form-data; name="f"; filename="f.txt"', {text("base64")!r}))
"""


@pytest.fixture
def shop(project, tmp_path_factory):
    trust = Trust(tmp_path_factory.mktemp("trust"))
    with Origin(trust, Shop()) as origin:
        project.write("pyproject.toml", SHOP_PROFILE_WITH_KEY.format(port=origin.port, ca=trust.path))
        (project.root / "tests/functional/recordings/shop/default.rec").unlink()
        for name in ("tmp", "runtime"):
            (project.root / name).mkdir(mode=0o700)
        yield project


def run(project, program, *words):
    folders = {"TMPDIR": str(project.root / "tmp"), "XDG_RUNTIME_DIR": str(project.root / "runtime")}
    return project.python(program, *words, environment={"SHOP_KEY": KNOWN, **folders})


def everything(project, done):
    """All that a run leaves: files and their names, whatever it printed."""
    yield from (done.stdout.encode(), done.stderr.encode())
    for path in project.root.rglob("*"):
        yield os.fsencode(path.relative_to(project.root))
        if path.is_file():
            yield path.read_bytes()


def test_a_run_with_secrets_in_twenty_places_leaves_none_anywhere(shop):
    done = run(shop, PROGRAM, "--mode", "record")
    assert done.returncode == 0, done.stderr
    recorded = load((shop.root / "tests/functional/recordings/shop/default.rec").read_bytes()).interactions
    assert len(recorded) == PROGRAM.count("ask(") - 1
    assert left([*SECRETS, LATE], everything(shop, done)) == []

    again = run(shop, PROGRAM, "--mode", "replay")
    assert again.returncode == 0, again.stderr
    assert left([*SECRETS, LATE], everything(shop, again)) == []


NAMES = """
import os, urllib.request as u
for name in ("X-Admin-Token", "X-Account-Token", "X-Redmine-API-Key"):
    u.urlopen(u.Request("http://api.shop.example/", headers={name: TOKEN}))
u.urlopen(u.Request("http://api.shop.example/", b'{"admin_password": "WORDS"}', {"Content-Type": "application/json"}))
u.urlopen(u.Request("http://api.shop.example/", b"minio_secret_key=" + TOKEN.encode()))
"""
LOGIN = """
import json, urllib.request as u
key = json.load(u.urlopen(u.Request("http://api.shop.example/login", b"u=1")))["key"]
assert key == TOKEN
u.urlopen(u.Request("http://api.shop.example/me", headers={"Authorization": "Token " + key}))
"""


@pytest.mark.parametrize(("program", "count"), [(NAMES, 5), (LOGIN, 2)], ids=["names", "login"])
def test_a_program_that_says_a_secret_leaves_none(shop, program, count):
    program = f'TOKEN = "{LATE}"\n' + program.replace("WORDS", WORDS)
    done = run(shop, program, "--mode", "record")
    assert done.returncode == 0, done.stderr
    assert len(load((shop.root / "tests/functional/recordings/shop/default.rec").read_bytes()).interactions) == count
    assert left([LATE, WORDS], everything(shop, done)) == []


def test_what_cannot_be_cleaned_is_left_out_and_nothing_of_it_stays(shop):
    done = run(shop, PROGRAM + 'ask("/zip")\n', "--mode", "record")
    assert done.returncode in (0, 3)
    assert left([*SECRETS, LATE], everything(shop, done)) == []
