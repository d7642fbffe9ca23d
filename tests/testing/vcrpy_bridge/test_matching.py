"""What suites need of matching holds over TCP, with three clients, as it does in vcrpy."""

import importlib.util

import pytest
import trustme
from vcrpy_project import DATA, interaction

#: Ten tests, each with requests, httpx and aiohttp.
TESTS = 30


def test_three_clients_are_answered_as_vcrpy_answers_them(suite):
    spec = importlib.util.spec_from_file_location("suite_of_matching", DATA / "suite_of_matching.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make(suite)
    suite.write("test_a.py", (DATA / "suite_of_matching.py").read_text())

    # Each client of httpx reads all roots, which nobody needs where nothing is sent: one does.
    trustme.CA().cert_pem.write_to_path(suite.root / "one.pem")
    by_vcrpy = suite.run("test_a.py", bridge=False, SSL_CERT_FILE=str(suite.root / "one.pem"))
    bridged = suite.run("test_a.py", bridge=True)

    # vcrpy's stubs hand coded bodies to some clients, and decoded ones under a header that denies it to others.
    failed = [line for line in by_vcrpy.out.splitlines() if line.startswith("FAILED")]
    assert [line for line in failed if "test_a_body_that_was_kept" not in line] == []
    assert bridged == {"passed": TESTS}


LOCAL = """
import http.server, threading, urllib.request
import requests, vcr

class Own(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"its own")

    def log_message(self, *words):
        pass

@vcr.use_cassette("local.yaml", before_record_request=lambda request: None if "/own" in request.path else request)
def test_local():
    assert requests.get("http://127.0.0.1:8081/item").text == "first"
    assert urllib.request.urlopen("http://localhost:8082/item").read() == b"second"
    server = http.server.HTTPServer(("127.0.0.1", 0), Own)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert requests.get(f"http://127.0.0.1:{server.server_port}/own").text == "its own"
    server.shutdown()
    server.server_close()
"""
PROFILE = """
[tool.recproxy]
run = ["local"]
[tool.recproxy.profiles.local]
[[tool.recproxy.profiles.local.endpoints]]
hosts = ["127.0.0.1", "localhost"]
"""


@pytest.mark.parametrize("profile", ["", PROFILE], ids=("no profile", "a profile of them"))
def test_a_cassette_of_loopback_is_answered_at_its_ports(suite, profile):
    cassette = [
        interaction("item", "first", host="127.0.0.1:8081"),
        interaction("item", "second", host="localhost:8082"),
    ]
    for each in cassette:
        each["request"]["uri"] = each["request"]["uri"].replace("https:", "http:")
    suite.cassette("local.yaml", *cassette)
    suite.write("test_a.py", LOCAL)
    if profile:
        (suite.root / "recproxy.toml").unlink()
        suite.write("pyproject.toml", profile)

    got = suite.run("test_a.py", bridge=True)

    assert got == {"passed": 1}
    assert "not honoured" not in got.out
    assert "1 cassette, 2 requests played, 0 recorded, 0 missed, 0 recorded interactions unused" in got.out
