"""Many messages over one WebSocket, recorded, replayed and passed on in live; what the proxy has in memory meanwhile."""

import socketserver
import tempfile
import threading
import time
from pathlib import Path

from shop_project import PROFILE, make_project
from world import Row, family, memory, served

from recproxy.http.websocket.endpoint import HeardKind, WebSocketEnd
from recproxy.recording import load

UPSTREAM = '[tool.recproxy.profiles.shop.upstream]\naddress = "http://127.0.0.1:{port}"\n'
ASKS = (
    b"GET /feed HTTP/1.1\r\nHost: api.shop.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
AGREES = (
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
#: A message has about so many bytes, and so many are said before their answers are heard.
SIZE, TOGETHER = 100, 50
#: In KB: in record mode what is said is held until the connection ends, as a step of about 450 bytes for each message.
MOST_GROWN = 10_000
A_MESSAGE_KEPT = 0.8


class Service(socketserver.StreamRequestHandler):
    """Says back what it hears."""

    def handle(self):
        while self.rfile.readline().strip():
            pass
        self.wfile.write(AGREES)
        end = WebSocketEnd(client=False)
        while end.hears and (data := self.request.recv(65536)):
            said = []
            for heard in end.receive(data):
                if heard.kind is HeardKind.MESSAGE:
                    said.append(end.message(heard.data))
                elif heard.kind is HeardKind.CLOSE:
                    said.append(end.close(heard.code))
            self.request.sendall(b"".join(said))


def text(number):
    return f'{{"number": {number}, "filling": "{"x" * (SIZE - 30)}"}}'


def talk(run, messages, look):
    """Say messages and hear each back, in order; `look` is called now and then."""
    with run.connect() as sock:
        sock.sendall(ASKS)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += sock.recv(1)
        assert answer.startswith(b"HTTP/1.1 101 "), answer
        end, heard = WebSocketEnd(client=True), 0
        for first in range(0, messages, TOGETHER):
            numbers = range(first, min(first + TOGETHER, messages))
            sock.sendall(b"".join(end.message(text(number)) for number in numbers))
            while heard <= numbers[-1]:
                for each in end.receive(sock.recv(65536)):
                    assert each.data == text(heard)
                    heard += 1
            if first % 1000 == 0:
                look()
        sock.sendall(end.close(1000))
        while sock.recv(65536):
            pass


def _grown(root, mode, messages):
    """How much the process grew that grew most, behind the first thousand messages: what is imported is there by then."""
    with served(root, "--mode", mode) as run:
        names = family(run.process.pid)
        curves = {pid: [] for pid in names}

        def look():
            for pid, curve in curves.items():
                curve.append(memory(pid))

        talk(run, messages, look)
        code, said = run.end()
    assert code == 0, said
    return max(max(curve) - curve[min(1, len(curve) - 1)] for curve in curves.values())


def check(messages):
    """So many messages each way in each mode."""
    began = time.monotonic()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder), PROFILE + UPSTREAM.format(port=server.server_address[1]))
        grown = {mode: _grown(root, mode, messages) for mode in ("live", "record", "replay")}
        (path,) = (path for path in Path(folder).rglob("*.rec") if b"/feed" in path.read_bytes())
        found = next(each for each in load(path.read_bytes()).interactions if each.steps)
        assert len(found.steps) == 2 * messages + 1
    server.shutdown()
    server.server_close()
    kept = 2 * messages * A_MESSAGE_KEPT
    assert max(grown["live"], grown["replay"]) < MOST_GROWN, grown
    assert grown["record"] < MOST_GROWN + kept, grown
    return Row(
        f"{messages:,} messages each way over one WebSocket, in live, record and replay",
        f"all in order, in {time.monotonic() - began:.0f} s; memory grew by "
        + ", ".join(f"{size:,} KB ({mode})" for mode, size in grown.items()),
    )
