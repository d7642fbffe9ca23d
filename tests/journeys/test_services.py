"""The functional suite in record, replay and live, against services on loopback that behave as the real ones do."""

import contextlib
import os
import shutil
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import prestarted
import pytest
from deadlines import seconds
from origins import Bitly, Gmail, Origin, Reply, Trust, Twitter

from recproxy.recording import load

SUITE = Path(__file__).parents[1] / "functional"
MOODS = ("rate_limit", "revoked_refresh", "revoked", "server_error", "duplicate", "shortened_before")

#: Tests and recordings of services that have no like on loopback.
WITHOUT_LIKE = (
    *("test_commands.py", "test_f1.py", "test_facebook.py", "test_queue.py", "test_targets.py"),
    *("f1", "pubsub", "slack"),
)
BUT_FOR_CLIENTS = ("--ignore", "tests/functional/test_clients.py")  # four clients on three ways need not do all of it


class Moods(BaseHTTPRequestHandler):
    """Told the test that begins, it puts the services into its mood."""

    def log_message(self, *words):
        pass

    def do_GET(self):
        module, _, test = self.path.strip("/").partition("/")
        mood = next((mood for mood in MOODS if mood in test), "")
        service = "bitly" if mood == "shortened_before" else module.removeprefix("test_")
        mood = {"revoked_refresh": "refresh_revoked", "shortened_before": "duplicate"}.get(mood, mood)
        for name, origin in self.server.origins.items():
            origin.service.begin(mood if name == service else "")
        self.send_response(204)
        self.end_headers()


class Suite:
    """A project with the suite in it, the services it calls, and their credentials."""

    def __init__(self, root, trust, origins):
        self.root = root
        self.compiled = str(trust.path.parent / "compiled")
        self.origins = origins
        self.recordings = root / "tests/functional/recordings"
        shutil.copytree(
            SUITE, root / "tests/functional", ignore=shutil.ignore_patterns("__pycache__", "node", *WITHOUT_LIKE)
        )
        lines = ["[project]", 'name = "share"']
        for name, origin in origins.items():
            lines += [f"[tool.recproxy.profiles.{name}.upstream]", f'address = "https://127.0.0.1:{origin.port}"']
            lines += [f'ca = "{trust.path}"']
        (root / "pyproject.toml").write_text("\n".join(lines))
        self.moods = HTTPServer(("127.0.0.1", 0), Moods)
        self.moods.origins = origins
        self.secrets = [value for origin in origins.values() for value in origin.service.environment.values()]

    def record_everything(self):
        """Our services show bad behaviour at will: no test need insist on replay."""
        for path in (self.root / "tests/functional").glob("test_*.py"):
            text = path.read_text().replace(', mode="replay"', "")
            # These services answer equal requests alike: none refuses one and takes the next.
            path.write_text(text.replace("def test_what_a_rate_limit_refused", "def what_a_rate_limit_refused"))

    def environment(self, *, credentials):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}
        environment["ORIGINS"] = f"http://127.0.0.1:{self.moods.server_port}"
        environment["PYTHONPATH"] = str(Path(__file__).parent / "origins")
        # Modules are compiled once for all runs, and nothing of that is in the project.
        environment |= {"CI": "", "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX", self.compiled)}
        if credentials:
            for origin in self.origins.values():
                environment |= origin.service.environment
        return environment

    def run(self, mode, *words, credentials=True, record=()):
        environment = self.environment(credentials=credentials)
        chosen = [word for name in self.origins for word in ("--profile", name)]
        modes = [word for name in record for word in ("--record", name)]
        pytest_words = (
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:asyncio",
            "-p",
            "moods",
            "tests/functional",
            *words,
        )
        run_words = ("run", "--mode", mode, *chosen, *modes, "--", sys.executable, *pytest_words)
        return self.started("recproxy", run_words, environment)

    def unittest(self, **more):
        """The test of 2011 by unittest, with nothing else running: the decorator starts what it needs."""
        words = ("discover", "-s", "tests/functional", "-p", "test_send.py", "-t", "tests/functional")
        environment = installed_credentials() | self.environment(credentials=bool(more)) | more
        return self.started("unittest", words, environment)

    def started(self, module, words, environment):
        where = {"cwd": self.root, "environment": environment, "timeout": seconds(100)}
        return prestarted.run(module, words, **where)

    def files(self):
        """All that stands in the project, but for Python's own."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def asked(self):
        return {name: len(origin.asked) for name, origin in self.origins.items()}


def installed_credentials():
    """Values for what every installed profile wants: such a run has all of them."""
    folders = (files(point.value) for point in entry_points(group="recproxy.profiles"))
    profiles = (tomllib.loads((folder / "profile.toml").read_text()) for folder in folders)
    return {name: f"value-of-{name}" for profile in profiles for name in profile.get("credentials", ())}


@pytest.fixture
def suite(tmp_path, tmp_path_factory):
    for package in ("recproxy_twitter", "recproxy_bitly", "recproxy_gmail", "webob", "routes", "httpx", "requests"):
        pytest.importorskip(package)
    trust = Trust(tmp_path_factory.mktemp("trust"))
    with contextlib.ExitStack() as stack:
        origins = {
            name: stack.enter_context(Origin(trust, service()))
            for name, service in (("twitter", Twitter), ("bitly", Bitly), ("gmail", Gmail))
        }
        made = Suite(tmp_path, trust, origins)
        thread = threading.Thread(target=made.moods.serve_forever, args=(0.01,))
        thread.start()
        yield made
        made.moods.shutdown()
        made.moods.server_close()
        thread.join()


def table(done):
    """The report's rows by profile: mode, then played, recorded, missed, unused."""
    rows = [line.split()[1:] for line in done.stderr.splitlines() if line.startswith("recproxy   ")]
    return {row[0]: (row[1], *map(int, row[2:6])) for row in rows[1:]}


def shape(reply):
    """Status, reason and the sequence of headers, with those values that no rule hides and no answer changes."""
    same = {
        "content-type",
        "vary",
        "content-encoding",
        "transfer-encoding",
        "server",
        "api-version",
        "x-rate-limit-reset",
    }
    headers = [(name, value if name.lower() in same else "") for name, value in reply.headers]
    return (reply.status, reply.reason, headers)


def held(suite):
    """What the recordings hold, by profile, in the same shape."""
    found = {name: [] for name in suite.origins}
    owners = {host: name for name, origin in suite.origins.items() for host in origin.service.hosts}
    for path in (suite.root / "tests/functional").rglob("*.rec"):
        for interaction in load(path.read_bytes()).interactions:
            if interaction.scope is not None:
                response = interaction.response
                headers = [(name.decode(), value.decode()) for name, value in response.headers]
                reply = Reply(response.status, response.reason.decode(), headers)
                found[owners[urlsplit(interaction.request.url).hostname]].append(shape(reply))
    return {name: sorted(shapes) for name, shapes in found.items()}


@pytest.mark.long
@pytest.mark.timeout(300)
def test_the_suite_is_recorded_replayed_and_run_live(suite):
    suite.record_everything()

    # Record: all of it is asked of the services, and nothing secret is left anywhere.
    recorded = suite.run("record")
    assert recorded.returncode == 0, recorded.stdout + recorded.stderr
    assert " passed" in recorded.stdout
    assert " failed" not in recorded.stdout
    asked = suite.asked()
    counts = table(recorded)
    assert {name: row[0] for name, row in counts.items()} == dict.fromkeys(asked, "record")
    assert {name: row[2] for name, row in counts.items()} == asked
    assert min(asked.values()) >= 10
    files = suite.files()
    for text in (*files.values(), recorded.stdout.encode(), recorded.stderr.encode()):
        for secret in (*suite.secrets, *suite.origins["gmail"].service.given):
            assert secret.encode() not in text

    # What stands in the files is what was sent; what was handed out and came back has one name.
    assert held(suite) == {name: sorted(map(shape, origin.sent)) for name, origin in suite.origins.items()}
    mailed = (suite.root / "tests/functional/send.rec").read_bytes()
    assert b'"access_token": "XXX[access_token]"' in mailed
    assert b"\nAuthorization: Bearer XXX[access_token]\n" in mailed
    assert b"\n:scope test_gmail.test_a_message_is_mailed\n" in mailed

    # Again: nothing changed at the services, nothing changes in the files.
    again = suite.run("record", "-k", "gmail or share or bitly")
    assert again.returncode == 0, again.stdout + again.stderr
    changed = [name for name, text in suite.files().items() if files.get(name) != text]
    assert changed == []

    # Replay: the same answers, no credentials, and no service is asked.
    asked = suite.asked()
    replayed = suite.run("replay", credentials=False)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert suite.asked() == asked
    assert {name: row[1:] for name, row in table(replayed).items()} == {
        name: (row[2], 0, 0, 0) for name, row in counts.items()
    }

    # Live: asked again, nothing written.
    live = suite.run("live", *BUT_FOR_CLIENTS)
    assert live.returncode == 0, live.stdout + live.stderr
    again = {name: count - asked[name] for name, count in suite.asked().items()}
    assert again == {name: row[2] - (14 if name == "twitter" else 0) for name, row in counts.items()}
    assert suite.files() == files


def test_one_profile_is_recorded_while_the_others_and_what_cannot_be_recorded_replay(suite):
    before = suite.files()

    done = suite.run("replay", "-k", "test_share or test_twitter", record=("twitter",))

    assert done.returncode == 0, done.stdout + done.stderr
    assert {name for name, count in suite.asked().items() if count} == {"twitter"}
    changed = {name for name, text in suite.files().items() if before.get(name) != text}
    assert changed == {
        "tests/functional/recordings/.journal/.gitignore",
        *(f"tests/functional/recordings/twitter/{name}.rec" for name in ("post", "update", "contacts")),
    }


def test_the_decorator_of_2011_records_where_proxy_is_1(suite):
    """PROXY=1 as it was meant then; any other value, or none, replays."""
    recording = suite.root / "tests/functional/test_send.rec"
    before = recording.read_bytes()

    assert suite.unittest(PROXY="true").returncode == 0
    assert (suite.asked()["twitter"], recording.read_bytes()) == (0, before)

    done = suite.unittest(PROXY="1")
    assert done.returncode == 0, done.stderr
    assert suite.asked()["twitter"] == 2
    scopes = [each.scope.rpartition(".")[2] for each in load(recording.read_bytes()).interactions]
    assert scopes == ["test_send", "test_send_through_the_share_server"]

    done = suite.unittest()
    assert done.returncode == 0, done.stderr
    assert suite.asked()["twitter"] == 2
