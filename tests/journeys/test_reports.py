"""Reports of runs as files, and of several runs together."""

import base64
import json
import re
import zlib
from xml.etree import ElementTree as ET

ASK = """
import os, sys, urllib.request, urllib.error
for path in sys.argv[1:]:
    try:
        urllib.request.urlopen(os.environ["SHOP_BASE_URL"] + path).read()
    except urllib.error.HTTPError as problem:
        print(problem.code)
"""
PLACE = "tests/functional/recordings/shop/default.rec"


def ask(project, *paths, options=(), **environment):
    program = project.write("ask.py", ASK)
    return project.run("run", *options, "--", "python", str(program), *paths, environment=environment)


def test_a_run_writes_each_report_that_is_asked_for(project):
    words = ("r.json", "out/junit.xml", "github", "gl-code-quality-report.json")
    summary = project.root / "summary.md"

    done = ask(
        project,
        *("/item?id=1", "/item?id=%1b%0A%25"),
        options=[part for word in words for part in ("--report", word)],
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_WORKSPACE=str(project.root),
    )

    assert done.returncode == 3, done.stderr
    report = json.loads((project.root / "r.json").read_text())
    assert (report["exit_code"], report["command_code"], report["profiles"][0]["missed"]) == (3, 0, 1)
    assert [(each["path"], each["line"], each["test"]) for each in report["misses"]] == [(PLACE, 12, "run")]
    played, missed = report["timeline"]
    assert (played["result"], played["status"], played["bytes"], played["path"]) == ("played", 200, 5, PLACE)
    assert (played["line"], played["number"], played["lane"], played["test"]) == (3, 0, "default", "run")
    assert (missed["result"], missed["method"], missed["path"]) == ("missed", "GET", "")
    assert 0 < played["started"] < missed["started"] < report["seconds"]
    assert report["misses"][0]["differences"][0]["recorded"] == "1"
    profile = report["profiles"][0]
    assert (profile["requests"], profile["bytes"], report["timeline_left_out"]) == (2, 5, 0)
    assert profile["slowest"].startswith("GET http")
    case = ET.fromstring((project.root / "out/junit.xml").read_text())[0].find("testcase")
    assert (case.get("name"), case[0].get("type")) == ("run", "miss")
    assert "query id  1         \\x1b\\n%" in case[0].text
    command = done.stdout.splitlines()[1]
    assert command.startswith(
        f"::error file={PLACE},line=12,title=recproxy%3A miss::GET http://api.shop.example/item?id="
    )
    assert "%0Ano recorded interaction of shop fits this request%0A" in command
    assert summary.read_text().startswith("## recproxy\n\n| profile |")
    quality = json.loads((project.root / "gl-code-quality-report.json").read_text())
    assert quality[0]["location"] == {"path": PLACE, "lines": {"begin": 12}}


def test_a_run_that_a_signal_ends_writes_its_report(project):
    done = project.run("run", "--report", "r.json", "--", "sh", "-c", "kill -TERM $PPID; exec sleep 60")

    assert done.returncode == 143
    report = json.loads((project.root / "r.json").read_text())
    assert (report["exit_code"], report["error"]) == (143, "SIGTERM ended the run")
    assert (report["unasked"], "unasked" in done.stderr) == ([], False)


def test_unused_interactions_of_shards_are_judged_together(project):
    with (project.root / "pyproject.toml").open("a") as file:
        file.write('[tool.recproxy.profiles.shop.match]\nunused = "fail"\n')
    project.write(PLACE, (project.root / PLACE).read_text().partition("POST")[0].replace("id=1", "id=2", 1))

    for number, path in ((1, "/item?id=1"), (2, "/item?id=2")):
        done = ask(project, path, options=("--report", f"{number}.json", "--shard", f"{number}/2"))
        assert done.returncode == 0, done.stderr

    both = project.verb("report", "merge", "1.json", "2.json", "-o", "all.json")
    assert (both.returncode, both.stdout) == (0, "")
    assert both.stderr.splitlines()[1].split()[:6] == ["recproxy", "shop", "replay", "2", "0", "0"]
    assert json.loads((project.root / "all.json").read_text())["shards"] == ["1/2", "2/2"]

    alone = project.verb("report", "merge", "1.json")
    assert alone.returncode == 0, alone.stderr
    assert alone.stderr.splitlines()[-2:] == [
        "recproxy: note: no report of shard 2/2 is here: unused interactions are not judged",
        f"recproxy: unused: shop: GET https://api.shop.example/item?id=2 ({PLACE}:3)",
    ]

    twice = project.verb("report", "merge", "1.json", "1.json")
    assert twice.returncode == 2
    assert twice.stderr == "recproxy: 1.json: is a report of the same run, as is 1.json: give each one once\n"


def test_a_page_shows_what_a_run_played_without_what_is_secret(project):
    recording = project.root / PLACE
    secret = "Set-Cookie: session=by-hand-1234567890\n\nfirst of-a-variable-999\n"
    recording.write_text(recording.read_text().replace("\nfirst\n", secret, 1))
    with (project.root / "pyproject.toml").open("a") as file:
        file.write('[tool.recproxy.profiles.shop.redact]\nvariables = ["SHOP_SECRET"]\n')

    done = ask(
        project,
        "/item?id=1",
        "/item?token=abcdefgh12345678",
        options=("--report", "r.html", "--report", "r.json"),
        SHOP_SECRET="of-a-variable-999",
    )
    assert done.returncode == 3, done.stderr
    merged = project.verb("report", "merge", "r.json", "-o", "merged.html")
    assert merged.returncode == 3, merged.stderr

    for name, secrets in (
        ("r.html", ("by-hand", "of-a-variable", "abcdefgh")),
        ("merged.html", ("by-hand", "abcdefgh")),
    ):
        page = (project.root / name).read_text()
        packed = re.search(r'id="data">([^<]+)<', page)[1]
        text = zlib.decompress(base64.b64decode(packed)).decode()
        assert [each for each in secrets if each in page or each in text] == []
        data = json.loads(text)
        (*_, played, _), (*_, missed, _) = data["requests"]
        assert missed is None
        response = data["interactions"][played]["response"]
        assert data["bodies"][response["body"]]["text"].startswith("first ")
