"""A world that breaks in the middle of a run: what the run ends with, and what it says.

What needs a small disk or another clock runs in namespaces of its own, which Linux gives without root.
"""

import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import prestarted
from shop_project import PROFILE, RECORDING, make_project
from world import RECPROXY, Row, environment, family, memory, served

from recproxy.recording import load

UPSTREAM = '[tool.recproxy.profiles.shop.upstream]\naddress = "http://127.0.0.1:{port}"\ntimeout = {timeout}\n'
FETCH = "import os, urllib.request as u; u.urlopen(os.environ['SHOP_BASE_URL'] + '/item', timeout=60).read()"
#: In namespaces of its own: the folder is a disk of so many bytes, then the words are run in it.
ON_DISK = 'mount -t tmpfs -o size="$1" none "$2" && cp -r "$3/." "$2" && cd "$2" && shift 3 && exec "$@"'


@dataclass(frozen=True)
class Ended:
    """A run that has ended: what it said is its lines on stderr, without those of the command."""

    code: int
    said: list

    def line(self, wanted):
        """The one line that matters."""
        found = [line for line in self.said if re.search(wanted, line)]
        assert len(found) >= 1, (self.code, self.said)
        assert not [line for line in self.said if line.startswith(("Traceback", '  File "'))], self.said
        return found[0]


def _run(root, *command, mode="record", before=(), **more):
    words = ["run", "--mode", mode, "--profile", "shop", "--", *command]
    if before or "PYTHONPATH" in more:
        done = subprocess.run(
            [*before, *RECPROXY, *words],
            cwd=root,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
    else:
        done = prestarted.run("recproxy", words, cwd=root, environment=environment(**more), timeout=300)
    lines = done.stderr.splitlines()
    return Ended(done.returncode, [line for line in lines if line.startswith("recproxy")] or lines)


@contextlib.contextmanager
def _project(port=0, timeout=30):
    with tempfile.TemporaryDirectory() as folder:
        yield make_project(Path(folder), PROFILE + (UPSTREAM.format(port=port, timeout=timeout) if port else ""))


@contextlib.contextmanager
def service(talk):
    """A service on loopback whose connections are `talk(socket)`, each in a thread: its port."""
    stop = threading.Event()

    def serve(listener):
        while not stop.is_set():
            with contextlib.suppress(OSError):
                sock, _ = listener.accept()
                threading.Thread(target=_talk, args=(talk, sock, stop), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def _talk(talk, sock, stop):
    with sock, contextlib.suppress(OSError):
        sock.recv(65536)
        talk(sock, stop)


def _answer(size):
    def talk(sock, _):
        sock.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % size + b"a b\n" * (size // 4)
        )

    return talk


def disk_full():
    """The disk of the project is full while it records."""
    with service(_answer(400_000)) as port, _project(port) as root, tempfile.TemporaryDirectory() as disk:
        before = ("unshare", "-Urm", "sh", "-c", ON_DISK, "-", "200k", disk, str(root))
        ended = _run(root, sys.executable, "-c", FETCH, before=before)
    line = ended.line("No space left on device")
    assert ended.code in {1, 2}, ended
    return Row(
        "The disk is full while a run records",
        f"the run ends with {ended.code}: `{_short(line)}`",
    )


def read_only(modes=("record", "replay")):
    """The recordings are in a folder that cannot be written."""
    with service(_answer(40)) as port, _project(port) as root, tempfile.TemporaryDirectory() as disk:
        script = 'mount --bind "$3" "$2" && mount -o remount,bind,ro "$2" && cd "$2" && shift 3 && exec "$@"'
        before = ("unshare", "-Urm", "sh", "-c", script, "-", "-", disk, str(root))
        ended = _run(root, sys.executable, "-c", FETCH, before=before)
        if "replay" in modes:
            replayed = _run(root, sys.executable, "-c", FETCH, before=before, mode="replay")
            assert replayed.code == 0, replayed
    line = ended.line("cannot be written: permission denied")
    assert ended.code in {1, 2}, ended
    return Row("The project is read-only", f"a replay passes; a recording ends with {ended.code}: `{_short(line)}`")


def temporary_folder_gone(modes=("record", "replay")):
    """The temporary folder is removed in the middle of a run."""
    program = "import os, shutil; shutil.rmtree(os.environ['TMPDIR']); " + FETCH
    ended = {}
    for mode in modes:
        with service(_answer(40)) as port, _project(port) as root, tempfile.TemporaryDirectory() as folder:
            shutil.copytree(folder, f"{folder}/t")
            ended[mode] = _run(root, sys.executable, "-c", program, mode=mode, TMPDIR=f"{folder}/t")
    said = [line for each in ended.values() for line in each.said]
    assert not [line for line in said if line.startswith("Traceback")], said
    assert {each.code for each in ended.values()} == {0}, ended
    return Row("TMPDIR is removed in the middle of a run", "replay and record pass")


def clock_stepped_back(modes=("record", "replay")):
    """The clock of the wall goes back by an hour in the middle of a run."""
    # time.time is patched in every process of the run, by a module that Python loads at its start: Linux lets
    # no namespace have a wall clock of its own.
    patch = (
        "import os, time\nreal = time.time\n"
        "time.time = lambda: real() - (3600 if os.path.exists(os.environ.get('STEP', '')) else 0)\n"
    )
    program = "import os; open(os.environ['STEP'], 'w').close(); " + FETCH
    ended = {}
    for mode in modes:
        with service(_answer(40)) as port, _project(port) as root, tempfile.TemporaryDirectory() as folder:
            Path(folder, "sitecustomize.py").write_text(patch)
            ended[mode] = _run(root, sys.executable, "-c", program, mode=mode, PYTHONPATH=folder, STEP=f"{folder}/step")
            if mode == "record":
                path = root / "tests/functional/recordings/shop/default.rec"
                assert len(load(path.read_bytes()).interactions) == 1
    assert {each.code for each in ended.values()} == {0}, ended
    return Row("The clock goes back by an hour", "record and replay pass, and the recording is whole")


def slow_service(seconds):
    """A service that sends a byte a second."""

    def talk(sock, stop):
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % seconds)
        for _ in range(seconds):
            stop.wait(1)
            sock.sendall(b"a")

    with service(talk) as port, _project(port, timeout=3) as root:
        whole = _run(root, sys.executable, "-c", FETCH)
        path = root / "tests/functional/recordings/shop/default.rec"
        (one,) = load(path.read_bytes()).interactions
    assert (whole.code, one.response.body) == (0, b"a" * seconds), whole

    def silent(sock, stop):
        stop.wait(60)

    with service(silent) as port, _project(port, timeout=1) as root:
        ended = _run(root, sys.executable, "-c", FETCH)
    line = ended.line("sent nothing for 1 s")
    assert ended.code in {1, 3}, ended
    return Row(
        "A service sends a byte a second",
        f"each byte passes at once and the recording is whole ({seconds} bytes); one that sends nothing within "
        f"`upstream.timeout` is a 504: `{_short(line)}`",
    )


def client_that_never_reads(size):
    """A client asks for a large body again and again, and reads nothing."""
    recording = RECORDING.replace('{"id": 1, "name": "a thing"}', json.dumps({"pad": "x" * size}))
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder), recording=recording)
        with served(root) as run:
            processes = family(run.process.pid)
            with run.connect() as deaf, run.connect() as other:
                other.sendall(b"GET /item HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                while other.recv(1 << 20):
                    pass
                before = max(map(memory, processes))
                deaf.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    for _ in range(100_000):
                        deaf.send(b"GET /item HTTP/1.1\r\nHost: localhost\r\n\r\n")
                with run.connect() as last:
                    last.sendall(b"GET /item HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    assert last.recv(20).startswith(b"HTTP/1.1 200 OK")
                grown = max(map(memory, processes)) - before
            code, said = run.end()
    assert code == 0, said
    assert grown < 4 * size // 1024 + 20_000, grown
    return Row(
        "A client asks on and never reads",
        f"others are answered; the proxy stops reading from it, and has {grown:,} KB more memory for bodies of {size:,} bytes",
    )


def power_loss():
    """Which files reach the disk, in which order, before anything says that they are there."""
    with service(_answer(40)) as port, _project(port) as root, tempfile.TemporaryDirectory() as folder:
        trace = Path(folder, "trace")
        calls = "fsync,fdatasync,rename,renameat,renameat2"
        # --seccomp-bpf: no process stops at another call.
        before = ("strace", "-f", "--seccomp-bpf", "-y", "-e", f"trace={calls}", "-o", str(trace))
        ended = _run(root, sys.executable, "-c", FETCH, before=before)
        lines = trace.read_text(errors="replace").splitlines()
    assert ended.code == 0, ended
    renames = [number for number, line in enumerate(lines) if "rename" in line and "default.rec" in line]
    synced = [number for number, line in enumerate(lines) if "fsync(" in line]
    file = [number for number in synced if "default.rec" in lines[number] and number < renames[-1]]
    place = [number for number in synced if "recordings/shop>" in lines[number] and number > renames[-1]]
    assert (len(renames), bool(file), bool(place)) == (1, True, True), [lines[each] for each in (*renames, *synced)]
    return Row(
        "Power is lost",
        "the new recording is on the disk (fsync) before it gets its name (rename), and the folder after it (fsync); "
        "what only the journal holds may be lost",
    )


def _short(line):
    """A line without what is different each time."""
    line = re.sub(r"^recproxy: ", "", line.strip())
    return re.sub(r"(/[\w.-]+)+/(?=tests/|\.journal|default)|127\.0\.0\.1:\d+", ".../", line)[:160]
