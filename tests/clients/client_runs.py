"""Runs a client under `recproxy run` in one of three ways, and says what came of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from client_table import Client

ANSWER = "answered from the recording"
#: On a machine that does other work too.
SECONDS = 120
BUILD_SECONDS = 900
PROJECT = """
[tool.recproxy]
{project}
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
base_url = "SHOP_BASE_URL"
"""
_INTERACTION = """
GET https://api.shop.example{path} HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/html; charset=utf-8

{body}
=======
"""
_PACKAGE = {"name": "item", "version": "1.0.0", "description": ANSWER}
#: The usual path, that of a client whose paths have two segments, one that browsers ask for, and one of npm's.
_BODIES = {
    "/item": ANSWER,
    "/shelf/item": ANSWER,
    "/favicon.ico": ANSWER,
    "/registry/item": json.dumps({"name": "item", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": _PACKAGE}}),
}
#: A call of gRPC, whose message has no names.
_CALL = f"""
POST https://api.shop.example/shop.Shop/Item HTTP/1.1
:encoding grpc

{{}}
====
HTTP/1.1 200 OK
Content-Type: application/grpc
:trailer grpc-status: 0
:encoding grpc

{{"1": "{ANSWER}"}}
=======
"""
#: A WebSocket at the usual path.
_CONVERSATION = f"""
GET wss://api.shop.example/item HTTP/1.1

====
HTTP/1.1 101 Switching Protocols

> item
< {ANSWER}
:leave 1000
=======
"""
_PAGES = (_INTERACTION.format(path=path, body=body) for path, body in _BODIES.items())
RECORDING = "".join(("#recproxy 2\n", *_PAGES, _CALL, _CONVERSATION))
RUN = (sys.executable, "-m", "recproxy", "run")
URL = "https://api.shop.example/item"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A word of the column, and what was printed where it is not the expected one."""

    word: str
    output: str


class Bench:
    """A folder with a project, in which one client is run."""

    def __init__(self, client: Client, folder: Path, packages: Path) -> None:
        self._client = client
        self._folder = folder
        self._home = folder / "home"
        program = folder / f"client{client.suffix}"
        self._words = {
            "python": sys.executable,
            "home": str(Path.home()),
            "chromium": shutil.which("chromium") or "",
            "program": str(program),
            "folder": str(folder),
            "packages": str(packages),
        }
        recordings = folder / "tests/functional/recordings/shop"
        recordings.mkdir(parents=True)
        self._home.mkdir()
        (folder / "pyproject.toml").write_text(PROJECT.format(project=client.project))
        (recordings / "default.rec").write_text(RECORDING)
        program.write_text(client.program)

    def build(self) -> str:
        """Compile the program, where that is needed; what the compiler said, if it failed."""
        if not self._client.build:
            return ""
        done = run(self._filled(self._client.build, URL), self._folder, BUILD_SECONDS)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def environment(self) -> Outcome:
        """By the variables that a run sets, and nothing else."""
        return self._outcome(self._filled(self._client.command, URL))

    def base_url(self) -> Outcome:
        """By the profile's base URL."""
        words = self._filled(self._client.command, "BASE_URL/item")
        quoted = ("'" + word.replace("'", "'\\''") + "'" for word in words)
        script = " ".join(quoted).replace("BASE_URL", "'\"$SHOP_BASE_URL\"'")
        return self._outcome(["sh", "-c", script])

    def isolated(self) -> Outcome:
        """With --isolate: in an empty environment, or else with the variables."""
        words = self._filled(self._client.command, URL)
        bare = self._outcome(["env", "-i", *self._few(), *words], "--isolate")
        if bare.word == "yes":
            return bare
        full = self._outcome(words, "--isolate")
        return Outcome(word="with variables", output=bare.output) if full.word == "yes" else full

    def _few(self) -> list[str]:
        """The variables that programs are found by."""
        return [f"PATH={os.environ['PATH']}", f"HOME={self._home}", "LANG=C.UTF-8"]

    def _filled(self, words: tuple[str, ...], url: str) -> list[str]:
        return [word.format(url=url, **self._words) for word in words]

    def _outcome(self, words: list[str], *options: str) -> Outcome:
        done = run([*RUN, "--profile", "shop", *options, "--", *words], self._folder)
        output = f"exit code {done.returncode}\n{done.stdout}{done.stderr}"
        if done.returncode == 0 and ANSWER in done.stdout:
            return Outcome(word="yes", output=output)
        is_named = bool(self._client.refusal) and re.search(self._client.refusal, done.stderr)
        return Outcome(word="refused" if is_named else "no", output=output)


def run(words: list[str], folder: Path, seconds: int = SECONDS) -> subprocess.CompletedProcess[str]:
    """Run a command that ends, or is ended."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "LANG", "TMPDIR", "VIRTUAL_ENV") or name.startswith(("XDG_", "LC_"))
    }
    process = subprocess.Popen(
        words,
        cwd=folder,
        env={**inherited, "HOME": str(folder / "home")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)  # a run ends its command, and says what was asked
        try:
            out, err = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
        err += f"\nended after {seconds} seconds\n"
    return subprocess.CompletedProcess(words, process.returncode, out, err)
