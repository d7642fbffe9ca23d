"""Servers on this machine stay in reach, by whichever spelling of loopback, whoever asks a proxy for it."""

import http.client
import shutil
import socket
import sys
import textwrap
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from deadlines import seconds
from namespaces import need_namespaces

#: How each client is asked for a URL; it prints what it got.
PYTHON = {
    "urllib": "import urllib.request; print(urllib.request.urlopen(URL, timeout=20).read().decode())",
    "requests": "import requests; print(requests.get(URL, timeout=20).text)",
    "httpx": "import httpx; print(httpx.get(URL, timeout=20).text)",
    "aiohttp": """
import aiohttp, asyncio
async def ask():
    async with aiohttp.ClientSession(trust_env=True) as session, session.get(URL) as response:
        print(await response.text())
asyncio.run(ask())
""",
}
NODE = "console.log(await (await fetch(URL)).text());"
HOSTS = {"127.0.0.1": "127.0.0.1", "127.0.0.2": "127.0.0.2", "localhost": "127.0.0.1", "[::1]": "::1"}


class Server(ThreadingHTTPServer):
    def __init__(self, address):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        super().__init__((address, 0), Answer)


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        answer = f"local {self.path} {self.headers['Connection']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def serve():
    """Starts a server at an address of loopback; its port."""
    servers = []

    def start(address):
        server = Server(address)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server.server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def command(client, urls):
    """The words that have a client ask for each URL; skips where there is no such client."""
    if client == "curl":
        words = ["curl", "-sS", "--max-time", "20", "-w", "\n", *urls]
    elif client == "node":
        program = "".join(NODE.replace("URL", repr(url)) for url in urls)
        words = ["node", "--input-type=module", "-e", program]
    else:
        if client != "urllib":
            pytest.importorskip(client)
        program = "\n".join(textwrap.dedent(PYTHON[client]).replace("URL", repr(url)) for url in urls)
        return [sys.executable, "-c", program]
    if shutil.which(client) is None:
        pytest.skip(f"{client} is not installed")
    return words


@pytest.mark.parametrize("client", ["curl", "node", *PYTHON])
def test_a_client_reaches_servers_on_loopback_in_replay(project, serve, client):
    urls = [f"http://{host}:{serve(address)}/{number}" for number, (host, address) in enumerate(HOSTS.items())]

    done = project.run("run", "--", *command(client, urls))

    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.split("\n") if line] == [
        ["local", f"/{n}"] for n in range(len(urls))
    ]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "[::1]", "localhost", "db.localhost"])
def test_the_gateway_sends_on_what_is_for_loopback(served, serve, host):
    port = serve({"127.0.0.2": "127.0.0.2", "[::1]": "::1"}.get(host, "127.0.0.1"))
    gateway = urlsplit(served["HTTP_PROXY"])

    plain = http.client.HTTPConnection(gateway.hostname, gateway.port, timeout=seconds(20))
    plain.request("GET", f"http://{host}:{port}/plain")
    tunnelled = http.client.HTTPConnection(gateway.hostname, gateway.port, timeout=seconds(20))
    tunnelled.set_tunnel(host, port)
    tunnelled.request("GET", "/tunnelled")

    assert plain.getresponse().read() == b"local /plain close"
    assert tunnelled.getresponse().read() == b"local /tunnelled None"
    plain.close()
    tunnelled.close()


def test_a_connection_that_was_at_a_service_turns_to_loopback(served, serve):
    port = serve("127.0.0.2")
    gateway = urlsplit(served["HTTP_PROXY"])

    link = http.client.HTTPConnection(gateway.hostname, gateway.port, timeout=seconds(20))
    link.request("GET", "http://api.shop.example/item?id=1")
    service = link.getresponse().read()
    link.request("GET", f"http://127.0.0.2:{port}/after")
    local = link.getresponse().read()
    link.close()

    assert (service, local) == (b"first", b"local /after close")


def test_an_isolated_command_reaches_its_own_loopback_through_the_gateway_and_not_this_machines(project, serve):
    need_namespaces()
    program = """
import http.client, http.server, os, sys, threading
from urllib.parse import urlsplit

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"inside")

server = http.server.HTTPServer(("127.0.0.2", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
gateway = urlsplit(os.environ["HTTP_PROXY"])
for host, port in (("127.0.0.2", server.server_port), ("127.0.0.1", int(sys.argv[1]))):
    link = http.client.HTTPConnection(gateway.hostname, gateway.port, timeout=20)
    link.request("GET", f"http://{host}:{port}/")
    answer = link.getresponse()
    print(answer.status, answer.read().decode().split("\\n")[0])
"""

    done = project.run("run", "--isolate", "--", sys.executable, "-c", program, str(port := serve("127.0.0.1")))

    assert done.stdout.splitlines()[0] == "200 inside", done.stderr
    assert done.stdout.splitlines()[1].startswith("502 "), done.stdout
    assert f"127.0.0.1:{port} cannot be reached" in done.stdout
