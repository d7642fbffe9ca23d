"""`recproxy verify` against a service on loopback."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from command_line import recproxy

from recproxy.recording.values import MADE_BY_INIT

SECRET = "env" + "-secret-0815"
TOKEN = "live" + "-token-4711-abcdef"
RECORDING = """#recproxy 2

:scope test_m.test_login
POST https://api.shop.example/token HTTP/1.1
Content-Type: application/x-www-form-urlencoded

grant_type=client_credentials&client_secret=XXX
====
HTTP/1.1 200 OK
Content-Type: application/json

{"access_token": "XXX[access_token]", "expires_in": 3600}
=======

:scope test_m.test_login
GET https://api.shop.example/items?id=1 HTTP/1.1
Authorization: Bearer XXX[access_token]

====
HTTP/1.1 200 OK
Content-Type: application/json

{"id": 7, "name": "a", "tags": ["x"]}
=======

:scope test_m.test_other
GET https://api.shop.example/ok HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: application/json

{"ok": false}
=======
"""
PLACE = "tests/functional/recordings/shop/test_m.rec"


class Shop(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answers = {
        "/token": {"access_token": TOKEN, "expires_in": 60},
        "/items?id=1": {"id": "7", "name": "b", "tags": ["x", "y"]},
        "/ok": {"ok": True},
    }

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.asked.append((self.command, self.path, self.headers.get("Authorization"), body))
        answer = json.dumps(self.answers[self.path]).encode()
        self.send_response(200)
        for name, value in (
            ("Content-Type", "application/json"),
            ("Content-Length", len(answer) + (self.server.held is not None)),
            ("X-Request-Id", "1"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)
        if self.server.held is not None:  # it goes on, and says nothing
            self.server.held.wait(60)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def service():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    server.asked, server.held = [], None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(tmp_path, service):
    """Runs the verb in a project whose service is the one on loopback."""
    service.asked.clear()
    path = tmp_path / PLACE
    path.parent.mkdir(parents=True)
    path.write_text(RECORDING)
    (tmp_path / "recproxy.toml").write_text(f"""
[profiles.shop]
credentials = ["SHOP_CLIENT_SECRET"]
endpoints = [{{ hosts = ["api.shop.example"] }}]
upstream.address = "http://127.0.0.1:{service.server_port}"
""")

    def run(*words, before=(), **environment):
        given = {"SHOP_CLIENT_SECRET": SECRET} | environment
        done = recproxy(*before, "verify", "--rate", "1000", *words, folder=tmp_path, environment=given)
        assert path.read_text() == RECORDING
        assert SECRET not in done.stdout + done.stderr
        assert TOKEN not in done.stdout + done.stderr
        return done

    run.folder = tmp_path
    return run


def test_drift_is_reported_with_its_structure_first_and_requests_are_filled(shop, service):
    done = shop("shop", "--unsafe", "POST /token")

    assert done.returncode == 1
    assert done.stdout == (
        "  POST https://api.shop.example/token  (test_m.test_login)\n"
        "    json /expires_in  3600 -> 60\n"
        f"    recorded at {PLACE}:4\n"
        "  GET https://api.shop.example/items?id=1  (test_m.test_login)\n"
        "    json /id      number -> string\n"
        "    json /tags/1  added: string\n"
        '    json /name    "a" -> "b"\n'
        f"    recorded at {PLACE}:16\n"
        "  GET https://api.shop.example/ok  (test_m.test_other)\n"
        "    json /ok  false -> true\n"
        f"    recorded at {PLACE}:27\n"
    )
    assert done.stderr == (
        "recproxy: shop: 3 requests sent, 1 with changed fields, types or status, 2 with changed values only, 0 left out, 0 failed\n"
    )
    assert service.asked == [
        ("POST", "/token", None, f"grant_type=client_credentials&client_secret={SECRET}"),
        ("GET", "/items?id=1", f"Bearer {TOKEN}", ""),
        ("GET", "/ok", None, ""),
    ]


def test_its_progress_is_shown_if_the_user_asks_for_it(shop, monkeypatch):
    monkeypatch.setattr("recproxy.cli.progress._PAUSE", 0.0)

    done = shop("shop", before=["-v"])
    lines = [line for line in done.stderr.splitlines() if line.startswith("recproxy: verifying shop: ")]

    assert [line.partition(" requests, ")[0] for line in lines] == [
        f"recproxy: verifying shop: {number} of 3" for number in range(3)
    ]
    assert all(" requests/s" in line for line in lines)
    assert "verifying" not in shop("shop", "--dry-run", before=["-v"]).stderr


def test_what_may_change_something_is_left_out_and_what_needs_it_too(shop, service):
    done = shop()

    assert done.returncode == 0
    assert [asked[1] for asked in service.asked] == ["/ok"]
    assert done.stderr == (
        f"recproxy: left out: POST https://api.shop.example/token ({PLACE}:4): POST may change something: "
        '--unsafe "POST /token" asks it\n'
        f"recproxy: left out: GET https://api.shop.example/items?id=1 ({PLACE}:16): nothing fills header Authorization "
        "(access_token): POST https://api.shop.example/token, which hands it out, was left out\n"
        "recproxy: shop: 1 request sent, 0 with changed fields, types or status, 1 with changed values only, 2 left out, 0 failed\n"
    )


def test_what_init_wrote_is_left_out(shop, service):
    made = "GET https://api.shop.example/hello HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhello\n=======\n"
    place = PLACE.replace("test_m.rec", "first.rec")
    (shop.folder / place).write_text(f"#recproxy 2\n# {MADE_BY_INIT}\n\n{made}")

    done = shop()

    assert [asked[1] for asked in service.asked] == ["/ok"]
    told = f"({place}:4): recproxy init wrote its answer, not the service\n"
    assert f"recproxy: left out: GET https://api.shop.example/hello {told}" in done.stderr


def test_the_profile_may_choose_what_is_asked_and_values_may_count(shop, service):
    with (shop.folder / "recproxy.toml").open("a") as file:
        file.write('verify.unsafe = ["POST /tok*"]\nverify.skip = ["GET /items"]\n')

    done = shop("--values", "--json")

    assert done.returncode == 1
    assert [asked[1] for asked in service.asked] == ["/token", "/ok"]
    rows = json.loads(done.stdout)
    assert [(row["line"], row["state"], row["reason"]) for row in rows] == [
        (4, "values", ""),
        (16, "left out", "the profile says skip"),
        (27, "values", ""),
    ]


def test_a_dry_run_asks_nothing(shop, service):
    done = shop("--dry-run", "--unsafe", "all", SHOP_CLIENT_SECRET="x")

    assert (done.returncode, service.asked) == (0, [])
    assert done.stdout.splitlines() == [
        f"would ask POST https://api.shop.example/token ({PLACE}:4)",
        f"would ask GET https://api.shop.example/items?id=1 ({PLACE}:16)",
        f"would ask GET https://api.shop.example/ok ({PLACE}:27)",
    ]


def test_a_report_has_the_drift_and_what_failed(shop):
    done = shop("--unsafe", "all", "--report", "r.json", "--report", "github")

    assert done.returncode == 1
    text = (shop.folder / "r.json").read_text()
    assert SECRET not in text
    assert TOKEN not in text
    report = json.loads(text)
    assert [(each["path"], each["line"], each["test"]) for each in report["drift"]] == [
        (PLACE, 16, "test_m.test_login")
    ]
    assert [(each["name"], each["passed"]) for each in report["tests"]] == [
        ("test_m.test_login", False),
        ("test_m.test_other", True),
    ]
    assert report["exit_code"] == 1
    command = next(line for line in done.stdout.splitlines() if line.startswith("::"))
    assert (
        command.startswith(f"::error file={PLACE},line=16,title=recproxy%3A drift::GET ")
        or "title=recproxy%3A drift" in command
    )


def test_a_service_that_does_not_answer_is_no_drift(shop):
    path = shop.folder / "recproxy.toml"
    path.write_text(path.read_text().partition("upstream")[0] + 'upstream.address = "http://127.0.0.1:9"\n')

    done = shop("--report", "r.json")

    assert done.returncode == 3
    assert (
        f"recproxy: failed: GET https://api.shop.example/ok ({PLACE}:27): api.shop.example at upstream.address "
        in done.stderr
    )
    report = json.loads((shop.folder / "r.json").read_text())
    assert [each["test"] for each in report["failures"]] == ["test_m.test_other"]


def test_a_stream_that_the_profile_names_need_not_end_and_is_not_compared(shop, service):
    path = shop.folder / "recproxy.toml"
    service.held = threading.Event()
    try:
        unknown = shop("--values", "--timeout", "0.2")
        path.write_text(path.read_text() + 'replay.streams = ["GET /ok"]\n')
        named = shop("--values", "--timeout", "0.2")
    finally:
        service.held.set()
        service.held = None

    assert (unknown.returncode, "the answer was not complete after 0.2 s" in unknown.stderr) == (3, True)
    assert (named.returncode, named.stdout) == (0, "")


@pytest.mark.parametrize(
    ("words", "environment", "wanted"),
    [
        (
            (),
            {"SHOP_CLIENT_SECRET": ""},
            "profile 'shop' cannot be run in mode verify: set SHOP_CLIENT_SECRET in the environment",
        ),
        (("nope",), {}, "unknown profile 'nope': known are"),
        (("--unsafe", "post"), {}, '--unsafe post: write a method, a method and a path such as "POST /login", or all'),
        (("bitly",), {}, "tests/functional/recordings: has no recordings of bitly: record some first"),
    ],
)
def test_what_is_wrong_is_one_line(shop, words, environment, wanted):
    done = shop(*words, **environment)

    assert done.returncode == 2
    assert wanted in done.stderr
    assert done.stderr.count("\n") == 1
