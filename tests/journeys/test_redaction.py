"""What a scope teaches is masked in all of it, and while it is open nothing readable is anywhere on disk."""

import contextlib
import functools
import http.client
import json
import os
import signal
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from control_address import ask
from origins import Origin, Reply, Trust
from process_tree import descendants

from recproxy.recording import load

from .conftest import SHOP_PROFILE, ask_scope

TOKEN = "-".join(("t0ken", "from", "a", "login", "77aa"))
KEY = "9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b"
APP_ID = "123456789012"
CLIENT_SECRET = "pi_3NkT0a2eZvKYlo2C" + "_secret_" + "aB3dE6gH9jK2mN5p"
SESSION = "ses-test-" + "9f86d081884c7d65" + "-eu1"
BODIES = {
    "/login": json.dumps({"access_token": TOKEN}).encode(),
    "/key": json.dumps({"key": KEY}).encode(),
    "/pay": json.dumps({"app_id": int(APP_ID), "client_secret": CLIENT_SECRET}).encode(),
    "/session": json.dumps({"id": "sess_1", "client_token": SESSION}).encode(),
}
CASSETTE = """\
version: 1
interactions:
- request: {{method: GET, uri: https://api.shop.example/session, body: null, headers: {{}}}}
  response: {{status: {{code: 200, message: OK}}, headers: {{}}, body: {{string: 'use {session}'}}}}
"""


@functools.cache
def large():
    """Made when it is asked for: ten megabytes."""
    return json.dumps([{"id": number, "url": f"https://shop.example/{number}"} for number in range(200_000)]).encode()


class Shop:
    """Hands out a token, a key and a large body; says `ok` to everything else."""

    hosts = ("api.shop.example",)

    def answer(self, request):
        body = BODIES.get(request.path, b'{"ok": true}')
        if request.path == "/large":
            body = large()
        elif request.path == "/big":  # as a file in memory on its way to a worker
            body = json.dumps([TOKEN] * 30_000).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        return Reply(200, "OK", headers, body)


@pytest.fixture
def shop(project, tmp_path_factory):
    trust = Trust(tmp_path_factory.mktemp("trust"))
    project.runtime = tmp_path_factory.mktemp("runtime")
    project.runtime.chmod(0o700)
    with Origin(trust, Shop()) as origin:
        project.write("pyproject.toml", SHOP_PROFILE.format(port=origin.port, ca=trust.path))
        (project.root / "tests/functional/recordings/shop/default.rec").unlink()
        (project.root / "tmp").mkdir()
        yield project


class Run:
    """A served run, and a client with a time-out."""

    def __init__(self, project, mode="record", timeout=30, **variables):
        self.project = project
        places = {"TMPDIR": str(project.root / "tmp"), "XDG_RUNTIME_DIR": str(project.runtime)} | variables
        self.server = project.serve("--mode", mode, **places)
        self.environment = json.loads(self.server.stdout.readline())["environment"]
        assert [*(project.root / "tmp").iterdir()], "the run's own folder is not where the tests look for secrets"
        address = urlsplit(self.environment["SHOP_BASE_URL"]).netloc
        self.client = http.client.HTTPConnection(address, timeout=timeout)

    def get(self, path, **headers):
        self.client.request("GET", path, headers=headers)
        answer = self.client.getresponse()
        return answer.status, answer.read()

    def end(self):
        self.client.close()
        _, said = self.server.communicate(timeout=60)
        return self.server.returncode, said

    def kill(self):
        """kill -9 of all of it: nobody can say or save anything."""
        self.client.close()
        for pid in (self.server.pid, *descendants(self.server.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.server.communicate(timeout=60)


def readable(project, *secrets):
    """The files below the project, its temporary folder and the runtime folder that hold a secret."""
    files = (path for folder in (project.root, project.runtime) for path in folder.rglob("*") if path.is_file())
    return [path for path in files if any(secret.encode() in path.read_bytes() for secret in secrets)]


def journals(project):
    return list((project.root / "tests/functional/recordings/.journal").glob("*.journal"))


def recorded(project, name="default.rec"):
    path = project.root / "tests/functional/recordings/shop" / name
    return load(path.read_bytes()).interactions


def test_a_token_of_a_login_in_the_path_of_300_requests_is_readable_nowhere_at_any_time(shop):
    run = Run(shop)
    assert run.get("/login") == (200, BODIES["/login"])
    for number in range(300):
        assert run.get(f"/bot{TOKEN}/{number}")[0] == 200
        if number % 100 == 0:
            assert readable(shop, TOKEN) == []
    assert [path.stat().st_size > 50_000 for path in journals(shop)] == [True]
    assert readable(shop, TOKEN) == []

    code, said = run.end()

    assert (code, TOKEN in said, readable(shop, TOKEN)) == (0, False, [])
    assert len(recorded(shop)) == 301
    assert (journals(shop), list(shop.runtime.rglob("*.key"))) == ([], [])


def test_what_a_later_request_shows_to_be_secret_is_masked_in_an_earlier_answer(shop):
    run = Run(shop)
    assert run.get("/key") == (200, BODIES["/key"])
    assert run.get("/items", Authorization=f"Token {KEY}")[0] == 200

    assert run.end()[0] == 0

    assert readable(shop, KEY) == []
    assert len(recorded(shop)) == 2


DEBUG_TOKEN = """
import json, os, sys, urllib.parse, urllib.request
app, secret = os.environ["FACEBOOK_APP_ID"], os.environ["FACEBOOK_APP_SECRET"]
query = urllib.parse.urlencode({"input_token": os.environ["FACEBOOK_ACCESS_TOKEN"], "access_token": f"{app}|{secret}"})
with urllib.request.urlopen(f"{os.environ['FACEBOOK_BASE_URL']}/debug_token?{query}") as answer:
    data = json.load(answer)["data"]
assert (data["app_id"], data["number"], data["is_valid"]) == (app, int(app), True), data
"""


class Facebook:
    """Says of a token which application it is for, as the Graph API does: the id in a string, and here as a number too."""

    hosts = ("graph.facebook.com",)

    def answer(self, request):
        app = request.query["access_token"].partition("|")[0]
        body = json.dumps({"data": {"app_id": app, "number": int(app), "is_valid": True}}).encode()
        return Reply(200, "OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))], body)


def test_a_program_of_facebook_reads_its_own_app_id_in_replay(project, tmp_path_factory):
    trust = Trust(tmp_path_factory.mktemp("trust"))
    secrets = {
        "FACEBOOK_APP_ID": APP_ID,
        "FACEBOOK_APP_SECRET": "f00d" * 8,
        "FACEBOOK_ACCESS_TOKEN": "EAA" + "Zb1" * 12,
    }

    def run(mode, **variables):
        words = ("--profile", "facebook", "--mode", mode, "--", sys.executable, "-c", DEBUG_TOKEN)
        return project.run("run", *words, environment=variables)

    with Origin(trust, Facebook()) as origin:
        upstream = f'address = "https://127.0.0.1:{origin.port}"\nca = "{trust.path}"\n'
        project.write(
            "pyproject.toml", f'[project]\nname = "demo"\n[tool.recproxy.profiles.facebook.upstream]\n{upstream}'
        )
        done = run("record", **secrets)
        assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr

    (only,) = load((project.root / "tests/functional/recordings/facebook/default.rec").read_bytes()).interactions
    assert b'"app_id": "XXX[FACEBOOK_APP_ID]", "number": XXX[FACEBOOK_APP_ID.number]' in only.response.body
    for variables in ({}, secrets, secrets | {"FACEBOOK_APP_ID": "55"}):
        done = run("replay", **variables)
        assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr


def test_a_program_finds_its_own_id_and_the_id_in_a_client_secret_in_replay(shop):
    config = shop.root / "pyproject.toml"
    shop.write(
        "pyproject.toml", config.read_text() + '[tool.recproxy.profiles.shop.redact]\nvariables = ["SHOP_APP_ID"]\n'
    )
    run = Run(shop, SHOP_APP_ID=APP_ID)
    assert run.get(f"/pay?app_id={APP_ID}")[0] == 200
    assert run.end()[0] == 0
    assert readable(shop, APP_ID, CLIENT_SECRET) == []

    run = Run(shop, mode="replay", SHOP_APP_ID=APP_ID)
    status, body = run.get(f"/pay?app_id={APP_ID}")
    run.end()

    assert (status, json.loads(body)["app_id"]) == (200, int(APP_ID))
    assert json.loads(body)["client_secret"].split("_secret_") == ["pi_3NkT0a2eZvKYlo2C", "XXX"]


def test_a_program_takes_a_token_apart_by_a_shape_of_the_profile_in_replay(shop):
    config = shop.root / "pyproject.toml"
    shape = "ses-(?:test|live)-([0-9a-f]{16})-[a-z]{2}[0-9]"
    shop.write("pyproject.toml", f"{config.read_text()}[tool.recproxy.profiles.shop.redact]\nshapes = ['{shape}']\n")
    shop.write("old/session.yaml", CASSETTE.format(session=SESSION))
    recording = shop.root / "tests/functional/recordings/shop/default.rec"

    def record():
        run = Run(shop)
        assert run.get("/session") == (200, BODIES["/session"])
        assert run.get(f"/things?token={SESSION}") == (200, b'{"ok": true}')
        assert run.end()[0] == 0
        return recording.read_bytes()

    written = record()
    assert record() == written
    assert shop.verb("import", "old", "--to", "new", "--profile", "shop").returncode == 0
    shop.write("old/session.yaml", "")
    assert readable(shop, SESSION) == []
    scan = shop.verb("scan", "tests/functional/recordings", "new", "--profile", "shop")
    assert (scan.returncode, scan.stdout) == (0, "")

    run = Run(shop, mode="replay")
    token = json.loads(run.get("/session")[1])["client_token"]
    answers = [run.get(f"/things?token={token}"), run.get(f"/nothing?token={SESSION}")]
    run.end()

    assert token == "ses-test-0000000000000000-eu1"
    assert f"use {token}".encode() in next((shop.root / "new").rglob("*.rec")).read_bytes()
    assert [status for status, _ in answers] == [200, 599]
    assert SESSION.encode() not in answers[1][1]


def test_what_a_killed_run_had_is_recovered_masked_by_the_next(shop):
    run = Run(shop)
    run.get("/login")
    run.get(f"/bot{TOKEN}/1")
    run.kill()
    assert (len(journals(shop)), len(list(shop.runtime.rglob("*.key"))), readable(shop, TOKEN)) == (1, 1, [])

    code, said = Run(shop).end()

    assert (code, TOKEN in said, readable(shop, TOKEN)) == (0, False, [])
    first, second = recorded(shop, "default.failed.rec")
    assert (first.request.url, second.response.body) == ("https://api.shop.example/login", b'{"ok": true}')
    assert (journals(shop), list(shop.runtime.rglob("*.key"))) == ([], [])


def test_without_the_key_what_a_killed_run_had_is_told_and_recovered_when_it_is_found(shop):
    run = Run(shop)
    run.get("/login")
    run.get("/other")
    run.kill()
    (journal,) = journals(shop)
    (key,) = shop.runtime.rglob("*.key")
    elsewhere = key.rename(shop.root / "elsewhere")

    code, said = Run(shop).end()

    line = f"{journal}: 2 interactions of an earlier run cannot be read, because its key is in none of the places"
    assert (code, said.count(line)) == (0, 1)
    assert (journals(shop), list((shop.root / "tests/functional/recordings").rglob("*.rec"))) == ([journal], [])

    elsewhere.rename(key)
    assert "an earlier run" not in Run(shop).end()[1]
    assert (journals(shop), len(recorded(shop, "default.failed.rec"))) == ([], 2)


def test_a_client_with_a_short_time_out_gets_a_large_answer_while_it_is_recorded(shop):
    run = Run(shop, timeout=5)

    status, body = run.get("/large")

    assert (status, len(body)) == (200, len(large()))
    run.kill()


def test_a_scope_is_redacted_by_a_process_of_its_profile_that_waits_for_the_next(shop):
    run = Run(shop)
    assert ask_scope(run.environment, "PUT", {"name": "first", "recordings": {"shop": "a.rec"}})[0] == 200
    assert run.get("/items")[0] == 200

    status, outcome = ask_scope(run.environment, "DELETE", {"passed": True})

    assert (status, outcome["recorded"]) == (200, 1)
    names = [Path(f"/proc/{pid}/comm").read_text().strip() for pid in descendants(run.server.pid)]
    assert names.count("redact-shop 1") == 1
    assert run.end()[0] == 0


def test_what_one_test_shows_to_be_secret_is_masked_in_what_others_wrote_before_and_after(shop):
    run = Run(shop)

    def scope(name, *paths):
        assert ask_scope(run.environment, "PUT", {"name": name, "recordings": {"shop": f"{name}.rec"}})[0] == 200
        assert [run.get(path)[0] for path in paths] == [200] * len(paths)
        assert ask_scope(run.environment, "DELETE", {"passed": True})[0] == 200

    scope("before", f"/things/{TOKEN}")
    assert len(readable(shop, TOKEN)) == 1  # nobody can know yet
    scope("login", "/login")
    scope("after", f"/things/{TOKEN}")

    code, said = run.end()

    assert (code, TOKEN in said, readable(shop, TOKEN)) == (0, False, [])
    for name in ("before", "after"):
        assert [each.request.url for each in recorded(shop, f"{name}.rec")] == ["https://api.shop.example/things/XXX"]


GATE = """
def redact(interaction):
    if interaction.response.body and interaction.request.url.endswith("/big"):  # not where a proxy shows a request
        open({gate!r}).read()  # until the test opens it, too
    return interaction
"""


def test_a_scope_with_a_big_body_is_redacted_beside_another(shop):
    gate = shop.root / "gate"
    os.mkfifo(gate)
    shop.write("gated.py", GATE.format(gate=str(gate)))
    config = (shop.root / "pyproject.toml").read_text()
    shop.write("pyproject.toml", config + '[tool.recproxy.profiles.shop.hooks]\nredact = "gated:redact"\n')
    run = Run(shop)
    ask_scope(run.environment, "PUT", {"name": "big", "recordings": {"shop": "big.rec"}})
    run.get("/login")
    run.get("/big")
    ending = threading.Thread(target=ask_scope, args=(run.environment, "DELETE", {"passed": True}))
    ending.start()

    two = ask(run.environment, "POST", "/lanes", {"lane": "two"})[1]["environment"]
    ask(run.environment, "PUT", "/lanes/two/scope", {"name": "small", "recordings": {"shop": "small.rec"}})
    client = http.client.HTTPConnection(urlsplit(two["SHOP_BASE_URL"]).netloc, timeout=30)
    client.request("GET", "/items")
    assert client.getresponse().read() == b'{"ok": true}'
    client.close()
    ask(run.environment, "DELETE", "/lanes/two/scope", {"passed": True})

    assert (ending.is_alive(), len(recorded(shop, "small.rec"))) == (True, 1)
    gate.write_text("")
    ending.join()
    assert run.end()[0] == 0
    assert readable(shop, TOKEN) == []
    assert [len(each.response.body) > 100_000 for each in recorded(shop, "big.rec")] == [False, True]
