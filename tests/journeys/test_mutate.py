"""`recproxy mutate` over a suite, as a user runs it: a field that no test looks at is found, a checked one is not listed."""

import json
import sys

import pytest
from plugins import WITHOUT_PLUGINS

RECORDING = """#recproxy 2

GET https://api.shop.example/item?id=1 HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{"id": 1, "name": "a thing", "state": "open"}
=======

GET https://api.shop.example/token HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{"token": "abc"}
=======

GET https://api.shop.example/poll HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{"done": true}
=======
"""
SUITE = """
import json
import os
import threading
import urllib.request

import pytest

remembered = {}
turn = threading.Event()
calls = []
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # once: it takes as long as a request

def get(path):
    with opener.open(os.environ["SHOP_BASE_URL"] + path, timeout=5) as answer:
        return json.load(answer)

def test_the_item():
    item = get("/item?id=1")
    calls.append(item)
    assert item["id"] == 1
    assert item["name"] == "a thing"

@pytest.fixture(scope="module")
def token():
    return get("/token")["token"]

def test_with_a_fixture(token):
    assert token == "abc"

def test_that_waits():
    while not get("/poll")["done"]:
        turn.wait(0.05)  # as programs do: one that asks all the time takes all of the machine until its time is over

def test_that_remembers():
    if "id" not in remembered:
        remembered["id"] = get("/item?id=1").get("id")
    assert get("/item?id=1")["name"]
    assert remembered["id"] == 1
"""
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "test_it.py")


@pytest.fixture
def shop(project):
    path = project.write("tests/functional/recordings/shop/default.rec", RECORDING)
    project.write("test_it.py", SUITE)
    return project, path


def mutate(project, *words, command=PYTEST):
    return project.run(
        "mutate", "--profile", "shop", *words, "--", *command, environment={"PYTEST_ADDOPTS": WITHOUT_PLUGINS}
    )


@pytest.mark.long
def test_a_field_that_no_test_looks_at_is_found_and_a_checked_one_is_not_listed(shop):
    project, path = shop
    before = path.read_bytes()

    done = mutate(project, "--report", "all.json", "--report", "all.html", "--resume", "kept.json")
    report = json.loads((project.root / "all.json").read_text())

    assert done.returncode == 0, done.stderr
    fields = {(row["request"].rpartition("/")[2], row["field"]): row["kinds"] for row in report["unnoticed"]}
    assert fields[("item", "json /state")] == ["drop", "null", "type", "empty", "unknown"]
    table = done.stdout.partition("worth a test: ")[2]
    assert table.startswith("no test notices when json /state is missing, null, of another type, empty or an unknown")
    listed = {field for _, field in fields}
    assert not {"json /id", "json /name", "json /token", "json /done", "status"} & (listed - {"json /done"})
    assert fields.get(("poll", "json /done")) == ["type"]  # what is true for the program, whatever its type
    assert report["complete"]
    assert {row["result"] for row in report["mutations"]} == {"noticed", "unnoticed"}
    by = {f"{row['kind']} {row['place']}": row["noticed_by"] for row in report["mutations"]}
    assert by["drop json /token"] == "test_it.test_with_a_fixture"
    assert by["flip json /done"] == "test_it.test_that_waits"
    assert "no test notices when json /state" in (project.root / "all.html").read_text()
    assert path.read_bytes() == before

    again = mutate(project, "--resume", "kept.json", "--fail-under", "99")
    assert again.returncode == 1
    assert again.stdout.partition("worth a test: ")[2] == table
    assert " played, " not in again.stderr


PROGRAM = """
import json, os, sys, urllib.request
with urllib.request.urlopen(os.environ["SHOP_BASE_URL"] + "/token") as answer:
    sys.exit(json.load(answer)["token"] != "abc")
"""


def test_any_other_command_is_run_as_a_whole_for_each_mutation(shop):
    project, _ = shop

    done = mutate(project, "--sample", "3", command=(sys.executable, "-c", PROGRAM))

    assert done.returncode == 0, done.stderr
    assert "3 mutations: " in done.stdout
    assert "not run" not in done.stdout


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        (("--resume", "kept.json"), "{}", "--resume kept.json: is no file of results of `recproxy mutate`"),
        (("--resume", "kept.json"), "[" * 100_000, "--resume kept.json: is no file of results of `recproxy mutate`"),
        (("--resume", "/dev/null"), "", "--resume /dev/null: is no file: name another one"),
        (("--resume", "nowhere/a.json"), "", "--resume nowhere/a.json: cannot be written: name a file in a folder"),
        (("--sample", "0"), "", "Invalid value for '--sample'"),
        (("--report", "nowhere/a.html", "--sample", "1"), "", "--report nowhere/a.html: cannot be written"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(shop, words, text, said):
    project, _ = shop
    if text:
        project.write("kept.json", text)

    done = mutate(project, *words, command=(sys.executable, "-c", PROGRAM))

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_that_fails_as_it_is_recorded_is_not_mutated(shop):
    project, _ = shop

    done = mutate(project, command=(sys.executable, "-c", "raise SystemExit(5)"))

    assert done.returncode == 5
    assert "the command must pass as it is recorded: it ended with 5" in done.stderr
