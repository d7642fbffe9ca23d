"""IMAP connections as a proxy has them, on loopback in a thread: answered from conversations, or by a service."""

import asyncio
import contextlib
import ssl
import threading
import uuid
from types import SimpleNamespace

import trustme
import uvloop

from recproxy.mail.imap.client import ImapClient
from recproxy.mail.imap.server import ImapServer
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.imap_playback import ImapPlayback
from recproxy.play.imap_replay import ImapReplay
from recproxy.play.playback import Playback
from recproxy.proxy.imap_connection import ImapConnection
from recproxy.proxy.imap_relaying import ImapRelaying
from recproxy.proxy.imap_replaying import ImapReplaying
from recproxy.proxy.imap_service import ImapService
from recproxy.recording import Recording, conversation, dump, load

HOST = "mail.example"


class Told:
    """What connections tell their scope."""

    def __init__(self):
        self.plays, self.misses, self.refusals, self.notes = [], [], [], []

    def played(self, positions):
        self.plays += positions

    def fault(self, position, at):
        return None

    def lasted(self, fault):
        self.notes.append(f"lasted: {fault.kind}")

    def missed(self, replay, command, logins):
        text = "connection" if command is None else command.line.text.partition(b" ")[2].decode()
        self.misses.append(text)
        return f"recproxy: not recorded: {text}"

    def refused(self, reason):
        self.refusals.append(reason)

    def note(self, line):
        self.notes.append(line)


class World:
    """Listeners of one replay, or of one recording; `conversations` are what was recorded."""

    def __init__(self, loop, ca):
        self.told = Told()
        self.conversations = []
        self.port = self.tls_port = 0
        self.ca = ca
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("localhost", "127.0.0.1", HOST).configure_cert(self.tls)
        self._loop = loop
        self._tasks = set()
        self.servers = []
        self.connections = set()
        self.quiet = threading.Event()
        self.quiet.set()

    def trust(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without the roots of the system, which take 50 ms to read
        self.ca.configure_trust(context)
        return context

    @property
    def text(self):
        """What was recorded, as it is written."""
        return dump(Recording(interactions=tuple(self.conversations))).decode()

    def spawn(self, work):
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def listen(self, speaker):
        def made(secure):
            server = ImapServer(tls=secure)
            self.connection = ImapConnection(
                server,
                lambda connection: speaker(connection, server, secure),
                context=lambda: self.tls,
                host=HOST,
                note=self.told.note,
                spawn=self.spawn,
                open_connections=SimpleNamespace(add=self._begun, discard=self._ended),
            )
            return self.connection

        plain = await self._loop.create_server(lambda: made(False), "127.0.0.1", 0)
        tls = await self._loop.create_server(lambda: made(True), "127.0.0.1", 0, ssl=self.tls)
        self.servers = [plain, tls]
        self.port, self.tls_port = (each.sockets[0].getsockname()[1] for each in (plain, tls))

    def _begun(self, connection):
        self.connections.add(connection)
        self.quiet.clear()

    def _ended(self, connection):
        self.connections.discard(connection)
        if not self.connections:
            self._loop.call_soon(self.quiet.set)

    def play(self, recording, host):
        """Answer from a recording."""
        playing = ImapPlayback(Playback(Index((recording,), Rules())), host, frozenset((b"date", b"message-id")))

        def speaker(connection, server, secure):
            speaking = ImapReplaying(server, ImapReplay(playing, secure=secure), connection, self.told)
            speaking.start()
            return speaking

        return self.listen(speaker)

    async def record(self, port, tls_port=0):
        """Have a service answer, and keep what is said."""

        def speaker(connection, server, secure):
            waiting = SimpleNamespace(
                go_on=lambda: None, lost=lambda: None, is_idle=True, tls_started=lambda: None, hold=lambda holds: None
            )

            def keep(steps, then):
                scheme = "imaps" if secure else "imap"
                self.conversations.append(conversation("IMAP", f"{scheme}://{HOST}:{port}", tuple(steps), wild=None))
                then()

            async def connect():
                context = self.trust if secure else None
                _, service = await self._loop.create_connection(
                    lambda: ImapService("localhost", self.trust, self.spawn),
                    "127.0.0.1",
                    tls_port if secure else port,
                    ssl=context and context(),
                    server_hostname="localhost" if secure else None,
                )
                connection.speaker = ImapRelaying(server, ImapClient(), connection, service, self.told, keep)
                service.listen(connection.speaker)

            self.spawn(connect())
            return waiting

        await self.listen(speaker)


def _run(loop):
    loop.run_forever()
    loop.close()


@contextlib.contextmanager
def world(ca=None):
    """A world whose loop runs in a thread; `run` has it do something."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=_run, args=(loop,), name=f"imap {uuid.uuid4()}", daemon=True)
    thread.start()
    made = World(loop, ca or trustme.CA())
    made.run = lambda work: asyncio.run_coroutine_threadsafe(work, loop).result(30)
    try:
        yield made
    finally:

        async def stop():
            for server in made.servers:
                server.close()
            for each in tuple(made.connections):
                each.close()
            for task in tuple(made._tasks):
                task.cancel()
            loop.call_later(0.01, loop.stop)

        asyncio.run_coroutine_threadsafe(stop(), loop).result(30)
        thread.join(30)


@contextlib.contextmanager
def replayed(recording, ca=None, host=HOST):
    """A world that answers from a recording, or from its text."""
    with world(ca) as made:
        made.run(made.play(load(recording.encode()) if isinstance(recording, str) else recording, host))
        yield made


@contextlib.contextmanager
def recorded(port, tls_port=0, ca=None):
    """A world that records what a service on this port says."""
    with world(ca) as made:
        made.run(made.record(port, tls_port))
        yield made
