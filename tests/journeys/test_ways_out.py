"""Ways out of a run, in a world where every name answers and every address listens: a leak is seen as one."""

import asyncio
import re
import socket
import sys
from pathlib import Path

import pytest
import ways_out
from deadlines import seconds
from namespaces import need_namespaces

from recproxy.control.acceptor import Acceptor
from recproxy.orchestrator import isolated_names
from recproxy.orchestrator.isolated_names import NameServer
from recproxy.orchestrator.isolation import Isolation, isolated_files

PAGE = Path(__file__).parents[2] / "docs/explanation/isolation.md"
NAMES = sorted((way for way, *_ in ways_out.WAYS), key=len, reverse=True)


class World:
    """A network in which whatever leaves a run arrives; `seen` is all that did."""

    def __init__(self, folder, monkeypatch):
        self.seen = bytearray()
        self._loop = asyncio.get_running_loop()
        self._readers = []
        self.network = Isolation()
        self.network.ready()
        (folder / "ca.pem").write_bytes(b"")
        self.network.bind([pair for pair in isolated_files(folder, folder / "ca.pem") if pair[0].name != "ca.pem"])
        answer = isolated_names.answer
        monkeypatch.setattr(
            isolated_names, "answer", lambda query, *names: self.seen.extend(query) or answer(query, *names)
        )
        every = ("0.0.0.0", "::")
        self._names = NameServer(self.network.listen(*(("udp", address, 53) for address in every)), "here", self._loop)
        ports = [("tcp", address, port) for address in every for port in (80, 443, 587, ways_out.PORT)]
        self._acceptors = [Acceptor(self._loop, sock, self._watch) for sock in self.network.listen(*ports)]
        for sock in self.network.listen(*(("udp", address, ways_out.PORT) for address in every)):
            self._watch(sock)

    def close(self):
        for acceptor in self._acceptors:
            acceptor.close()
        self._names.close()
        for sock in self._readers:
            self._loop.remove_reader(sock)
            sock.close()
        self.network.close()

    def _watch(self, sock):
        self._readers.append(sock)
        self._loop.add_reader(sock, self._read, sock)

    def _read(self, sock):
        try:
            data = sock.recv(65536)
        except OSError:
            data = b""
        self.seen += data + b"\n"
        if sock.type == socket.SOCK_STREAM:  # one message says all
            self._loop.remove_reader(sock)
            self._readers.remove(sock)
            sock.close()


def leaks(project, folder, here, monkeypatch, *words):
    """The ways that arrive in the world from a run with these options, and those that could be tried."""

    async def ran():
        world = World(here, monkeypatch)
        try:
            environment = {**project.environment(), "PYTHONDONTWRITEBYTECODE": "1"}
            process = await asyncio.create_subprocess_exec(
                *(*world.network.prefix, "-1"),
                *("env", "-C", str(project.root), sys.executable, "-m", "recproxy", "run", "--profile", "shop", *words),
                *("--", sys.executable, ways_out.__file__, str(folder)),
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
            _, err = await asyncio.wait_for(process.communicate(), seconds(90))
            assert process.returncode in (0, 3), err.decode()
        finally:
            world.close()
        return bytes(world.seen)

    seen = asyncio.run(ran()).decode("latin-1")
    found = set()
    for name in NAMES:  # the longer first: one may begin as another does
        if name in seen:
            found.add(name)
            seen = seen.replace(name, "")
    return found, {way for way, *_ in ways_out.available(folder)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the programs are that had to be compiled."""
    made = tmp_path_factory.mktemp("ways")
    ways_out.built(made)
    return made


@pytest.mark.long
def test_no_way_leads_out_of_an_isolated_run(project, folder, tmp_path_factory, monkeypatch):
    need_namespaces()

    found, _ = leaks(project, folder, tmp_path_factory.mktemp("world"), monkeypatch, "--isolate")

    assert found == set()


@pytest.mark.long
def test_without_isolation_those_leave_that_the_page_names(project, folder, tmp_path_factory, monkeypatch):
    need_namespaces()

    found, tried = leaks(project, folder, tmp_path_factory.mktemp("world"), monkeypatch)

    assert found == {way for way, is_seen, *_ in ways_out.WAYS if not is_seen} & tried


def test_the_page_has_each_way():
    rows = re.findall(r"^\| `([a-zA-Z0-9-]+)` \|.*\| (refused|leaves) \| refused \|$", PAGE.read_text(), re.MULTILINE)

    assert rows == [(way, "refused" if is_seen else "leaves") for way, is_seen, *_ in ways_out.WAYS]
