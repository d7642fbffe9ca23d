"""Secrets of several kinds in one run, and every face that prints or stores something of it: none shows them."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "redaction"))

from decoding import left  # noqa: E402
from tables import password, token  # noqa: E402

KNOWN = password("faces known") + "/+é" + token("faces")
KINDS = {
    name: token(f"faces {name}")
    for name in ("header", "json", "query", "filter", "cookie", "table", "events", "path", "hook", "test", "form")
}
WORDS = password("faces")

HOOKS = """\
from recproxy.hooks import Request


def compare(request: Request) -> Request:
    if request.url.endswith("/hook"):
        said = request.body.decode()
        raise KeyError(said)
    return request
"""
#: A program and a test module that hold no secret themselves.
ASK = """
import json, os, urllib.error, urllib.request
KINDS, KNOWN, WORDS = json.loads(os.environ["PLANTED"])
def ask(path, headers=(), body=b"", kind="application/json"):
    lines = {"Content-Type": kind, **dict(headers)}
    return urllib.request.urlopen(urllib.request.Request(os.environ["SHOP_BASE_URL"] + path, body, lines)).read()
def requests():
    yield "/h", {"X-Api-Key": json.dumps({"v": KINDS["header"]})}
    yield "/j", {}, json.dumps({"user": {"password": WORDS}, "n": [{"access_token": KINDS["json"]}]}).encode()
    yield "/q?api_key=" + KINDS["query"], {}
    yield "/q?filter=client_secret:" + KINDS["filter"], {}
    yield "/c", {"Cookie": "sid=" + KINDS["cookie"]}
    yield "/t", {}, b"name,api_key\\nme," + KINDS["table"].encode(), "text/plain"
    yield "/e", {}, b'data: {"access_token":\\ndata: "' + KINDS["events"].encode() + b'"}\\n\\n', "text/event-stream"
    yield "/reset/confirm/" + KINDS["path"], {}
    yield "/f", {}, b"password=" + KINDS["form"].encode(), "application/x-www-form-urlencoded"
    yield "/k", {"X-Odd": KNOWN.encode().hex()}
    yield "/hook", {"Authorization": "Bearer " + KINDS["hook"]}, KINDS["hook"].encode(), "text/plain"
"""
PROGRAM = """
from ask import *
for each in requests():
    try:
        ask(*each)
    except urllib.error.HTTPError as error:
        error.read()
"""
TESTS = """
import pytest
from ask import *

@pytest.mark.parametrize("each", list(requests()), ids=str)
def test_it(each):
    ask(*each)

def test_named():
    ask("/n", {"X-Api-Key": KINDS["test"]})
"""
REPORTS = ("r.json", "junit.xml", "github", "gl-code-quality-report.json", "page.html")


def everything(project, *done):
    """All that runs printed, and all files that they left, with their names."""
    for each in done:
        yield from (each.stdout.encode(), each.stderr.encode())
    for path in project.root.rglob("*"):
        yield os.fsencode(path.relative_to(project.root))
        if path.is_file():
            yield path.read_bytes()


def test_no_face_of_runs_with_misses_shows_a_secret(project):
    text = (project.root / "pyproject.toml").read_text()
    text = text.replace("profiles.shop]\n", 'profiles.shop]\ncredentials = ["SHOP_KEY"]\n', 1)
    project.write(
        "pyproject.toml", f'{text}[tool.recproxy.profiles.shop.hooks]\ncompare = "shop_rules.hooks:compare"\n'
    )
    project.write("shop_rules/__init__.py", "")
    project.write("shop_rules/hooks.py", HOOKS)
    project.write("ask.py", ASK)
    project.write("program.py", PROGRAM)
    project.write("tests/functional/test_faces.py", TESTS)
    (project.root / "tmp").mkdir(mode=0o700)
    environment = {
        "PLANTED": json.dumps([KINDS, KNOWN, WORDS]),
        "SHOP_KEY": KNOWN,
        "PYTHONPATH": str(project.root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(project.root / "tmp"),
        "GITHUB_STEP_SUMMARY": str(project.root / "summary.md"),
        "GITHUB_WORKSPACE": str(project.root),
    }
    reports = [part for name in REPORTS for part in ("--report", name)]

    plain = project.run("run", *reports, "--", "python", "program.py", environment=environment)
    config = project.run("run", "--show-config", "--json", "--", "python", "program.py", environment=environment)
    pytest = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "-k", "named", "tests/functional")
    tested = project.run("run", "--report", "tests.json", "--", *pytest, environment=environment)

    assert "recproxy: failed: shop: POST" in plain.stderr
    assert plain.returncode == 3, plain.stderr
    assert tested.returncode == 1, tested.stderr
    assert config.returncode == 0, config.stderr
    assert all((project.root / name).is_file() for name in (*REPORTS[:2], *REPORTS[3:], "summary.md"))
    assert left([KNOWN[-30:], WORDS, *KINDS.values()], everything(project, plain, config, tested)) == []
