"""A project to run tests in."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from deadlines import seconds

sys.path.insert(0, str(Path(__file__).parents[2] / "client"))

from client_project import ClientProject


@pytest.fixture
def project(tmp_path):
    return ClientProject(tmp_path)


@pytest.fixture
def served(project):
    """A run held by `recproxy serve`: the environment it printed."""
    server = project.start("-m", "recproxy", "serve")
    line = server.stdout.readline()
    assert line.startswith("{"), line + server.stdout.read()
    yield json.loads(line)["environment"]
    server.communicate(timeout=seconds(30))


class Counter(BaseHTTPRequestHandler):
    """A service whose answers are numbered, path by path."""

    def log_message(self, *words):
        pass

    def do_GET(self):
        path = self.path.strip("/")
        self.server.asked[path] = self.server.asked.get(path, 0) + 1
        body = f"{path} {self.server.asked[path]}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def origin():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    server.asked = {}
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
