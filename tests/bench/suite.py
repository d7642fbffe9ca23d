"""A suite of 100 tests with one request over HTTPS each: a whole run of it, beside tools that work in the test process.

    python tests/bench/suite.py [RIVALS [MITMDUMP]]

RIVALS is a folder with pytest-recording and cassetter, each in a folder of its own, because neither loads beside the other.

All run by this interpreter, each with the plugins that it needs and no other. What is measured is the time from the start
of the command to its end. The last row is another suite: the one of vcrpy with its cassettes, unedited, in a run.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import service
from mock_servers import TRUSTED, MockServer, prepare
from rows import Row, Tools, beside, in_turns
from service import HOST

TESTS = 100
SUITE = """
import os, pytest, requests
{mark}
@pytest.mark.parametrize("number", range({count}))
def test_item(number):
    assert requests.get(f"{{os.environ['SERVICE']}}/items/{{number}}").json()["id"] == number
"""
MARKS = {"recproxy": "", "vcrpy": "pytestmark = pytest.mark.vcr", "cassetter": "pytestmark = pytest.mark.vcr"}
PLUGINS = {
    "recproxy": "recproxy.pytest_plugin",
    "vcrpy": "pytest_recording.plugin",
    "cassetter": "cassetter.pytest_plugin",
}
#: The tools that work in the test process, and what brings their plugin.
DISTRIBUTIONS = {"vcrpy": "pytest-recording", "cassetter": "cassetter"}
NAMES = {
    "live": "the service on loopback",
    "vcrpy": "vcrpy with pytest-recording",
    "cassetter": "cassetter",
    "mitmdump": "mitmdump --server-replay",
}
#: How the suite is run: what is said of it, and the words for pytest.
WAYS_TO_RUN: Mapping[str, tuple[str, ...]] = {"": (), " with two workers": ("-n", "2")}
#: The highest ratios wanted.
GOALS = {"vcrpy": 1.2, "live": 1.0}


class Suites:
    """One suite for each tool, recorded once, and the commands that replay it."""

    def __init__(self, tools: Tools, root: Path, running: service.Service, count: int = TESTS) -> None:
        self._tools = tools
        self._root = root
        self._service = running
        self._count = count
        for name, mark in MARKS.items():
            folder = root / name
            folder.mkdir()
            (folder / "test_shop.py").write_text(SUITE.format(mark=mark, count=count))
        for name in ("recproxy", "vcrpy"):
            (root / name / "pyproject.toml").write_text(running.profile)

    @property
    def rivals(self) -> list[str]:
        """The tools of the test process that are at hand."""
        folder = self._tools.rivals
        return [name for name, brings in DISTRIBUTIONS.items() if folder is not None and (folder / brings).is_dir()]

    def environment(self, **more: str) -> dict[str, str]:
        """The user's own, without what would change what is measured."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.upper().endswith(("_PROXY", "_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"))
            and not name.startswith(("RECPROXY", "PYTEST", "PYTHONDONTWRITE"))
        }
        return kept | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | more

    def _direct(self, rival: str = "") -> dict[str, str]:
        direct = {
            "SERVICE": f"https://localhost:{self._service.tls}",
            "REQUESTS_CA_BUNDLE": str(self._service.authority),
        }
        if rival and self._tools.rivals is not None:
            direct["PYTHONPATH"] = str(self._tools.rivals / DISTRIBUTIONS[rival])
        return self.environment(**direct)

    def _pytest(self, python: str, name: str, *words: str) -> list[str]:
        plugin = ("-p", PLUGINS[name]) if name else ()
        return [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "xdist.plugin", *plugin, *words]

    def run(self, command: list[str], name: str, environment: dict[str, str]) -> float:
        """Seconds of one run, all of whose tests must pass."""
        begun = time.perf_counter()
        done = subprocess.run(
            command, cwd=self._root / name, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        passed = time.perf_counter() - begun
        assert done.returncode == 0 and f"{self._count} passed" in done.stdout, done.stdout + done.stderr
        return passed

    def recproxy(self, *words: str, mode: str = "replay") -> float:
        """A run through recproxy."""
        command = [self._tools.python, "-m", "recproxy", "run", "--mode", mode, "--profile", "shop", "--"]
        command += self._pytest(self._tools.python, "recproxy", *words)
        return self.run(command, "recproxy", self.environment(SERVICE=f"https://{HOST}"))

    def live(self, *words: str) -> float:
        """The same requests, answered by the service."""
        return self.run(self._pytest(self._tools.python, "", *words), "recproxy", self._direct())

    def rival(self, name: str, *words: str) -> float:
        """The same suite by a tool that patches the test process."""
        return self.run(self._pytest(self._tools.python, name, *words), name, self._direct(name))

    def bridged(self, *, run: bool = True) -> float:
        """The suite of vcrpy in a run, answered from its cassettes; or the same suite by itself."""
        words = self._pytest(self._tools.python, "vcrpy")
        if run:
            before = [self._tools.python, "-m", "recproxy", "run", "--mode", "replay", "--profile", "shop", "--"]
            words = [*before, *words, "-p", PLUGINS["recproxy"]]
        return self.run(words, "vcrpy", self._direct("vcrpy") | {"SERVICE": f"https://{HOST}"})

    def mitmdump(self, *words: str, record: bool = False) -> float:
        """The same suite through mitmdump, from its start to its end; the tests begin when it can be reached."""
        assert self._tools.mitmdump is not None
        port, flows, home = service.free_port(), self._root / "flows", self._root / "mitm"
        options = ["-w", str(flows), "--set", "ssl_insecure=true"]
        if not record:
            options = ["--server-replay", str(flows), "--set", "server_replay_reuse=true"]
            options += ["--set", "server_replay_extra=404", "--set", "connection_strategy=lazy"]
        begun = time.perf_counter()
        started = [
            self._tools.mitmdump,
            "-q",
            "--listen-host",
            "127.0.0.1",
            "-p",
            str(port),
            "--set",
            f"confdir={home}",
        ]
        proxy = subprocess.Popen([*started, *options], env=self.environment(), stdout=subprocess.DEVNULL)
        try:
            service.reachable(port)
            environment = self._direct() | {
                "HTTPS_PROXY": f"http://127.0.0.1:{port}",
                "REQUESTS_CA_BUNDLE": str(home / "mitmproxy-ca-cert.pem"),
            }
            command = self._pytest(self._tools.python, "", *words)
            self.run(command, "recproxy", environment)
        finally:
            proxy.send_signal(signal.SIGINT)
            proxy.wait()
        return time.perf_counter() - begun

    def mock_server(self, server: MockServer, *words: str) -> float:
        """The same suite through a tool that was given the answers, from its start to its end."""
        begun = time.perf_counter()
        root = self._root / "mock_servers"
        with server.running(root, proxy=True) as (_, port):
            environment = self.environment(
                SERVICE=f"https://{HOST}",
                HTTPS_PROXY=f"http://127.0.0.1:{port}",
                REQUESTS_CA_BUNDLE=str(root / TRUSTED),
            )
            self.run(self._pytest(self._tools.python, "", *words), "recproxy", environment)
        return time.perf_counter() - begun

    def record(self) -> None:
        """Make the recordings of all; some can only be told the answers."""
        answers = {f"/items/{number}": service.answer_to(number).decode() for number in range(self._count)}
        prepare(self._root / "mock_servers", answers)
        self.recproxy(mode="record")
        for name in self.rivals:
            self.rival(name, "--record-mode=once")
        if self._tools.mitmdump:
            self.mitmdump(record=True)

    def move_cassettes(self) -> None:
        """Have vcrpy's cassettes be of the host that a profile owns; they were recorded from this machine."""
        for path in (self._root / "vcrpy").rglob("*.yaml"):
            path.write_text(path.read_text().replace(f"localhost:{self._service.tls}", HOST))


def rows(tools: Tools, count: int = TESTS, ways_to_run: Mapping[str, tuple[str, ...]] = WAYS_TO_RUN) -> Iterator[Row]:
    """The rows of the table: a whole run, one with two workers, and one of vcrpy's suite."""
    with tempfile.TemporaryDirectory() as name, service.running(Path(name) / "service") as running:
        suites = Suites(tools, Path(name), running, count)
        suites.record()
        for how, words in ways_to_run.items():
            ways: dict[str, Callable[[], float]] = {
                "recproxy": partial(suites.recproxy, *words),
                "live": partial(suites.live, *words),
            }
            ways |= {rival: partial(suites.rival, rival, *words) for rival in suites.rivals}
            if tools.mitmdump:
                ways["mitmdump"] = partial(suites.mitmdump, *words)
            ways |= {server.name: partial(suites.mock_server, server, *words) for server in tools.mock_servers}
            got = in_turns(ways)
            what = f"{count} tests with one request over HTTPS each{how}, the whole run"
            for other in ways:
                if other != "recproxy":
                    yield beside(what, "s", got["recproxy"], NAMES.get(other, other), got[other], GOALS.get(other))
        if "vcrpy" not in suites.rivals:
            return
        suites.move_cassettes()
        got = in_turns({"bridged": suites.bridged, "alone": partial(suites.bridged, run=False)})
        what = f"{count} tests of vcrpy with a cassette each, unedited, in a run"
        yield beside(what, "s", got["bridged"], NAMES["vcrpy"], got["alone"], 1.3)


def main(rivals: str = "", mitmdump: str | None = None) -> None:
    for row in rows(Tools(sys.executable, Path(rivals) if rivals else None, mitmdump)):
        print(*row.cells(), sep=" | ", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
