"""A suite in four shards, by the durations that pytest-split has stored: recorded, merged, and judged as one."""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

TESTS = """
import os, urllib.request
import pytest

def get(path):
    return urllib.request.urlopen(os.environ["SHOP_BASE_URL"] + path).read().decode()

@pytest.mark.parametrize("number", range(8))
def test_own(number):
    assert get(f"/own/{number}") == f"/own/{number}"

@pytest.mark.recproxy("shop", "together.rec")
@pytest.mark.parametrize("number", range(8))
def test_together(number):
    assert get(f"/together/{number}") == f"/together/{number}"
"""
DURATIONS = {
    f"tests/functional/test_shop.py::test_{name}[{number}]": 1.0 + number
    for name in ("own", "together")
    for number in range(8)
}
PROJECT = """
[tool.recproxy.profiles.shop]
endpoints = [{{ hosts = ["api.shop.example"], base_url = "SHOP_BASE_URL" }}]
match.unused = "fail"
upstream.address = "http://127.0.0.1:{port}"
"""


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response_only(200)  # no date, which differs from run to run
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *words):
        pass


@pytest.fixture
def origin():
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".journal" not in path.parts
    }


@pytest.mark.long
def test_four_shards_recorded_and_merged_are_the_bytes_of_one_run(project, origin):
    pytest.importorskip("pytest_split")
    project.write("pyproject.toml", PROJECT.format(port=origin))
    project.write("tests/functional/test_shop.py", TESTS)
    project.write(".test_durations", json.dumps(DURATIONS))
    recordings = project.root / "tests/functional/recordings"
    shutil.rmtree(recordings)

    def run(*words):
        plugins = ("-p", "no:randomly", "-p", "no:cacheprovider")
        return project.run("run", *words, "--", "pytest", "-q", *plugins, "tests/functional")

    whole = run("--record", "shop")
    assert whole.returncode == 0, whole.stdout + whole.stderr
    recordings.rename(project.root / "whole")
    for number in range(1, 5):
        done = run("--record", "shop", "--shard", f"{number}/4")
        assert done.returncode == 0, done.stdout + done.stderr
        recordings.rename(project.root / f"shard-{number}")

    merged = project.verb("merge", *(f"shard-{number}" for number in range(1, 5)))

    assert (merged.returncode, merged.stdout) == (0, ""), merged.stderr
    assert files(recordings) == files(project.root / "whole")
    parts = [files(project.root / f"shard-{number}") for number in range(1, 5)]
    assert all(0 < len(part) < len(files(recordings)) for part in parts)

    # One that no test plays: no shard can tell, and all of them together do.
    never = recordings / "shop/test_shop/test_own[0].rec"
    never.write_text(never.read_text().replace("/own/0 HTTP", "/never HTTP") + never.read_text().partition("\n\n")[2])
    for number in range(1, 5):
        done = run("--shard", f"{number}/4", "--report", f"{number}.json")
        assert done.returncode == 0, done.stdout + done.stderr
    judged = project.verb("report", "merge", *(f"{number}.json" for number in range(1, 5)))
    assert judged.returncode == 3
    assert judged.stderr.splitlines()[1].split()[:7] == ["recproxy", "shop", "replay", "16", "0", "0", "1"]
    assert "unused: shop: GET https://api.shop.example/never (" in judged.stderr


def test_a_part_that_pytest_cannot_choose_is_one_line(project):
    project.write("tests/functional/test_shop.py", "def test_it(): pass\n")

    done = project.run("run", "--shard", "5/4", "--", "pytest", "tests/functional")
    assert done.returncode == 2
    assert done.stderr.startswith("recproxy: --shard 5/4: write it as K/N")
    done = project.run(
        "run", "--shard", "1/4", "--", "pytest", "-p", "no:pytest_split", "-p", "no:pytest-split", "tests"
    )
    assert done.returncode == 4
    assert "--shard 1/4 splits the suite with pytest-split, which is not installed: install it" in done.stderr
