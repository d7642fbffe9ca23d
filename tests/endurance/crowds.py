"""Much at once: runs beside each other, lanes one after another, connections on which nothing happens."""

import contextlib
import http.client
import json
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from shop_project import make_project
from world import RECPROXY, Row, environment, family, memory, served

FETCH = (
    "import os, urllib.request as u; print(u.urlopen(os.environ['SHOP_BASE_URL'] + '/item').read().decode().strip())"
)
ANSWER = '{"id": 1, "name": "a thing"}'
#: Memory of all processes of a run, about: so many may be up at once on a machine.
RUN_KB = 130_000
#: Seconds in which connections that were closed are gone from all processes.
_SETTLED = 10.0


def runs_at_once(count):
    """So many runs of one project at once; each replays."""
    with tempfile.TemporaryDirectory() as folder:
        root = make_project(Path(folder))
        began = time.monotonic()
        words = [*RECPROXY, "run", "--profile", "shop", "--", sys.executable, "-c", FETCH]
        runs = [
            subprocess.Popen(
                words,
                cwd=root,
                env=environment(),
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(count)
        ]
        said = [run.communicate(timeout=1800) for run in runs]
        took = time.monotonic() - began
    wrong = [each for run, each in zip(runs, said, strict=True) if run.returncode or each[0].strip() != ANSWER]
    assert not wrong, wrong[0]
    return Row(f"{count} runs of one project at once", f"all passed, in {took:.0f} s")


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
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # for our ends of them
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as held:
            if not limit:
                options["preexec_fn"] = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
            run = held.enter_context(served(make_project(Path(folder)), **options))
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
