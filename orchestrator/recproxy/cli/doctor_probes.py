"""Tries clients against a run of `recproxy doctor`: each asks for one recorded response, by one way at a time.

The run is `recproxy serve` in a temporary folder, with a profile and a recording of its own; it ends with its input, and
the folder goes with it. Nothing here asks a real service.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from recproxy.cli.doctor_clients import BUILT, SOURCE, TriedClient
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["ClientResult", "DoctorRun", "tried"]

#: Reserved by RFC 2606: no name server knows it.
_HOST = "doctor.recproxy.example"
_WORD = "recproxy-doctor-was-here"
_PROJECT = """java = true
recordings = "recordings"

[[profiles.doctor.endpoints]]
hosts = ["{host}"]
base_url = "DOCTOR_BASE_URL"
"""
_RECORDING = """#recproxy 2

GET http://{host}/ HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

{word}
=======
"""
_BUILD_SECONDS = 90  # for a compiler
_END_SECONDS = 20  # `serve` ends its scopes and proxies when its input ends
_AT_ONCE = 4  # clients: more would only wait for the processor, and run out of their seconds
_VERSION = lazy_pattern(r"[0-9]+(?:\.[0-9]+)+")
#: What leads clients to the run by its proxy; and what makes programs load the redirect, or a JVM its settings.
_PROXIES = frozenset(f"{name}_PROXY" for name in ("HTTP", "HTTPS", "ALL"))
_LOADED = ("NODE_OPTIONS", "BUN_OPTIONS", "PYTHONPATH", "JAVA_TOOL_OPTIONS")
#: What is left to a client that has no variable of the run.
_BARE = ("PATH", "HOME", "LANG", "TMPDIR", "JAVA_HOME", "LD_LIBRARY_PATH", "SYSTEMROOT")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientResult:
    """What came of a client: by which ways it reached the run, and what it printed where it did not by variables.

    `ca` says whether it trusts the run's certificate; None where no way tells. `isolated` is what isolation alone does:
    yes, no, "with variables" where the run's variables must be left, too, or "-" where none is possible here.
    """

    client: TriedClient
    version: str
    variables: bool
    redirect: bool
    ca: bool | None
    isolated: str
    said: str = ""


class DoctorRun:
    """A run to be asked; `prefix` are the words that bring a program into its network, if it is isolated."""

    def __init__(self, environment: Mapping[str, str], prefix: Sequence[str]) -> None:
        self.environment = dict(environment)
        self.prefix = list(prefix)

    @classmethod
    @contextlib.contextmanager
    def started(cls, *, isolate: bool) -> Iterator[DoctorRun]:
        """A run while it is up.

        Raises:
            OSError: it did not come up; the text says why.
        """
        with tempfile.TemporaryDirectory(prefix="recproxy-doctor-", ignore_cleanup_errors=True) as folder:
            root = Path(folder)
            root.joinpath("recproxy.toml").write_text(_PROJECT.format(host=_HOST))
            path = root / "recordings/doctor/default.rec"
            path.parent.mkdir(parents=True)
            path.write_text(_RECORDING.format(host=_HOST, word=_WORD))
            words = [
                sys.executable,
                "-m",
                "recproxy",
                "serve",
                "--profile",
                "doctor",
                *(["--isolate"] if isolate else []),
            ]
            environment = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY_")}
            process = subprocess.Popen(
                words, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            try:
                assert process.stdout is not None
                assert process.stderr is not None
                line = process.stdout.readline()
                if not line:
                    raise OSError(process.stderr.read().decode(errors="replace").strip() or "it said nothing")
                told = json.loads(line)
                yield cls(told["environment"], told.get("prefix", ()))
            finally:
                _end(process)


def tried(
    clients: Sequence[tuple[TriedClient, str]], plain: DoctorRun, isolated: DoctorRun | None, seconds: float
) -> list[ClientResult]:
    """What came of each client; each request may take so many seconds."""
    with (
        tempfile.TemporaryDirectory(prefix="recproxy-doctor-", ignore_cleanup_errors=True) as folder,
        ThreadPoolExecutor(_AT_ONCE) as pool,
    ):
        trials = [
            _Trial(client, path, Path(folder, str(number)), plain, isolated, seconds)
            for number, (client, path) in enumerate(clients)
        ]
        return list(pool.map(_Trial.result, trials))


@dataclass(slots=True)
class _Trial:
    client: TriedClient
    path: str
    folder: Path
    plain: DoctorRun
    isolated: DoctorRun | None
    seconds: float
    said: str = field(default="")

    def result(self) -> ClientResult:
        self.folder.mkdir()
        self._prepare()
        url, given = f"https://{_HOST}/", {**os.environ, **self.plain.environment}
        loaded = {name: os.environ.get(name, "") for name in _LOADED}
        variables = self._reaches(url, {**given, **loaded, "RECPROXY_REDIRECT": ""})
        said = "" if variables else self.said
        redirect = self._reaches(url, {name: value for name, value in given.items() if name.upper() not in _PROXIES})
        ca: bool | None = True if variables or redirect else None
        if not variables and self._reaches(f"http://{_HOST}/", {**given, **loaded, "RECPROXY_REDIRECT": ""}):
            ca = False
        return ClientResult(
            client=self.client,
            version=self._version(),
            variables=variables,
            redirect=redirect,
            ca=ca,
            isolated=self._isolated(url),
            said=said,
        )

    def _prepare(self) -> None:
        if self.client.source:
            self._source.write_text(self.client.source)
        if self.client.build:
            environment = {
                **os.environ,
                "GOCACHE": str(self.folder / "cache"),
                "CGO_ENABLED": "0",
                "GOFLAGS": "-mod=mod",
            }
            self._run([*map(self._named, self.client.build)], environment, _BUILD_SECONDS)

    def _isolated(self, url: str) -> str:
        if self.isolated is None:
            return "-"
        bare = {name: os.environ[name] for name in _BARE if name in os.environ}
        if self._reaches(url, bare, self.isolated.prefix):
            return "yes"
        given = {**os.environ, **self.isolated.environment}
        return "with variables" if self._reaches(url, given, self.isolated.prefix) else "no"

    def _reaches(self, url: str, environment: Mapping[str, str], prefix: Sequence[str] = ()) -> bool:
        words = [self._named(word) for word in self.client.words]
        program = [] if self.client.words[:1] == (BUILT,) else [self.path]
        self.said = self._run([*prefix, *program, *words, url], environment, self.seconds)
        return _WORD in self.said

    def _version(self) -> str:
        if self.client.is_python:
            from importlib import metadata

            try:
                return metadata.version(self.client.module)
            except metadata.PackageNotFoundError:  # of the standard library
                return ".".join(map(str, sys.version_info[:3]))
        word = "version" if self.client.program == "go" else "--version"
        found = _VERSION.search(self._run([self.path, word], os.environ, self.seconds))
        return found[0] if found else ""

    @property
    def _source(self) -> Path:
        return self.folder / f"Client{self.client.suffix}"

    def _named(self, word: str) -> str:
        return word.replace(SOURCE, str(self._source)).replace(BUILT, str(self.folder / "client"))

    def _run(self, words: Sequence[str], environment: Mapping[str, str], seconds: float) -> str:
        """What a program printed; also where it was ended because it took too long, and what it started with it."""
        with subprocess.Popen(
            words,
            cwd=self.folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process:
            try:
                return process.communicate(timeout=seconds)[0].decode(errors="replace")
            except subprocess.TimeoutExpired:
                with contextlib.suppress(OSError):
                    os.killpg(process.pid, 9)
                return process.communicate()[0].decode(errors="replace") + f"\nnothing within {seconds:g} seconds"


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.communicate(timeout=_END_SECONDS)  # the end of its input ends the run
    except subprocess.TimeoutExpired:
        process.terminate()
        process.communicate()
