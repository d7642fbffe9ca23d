"""Clients of WebSockets, unchanged, by each way: recorded from a real service, and replayed. Two of them speak HTTP/2."""

import sys
from pathlib import Path

import pytest

from recproxy.recording import load

from .conftest import SHOP_PROFILE
from .test_http2 import certificate, hypercorn

for package in ("httpx_ws", "websocket"):
    pytest.importorskip(package)
CLIENTS = (sys.executable, str(Path(__file__).with_name("data") / "websocket_clients.py"))
HEARD = '\'hello\', \'{"id": 7, "token": "TOKEN"}\', ' + f"{bytes(range(99))!r}, 4001, 'see you']"

__all__ = ["certificate"]


def told(done):
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("s3cr3t-t0k3n-0f-the-chat", "TOKEN").replace('"XXX"', '"TOKEN"').splitlines()


def test_each_client_is_recorded_and_replayed(project, certificate):
    with hypercorn(certificate) as port:
        project.write("pyproject.toml", SHOP_PROFILE.format(port=port, ca=certificate / "origins-ca.pem"))
        recorded = told(project.run("run", "--record", "shop", "--", *CLIENTS))

    names = ("websockets", "websockets, asyncio", "websocket-client", "aiohttp", "httpx-ws", "h2")
    ways = [(name, way) for name in names for way in ("wss", "ws", "base URL") if (name, way) != ("h2", "ws")]
    version = {"h2": "2"}
    assert recorded == [f"{name}, {way}: ['chat.v2', 'HTTP/{version.get(name, '1.1')}', {HEARD}" for name, way in ways]
    assert told(project.run("run", "--", *CLIENTS)) == recorded
    (path,) = project.root.glob("**/default.rec")
    found = [each for each in load(path.read_bytes()).interactions if each.protocol]
    assert {(each.request.method, each.response.status, len(each.steps)) for each in found} == {("GET", 101, 9)}
    assert len(found) == len(recorded)
    assert "s3cr3t" not in path.read_text()
    missed = project.run("run", "--", *CLIENTS, "hullo")
    assert (missed.returncode, "  message   hullo\n" in missed.stderr) == (1, True)
