"""What replay costs: server CPU per replayed plain request, and `requests` POST against GET over HTTPS through the gateway.

`server_side` has the same request beside nginx.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

import cpu_times
from shop_project import RECORDING, make_project

REQUESTS = 4_000
#: GETs and POSTs of a client.
SESSION = 300
#: So often is a server measured, and the median counts: the cost of a request is that of the machine's caches, too.
TIMES = 9
RECPROXY = (sys.executable, "-m", "recproxy")
ORDER = """
POST https://api.shop.example/order HTTP/1.1
Content-Type: application/json

{"item": 1}
====
HTTP/1.1 200 OK
Content-Type: application/json

{"id": 1, "name": "a thing"}
=======
"""


def drive(port: int, path: str) -> None:
    """Keep-alive requests over one connection, one after the other."""
    request = f"GET {path} HTTP/1.1\r\nHost: api.shop.example\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(REQUESTS):
            sock.sendall(request)
            answer = sock.recv(65536)
            assert answer.endswith(b'"a thing"}'), answer


def per_request(pid: int, port: int, path: str) -> float:
    """Microseconds of the server's CPU."""
    drive(port, path)
    each = []
    for _ in range(TIMES):
        before = cpu_times.of_process(pid)
        drive(port, path)
        each.append((cpu_times.of_process(pid) - before) / REQUESTS * 1e6)
    return statistics.median(each)


def serve(root: Path) -> tuple[subprocess.Popen[str], int, dict[str, str]]:
    """A run: its process, the proxy's pid, its environment."""
    process = subprocess.Popen(
        [*RECPROXY, "serve", "--profile", "shop"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    environment = json.loads(process.stdout.readline())["environment"]
    fork_server = next(child for child in cpu_times.children(process.pid))
    return process, cpu_times.children(fork_server)[0], environment


def client_times(environment: dict[str, str]) -> tuple[float, float]:
    """Median seconds of a `requests` GET and POST over HTTPS through the gateway."""
    program = (
        "import requests, time, statistics, json\n"
        "s = requests.Session(); g = []; p = []\n"
        f"for i in range({SESSION}):\n"
        "    a = time.perf_counter(); assert s.get('https://api.shop.example/item').ok\n"
        "    b = time.perf_counter(); assert s.post('https://api.shop.example/order', json={'item': 1}).ok\n"
        "    g.append(b - a); p.append(time.perf_counter() - b)\n"
        "print(json.dumps([statistics.median(g), statistics.median(p)]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    get, post = json.loads(done.stdout)
    return get, post


def measure() -> dict[str, float]:
    """What `compare` compares."""
    with tempfile.TemporaryDirectory() as folder:
        make_project(Path(folder), recording=RECORDING + ORDER)
        process, proxy, environment = serve(Path(folder))
        assert process.stdin is not None
        try:
            port = urlsplit(environment["SHOP_BASE_URL"]).port
            assert port is not None
            ours = per_request(proxy, port, "/item")
            before = cpu_times.of_process(proxy)
            client_times(environment)
            over_https = (cpu_times.of_process(proxy) - before) / (2 * SESSION) * 1e6
        finally:
            process.stdin.close()
            process.wait()
    return {
        "a replayed request, us of server CPU": ours,
        "GET and POST of requests over HTTPS, us of server CPU": over_https,
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_project(root, recording=RECORDING + ORDER)
        process, proxy, environment = serve(root)
        try:
            port = urlsplit(environment["SHOP_BASE_URL"]).port
            assert port is not None
            ours = per_request(proxy, port, "/item")
            print(f"replayed plain request   {ours:8.1f} us of server CPU")
            get, post = client_times(environment)
            print(f"requests GET over HTTPS  {get * 1e3:8.2f} ms; POST {post * 1e3:.2f} ms; ratio {post / get:.2f}")
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


if __name__ == "__main__":
    main()
