"""A bridge in one test process, whichever library it is for: the cassettes that are open, and what all of them came to."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from recproxy.control.host_names import is_loopback, normal_host
from recproxy.control.private_folders import CASSETTE_FOLDER
from recproxy.testing.vcrpy_bridge.cassette_facts import CassetteFacts, CassetteSources
from recproxy.testing.vcrpy_bridge.modes import Runs
from recproxy.testing.vcrpy_bridge.open_cassette import OpenCassette

__all__ = ["Bridge"]

#: Ports that clients without a proxy are redirected from.
_PORTS = (80, 443)


_LONGEST_FOLDER = 60  # bytes


class Bridge:
    """Opens a scope for each cassette that a suite opens."""

    def __init__(self, mode: str | None, folder: Path) -> None:
        self._runs = Runs(mode, folder)
        self._folder: Path | None = None
        #: The command that records the current test, as a miss shows it.
        self.record = ""
        #: The id of the current test; empty where the runner is not pytest.
        self.test = ""
        self._number = 0
        #: The cassettes that are open, the innermost last.
        self.open: list[OpenCassette] = []
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, None] = {}
        self._ports: set[int] = set()

    def open_cassette(self, facts: CassetteFacts, sources: Callable[[Path, str], CassetteSources]) -> OpenCassette:
        """Open a scope for a cassette; `sources` takes a folder for what is written, and how names in it begin."""
        run = self._runs.of(facts.mode)
        self._ports.add(_port(run.session.address.url))  # first of all: a guard of the network may be on
        self._number += 1
        folder, stem = self._made(), f"{self._number}"
        socket = folder / f"{stem}.sock"
        opened = OpenCassette(facts, run, sources(folder, stem), socket, self._ports, self.record, self.test)
        for outer in self.open[-1:]:
            outer.look()
        opened.begin()
        self._lines |= dict.fromkeys((*facts.unhonoured, *_unreached(facts)))
        addresses = run.status()["addresses"][run.session.lane].values()
        self._ports.update(map(_port, addresses))
        self.open.append(opened)
        return opened

    @contextmanager
    def playing(self, facts: CassetteFacts, sources: Callable[[Path, str], CassetteSources]) -> Iterator[OpenCassette]:
        """A scope for a cassette while it is open."""
        opened = self.open_cassette(facts, sources)
        try:
            yield opened
        finally:
            self.close(opened)

    def close(self, opened: OpenCassette, *, passed: bool = False) -> None:
        """Close the scope of a cassette; when it is closed already, nothing happens."""
        opened.end(passed=passed)
        if opened in self.open:
            self.open.remove(opened)
            self._counts.update(opened.counts())

    def fail(self) -> None:
        """The test that has opened the cassettes fails."""
        for opened in self.open:
            opened.failed = True

    def leads_here(self, address: object) -> bool:
        """Whether a socket's address is one of the run's: its ports, or a made-up address of the redirect."""
        if not isinstance(address, tuple) or len(address) < 2:
            return False
        host, port = address[:2]
        takes_local = bool(self.open) and self.open[-1].takes_local
        return str(host).startswith("127.77.") or (is_loopback(str(host)) and (takes_local or port in self._ports))

    def untold(self, *, failing: bool = False) -> str:
        """The misses of the cassettes that are open, as far as they were not told yet.

        With `failing` those alone that fail tests, and nobody is asked where none was seen.
        """
        told = (each.untold() for each in self.open if not failing or (each.fails_tests and each.may_have_missed))
        return "\n\n".join(filter(None, told))

    def take(self) -> tuple[dict[str, int], list[str]]:
        """What cassettes did since the last time, and what of their settings was not honoured."""
        counts, self._counts = self._counts, Counter()
        lines, self._lines = self._lines, {}
        return dict(counts), list(lines)

    def stop(self) -> None:
        """Stop what was started, and remove what was written."""
        for opened in reversed(self.open):
            opened.end(passed=False)
        self.open.clear()
        self._runs.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _made(self) -> Path:
        if self._folder is None:
            # The path of a socket in it may have about a hundred bytes only.
            short = None if len(os.fsencode(tempfile.gettempdir())) < _LONGEST_FOLDER else "/tmp"  # noqa: S108
            self._folder = Path(tempfile.mkdtemp(prefix=CASSETTE_FOLDER, dir=short))
        return self._folder


def _port(url: str) -> int:
    return urlsplit(url).port or 0


def _unreached(facts: CassetteFacts) -> Iterator[str]:
    """Where requests of a cassette do not come to a proxy."""
    for host, port in facts.addresses:
        if port is not None and port not in _PORTS and not is_loopback(normal_host(host or "?")):
            yield f"cassette {facts.path}: port {port} of {host} is answered to clients that use proxy variables alone"
