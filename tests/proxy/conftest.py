"""A service on loopback that follows a script, and the environment of a user without proxies."""

import asyncio
import contextlib
import ssl
from typing import ClassVar

import pytest
import trustme
from deadlines import seconds


@pytest.fixture(autouse=True, scope="module")
def no_proxies():
    """What the tester has set is not what these tests are about."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        yield


@pytest.fixture(scope="session")
def trust(tmp_path_factory):
    """A CA in a file, and server contexts it vouches for."""

    class Trust:
        authority = trustme.CA()
        path = str(tmp_path_factory.mktemp("trust") / "ca.pem")
        contexts: ClassVar = {}

        def context(self, *hosts):
            """One for all tests, which nobody changes: to make it takes longer than most of them."""
            if hosts not in self.contexts:
                self.contexts[hosts] = self.own_context(*hosts)
            return self.contexts[hosts]

        def own_context(self, *hosts):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.authority.issue_cert(*hosts).configure_cert(context)
            return context

        def client(self):
            return ssl.create_default_context(cafile=self.path)

    Trust.authority.cert_pem.write_to_path(Trust.path)
    return Trust()


class Service:
    """Serves each connection by `script(reader, writer)`; `heads` are the request heads that `head` has read."""

    def __init__(self, script, context=None):
        self._script = script
        self._context = context
        self.heads = []
        self.connections = 0
        self._tasks = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        self.connections += 1
        self._tasks.add(asyncio.current_task())
        try:
            async with asyncio.timeout(seconds(20)):
                await self._script(self, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the test has ended
        finally:
            writer.close()
            with contextlib.suppress(OSError):  # ssl.SSLError is one
                await writer.wait_closed()
            self._tasks.discard(asyncio.current_task())

    async def head(self, reader):
        """Read a request's head; None at the end of the connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        self.heads.append(head)
        return head


async def answering(service, reader, writer):
    """The script of a usual service: keep-alive, a body by its length."""
    while head := await service.head(reader):
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        body = await reader.readexactly(length)
        said = b"%d" % len(body) if body else b"ok"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))


@pytest.fixture
def service():
    """Make a service: `async with service(script) as origin`; the usual one without a script."""

    def make(script=answering, context=None):
        return Service(script, context)

    return make
