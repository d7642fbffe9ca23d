"""A run that `recproxy serve` holds for one environment, spoken to by its streams and signals alone.

Knows processes and nothing of tox. It answers a start with one line of JSON, ends with its standard input, and with
SIGTERM where what was recorded is not to count; its report is what it wrote on standard error.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from recproxy.errors import ControlError

__all__ = ["Served"]

#: An orchestrator from a cold, loaded environment imports slowly; after this it is killed.
_START_SECONDS = 60.0
#: At its end it writes recordings; after this it is given up.
_STOP_SECONDS = 20.0


class Served:
    """One run; `environment` are the variables that lead to it.

    Args:
        python: the interpreter whose recproxy it is.
        options: of `recproxy serve`.
        folder: of the project.
        environment: what the test commands get, without the run.
        ended: called where it ends by itself: a proxy has died.

    Raises:
        ControlError: it did not start; its own words follow. Nothing is left running.
    """

    def __init__(
        self,
        python: str,
        options: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        ended: Callable[[], None],
    ) -> None:
        self._said: list[str] = []
        self._stopping = False
        self._ended = ended
        self._process = subprocess.Popen(
            [python, "-P", "-m", "recproxy", "serve", *options],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,  # a Ctrl-C is for the commands; this ends after them
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        try:
            told = self._first_line()
        except BaseException:
            self.stop(passed=False, ran=False)
            raise
        self.environment: dict[str, str] = told["environment"]
        #: What says that the commands have failed; empty for a recproxy that knows no such word.
        self._failed: str = told.get("failed", "")
        #: What stands before each command that is isolated.
        self.prefix: list[str] = told.get("prefix", [])

    def stop(self, *, passed: bool, ran: bool = True) -> tuple[int, str]:
        """End the run, and wait for it; its exit code and its report. What it recorded counts only if `passed`.

        Without `ran` the commands did not come to their end: then it says nothing of what they have not asked.
        """
        self._stopping = True
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if passed or (ran and self._failed):
            with suppress(BrokenPipeError):  # it has ended by itself
                self._process.stdin.write("" if passed else f"{self._failed}\n")
                self._process.stdin.close()
        else:
            self._process.terminate()  # and no end of its input, which may be seen first
        try:
            code = self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._listener.join(_STOP_SECONDS)
        return code, "".join(self._said)

    def _first_line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        alarm = threading.Timer(_START_SECONDS, self._process.kill)
        alarm.start()
        try:
            line = self._process.stdout.readline()
        finally:
            alarm.cancel()
        if not line:
            code = self._process.wait()
            self._listener.join(_STOP_SECONDS)
            said = "".join(self._said).strip().removeprefix("recproxy: ")
            raise ControlError(said or f"recproxy could not be started: exit code {code}")
        told: dict[str, Any] = json.loads(line)
        return told

    def _listen(self) -> None:
        """Keep what it says, for a full pipe would stop it; then see whether it ended unasked."""
        assert self._process.stderr is not None
        with self._process.stderr as stderr:
            for line in stderr:
                self._said.append(line)
        if not self._stopping and hasattr(self, "environment"):
            self._ended()
