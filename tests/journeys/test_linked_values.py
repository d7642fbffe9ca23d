"""A test that makes new ids is recorded, recorded again, and replayed, without any rule."""

import contextlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from plugins import WITHOUT_PLUGINS

SUITE = """
import json
import os
import urllib.error
import urllib.request
import uuid

CUSTOMER = "0b5c4e0e-3d1b-4f61-9a55-7c1d9c0a8f11"

def ask(path, order=None):
    data = None if order is None else json.dumps(order).encode()
    request = urllib.request.Request(os.environ["SHOP_BASE_URL"] + path, data, method="GET" if order is None else "PUT")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)

def test_an_order_is_kept():
    key = str(uuid.uuid4())
    ask(f"/orders/{key}", {"customer": CUSTOMER, "reference": f"e2e-{key[:8]}"})

    kept = ask(f"/orders/{key}")

    assert (kept["id"], kept["customer"], kept["reference"]) == (key, CUSTOMER, f"e2e-{key[:8]}")
"""
PYTEST = ("--", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_orders.py")
PLACES = "recordings/shop/test_orders/test_an_order_is_kept.rec: 2 interactions; made anew in each run: "


@contextlib.contextmanager
def shop():
    """A service that keeps orders under the ids of its clients: its port."""
    orders = {}

    class Service(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer(200, orders[self.path])

        def do_PUT(self):
            sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            orders[self.path] = {"id": self.path.rpartition("/")[2], **sent}
            self.answer(201, orders[self.path])

        def answer(self, status, order):
            body = json.dumps(order).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_test_with_new_ids_replays_and_is_recorded_again_to_the_same_bytes(project):
    project.write("test_orders.py", SUITE)
    pyproject = project.root / "pyproject.toml"
    environment = {"PYTEST_ADDOPTS": WITHOUT_PLUGINS}
    with shop() as port:
        table = "[tool.recproxy.profiles.shop]\n"
        address = f'upstream.address = "http://127.0.0.1:{port}"\n'
        pyproject.write_text(pyproject.read_text().replace(table, table + address, 1))
        first = project.run("run", "--record", "shop", *PYTEST, environment=environment)
        path = next(project.root.rglob("test_an_order_is_kept.rec"))
        recorded = path.read_text()
        again = project.run("run", "--record", "shop", *PYTEST, environment=environment)
    replayed = project.run("run", *PYTEST, environment=environment)
    shown = project.run("show", str(path))
    checked = project.run("check")

    assert (first.returncode, again.returncode, replayed.returncode) == (0, 0, 0), first.stderr + replayed.stderr
    assert f"{PLACES}XXX[order_id.new-uuid], XXX[reference.new-hex]" in first.stderr
    assert f"{PLACES}XXX[order_id.new-uuid], XXX[reference.new-hex]" in again.stderr
    assert "orders/XXX[order_id.new-uuid] HTTP" in recorded
    assert '"customer": "0b5c4e0e-3d1b-4f61-9a55-7c1d9c0a8f11"' in recorded
    assert path.read_text() == recorded
    assert "  made anew in each run: XXX[order_id.new-uuid], XXX[reference.new-hex]\n" in shown.stdout
    assert checked.returncode == 0, checked.stdout
