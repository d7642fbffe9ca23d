"""Much at once: runs beside each other, lanes one after another, connections on which nothing happens."""

import contextlib
import http.client
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from kills import alive
from shop_project import make_project
from world import RECPROXY, Row, environment, family, memory, served

#: Says that its run is up, waits until all are, and asks.
FETCH = """
import os, urllib.request
base = os.environ["SHOP_BASE_URL"]
open(f"up/{os.getpid()}", "w").close()
open("gate").close()  # a pipe: waits until it is opened for writing
print(base, urllib.request.urlopen(base + "/item").read().decode().strip())
"""
ANSWER = '{"id": 1, "name": "a thing"}'
#: Seconds in which connections that were closed are gone from all processes.
_SETTLED = 10.0


def runs_at_once(count):
    """So many runs of one project, all of which are up at the same moment; each replays."""
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder))
        for name in ("up", "tmp"):
            (root / name).mkdir()
        os.mkfifo(root / "gate")
        before = _memory_left()
        began = time.monotonic()
        runs = [_start(root) for _ in range(count)]
        try:
            while len(list((root / "up").iterdir())) < count:
                assert all(run.poll() is None for run in runs), [run.communicate() for run in runs if run.poll()]
                time.sleep(0.1)
            up = time.monotonic() - began
            memory_used = before - _memory_left()
            known = {pid for run in runs for pid in family(run.pid)}
            with (root / "gate").open("w"):
                said = [run.communicate(timeout=600) for run in runs]
        finally:
            for run in runs:
                run.terminate()
        took = time.monotonic() - began
        left = [path.name for path in (root / "tmp").iterdir()]
    wrong = [each for run, each in zip(runs, said, strict=True) if run.returncode]
    assert not wrong, wrong[0]
    answers = [each[0].strip().split(" ", 1) for each in said]
    assert {text for _, text in answers} == {ANSWER}
    assert len({base for base, _ in answers}) == count  # none has the port of another
    assert not left, left
    assert not [pid for pid in known if alive(pid)]
    return Row(
        f"{count} runs of one project at once",
        f"all were up after {up:.0f} s, with {memory_used / 1e6:.1f} GB of memory, each at a port of its own; "
        f"all passed, and nothing was left, after {took:.0f} s",
    )


def _start(root):
    return subprocess.Popen(
        [*RECPROXY, "run", "--profile", "shop", "--", sys.executable, "-c", FETCH],
        cwd=root,
        env=environment(TMPDIR=str(root / "tmp")),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _memory_left():
    """The memory of this machine that nobody uses, in KB."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:"))


def lanes(count):
    """So many lanes opened, used and closed in one run."""
    with tempfile.TemporaryDirectory() as folder, served(make_project(Path(folder))) as run:
        processes = family(run.process.pid)
        _lane(run, "first")
        before = {pid: (memory(pid), _descriptors(pid)) for pid in processes}
        began = time.monotonic()
        for number in range(count):
            _lane(run, f"lane-{number}")
        took = time.monotonic() - began
        until = time.monotonic() + _SETTLED  # the proxy has yet to see that its last client has gone
        while any(_descriptors(pid) > before[pid][1] for pid in processes) and time.monotonic() < until:
            time.sleep(0.01)
        after = {pid: (memory(pid), _descriptors(pid)) for pid in processes}
        assert family(run.process.pid).keys() == processes.keys()
        code, said = run.end()
    assert code == 0, said
    more = {name: after[pid][1] - before[pid][1] for pid, name in processes.items()}
    assert max(more.values()) <= 0, more
    grown = max(after[pid][0] - before[pid][0] for pid in processes)
    assert grown < 20_000, grown
    return Row(
        f"{count:,} lanes opened, used and closed", f"in {took:.0f} s; no file stays open; {grown:,} KB more memory"
    )


def _lane(run, name):
    address = urlsplit(run.environment["RECPROXY_CONTROL"]).netloc
    caller = http.client.HTTPConnection(address, timeout=60)

    def call(method, path, value=None):
        headers = {"Authorization": f"Bearer {run.environment['RECPROXY_TOKEN']}"}
        caller.request(method, path, json.dumps(value) if value is not None else None, headers)
        answer = caller.getresponse()
        text = answer.read()
        assert answer.status < 300, text
        return json.loads(text)

    base = urlsplit(call("POST", "/lanes", {"lane": name})["environment"]["SHOP_BASE_URL"])
    client = http.client.HTTPConnection(base.netloc, timeout=60)
    client.request("GET", "/item")
    assert client.getresponse().read().decode().strip() == ANSWER
    client.close()
    call("DELETE", f"/lanes/{name}")
    caller.close()


def _descriptors(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def idle_connections(count, limit=None):
    """So many connections on which nothing happens, in turn to the gateway, the base URL and the control address."""
    names = ("HTTP_PROXY", "SHOP_BASE_URL", "RECPROXY_CONTROL")
    options = {"preexec_fn": partial(resource.setrlimit, resource.RLIMIT_NOFILE, (limit, limit))} if limit else {}
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as held:
            run = held.enter_context(served(make_project(Path(folder)), **options))
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # for our ends of them
            for number in range(count):
                held.enter_context(run.connect(names[number % 3]))
            client = http.client.HTTPConnection(urlsplit(run.environment["SHOP_BASE_URL"]).netloc, timeout=60)
            client.request("GET", "/item")
            assert client.getresponse().read().decode().strip() == ANSWER
            client.close()
            _lane(run, "one-more")
            code, said = run.end()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert code == 0, said
    lines = said.splitlines()
    assert len(lines) <= 6, said
    assert all(line.startswith("recproxy") for line in lines), said
    where = f"at a limit of {limit} open files" if limit else f"at the default limit of {soft:,} open files"
    return Row(
        f"{count:,} idle connections {where}", f"a request and a lane are answered; {len(lines)} lines on stderr"
    )
