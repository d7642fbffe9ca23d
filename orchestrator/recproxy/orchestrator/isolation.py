"""Isolation of the command: namespaces of its own in which every name and address leads to this run.

A keeper makes and holds them (`namespace_keeper`), without root. Listeners are opened inside and served from here, so
that proxies and upstream connections stay outside. Linux only; where the kernel refuses, the error says what allows it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recproxy.errors import ConfigurationError, ProxyError
from recproxy.orchestrator.ca_bundle import root_files
from recproxy.orchestrator.isolation_advice import isolation_advice

__all__ = ["Isolation", "isolated_files", "isolation_problem"]

_KEEPER = Path(__file__).with_name("namespace_keeper.py")
_ENTRY = Path(__file__).with_name("namespace_entry.py")
_REPLY_LIMIT = 1 << 16  # bytes: the keeper answers with a few short values
#: As many as a message can carry, SCM_MAX_FD.
_MOST_SOCKETS = 253
#: Making namespaces takes milliseconds; a loaded CI machine may take longer.
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0  # the keeper has nothing to save, and is killed then


class Isolation:
    """The namespaces of one run.

    Raises:
        ConfigurationError: this system does not allow them.
    """

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise ConfigurationError("--isolate needs Linux: run without it, and the redirect refuses what it can see")
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders.settimeout(_START_SECONDS)
        # Root maps every user, so that the command can still become another one.
        self._maps = os.geteuid() == 0
        words = [sys.executable, "-I", "-S", str(_KEEPER), str(theirs.fileno()), "parent" if self._maps else "itself"]
        self._keeper = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
        theirs.close()

    def ready(self) -> None:
        """Wait until they are made.

        Raises:
            ConfigurationError: this system does not allow them.
        """
        answer = self._receive()[0]
        if "map" in answer:
            self._map_all()
            self._orders.send(b"{}")
            answer = self._receive()[0]
        if "ready" not in answer:
            raise ConfigurationError(
                f"--isolate needs user namespaces, which this system refuses ({answer.get('problem', 'the keeper died')}): "
                f"allow them ({isolation_advice()}), or run without --isolate"
            )

    def bind(self, files: Sequence[tuple[Path, Path]]) -> None:
        """Let the command see the first file of each pair in the place of the second."""
        self._order({"bind": [[str(ours), str(theirs)] for ours, theirs in files]})

    def listen(self, *places: tuple[str, str, int]) -> list[socket.socket]:
        """Open sockets inside: protocol (`tcp`, `udp`), address and port of each."""
        descriptors = self._order({"listen": places})
        sockets = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        for sock in sockets:
            sock.setblocking(False)
        return sockets

    def outgoing(self, family: socket.AddressFamily) -> socket.socket:
        """A socket inside, of IPv4 or IPv6, to be connected to a server there: a socket stays where it was made.

        Raises:
            OSError: there is none of that family, or the namespaces are gone.
        """
        try:
            (descriptor,) = self._order({"ipv6": [family == socket.AF_INET6]})
        except ProxyError as problem:
            raise OSError(errno.ENETUNREACH, problem.message) from None
        sock = socket.socket(fileno=descriptor)
        sock.setblocking(False)
        return sock

    @property
    def connection_tables(self) -> list[str]:
        """The files of /proc that list the connections inside."""
        return [f"/proc/{self._keeper.pid}/net/{name}" for name in ("tcp", "tcp6")]

    @property
    def prefix(self) -> list[str]:
        """The words before a command that make it join them: the last one, still to come, is where problems go."""
        return [sys.executable, "-I", "-S", str(_ENTRY), str(self._keeper.pid)]

    def close(self) -> None:
        """End whoever is left in them, and the keeper."""
        self._orders.close()
        try:
            self._keeper.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
            self._keeper.wait()

    def _order(self, order: dict[str, Any]) -> list[int]:
        try:
            self._orders.send(json.dumps(order).encode())
        except OSError:
            raise ProxyError("the process that holds the namespaces of --isolate died") from None
        answer, descriptors = self._receive()
        if answer.get("problem") or not answer:
            raise ProxyError(f"--isolate: {answer.get('problem', 'the process that holds the namespaces died')}")
        return descriptors

    def _receive(self) -> tuple[dict[str, Any], list[int]]:
        try:
            data, descriptors, _, _ = socket.recv_fds(self._orders, _REPLY_LIMIT, _MOST_SOCKETS)
        except OSError:
            return {}, []
        return (json.loads(data) if data else {}), descriptors

    def _map_all(self) -> None:
        """Give the keeper's namespace the users and groups of this one, each under its own number."""
        for name in ("uid_map", "gid_map"):
            ranges = (line.split() for line in Path("/proc/self", name).read_text().splitlines())
            text = "".join(f"{inside} {inside} {count}\n" for inside, _, count in ranges)
            with contextlib.suppress(OSError):  # the keeper's next step fails, and says so
                Path("/proc", str(self._keeper.pid), name).write_text(text)


#: Daemons that look names up for others: what asks them would ask the real name servers.
_LOOKUP_SOCKETS = ("/run/nscd", "/run/systemd/resolve", "/run/avahi-daemon")


def isolated_files(folder: Path, bundle: Path) -> list[tuple[Path, Path]]:
    """The files that the command sees in the place of the system's, written to `folder`: names and trusted roots."""
    host = socket.gethostname()
    written = {
        "/etc/resolv.conf": "nameserver 127.0.0.1\n",
        "/etc/hosts": f"127.0.0.1 localhost {host}\n::1 localhost {host}\n",
        "/etc/nsswitch.conf": _files_then_dns("/etc/nsswitch.conf"),
    }
    pairs = []
    for number, (place, text) in enumerate(written.items()):
        if Path(place).is_file():
            file = folder / f"isolated-{number}"
            file.write_text(text)
            file.chmod(0o644)
            pairs.append((file, Path(place).resolve()))
    empty = folder / "isolated-empty"
    empty.mkdir()
    pairs += [(empty, Path(place).resolve()) for place in _LOOKUP_SOCKETS if Path(place).is_dir()]
    bundle.chmod(0o644)
    return pairs + [(bundle, place.resolve()) for place in root_files()]


def _files_then_dns(path: str) -> str:
    """The system's nsswitch.conf, in which hosts come from files and name servers alone."""
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    return "\n".join([*(line for line in lines if not line.strip().startswith("hosts:")), "hosts: files dns", ""])


def isolation_problem() -> str:
    """Why a command cannot be isolated on this system, and what allows it; empty where it can."""
    try:
        made = Isolation()
    except ConfigurationError as problem:
        return problem.message
    try:
        made.ready()
    except ConfigurationError as problem:
        return problem.message
    finally:
        with contextlib.suppress(OSError):
            made.close()
    return ""
