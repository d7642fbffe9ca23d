"""What each way to a replayed answer costs the server, beside nginx with the same body: CPU, all processes of a run.

    python tests/bench/server_side.py

By the base URL; through the gateway, with the URL in the request line; through CONNECT over TLS, on a connection that is
kept, and on a new one for each request. nginx answers from memory by its port, without TLS and with it. It sends two headers
more, Server and Date.
"""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

import cpu_times
from replay import serve
from rows import Row, Tools, beside, in_turns
from service import free_port, reachable
from shop_project import make_project

HOST = "api.shop.example"
KEPT = 4_000
FRESH = 300
BODY = '{"id": 1, "name": "a thing"}'
END = b'"a thing"}'
NGINX = """
daemon off; user root; worker_processes 1; pid {root}/nginx.pid; error_log {root}/error.log crit;
events {{ worker_connections 64; }}
http {{
  access_log off; keepalive_requests 1000000; client_body_temp_path {root}/b; proxy_temp_path {root}/p;
  fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;
  ssl_certificate {root}/chain.pem; ssl_certificate_key {root}/key.pem; ssl_session_tickets off;
  server {{
    listen 127.0.0.1:{plain}; listen 127.0.0.1:{tls} ssl; default_type application/json; return 200 '{body}';
  }}
}}
"""


@dataclass(frozen=True)
class Way:
    """A way to the answer: how to connect, what to ask, and whose CPU counts."""

    connect: Callable[[], socket.socket]
    target: str
    pid: int

    def microseconds(self, count: int, *, fresh: bool = False) -> float:
        """The server's CPU for each of so many requests, on one connection or each on its own."""
        request = f"GET {self.target} HTTP/1.1\r\nHost: {HOST}\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n".encode()
        self._ask(request, 20, fresh=fresh)
        before = cpu_times.of_tree(self.pid)
        self._ask(request, count, fresh=fresh)
        return (cpu_times.of_tree(self.pid) - before) / count * 1e6

    def _ask(self, request: bytes, count: int, *, fresh: bool) -> None:
        sock = self.connect()
        for _ in range(count):
            if fresh:
                sock.close()
                sock = self.connect()
            sock.sendall(request)
            answer = b""
            while not answer.rstrip().endswith(END):
                got = sock.recv(65536)
                assert got, answer
                answer += got
        sock.close()


def plain(port: int) -> Callable[[], socket.socket]:
    def connect() -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    return connect


def over_tls(port: int, authority: str, *, tunnel: bool) -> Callable[[], socket.socket]:
    """Connections over TLS, through a proxy's tunnel or straight; each makes a whole handshake."""
    context = ssl.create_default_context(cafile=authority)

    def connect() -> socket.socket:
        sock = plain(port)()
        if tunnel:
            sock.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n".encode())
            assert sock.recv(4096).startswith(b"HTTP/1.1 200")
        return context.wrap_socket(sock, server_hostname=HOST)

    return connect


@contextmanager
def nginx(root: Path) -> Iterator[dict[str, Way]]:
    """nginx with one worker, and the ways to it."""
    import trustme

    authority = trustme.CA()
    certificate = authority.issue_cert(HOST)
    authority.cert_pem.write_to_path(str(root / "ca.pem"))
    certificate.private_key_pem.write_to_path(str(root / "key.pem"))
    (root / "chain.pem").write_bytes(b"".join(each.bytes() for each in certificate.cert_chain_pems))
    ports = free_port(), free_port()
    (root / "nginx.conf").write_text(NGINX.format(root=root, body=BODY, plain=ports[0], tls=ports[1]))
    process = subprocess.Popen(["nginx", "-c", str(root / "nginx.conf"), "-p", str(root)])
    try:
        reachable(ports[1])
        worker = cpu_times.first_child(process.pid)  # it may be a moment later than the port
        yield {
            "plain": Way(plain(ports[0]), "/item", worker),
            "tls": Way(over_tls(ports[1], str(root / "ca.pem"), tunnel=False), "/item", worker),
        }
    finally:
        process.terminate()
        process.wait()


@contextmanager
def recproxy(root: Path) -> Iterator[dict[str, Way]]:
    """A run in replay, and the ways to it; its CPU is that of all its processes."""
    make_project(root)
    process, _, environment = serve(root)
    try:
        base, gateway = (urlsplit(environment[name]).port for name in ("SHOP_BASE_URL", "HTTPS_PROXY"))
        assert base is not None and gateway is not None
        yield {
            "base": Way(plain(base), "/item", process.pid),
            "gateway": Way(plain(gateway), f"http://{HOST}/item", process.pid),
            "tunnel": Way(over_tls(gateway, environment["SSL_CERT_FILE"], tunnel=True), "/item", process.pid),
        }
    finally:
        process.communicate()


def rows(_tools: Tools, kept: int = KEPT, fresh: int = FRESH) -> Iterator[Row]:
    """The rows of the table; those beside nginx only where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "ours"), Path(folder, "nginx")
        ours.mkdir()
        theirs.mkdir()
        with recproxy(ours) as ways:
            run = {name: lambda way=way: way.microseconds(kept) for name, way in ways.items()}
            run["new"] = lambda: ways["tunnel"].microseconds(fresh, fresh=True)
            if not shutil.which("nginx"):
                got = in_turns(run)
                yield beside(*WHAT["gateway"], got["gateway"], "the base URL", got["base"], 1.1)
                return
            with nginx(theirs) as others:
                run |= {f"nginx {name}": lambda way=way: way.microseconds(kept) for name, way in others.items()}
                run["nginx new"] = lambda: others["tls"].microseconds(fresh, fresh=True)
                got = in_turns(run)
            yield beside(*WHAT["base"], got["base"], "nginx", got["nginx plain"], 2.5)
            yield beside(*WHAT["gateway"], got["gateway"], "the base URL", got["base"], 1.1)
            yield beside(*WHAT["tunnel"], got["tunnel"], "nginx over TLS", got["nginx tls"], 3)
            yield beside(*WHAT["new"], got["new"], "nginx over TLS", got["nginx new"], 1.5)


UNIT = "µs of server CPU"
WHAT = {
    "base": ("a replayed request by the base URL", UNIT),
    "gateway": ("through the gateway, kept alive", UNIT),
    "tunnel": ("through CONNECT and TLS, kept alive", UNIT),
    "new": ("a new connection with CONNECT and TLS each", UNIT),
}


def main() -> None:
    for row in rows(Tools(sys.executable)):
        print(*row.cells(), sep=" | ", flush=True)


if __name__ == "__main__":
    main()
