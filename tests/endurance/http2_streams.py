"""Streams of HTTP/2 through one run in live: large bodies both ways, and many streams; what the proxy has in memory meanwhile."""

import asyncio
import hashlib
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from shop_project import PROFILE, make_project
from world import Row, family, memory, served

from recproxy.http.h2.fields import request_fields, response_fields
from recproxy.http.h2.peer import Peer

UPSTREAM = '[tool.recproxy.profiles.shop.upstream]\naddress = "http://127.0.0.1:{port}"\n'
PIECE = 1 << 16
#: In KB: a window and a buffer of each stream that is open, and never a body.
MOST_GROWN = 40_000
#: So many streams are open at once.
TOGETHER = 100


def pieces(size):
    """A body whose pieces differ: one that came twice, or in another order, would change its digest."""
    for number in range(size // PIECE):
        yield number.to_bytes(8, "big") * (PIECE // 8)


def digest(size):
    """Of the whole body."""
    whole = hashlib.sha256()
    for piece in pieces(size):
        whole.update(piece)
    return whole.hexdigest()


class End:
    """One end of a connection; `told` gets each event of it."""

    def __init__(self, reader, writer, told, *, serving):
        self.peer = Peer(asyncio.get_running_loop().time, serving=serving)
        self._reader, self._writer, self._told = reader, writer, told
        self._moved = asyncio.Event()
        self.peer.begin()
        self.flush()

    def flush(self):
        while data := self.peer.output():
            self._writer.write(data)

    async def run(self):
        """Hear the other end until it is gone."""
        while data := await self._reader.read(PIECE):
            for event in self.peer.receive(data):
                if type(event).__name__ == "DataReceived":
                    self.peer.taken(event.stream_id, event.flow_controlled_length)
                self._told(self, event)
            self.flush()
            self._moved.set()
            await self._writer.drain()

    async def send_body(self, stream, size):
        """Send a body as windows open."""
        for piece in pieces(size):
            self.peer.send_piece(stream, piece)
            self.flush()
            while self.peer.waiting(stream) > PIECE:
                self._moved.clear()
                await self._moved.wait()
            await self._writer.drain()
        self.peer.send_end(stream)
        self.flush()


class Service:
    """Says the digest of what it gets, and sends as much as the path says."""

    def __init__(self):
        self.asked, self.digests, self.tasks = {}, {}, set()

    async def serve(self, reader, writer):
        try:
            await End(reader, writer, self.told, serving=True).run()
        except asyncio.CancelledError:
            return  # the check is over
        finally:
            writer.close()

    def told(self, end, event):
        kind, stream = type(event).__name__, getattr(event, "stream_id", 0)
        if kind == "RequestReceived":
            self.asked[stream] = int(dict(event.headers)[b":path"][1:])
            self.digests[stream] = hashlib.sha256()
        elif kind == "DataReceived":
            self.digests[stream].update(event.data)
        elif kind == "StreamEnded":
            end.peer.send_head(
                stream, response_fields(200, ((b"x-digest", self.digests[stream].hexdigest().encode()),))
            )
            self.tasks.add(asyncio.ensure_future(end.send_body(stream, self.asked[stream])))


class Client:
    """Asks, and knows the digest of each answer, and what the service says of each body."""

    def __init__(self):
        self.digests, self.said, self.done = {}, {}, {}

    def told(self, end, event):
        kind, stream = type(event).__name__, getattr(event, "stream_id", 0)
        if kind == "ResponseReceived":
            self.said[stream] = dict(event.headers)[b"x-digest"].decode()
            self.digests[stream] = hashlib.sha256()
        elif kind == "DataReceived":
            self.digests[stream].update(event.data)
        elif kind == "StreamEnded":
            self.done[stream].set_result((self.digests[stream].hexdigest(), self.said[stream]))
        elif kind == "StreamReset" and not self.done[stream].done():
            self.done[stream].set_exception(AssertionError(event))

    async def ask(self, end, *, down, up):
        """The digests of an answer of one size to a request of another."""
        stream = end.peer.next_stream()
        self.done[stream] = asyncio.get_running_loop().create_future()
        end.peer.send_head(stream, request_fields(b"POST", "http", b"localhost", b"/%d" % down, ()))
        await end.send_body(stream, up)
        return await self.done[stream]


async def _pass(run, size, streams, curves):
    url = urlsplit(run.environment["SHOP_BASE_URL"])
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    client = Client()
    end = End(reader, writer, client.told, serving=False)
    hearing = asyncio.ensure_future(end.run())
    await client.ask(end, down=PIECE, up=PIECE)  # what is imported and made once
    for pid, curve in curves.items():
        curve.append(memory(pid))
    look = asyncio.ensure_future(_look(curves))
    nothing, whole = digest(0), digest(size)
    assert await client.ask(end, down=0, up=size) == (nothing, whole)
    assert await client.ask(end, down=size, up=0) == (whole, nothing)
    together = asyncio.Semaphore(TOGETHER)

    async def one(number):
        async with together:
            return await client.ask(end, down=PIECE * (number % 3), up=PIECE * (number % 2))

    got = await asyncio.gather(*(one(number) for number in range(streams)))
    assert got == [(digest(PIECE * (number % 3)), digest(PIECE * (number % 2))) for number in range(streams)]
    look.cancel()
    hearing.cancel()
    writer.close()


async def _look(curves):
    while True:
        for pid, curve in curves.items():
            curve.append(memory(pid))
        await asyncio.sleep(0.2)


async def _through(folder, size, streams):
    service = Service()
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0)
    root = make_project(folder, PROFILE + UPSTREAM.format(port=server.sockets[0].getsockname()[1]))
    with served(root, "--mode", "live") as run:
        processes = family(run.process.pid)
        curves = {pid: [] for pid in processes}
        await _pass(run, size, streams, curves)
        code, said = run.end()
    server.close()
    assert code == 0, said
    return {name: max(curves[pid]) - curves[pid][0] for pid, name in processes.items()}


def check(size, streams):
    """A body of so many bytes each way, then so many streams over the same connection."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        grown = asyncio.run(_through(Path(folder), size, streams))
    assert max(grown.values()) < MOST_GROWN, grown
    return Row(
        f"{size:,} bytes each way over one connection of HTTP/2, then {streams:,} streams, {TOGETHER} at a time",
        f"all in order, in {time.monotonic() - began:.0f} s; memory grew by "
        + ", ".join(f"{size:,} KB ({name})" for name, size in grown.items()),
    )
