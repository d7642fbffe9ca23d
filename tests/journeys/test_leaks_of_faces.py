"""Secrets of several kinds in one run, and every face that prints or stores something of it: none shows them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import prestarted
import pytest
import yaml
from deadlines import seconds

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


NAMED = """
import os, pytest, urllib.request

@pytest.mark.parametrize("word", os.environ["WORDS"].split())
def test_it(word):
    urllib.request.urlopen(os.environ["SHOP_BASE_URL"] + f"/{len(word)}")
"""


def test_no_face_shows_the_secret_in_the_name_of_a_test_that_has_no_recording(project):
    words = ["ghp_" + token("faces name", 36), KNOWN[-30:]]
    text = (project.root / "pyproject.toml").read_text()
    project.write("pyproject.toml", text.replace("profiles.shop]\n", 'profiles.shop]\ncredentials = ["SHOP_KEY"]\n', 1))
    project.write("tests/functional/test_names.py", NAMED)
    (project.root / "tests/functional/recordings/shop/default.rec").unlink()
    environment = {"WORDS": " ".join(words), "SHOP_KEY": KNOWN[-30:], "PYTHONDONTWRITEBYTECODE": "1"}
    reports = [part for name in REPORTS for part in ("--report", name)]
    pytest = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", "tests/functional")

    ran = project.run("run", *reports, "--", *pytest, environment=environment)

    assert ran.stderr.count("the recording would be tests/functional/recordings/shop/") == 2, ran.stderr
    assert ran.stderr.count("::test_it[XXX]") == 2
    assert list(project.root.rglob("recproxy-wanted.json"))
    # pytest itself prints the names of its tests.
    said = subprocess.CompletedProcess(ran.args, ran.returncode, "", ran.stderr)
    assert left(words, everything(project, said)) == []


def cassette(requests):
    """What vcrpy has written of requests, with all that they hold in clear."""
    return {
        "version": 1,
        "interactions": [
            {
                "request": {
                    "method": "POST",
                    "uri": "https://api.shop.example" + path,
                    "body": body.decode(),
                    "headers": {"Content-Type": [kind]} | {name: [value] for name, value in dict(headers).items()},
                },
                "response": {
                    "status": {"code": 200, "message": "OK"},
                    "headers": {"Content-Type": ["application/json"]},
                    "body": {"string": json.dumps({"access_token": KINDS["json"], "said": number})},
                },
            }
            for number, (path, headers, body, kind) in enumerate(requests)
        ],
    }


@pytest.fixture
def planted(monkeypatch):
    """The requests of the program above, each with all of its parts."""
    monkeypatch.setenv("PLANTED", json.dumps([KINDS, KNOWN, WORDS]))
    monkeypatch.setenv("SHOP_KEY", KNOWN)
    said = {}
    exec(ASK, said)
    rest = ({}, b"", "application/json")
    return [(*each, *rest[len(each) - 1 :]) for each in said["requests"]()]


def test_no_face_that_reads_recordings_shows_what_an_import_has_masked(project, planted, tmp_path_factory):
    text = (project.root / "pyproject.toml").read_text()
    project.write("pyproject.toml", text.replace("profiles.shop]\n", 'profiles.shop]\ncredentials = ["SHOP_KEY"]\n', 1))
    raw = tmp_path_factory.mktemp("raw")
    for name, requests in (("a", planted), ("b", [*planted[:3], planted[-2]])):
        (raw / f"{name}.yaml").write_text(yaml.safe_dump(cassette(requests)))
    a, b = "recordings/a.rec", "recordings/b.rec"

    took = project.verb("import", str(raw), "--profile", "shop", "--to", "recordings")
    told = [
        took,
        project.verb("import", str(raw), "--profile", "shop", "--to", "again", "--json"),
        project.verb("scan", "--json", str(raw)),
        project.verb("scan", str(raw)),
        project.verb("show", a),
        project.verb("show", "--curl", a),
        project.verb("diff", a, b),
        project.verb("diff", "--json", a, b),
        project.verb("check", "--json", "recordings"),
        project.verb("export", "recordings", "--format", "har", "--to", "hars"),
        project.verb("export", "recordings", "--format", "vcrpy", "--to", "cassettes"),
        project.verb("status", "--json"),
    ]

    assert took.returncode == 0, took.stderr
    assert "POST" in told[4].stdout
    assert told[5].stdout.count("curl ") == len(planted)
    assert "access_token" in (project.root / a).read_text()
    assert left([KNOWN[-30:], WORDS, *KINDS.values()], everything(project, *told)) == []


BRIDGED = """
import json, os, pytest, requests, vcr
from betamax import Betamax
KINDS, KNOWN, WORDS = json.loads(os.environ["PLANTED"])
URL = "https://api.shop.example/x?api_key=" + KINDS["query"]
SENT = {"headers": {"X-Api-Key": KINDS["header"], "Cookie": "sid=" + KINDS["cookie"]},
        "data": json.dumps({"password": WORDS, "access_token": KINDS["json"]})}

@vcr.use_cassette("items.yaml")
def test_vcr():
    requests.post(URL, timeout=20, **SENT)

def test_betamax():
    session = requests.Session()
    with Betamax(session, cassette_library_dir="cassettes").use_cassette("items"):
        session.post(URL, timeout=20, **SENT)
"""


def test_no_miss_that_a_bridge_tells_shows_a_secret(project, planted):
    pytest.importorskip("betamax", reason="no betamax; nox -s tests installs it")
    uri = "https://api.shop.example/y"
    answer = {"headers": {}, "status": {"code": 200, "message": "OK"}}
    recorded = {"request": {"method": "GET", "uri": uri, "body": None, "headers": {}}, "response": answer}
    project.write("items.yaml", yaml.safe_dump({"version": 1, "interactions": [recorded]}))
    for block in recorded.values():
        block["body"] = {"encoding": "utf-8", "string": ""}
    answer["url"], recorded["recorded_at"] = uri, "2026-01-01T00:00:00"
    project.write("cassettes/items.json", json.dumps({"http_interactions": [recorded]}))
    project.write("test_bridged.py", BRIDGED)
    plugins = [word for name in ("recproxy.vcrpy_bridge", "recproxy.betamax_bridge") for word in ("-p", name)]
    done = prestarted.run(
        "pytest",
        ("-p", "no:cacheprovider", *plugins, "--junitxml", "junit.xml", "test_bridged.py"),
        cwd=project.root,
        environment=project.environment(PYTHONDONTWRITEBYTECODE="1"),
        timeout=seconds(110),
    )

    assert "2 failed" in done.stdout, done.stdout + done.stderr
    assert "instead of vcrpy" in done.stdout
    assert "instead of Betamax" in done.stdout
    kinds = [KINDS[name] for name in ("query", "header", "cookie", "json")]
    assert left([WORDS, *kinds], everything(project, done)) == []
