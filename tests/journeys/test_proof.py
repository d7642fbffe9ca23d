"""A recording that is proven: the suite runs again from it, and each test that does not replay is named with the reason."""

import contextlib
import json
import re
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from namespaces import need_namespaces
from plugins import WITHOUT_PLUGINS

from .conftest import Project

SUITE = Path(__file__).with_name("data") / "unrepeatable"
PROFILE = """[project]
name = "demo"
[tool.recproxy]
run = ["shop"]
[tool.recproxy.profiles.shop]
credentials = ["SHOP_KEY"]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
base_url = "SHOP_BASE_URL"
[tool.recproxy.profiles.shop.placeholders]
SHOP_KEY = "placeholder"
[tool.recproxy.profiles.shop.upstream]
address = "http://127.0.0.1:{port}"
"""


class Shop(BaseHTTPRequestHandler):
    """Counts what it is asked; some answers take long, wait for a second request, or say that it is busy."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with server.lock:
            server.count += 1
            number, first = server.count, self.path not in server.asked
            server.asked.add(self.path)
        if self.path.startswith("/slow") and first:
            server.never.wait(1)
        if self.path.startswith("/together"):
            server.together.wait(30)
        status = 503 if self.path == "/busy" and first else 200
        values = {"n": 1 if "same" in self.path else number, "path": self.path}
        if self.path == "/usage":
            values |= {"model": "m", "usage": {"input_tokens": 30, "output_tokens": 12}}
        body = json.dumps(values).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_GET

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def shop():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    server.lock, server.count, server.asked = threading.Lock(), 0, set()
    server.together, server.never = threading.Barrier(2), threading.Event()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def project(tmp_path):
    with shop() as port:
        made = Project(tmp_path)
        made.write("pyproject.toml", PROFILE.format(port=port))
        yield made


def prove(project, *words, tests=("test_repeatable.py", "test_unrepeatable.py"), **environment):
    done = project.run(
        "run",
        *("--record", "shop", "--prove", "--report", "report.json", *words, "--"),
        *("pytest", "-q", "--tb=native", "-p", "no:cacheprovider", "-p", "no:randomly", *tests),
        environment={
            "PYTEST_ADDOPTS": f"{WITHOUT_PLUGINS} -p xdist",
            "SHOP_KEY": "the-key-of-the-recording",
            **environment,
        },
    )
    return done, json.loads((project.root / "report.json").read_text())


@pytest.mark.long
def test_each_test_that_does_not_replay_is_named_with_the_reason_and_no_other(project):
    for path in SUITE.glob("*.py"):
        shutil.copy(path, project.root / path.name)
    with (project.root / "pyproject.toml").open("a") as file:
        file.write('[tool.recproxy.profiles.shop.match]\nignore.json = ["/nonce"]\n')
        file.write('[tool.recproxy.profiles.shop.report.tokens]\nmodel = ["/model"]\n')
        file.write('input = ["/usage/input_tokens"]\noutput = ["/usage/output_tokens"]\n')

    done, report = prove(project)

    proof = report["proof"]
    assert len(proof["verdicts"]) == 60
    assert {each["test"]: each["cause"] for each in proof["verdicts"] if not each["replays"]} == {
        f"test_unrepeatable.test_{name}": name.replace("_", " ")
        for name in (
            "random_value",
            "time",
            "order_of_tests",
            "shared_state",
            "retries",
            "concurrency",
            "order_of_values",
            "temporary_path",
            "kept_answers",
            "result",
            "parallel_tests",
        )
    }
    assert done.returncode == 3
    (tokens,) = proof["saves"]["tokens"]  # /usage is asked once, by a test that replays
    assert (tokens["model"], tokens["responses"], tokens["input"], tokens["output"]) == ("m", 1, 30, 12)
    assert "s of waiting for services, 42 tokens (30 input, 12 output); the command took " in done.stderr


ORDERS = """import json
import os
import time
import urllib.request


def order(item, **more):
    body = json.dumps({"item": item, **more}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(os.environ["SHOP_BASE_URL"] + "/orders", body, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def test_order():
    assert order("tea")["n"]


def test_order_at_a_time():
    assert order("coffee", at=int(time.time() * 1000))["n"]
"""
PAGE = Path(__file__).parents[2] / "docs/how-to/prove.md"
CHANGING = re.compile(r"\d+\.\d s\b|\b\d{13}\b|\.rec:\d+")


def lines_of(text):
    return [CHANGING.sub("#", line) for line in text.splitlines() if line.startswith("recproxy: proof")]


@pytest.mark.long
def test_a_proof_fails_and_after_mending_holds_as_the_guide_prints_it(project):
    project.write("test_orders.py", ORDERS)
    printed = [lines_of(block) for block in re.findall(r"```text\n(.*?)```", PAGE.read_text(), re.DOTALL)]

    failed, _ = prove(project, tests=("test_orders.py",))
    asked, _ = prove(project, "--mend", tests=("test_orders.py",))
    mended, report = prove(project, "--mend", "--yes", tests=("test_orders.py",))

    assert (failed.returncode, asked.returncode, mended.returncode) == (3, 3, 0)
    assert lines_of(failed.stderr) == printed[0]
    assert lines_of(asked.stderr)[-1] == "recproxy: proof: nothing was written: pass --yes to write this"
    assert [line for line in printed[1] if line not in lines_of(mended.stderr)] == []
    assert 'ignore.json = ["/at"]' in (project.root / "pyproject.toml").read_text()
    assert report["proof"]["mended"] == ["wrote ignore.json of profile 'shop' to pyproject.toml"]


LOCAL = """import os
import urllib.request

import pytest


def get(url):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as answer:
        return answer.read()


def test_with_a_server_of_this_machine():
    assert get(os.environ["BESIDE"] + "/usage")
    assert get(os.environ["SHOP_BASE_URL"] + "/items/1")


def test_with_the_shop_alone():
    assert get(os.environ["SHOP_BASE_URL"] + "/items/2")


def test_that_skips_itself():
    assert get(os.environ["SHOP_BASE_URL"] + "/items/3")
    if os.environ["SHOP_KEY"] == "placeholder":
        pytest.skip("without a key")


@pytest.mark.xfail
def test_that_passes_unexpectedly():
    assert get(os.environ["SHOP_BASE_URL"] + "/items/4")
    assert os.environ["SHOP_KEY"] == "placeholder"
"""
#: What another command has recorded: no proof of the tests asks for it.
EARLIER = """#recproxy 2

:scope run
GET http://api.shop.example/earlier HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

ok
=======
"""


def test_what_needs_a_server_of_this_machine_is_told_from_the_rest(project):
    need_namespaces()
    port = re.search(r"127\.0\.0\.1:(\d+)", (project.root / "pyproject.toml").read_text())[1]
    project.write("test_local.py", LOCAL)
    project.write("tests/functional/recordings/shop/default.rec", EARLIER)

    done, report = prove(project, tests=("test_local.py",), BESIDE=f"http://127.0.0.1:{port}")

    assert {each["test"]: each["cause"] for each in report["proof"]["verdicts"]} == {
        "test_local.test_with_a_server_of_this_machine": "needs this machine",
        "test_local.test_with_the_shop_alone": "",
        "test_local.test_that_skips_itself": "result",
        "test_local.test_that_passes_unexpectedly": "result",
    }
    assert "the test xfailed when it was recorded, and xpassed when it was replayed" in done.stderr
    assert done.returncode == 3


def test_a_recording_that_does_not_end_well_is_not_proven(project):
    project.write("test_orders.py", ORDERS.replace('assert order("tea")', 'assert not order("tea")'))

    done, report = prove(project, tests=("test_orders.py",))

    assert (done.returncode, report["proof"]) == (1, None)
    assert lines_of(done.stderr) == ["recproxy: proof: nothing was proven, because the recording did not end well"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--live", "shop", "--prove"), "--prove: shop runs live and has nothing to replay: record it, too"),
        (("--mend",), "--mend needs --prove, and --yes needs --mend"),
    ],
)
def test_what_cannot_be_proven_is_refused_in_one_line(project, words, why):
    done = project.run("run", *words, "--", "true", environment={"SHOP_KEY": "key"})

    assert (done.returncode, why in done.stderr) == (2, True)


TOKEN = """
import os, random, urllib.request

def test_token():
    token, shop = os.environ["SAID"], os.environ["SHOP_BASE_URL"]
    urllib.request.urlopen(f"{shop}/same/{token}?n={random.randrange(10**6)}").read()
    urllib.request.urlopen(urllib.request.Request(f"{shop}/same", headers={"X-Api-Key": token})).read()
"""


def test_a_proof_shows_nothing_that_the_recording_has_shown_to_be_secret(project):
    project.write("test_token.py", TOKEN)

    done, report = prove(project, tests=("test_token.py",), SAID="zk-0123456789abcdef-late")

    assert done.returncode == 3, done.stderr
    assert "test_token.test_token does not replay" in done.stderr
    assert "zk-0123456789" not in done.stdout + done.stderr + json.dumps(report)
