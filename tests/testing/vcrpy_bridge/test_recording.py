"""What a suite records goes into its cassettes through vcrpy, redacted, with its own filters and hooks."""

import http.server
import json
import threading

import pytest
import yaml
from vcrpy_project import interaction

SUITE = """
import json
import os
import pytest
import requests
import vcr


def get(path):
    return requests.get(f"http://api.shop.example/{path}", headers={"Authorization": "Bearer not-for-the-cassette"}).text


def scrub(response):
    response["body"]["string"] = response["body"]["string"].replace(b"secretive", b"hidden")
    return response


@pytest.mark.parametrize("mode", ["once", "new_episodes", "all", "none"])
@pytest.mark.parametrize("name", ["new", "part"])
def test_record(name, mode):
    options = {
        "record_mode": os.environ.get("RECORD_MODE", mode),
        "filter_query_parameters": ["key"],
        "before_record_response": scrub,
    }
    with vcr.use_cassette(f"{name}-{mode}.yaml", **options) as cassette:
        said = [get("item?key=1&id=1"), get("item?key=2&id=2")]
    with open(f"{name}-{mode}.json", "w") as file:
        json.dump([*said, len(cassette), cassette.play_count], file)
"""
NEW = ("new-once", "new-new_episodes", "new-all")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        body = b"secretive"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def origin():
    """The real service: plain HTTP on loopback, which says how often it was asked."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def recording(suite, origin):
    """A suite whose service is the origin, and whose cassettes named `part` hold the first of two requests."""
    suite.write(
        "recproxy.toml",
        "run = ['shop']\n[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ['api.shop.example']\n"
        f"[profiles.shop.upstream]\naddress = '127.0.0.1:{origin.server_port}'\n",
    )
    suite.write("test_a.py", SUITE)
    made = interaction("item?id=1", "hidden", host="api.shop.example")
    made["request"]["uri"] = "http://api.shop.example/item?id=1"
    for mode in ("once", "new_episodes", "all", "none"):
        suite.cassette(f"part-{mode}.yaml", made)
    return suite


def held(suite, name):
    """What the file of a cassette holds: the query of each request and the body of each response."""
    path = suite.root / f"{name}.yaml"
    if not path.is_file():
        return None
    interactions = yaml.safe_load(path.read_text())["interactions"]
    return [(each["request"]["uri"].partition("?")[2], each["response"]["body"]["string"]) for each in interactions]


def told(suite, name):
    """What a test was told: both bodies, how much the cassette held when it had closed, and its play count."""
    return json.loads((suite.root / f"{name}.json").read_text())


BOTH = [("id=1", "hidden"), ("id=2", "hidden")]


@pytest.mark.long
def test_each_cassette_is_recorded_as_it_asks(recording, origin):
    got = recording.run("test_a.py", bridge=True)

    # What is write-protected, or may never be recorded, misses; without a word from the service.
    assert got == {"passed": 5, "failed": 3}
    assert " 0 recorded interactions unused" in got.out
    assert [held(recording, name) for name in NEW] == [BOTH] * 3
    assert [told(recording, name) for name in NEW] == [["secretive", "secretive", 2, 0]] * 3
    assert [held(recording, f"part-{mode}") for mode in ("once", "new_episodes", "all", "none")] == [
        BOTH[:1],
        BOTH,
        BOTH,
        BOTH[:1],
    ]
    assert told(recording, "part-new_episodes") == ["hidden", "secretive", 2, 1]
    assert told(recording, "part-all") == ["secretive", "secretive", 3, 0]
    assert held(recording, "new-none") is None
    assert len(origin.asked) == 9
    assert "8 cassettes, 3 requests played, 9 recorded, 4 missed" in got.out
    assert "recproxy: redacted" not in got.out  # its section says what was recorded
    assert not [name for name in NEW if "not-for" in (recording.root / f"{name}.yaml").read_text()]
    assert not [*recording.root.rglob("*.rec"), *recording.root.rglob("*.lock")]

    by_vcrpy = recording.run("test_a.py", "-k", "not part and not none", bridge=False, RECORD_MODE="none")

    assert by_vcrpy == {"passed": 3}
    assert [told(recording, name) for name in NEW] == [["hidden", "hidden", 2, 2]] * 3
    assert len(origin.asked) == 9


LOCAL = """
import os
import httpx
import requests
import vcr

URL = "http://{}:" + os.environ["SERVICE_PORT"]


@vcr.use_cassette("new.yaml", record_mode=os.environ["RECORD_MODE"])
def test_new():
    assert requests.get(URL.format("127.0.0.1") + "/a").text == "secretive"
    assert httpx.get(URL.format("localhost") + "/b", verify=False).text == "secretive"  # nobody needs roots for HTTP


@vcr.use_cassette("renamed.yaml", record_mode="none")
def test_renamed():
    requests.get(URL.format("127.0.0.1") + "/c")


@vcr.use_cassette("ignored.yaml", record_mode="none", ignore_localhost=True)
def test_ignored():
    assert requests.get(URL.format("127.0.0.1") + "/d").text == "secretive"


@vcr.use_cassette("half.yaml", record_mode="none", ignore_hosts=["localhost"])
def test_half_ignored():
    assert requests.get(URL.format("localhost") + "/e").text == "secretive"
"""


def test_a_service_on_this_machine_is_taken_as_vcrpy_takes_it(suite, origin):
    suite.write("test_a.py", LOCAL)
    port = str(origin.server_port)

    for mode, asked in (("once", ["/a", "/b", "/d", "/e"]), ("none", ["/d", "/e"]), ("all", ["/a", "/b", "/d", "/e"])):
        got = suite.run("test_a.py", bridge=True, SERVICE_PORT=port, RECORD_MODE=mode)

        assert got == {"passed": 3, "failed": 1}
        assert f"  request  GET http://127.0.0.1:{port}/c\n" in got.out
        assert origin.asked == asked
        origin.asked.clear()
        made = yaml.safe_load((suite.root / "new.yaml").read_text())["interactions"]
        assert [each["request"]["uri"] for each in made] == [
            f"http://127.0.0.1:{port}/a",
            f"http://localhost:{port}/b",
        ]


def test_in_replay_nothing_is_recorded_whatever_the_suite_says(recording, origin):
    got = recording.run("test_a.py", "--recproxy-mode", "replay", bridge=True)

    assert got == {"failed": 8}
    assert [held(recording, name) for name in NEW] == [None] * 3
    assert [held(recording, f"part-{mode}") for mode in ("once", "new_episodes", "all")] == [BOTH[:1]] * 3
    assert origin.asked == []


def test_a_mode_for_all_cassettes_goes_before_their_own(recording, origin):
    got = recording.run("test_a.py", "-k", "none", bridge=True, RECPROXY_MODE="record")

    assert got == {"passed": 2}
    assert [held(recording, name) for name in ("new-none", "part-none")] == [BOTH, BOTH]
    assert len(origin.asked) == 4


ANEW = """
import os
import pytest
import requests
import vcr

URL = "http://localhost:" + os.environ["SERVICE_PORT"]


@vcr.use_cassette("new.yaml")
def test_new():
    assert requests.get(URL + "/a").ok and requests.get(URL + "/b").ok


@vcr.use_cassette("test_a/test_old.yaml")
def test_old():
    assert requests.get(URL + "/a").ok


@pytest.mark.parametrize("path", ["a", "b"])
@vcr.use_cassette("shared.yaml")
def test_shared(path):
    assert requests.get(f"{URL}/{path}").ok


@vcr.use_cassette("test_a/test_failing.yaml")
def test_failing():
    assert not requests.get(URL + "/a").ok


@pytest.fixture
def cassette():
    with vcr.use_cassette("test_a/test_failing_with_a_fixture.yaml"):
        yield


def test_failing_with_a_fixture(cassette):
    assert not requests.get(URL + "/a").ok
"""


def test_a_cassette_recorded_anew_holds_each_interaction_once_and_no_old_one(suite, origin):
    """Each host is anyone's here: no profile is there before the first cassette is opened."""
    suite.write("test_a.py", ANEW)
    host = f"localhost:{origin.server_port}"
    names = ("test_a/test_old", "test_a/test_failing", "test_a/test_failing_with_a_fixture", "shared")
    for name in names:
        old = interaction("old", "old", host=host)
        old["request"]["uri"] = f"http://{host}/old"
        suite.cassette(f"{name}.yaml", old)

    got = suite.run("test_a.py", "--recproxy-mode=record", bridge=True, SERVICE_PORT=str(origin.server_port))

    assert got == {"passed": 4, "failed": 2}
    made = {
        name: [
            each["request"]["uri"].rpartition("/")[2]
            for each in yaml.safe_load((suite.root / f"{name}.yaml").read_text())["interactions"]
        ]
        for name in ("new", *names)
    }
    kept = ["old", "a"]
    assert made == dict(zip(("new", *names), (["a", "b"], ["a"], kept, kept, [*kept, "b"]), strict=True))
    assert "wrote " not in got.out  # the folder of the bridge, which is gone
