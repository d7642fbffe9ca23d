"""`recproxy serve`, started and stopped by a test process that no run has started."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from recproxy.control.pytest_commands import is_unittest
from recproxy.control.record_commands import KEYWORD_WORD
from recproxy.control.variables import MODE, PROXY, RECORD_COMMAND, SHOWN_FROM
from recproxy.errors import ControlError

__all__ = ["Server"]

#: At its end the orchestrator writes recordings; after this it is killed.
_STOP_SECONDS = 20.0
#: How lines of its report begin that are of use to somebody who has recorded, and whose test runner shows none of them.
_RECORDED = ("wrote ", "unchanged ", "kept the old recording", "recorded ", "redacted ", "unasked: ")


class Server:
    """An orchestrator of this process's own; `environment` are its variables.

    Args:
        mode: of the run; None takes what the environment says.
        folder: of the project; None is the working directory.
        any_host: answer for the hosts that no profile owns, too.
        record_command: what records, for messages; None is this process's own command.
        options: more options of `recproxy serve`, about its reports.
        shows_recorded: whether it says at its end what was recorded, unless pytest gives a `record_command`, and says so.

    Raises:
        ControlError: it could not be started; its own words follow.
    """

    def __init__(
        self,
        mode: str | None = None,
        folder: Path | None = None,
        *,
        any_host: bool = False,
        record_command: str | None = None,
        options: Sequence[str] = (),
        shows_recorded: bool = True,
    ) -> None:
        is_alone = shows_recorded and record_command is None
        if record_command is None:
            words = _own_command()
            chosen = f" {KEYWORD_WORD}" if is_unittest(words) else ""
            record_command = f"{MODE}=record {shlex.join(words)}{chosen}"
        told = ["::", "recproxy: the report cannot be written"]
        if is_alone and (mode or mode_of_environment()) not in ("replay", "none"):
            told += [f"recproxy: {each}" for each in _RECORDED]
        self._owner = os.getpid()
        self._process = subprocess.Popen(
            [
                # Tests ask for the services that they use: nobody has the credentials of all that are installed.
                *(sys.executable, "-P", "-m", "recproxy", "serve", "--late-credentials"),
                # What RECPROXY_MODE says it reads itself, so that an error names that.
                *(("--mode", mode or mode_of_environment()) if mode or not os.environ.get(MODE) else ()),
                *(("--any-host",) if any_host else ()),
                *options,
            ],
            cwd=folder,
            env=os.environ | {RECORD_COMMAND: record_command, SHOWN_FROM: str(Path.cwd())},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C is for the tests; it ends when its stdin does
        )
        if mode is None:
            _say_mode()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        with self._process.stdout as stdout:
            line = stdout.readline()
        if not line:
            self._refuse(self._process.stderr)
        self._listener = threading.Thread(target=_drain, args=(self._process.stderr, tuple(told)), daemon=True)
        self._listener.start()
        self.environment: dict[str, str] = json.loads(line)["environment"]

    @property
    def alive(self) -> bool:
        """Whether this process may use it: its own, and still running."""
        return self._owner == os.getpid() and self._process.poll() is None

    def stop(self) -> None:
        """Stop it, and wait; in a fork of the process that started it, nothing happens."""
        if self._owner != os.getpid():
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(_STOP_SECONDS)

    def _refuse(self, stderr: IO[str]) -> None:
        with stderr:
            said = stderr.read().strip().removeprefix("recproxy: ")
        assert self._process.stdin is not None
        self._process.stdin.close()
        code = self._process.wait()
        raise ControlError(f"recproxy could not be started: {said or f'exit code {code}'}")


def mode_of_environment() -> str:
    """The mode of a run that a test starts: `PROXY=1` is how 2011 asked to record."""
    mode = os.environ.get(MODE)
    if mode:
        return mode
    return "record" if os.environ.get(PROXY) == "1" else "replay"


def _own_command() -> list[str]:
    """How this process was started, as a person types it."""
    python, *words = sys.orig_argv
    if "-c" in words or not words:  # a program in an argument is no help to read again
        return ["COMMAND"]
    return [Path(python).name, *words]


def _say_mode() -> None:
    """Say what a variable makes of tests that would replay: it may be set for something else."""
    mode, does = mode_of_environment(), {"record": "is asked and recorded", "live": "is asked, and nothing is written"}
    if mode in does:  # vcrpy's names for modes explain themselves when the run starts
        variable = MODE if os.environ.get(MODE) else PROXY
        why = f"{variable}={os.environ[variable]}"
        print(f"recproxy: mode {mode}, because {why} is set: each real service {does[mode]}", file=sys.stderr)


def _drain(stream: IO[str], told: tuple[str, ...]) -> None:
    """Read what it says, and pass on what begins so: tests are told of their misses one by one."""
    with stream:
        for line in stream:
            if line.startswith(told):
                print(line, end="", file=sys.stderr)
