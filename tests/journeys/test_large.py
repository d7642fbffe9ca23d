"""Bodies much larger than a proxy's memory pass through it, in record and live, both ways."""

import hashlib
import http.client
import json
import os
import re
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from deadlines import seconds
from origins import Origin, Reply, Trust
from process_tree import descendants

from recproxy.recording import load

from .conftest import SHOP_PROFILE

#: Megabytes each way; RECPROXY_LARGE_MB=1000 is what is promised.
SIZE = int(os.environ.get("RECPROXY_LARGE_MB", "100")) * 1_000_000
PIECE = bytes(range(256)) * 250
MOST = 64_000_000


class Warehouse:
    """Sends and takes large bodies piece by piece, and says what arrived."""

    hosts = ("api.shop.example",)

    def early(self, connection):
        return True  # the service reads bodies itself

    def answer(self, request):
        connection = request.connection
        if request.method == "GET":
            connection.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
            for _ in range(SIZE // len(PIECE)):
                connection.wfile.write(PIECE)
            connection.wfile.write(PIECE[: SIZE % len(PIECE)])
            return None
        digest, left = hashlib.sha256(), SIZE
        while left:
            data = connection.rfile.read(min(left, 1 << 16))
            digest.update(data)
            left -= len(data)
        body = digest.hexdigest().encode()
        return Reply(200, "OK", [("Content-Length", str(len(body)))], body)


def pieces():
    for _ in range(SIZE // len(PIECE)):
        yield PIECE
    yield PIECE[: SIZE % len(PIECE)]


def peaks(pid):
    """The most memory that each proxy below a process ever had, in bytes."""
    found = {}
    for each in descendants(pid):
        status = Path(f"/proc/{each}/status").read_text()
        if status.startswith("Name:\trp-"):
            found[status.split()[1]] = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", ["record", "live"])
def test_a_large_body_passes_both_ways_in_little_memory(project, tmp_path_factory, mode):
    trust = Trust(tmp_path_factory.mktemp("trust"))
    recording = project.root / "tests/functional/recordings/shop/default.rec"
    recording.unlink()
    wanted = hashlib.sha256()
    for piece in pieces():
        wanted.update(piece)
    with Origin(trust, Warehouse()) as origin:
        project.write("pyproject.toml", SHOP_PROFILE.format(port=origin.port, ca=trust.path))
        # A fork shares the memory of what has imported more than a proxy does.
        server = project.start("serve", "--mode", mode, stdin=subprocess.PIPE, popen=subprocess.Popen)
        base = urlsplit(json.loads(server.stdout.readline())["environment"]["SHOP_BASE_URL"]).netloc
        client = http.client.HTTPConnection(base, timeout=seconds(60))

        begun = time.monotonic()
        client.request("GET", "/large")
        answer, got = client.getresponse(), hashlib.sha256()
        while data := answer.read(1 << 16):
            got.update(data)
        down = time.monotonic() - begun
        client.request("POST", "/large", pieces(), {"Content-Length": str(SIZE)})
        said = client.getresponse().read()
        up = time.monotonic() - begun - down
        client.close()
        peak = peaks(server.pid)

        server.stdin.close()
        report = server.stderr.read()
        assert server.wait(seconds(30)) == 0, report
        server.stdout.close()
        server.stderr.close()

    print(f"{mode}: {SIZE // 1_000_000} MB down {down:.1f} s, up {up:.1f} s, peak {peak['rp-shop'] / 1e6:.1f} MB")
    assert got.hexdigest() == wanted.hexdigest() == said.decode()
    assert peak["rp-shop"] < MOST
    assert recording.exists() is (mode == "record")
    if mode == "record":
        first, second = load(recording.read_bytes()).interactions
        assert (first.response.omitted, second.request.omitted) == (SIZE, SIZE)
