"""A WebSocket recorded and replayed: through the gateway in TLS and in clear, and over the base URL."""

import asyncio
import sys
import threading

import pytest
from origins.server import Trust
from websockets.asyncio.server import serve

from .conftest import SHOP_PROFILE

CLIENT = r"""
import json, os, ssl, sys
from websockets.sync.client import connect
from websockets.exceptions import ConnectionClosed

trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
for way, url, more in (
    ("wss", "wss://api.shop.example/chat", {"ssl": trust}),
    ("ws", "ws://api.shop.example/chat", {}),
    ("base URL", os.environ["SHOP_BASE_URL"].replace("http", "ws", 1) + "/chat", {"proxy": None}),
):
    headers = {"Authorization": "Bearer s3cr3t-t0k3n-0f-the-chat"}
    with connect(url, subprotocols=["chat.v2", "chat.v1"], additional_headers=headers, **more) as ws:
        said = [ws.subprotocol, ws.recv()]
        for message in ("hello", json.dumps({"id": way, "token": "s3cr3t-t0k3n-0f-the-chat"}), bytes(range(99)), *sys.argv[1:]):
            ws.send(message)
            said.append(ws.recv())
        ws.send("bye")
        try:
            ws.recv()
        except ConnectionClosed as closed:
            said.append((closed.rcvd.code, closed.rcvd.reason))
        print(way, said)
"""


class Chat(threading.Thread):
    """A server that says back what comes, until it is told to end."""

    def __init__(self):
        super().__init__(daemon=True)
        self.ready = threading.Event()
        self.asked = []

    def run(self):
        with asyncio.Runner() as runner:
            runner.run(self._serve())

    async def _serve(self):
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        async with serve(self._answer, "127.0.0.1", 0, subprotocols=["chat.v1", "chat.v2"]) as server:
            self.port = server.sockets[0].getsockname()[1]
            self.ready.set()
            await self.over.wait()

    async def _answer(self, connection):
        self.asked.append(connection.request.headers["Host"])
        await connection.send("welcome")
        async for message in connection:
            if message == "bye":
                await connection.close(4001, "see you")
            else:
                await connection.send(message)


@pytest.fixture
def chat(project):
    trust = Trust(project.root)
    server = Chat()
    server.start()
    server.ready.wait()
    profile = SHOP_PROFILE.format(port=server.port, ca=trust.path)
    project.write("pyproject.toml", profile.replace("https://127.0.0.1", "http://127.0.0.1"))
    yield server
    server.loop.call_soon_threadsafe(server.over.set)
    server.join()


def test_a_websocket_is_recorded_and_replays_as_it_was(project, chat):
    recorded = project.run("run", "--record", "shop", "--", sys.executable, "-c", CLIENT)
    asked = len(chat.asked)
    replayed = project.run("run", "--", sys.executable, "-c", CLIENT)
    text = (project.root / "tests/functional/recordings/shop/default.rec").read_text()

    assert recorded.returncode == 0, recorded.stderr
    assert [line.split(" [")[0] for line in recorded.stdout.splitlines()] == ["wss", "ws", "base URL"]
    assert "(4001, 'see you')" in recorded.stdout
    assert (replayed.stdout.replace("XXX", "s3cr3t-t0k3n-0f-the-chat"), replayed.returncode) == (recorded.stdout, 0)
    assert (asked, len(chat.asked)) == (3, 3)
    assert "s3cr3t" not in text
    assert text.count(":close 4001 see you\n=======\n") == 3
    assert "Authorization: Bearer XXX" in text


def test_a_message_that_was_not_recorded_is_a_miss(project, chat):
    project.run("run", "--record", "shop", "--", sys.executable, "-c", CLIENT)

    done = project.run("run", "--", sys.executable, "-c", CLIENT, "hullo")

    assert done.returncode != 0
    assert "received 4599 (private use) recproxy: no recorded message of this WebSocket of shop fits" in done.stderr
    assert "  message   hullo\n" in done.stderr
    assert "  closest   tests/functional/recordings/shop/default.rec:" in done.stderr


def test_a_websocket_reaches_the_service_in_live(project, chat):
    done = project.run("run", "--mode", "live", "--", sys.executable, "-c", CLIENT)

    assert done.returncode == 0, done.stderr
    assert len(chat.asked) == 3
    columns, row = (line.split() for line in done.stderr.splitlines()[-2:])
    counts = dict(zip(columns[1:], row[1:], strict=False))
    assert (counts["mode"], counts["forwarded"], counts["messages"]) == ("live", "3", "24")
