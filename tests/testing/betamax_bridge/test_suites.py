"""A suite that uses Betamax passes unedited over real sockets, and records through Betamax."""

import http.server
import json
import sys
import threading
from pathlib import Path

import pytest
from plugins import without_plugins

sys.path.insert(0, str(Path(__file__).parents[2] / "client"))

from client_project import ClientProject, Outcomes

pytest.importorskip("betamax", reason="no betamax; nox -s tests installs it")

ITEM = "https://api.shop.example/item"

SUITE = """
import pytest
import requests
from betamax import BaseMatcher, Betamax
from betamax.exceptions import BetamaxError

ITEM = "https://api.shop.example/item"
TOKEN = {"placeholders": [{"placeholder": "<TOKEN>", "replace": "hidden"}]}


def test_interactions_play_once_in_their_order():
    session = requests.Session()
    with Betamax(session, cassette_library_dir="cassettes").use_cassette("items"):
        assert [session.get(ITEM).text, session.get(ITEM).text] == ["first", "second"]
        with pytest.raises(BetamaxError, match="recorded 2 times, and all of them were played already(?s:.*)to record it: delete the cassette, "):
            session.get(ITEM)


def test_repeats_where_they_are_allowed():
    session = requests.Session()
    with Betamax(session, cassette_library_dir="cassettes") as recorder:
        recorder.use_cassette("items", allow_playback_repeats=True)
        assert [session.get(ITEM).text, session.get(ITEM).text] == ["first", "first"]


def test_placeholders_are_filled_in_and_the_body_takes_part():
    session = requests.Session()
    with Betamax(session, cassette_library_dir="cassettes", default_cassette_options=TOKEN) as recorder:
        recorder.use_cassette("token", match_requests_on=["method", "uri", "body"])
        response = session.post(ITEM + "?token=hidden", data="b=2")
        assert (response.text, response.headers["X-A"], response.url) == ("two", "1", ITEM + "?token=hidden")


class ByTenant(BaseMatcher):
    name = "tenant"

    def match(self, request, recorded):
        return recorded["headers"].get("Tenant") == [request.headers.get("Tenant")]


Betamax.register_request_matcher(ByTenant)


def test_matchers_of_the_suite_compare():
    session = requests.Session()
    with Betamax(session, cassette_library_dir="cassettes") as recorder:
        recorder.use_cassette("tenants", match_requests_on=["method", "uri", "tenant", "digest-auth", "headers"])
        plain = {name: None for name in ("Accept", "Accept-Encoding", "User-Agent", "Connection")}
        assert session.get(ITEM, headers={"Tenant": "b", **plain}).text == "of b"
        with pytest.raises(BetamaxError, match="the suite's matchers say no: headers, tenant"):
            session.get(ITEM, headers={"Tenant": "c", **plain})


def test_a_fixture_with_a_cassette_of_its_own(betamax_session):
    assert betamax_session.get(ITEM).text == "of a fixture"
"""

RECORDING = """
import pytest
import requests
from betamax import Betamax
from betamax.exceptions import BetamaxError

def test_record():
    session = requests.Session()
    with Betamax(session, cassette_library_dir="cassettes").use_cassette("new"):
        assert session.get("http://api.shop.example/item").text == "recorded"
        assert session.get("http://127.0.0.1:PORT/item").text == "recorded"


def test_renamed():
    session = requests.Session()
    with Betamax(session, cassette_library_dir="cassettes").use_cassette("other", record="none"):
        with pytest.raises(BetamaxError, match="GET http://127.0.0.1:PORT/item"):
            session.get("http://127.0.0.1:PORT/item")
"""


def interaction(said, uri=ITEM, *, method="GET", body="", **headers):
    return {
        "request": {"body": {"encoding": "utf-8", "string": body}, "headers": {}, "method": method, "uri": uri},
        "response": {
            "body": {"encoding": "utf-8", "string": said},
            "headers": {name.replace("_", "-"): [value] for name, value in headers.items()},
            "status": {"code": 200, "message": "OK"},
            "url": uri,
        },
        "recorded_at": "2026-01-01T00:00:00",
    }


class Suite(ClientProject):
    def __init__(self, root):
        self.root = root
        self.write("pytest.ini", "[pytest]\n")
        self.write("conftest.py", "import betamax\nbetamax.Betamax.configure().cassette_library_dir = 'cassettes'\n")

    def cassette(self, name, *interactions):
        return self.write(f"cassettes/{name}.json", json.dumps({"http_interactions": interactions}))

    def run(self, *words):
        words = ("-p", "recproxy.betamax_bridge", "-p", "no:randomly", "-p", "no:cacheprovider", *words)
        return Outcomes(*self.python("-m", "pytest", *words, PYTEST_ADDOPTS=without_plugins("pytest-betamax")))


@pytest.fixture
def suite(tmp_path):
    return Suite(tmp_path)


def test_an_unedited_suite_passes(suite):
    suite.cassette("items", interaction("first"), interaction("second"))
    suite.cassette(
        "token",
        interaction("one", f"{ITEM}?token=<TOKEN>", method="POST", body="b=1"),
        interaction("two", f"{ITEM}?token=<TOKEN>", method="POST", body="b=2", X_A="1"),
    )
    suite.cassette("test_suite.test_a_fixture_with_a_cassette_of_its_own", interaction("of a fixture"))
    suite.write("test_suite.py", SUITE)
    tenants = [interaction(f"of {name}") for name in "ab"]
    for name, each in zip("ab", tenants, strict=True):
        each["request"]["headers"]["Tenant"] = [name]
    suite.cassette("tenants", *tenants)
    got = suite.run("test_suite.py")

    assert got == {"passed": 5}
    assert "recproxy instead of Betamax" in got.out
    assert "5 cassettes, 7 requests played, 0 recorded, 2 missed" in got.out


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "8")
        self.end_headers()
        self.wfile.write(b"recorded")

    def log_message(self, *words):
        pass


def test_a_new_cassette_is_recorded_by_betamax_and_played(suite):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        suite.write(
            "recproxy.toml",
            "run = ['shop']\n[[profiles.shop.endpoints]]\nhosts = ['api.shop.example']\n[profiles.shop.upstream]\n"
            f"address = '127.0.0.1:{server.server_port}'\n",
        )
        suite.cassette("other")
        suite.write("test_record.py", RECORDING.replace("PORT", str(server.server_port)))
        recorded = suite.run("test_record.py")
        server.shutdown()
    assert recorded == {"passed": 2}
    kept, local = json.loads((suite.root / "cassettes" / "new.json").read_text())["http_interactions"]

    assert (kept["request"]["uri"], kept["response"]["body"]) == (
        "http://api.shop.example/item",
        {"encoding": "utf-8", "string": "recorded"},
    )
    assert local["request"]["uri"] == f"http://127.0.0.1:{server.server_port}/item"
    assert suite.run("test_record.py") == {"passed": 2}
