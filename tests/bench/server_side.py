"""What each way to a replayed answer costs the server, beside others with the same body: CPU, all processes of a run.

    python tests/bench/server_side.py

By the base URL; through the gateway, with the URL in the request line; through CONNECT over TLS, on a connection that is
kept, and on a new one for each request. nginx answers from memory by its port, without TLS and with it. It sends two headers
more, Server and Date. Hoverfly, WireMock and mockttp, where they are given, answer in all these ways.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))

import cpu_times
from mock_servers import TRUSTED, MockServer, prepare
from replay import serve
from rows import Row, Tools, beside, in_turns
from service import free_port, reachable
from shop_project import make_project
from ways import BODY, HOST, Way, over_tls, plain

Ways = dict[str, Way]
KEPT = 4_000
FRESH = 300
UNIT = "µs of server CPU"
#: What is measured: as the table says it, what stands beside it, and the highest ratio wanted.
WHAT = {
    "base": ("a replayed request by the base URL", "nginx", 2.5),
    "gateway": ("through the gateway, kept alive", "the base URL", 1.1),
    "tunnel": ("through CONNECT and TLS, kept alive", "nginx over TLS", 3),
    "new": ("a new connection with CONNECT and TLS each", "nginx over TLS", 1.5),
}
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


@contextmanager
def nginx(root: Path) -> Iterator[Ways]:
    """nginx with one worker, and the ways to it; it is no proxy, so TLS is without CONNECT."""
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
        tls = Way(over_tls(ports[1], str(root / "ca.pem"), tunnel=False), "/item", worker)
        yield {"base": Way(plain(ports[0]), "/item", worker), "tunnel": tls, "new": replace(tls, fresh=True)}
    finally:
        process.terminate()
        process.wait()


@contextmanager
def recproxy(root: Path) -> Iterator[Ways]:
    """A run in replay, and the ways to it; its CPU is that of all its processes."""
    make_project(root)
    process, _, environment = serve(root)
    try:
        base, gateway = (urlsplit(environment[name]).port for name in ("SHOP_BASE_URL", "HTTPS_PROXY"))
        assert base is not None and gateway is not None
        yield {
            "base": Way(plain(base), "/item", process.pid),
            **proxied(gateway, process.pid, environment["SSL_CERT_FILE"]),
        }
    finally:
        process.communicate()


@contextmanager
def mocked(server: MockServer, root: Path) -> Iterator[Ways]:
    """One of the tools as a server and as a proxy, and the ways to it, all warm."""
    prepare(root, {"/item": BODY})
    with server.running(root, proxy=False) as (pid, port), server.running(root, proxy=True) as (proxy, its_port):
        ways = {"base": Way(plain(port), "/item", pid), **proxied(its_port, proxy, str(root / TRUSTED))}
        if not server.keeps_tunnels:
            del ways["tunnel"]
        for way in ways.values():
            way.ask(server.warm // (50 if way.fresh else 1))  # a handshake runs far more code than a request
        yield ways


def proxied(port: int, pid: int, authority: str) -> Ways:
    """The ways through a proxy."""
    tunnel = Way(over_tls(port, authority, tunnel=True), "/item", pid)
    gateway = Way(plain(port), f"http://{HOST}/item", pid)
    return {"gateway": gateway, "tunnel": tunnel, "new": replace(tunnel, fresh=True)}


def rows(tools: Tools, kept: int = KEPT, fresh: int = FRESH) -> Iterator[Row]:
    """The rows of the table; those beside nginx only where it is installed."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        started = {"recproxy": recproxy, "nginx": nginx} if shutil.which("nginx") else {"recproxy": recproxy}
        started |= {server.name: partial(mocked, server) for server in tools.mock_servers}
        run: dict[str, Callable[[], float]] = {}
        for name, start in started.items():
            (root / name).mkdir()
            for what, way in stack.enter_context(start(root / name)).items():
                run[f"{name} {what}"] = partial(way.microseconds, fresh if way.fresh else kept)
        got = in_turns(run)
    for what, (text, beside_nginx, goal) in WHAT.items():
        ours = got[f"recproxy {what}"]
        if what == "gateway":
            yield beside(text, UNIT, ours, "the base URL", got["recproxy base"], goal)
        elif f"nginx {what}" in got:
            yield beside(text, UNIT, ours, beside_nginx, got[f"nginx {what}"], goal)
        for server in tools.mock_servers:
            if f"{server.name} {what}" in got:
                yield beside(text, UNIT, ours, server.name, got[f"{server.name} {what}"])


def main() -> None:
    for row in rows(Tools(sys.executable)):
        print(*row.cells(), sep=" | ", flush=True)


if __name__ == "__main__":
    main()
