"""Answers what proxies ask this process: which recorded interactions match a request, as functions of a suite decide.

Listens on a Unix socket, so that it is reached from other network namespaces too, and by nobody but its user. Each
question has a thread: the function that answers one may itself send requests.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from recproxy.control.choices import AskedRequest, Choice, read_question, write_choice

__all__ = ["Chooser"]

_WAITING = 128  # connections: a proxy asks about 64 requests at once, and each lane has its own


class Chooser:
    """Asks `choose` for each question that comes to a socket at `path`, from its making until it is closed."""

    def __init__(self, path: Path, choose: Callable[[AskedRequest], Choice]) -> None:
        self.path = path
        self._choose = choose
        self._owner = os.getpid()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(_WAITING)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer nothing more; in a fork of the process that made it, nothing happens."""
        if self._owner != os.getpid():
            return
        with contextlib.suppress(OSError):  # not connected, as some systems say of a listener
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(1)
        self._listener.close()
        self.path.unlink(missing_ok=True)

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # it was closed
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as lines:
            connection.sendall(write_choice(self._chosen(lines.readline())))

    def _chosen(self, line: bytes) -> Choice:
        try:
            return self._choose(read_question(line))
        except BaseException as problem:  # noqa: BLE001 - a function of the suite's: it fails the request that was asked for
            return Choice(error=f"{type(problem).__name__}: {problem}")
