"""`recproxy doctor`: clients against a run, and a command whose connections went past it."""

import json
import shlex
import sys
import tempfile
from pathlib import Path

import prestarted
import pytest
from command_line import recproxy
from namespaces import need_namespaces, refusal

PROJECT = """recordings = "recordings"
[[profiles.shop.endpoints]]
hosts = ["api.shop.example"]
"""
RECORDING = "#recproxy 2\n\nGET http://api.shop.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhello\n=======\n"
ASK = "import urllib.request as u; print(u.urlopen('http://api.shop.example/').read())"


@pytest.fixture(autouse=True)
def forked():
    """The run that doctor starts is a fork, and so are the clients."""
    with prestarted.forks("recproxy", "recproxy.proxy", "python", "python with clients"):
        yield


def leftovers():
    return [path for path in Path(tempfile.gettempdir()).iterdir() if path.name.startswith("recproxy-doctor-")]


def test_a_client_is_tried_by_each_way_and_nothing_is_left(tmp_path):
    done = recproxy("doctor", "--client", "urllib", "--client", "httpx", "--json", folder=tmp_path)

    told = json.loads(done.stdout)
    clients = {each["client"]: each for each in told["clients"]}
    assert clients["urllib"]["variables"] is clients["urllib"]["redirect"] is clients["urllib"]["ca"] is True
    assert clients["urllib"]["isolated"] == ("-" if refusal() else "yes")
    assert clients["urllib"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert bool(told["isolation"]) is bool(refusal())
    assert (done.returncode, leftovers()) == (0, [])


def test_a_client_that_is_not_here_is_told(tmp_path):
    done = recproxy("doctor", "--client", "telnet", folder=tmp_path)
    assert done.returncode == 2
    assert "no such client is installed: leave out --client to see which are" in done.stderr


@pytest.fixture
def project(tmp_path):
    (tmp_path / "recproxy.toml").write_text(PROJECT)
    path = tmp_path / "recordings/shop/default.rec"
    path.parent.mkdir(parents=True)
    path.write_text(RECORDING)
    return tmp_path


def test_what_a_command_sends_past_recproxy_is_listed(project):
    need_namespaces()
    python = f"{shlex.quote(sys.executable)} -c {shlex.quote(ASK)}"
    done = recproxy("doctor", "--", "sh", "-c", f"{python}; env -i {python}", folder=project)

    advice = (
        "leave PYTHONPATH and RECPROXY_REDIRECT of the run in the environment that it is started with, and no -I or -E"
    )
    assert done.stdout.splitlines()[-5:] == [
        "to                   connections  by      profile",
        f"api.shop.example:80  1            {Path(sys.executable).name:<6}  shop",
        "",
        f"{Path(sys.executable).name}: {advice}",
        "or for all of them: isolate = true in recproxy.toml",
    ]
    assert done.returncode == 1


def test_a_command_that_sends_nothing_past_passes(project):
    need_namespaces()
    done = recproxy("doctor", "--json", "--", sys.executable, "-c", ASK, folder=project)
    assert (done.returncode, json.loads(done.stdout)["passed"]) == (0, [])


def test_what_a_command_misses_is_listed_for_nobody(project):
    need_namespaces()
    (project / "recordings/shop/default.rec").write_text(RECORDING.replace("example/ ", "example/other "))

    done = recproxy("doctor", "--", sys.executable, "-c", ASK, folder=project)

    assert "no recorded interaction of shop fits this request" in done.stderr
    assert not [*project.rglob("recproxy-wanted.json")]


def test_a_command_that_asks_nobody_is_told(project):
    need_namespaces()
    done = recproxy("doctor", "--", sys.executable, "-c", "raise SystemExit(7)", folder=project)
    assert (done.returncode, done.stdout) == (7, "nothing went past, and nothing came: the command asked no service\n")
