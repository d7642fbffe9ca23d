"""What the checks share: a run that `recproxy serve` holds, and what its processes use."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from process_tree import descendants

RECPROXY = (sys.executable, "-m", "recproxy")


@dataclass(frozen=True)
class Row:
    """What a check found: one row of docs/explanation/reliability.md."""

    asked: str
    found: str

    def __str__(self):
        return f"| {self.asked} | {self.found} |"


def environment(**more):
    """That of this process without what an outer run has set."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")} | more


@dataclass(frozen=True)
class Served:
    """A run that `recproxy serve` holds."""

    process: subprocess.Popen
    environment: dict

    def connect(self, name="SHOP_BASE_URL"):
        address = urlsplit(self.environment[name])
        sock = socket.create_connection((address.hostname, address.port), timeout=60)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def end(self):
        """End it: its exit code and what it said."""
        _, said = self.process.communicate(timeout=120)
        return self.process.returncode, said


@contextlib.contextmanager
def served(root, *words, **options):
    """Hold a run in a folder; it is stopped if it has not been ended."""
    more = options.pop("environment", {})
    process = subprocess.Popen(
        [*RECPROXY, "serve", "--profile", "shop", *words],
        cwd=root,
        env=environment(**more),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield Served(process, json.loads(line)["environment"])
    finally:
        if process.returncode is None:
            process.communicate(timeout=120)


def family(pid):
    """A process and those below it, by pid: what each is called."""
    found = {}
    for each in (pid, *descendants(pid)):
        with contextlib.suppress(OSError):
            found[each] = Path(f"/proc/{each}/comm").read_text().strip()
    return found


def memory(pid):
    """What a process has in memory, in KB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0
