"""A stand-in for the gateway: it answers plain HTTP and TLS on one port, and says what it was asked."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme
from deadlines import seconds

from recproxy.client import redirect

PACKAGE = Path(redirect.__file__).parent
PROGRAMS = Path(__file__).parent / "programs"
#: Names with an entry of their own; `*` is left to the tests that are about it.
HOSTS = ("api.example.test", "*.wild.example.test")


class _Handler(BaseHTTPRequestHandler):
    timeout = 20

    def setup(self):
        self.sni = None
        if self.request.recv(1, socket.MSG_PEEK) == b"\x16":
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
            self.sni = self.request.sni
        super().setup()

    def finish(self):
        super().finish()
        self.request.close()

    def do_GET(self):
        body = json.dumps({"sni": self.sni, "host": self.headers["Host"], "path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class Gateway(socketserver.ThreadingTCPServer):
    """A server on loopback that owns HOSTS."""

    def __init__(self, ca: trustme.CA) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = self.server_address[1]
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(*HOSTS).configure_cert(self.context)
        self.context.sni_callback = lambda sock, name, context: setattr(sock, "sni", name)

    def routes(self, *hosts, ports=(80, 443)):
        """The value of RECPROXY_REDIRECT that brings hosts here."""
        return ",".join(f"{host}:{port}=127.0.0.1:{self.port}" for host in hosts or HOSTS for port in ports)

    def handle_error(self, request, client_address):
        """A client that does not trust us ends its handshake: that is for the client's side to tell."""


@pytest.fixture(scope="session")
def ca():
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(ca, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "own.pem"
    ca.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(scope="session")
def gateway(ca):
    with Gateway(ca) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def installed(gateway, ca_file):
    """The redirect, installed in this process."""
    redirect.install(gateway.routes(), ca_file)
    yield redirect
    redirect.uninstall()


@pytest.fixture
def environment(gateway, ca_file):
    """What a run sets for the redirect, and nothing else: no proxy variables, no bundle."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "PYTHONPYCACHEPREFIX") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(PACKAGE / "startup"),
        "RECPROXY_REDIRECT": gateway.routes(),
        "RECPROXY_CA": ca_file,
    }


@pytest.fixture
def run(environment):
    """Run words with the environment, changed as asked, None taking a variable away; what it said."""

    def call(*words, check=True, **changes):
        changed = {name: value for name, value in {**environment, **changes}.items() if value is not None}
        words = [str(word) for word in words]
        return subprocess.run(words, env=changed, capture_output=True, text=True, timeout=seconds(60), check=check)

    return call


@pytest.fixture
def python(run):
    """Run a program's text with this interpreter and return its output."""

    def call(text, *words, options=(), **changes):
        done = run(sys.executable, *options, "-c", text, *words, check=False, **changes)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.strip()

    return call


@pytest.fixture
def programs():
    """The folder of the programs under test."""
    return PROGRAMS


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock


@pytest.fixture
def refusing(installed, listener):
    """A gateway that notes what it is asked, in a process whose redirect refuses all else."""
    asked = []

    def serve():
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            with link:
                asked.append(link.recv(1000))
                link.sendall(b"HTTP/1.1 599 Refused\r\n\r\n")

    threading.Thread(target=serve, daemon=True).start()
    gateway = f"127.0.0.1:{listener.getsockname()[1]}"
    installed.install(f"*:80={gateway},*:443={gateway},*=refuse", None)
    yield asked
    listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def asks_nobody(request):
    """For a test that gives the system a name which it does not look up: it is no test that reached a real service."""
    watch = request.config.pluginmanager.get_plugin("recproxy-outside")
    if watch is not None:
        watch.look_away()
