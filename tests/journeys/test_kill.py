"""kill -9 of whatever belongs to a run that records, at random moments: nothing good is damaged, nothing finished lost."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from deadlines import seconds, wait_until
from origins import Origin, Reply, Trust
from process_tree import descendants

from recproxy.recording import load

from .conftest import SHOP_PROFILE_WITH_KEY, alive

#: How many moments; the usual few cost seconds, RECPROXY_KILLS=100 minutes.
KILLS = int(os.environ.get("RECPROXY_KILLS", "5"))
SCOPES, REQUESTS = 4, 3
SECRET = "-".join(("k1ll", "secret", "that", "nobody", "may", "find"))
#: Four tests of three requests each, two to a file. A line in `finished` for each answer that was read to its end.
PROGRAM = """
import http.client, json, os, sys, urllib.parse
control, token = urllib.parse.urlsplit(os.environ["RECPROXY_CONTROL"]), os.environ["RECPROXY_TOKEN"]
base = os.environ["SHOP_BASE_URL"].removeprefix("http://")
log = os.open("finished", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
def scope(method, value):
    connection = http.client.HTTPConnection(control.netloc, timeout=20)
    connection.request(method, "/lanes/default/scope", json.dumps(value), {"Authorization": "Bearer " + token})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    connection.close()
for number in range(%d):
    scope("PUT", {"name": f"test_{number}", "recordings": {"shop": f"file_{number // 2}.rec"}})
    for request in range(%d):
        client = http.client.HTTPConnection(base, timeout=20)
        path = f"/{sys.argv[1]}/{number}/{request}"
        headers = {"Authorization": "Bearer " + os.environ["SHOP_KEY"]}
        client.request("POST", path, "token=" + os.environ["SHOP_KEY"], headers)
        answer = client.getresponse()
        assert answer.status == 200
        answer.read()
        client.close()
        os.write(log, (path + "\\n").encode())
    scope("DELETE", {"passed": number != 3})
"""


class Shop:
    """Says the secret back, so that it is in requests and responses."""

    hosts = ("api.shop.example",)

    def answer(self, request):
        threading.Event().wait(0.01)  # a service takes its time; so there are moments between
        body = json.dumps({"path": request.path, "said": request.body.decode(), "pad": "x" * 3000}).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        return Reply(200, "OK", [*headers, ("Set-Cookie", f"sid={SECRET}")], body)


@pytest.fixture
def shop(project, tmp_path_factory):
    trust = Trust(tmp_path_factory.mktemp("trust"))
    with Origin(trust, Shop()) as origin:
        project.write("pyproject.toml", SHOP_PROFILE_WITH_KEY.format(port=origin.port, ca=trust.path))
        project.write("program.py", PROGRAM % (SCOPES, REQUESTS))
        (project.root / "tests/functional/recordings/shop/default.rec").unlink()
        (project.root / "tmp").mkdir()
        yield project


def words(*command):
    return ("run", "--mode", "record", "--", sys.executable, *command)


def environment(project):
    return {"SHOP_KEY": SECRET, "TMPDIR": str(project.root / "tmp")}


def record(project, name, popen):
    """Start a run that is killed."""
    return project.start(
        *words("program.py", name),
        environment=environment(project),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        popen=popen,
    )


def parts(run):
    """What belongs to a run, by what it is."""
    found = {"orchestrator": run.pid}
    for pid in descendants(run.pid):
        with contextlib.suppress(OSError):
            name = Path(f"/proc/{pid}/comm").read_text().strip()
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            if name.startswith("rp-"):
                found["proxy"] = pid
            elif b"program.py" in words:
                found["command"] = pid
    return found


def paths(project, pattern):
    """What stands in recordings, by file: path of each request, scope of each."""
    found = {}
    for path in sorted((project.root / "tests/functional/recordings").rglob(pattern)):
        found[path.name] = [
            (each.request.url.removeprefix("https://api.shop.example"), each.scope)
            for each in load(path.read_bytes(), path=str(path)).interactions
        ]
    return found


def good(project):
    return {name: held for name, held in paths(project, "*.rec").items() if not name.endswith(".failed.rec")}


def whole(held):
    """Whether each scope in a recording has all of its requests, and all of them of one run."""
    scopes = {}
    for path, scope in held:
        scopes.setdefault(scope, []).append(path)
    return all(
        [path.rpartition("/")[2] for path in each] == [str(number) for number in range(REQUESTS)]
        and len({path.split("/")[1] for path in each}) == 1
        for each in scopes.values()
    )


def until(project, run, count):
    """Wait for so many finished requests, or for any moment of the start where it is negative."""
    log = project.root / "finished"
    while count >= 0 and (len(log.read_text().splitlines()) if log.exists() else 0) < count:
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(0.002)
            return


def finished(project):
    log = project.root / "finished"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


@pytest.mark.long
@pytest.mark.timeout(60 + KILLS * 10)
def test_a_kill_at_any_moment_damages_no_recording_and_loses_nothing_that_was_finished(shop):
    shop.run(*words("program.py", "first"), environment=environment(shop))
    finished(shop)
    assert {name: len(held) for name, held in good(shop).items()} == {"file_0.rec": 6, "file_1.rec": 3}
    source = random.Random("recproxy")
    seen, told = {}, 0

    for number in range(KILLS):
        target = ("orchestrator", "proxy", "command")[number % 3]
        run = record(shop, f"run{number}", None if number % 5 else subprocess.Popen)  # most of them forks
        until(shop, run, source.randrange(SCOPES * REQUESTS) if source.random() < 0.9 else -1)
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(source.uniform(0, 0.03))
        known = parts(run) if run.poll() is None else {}
        name = target if target in known else "orchestrator" if known else "nothing"
        seen[name] = seen.get(name, 0) + 1
        if known:
            with contextlib.suppress(ProcessLookupError):
                os.kill(known[name], signal.SIGKILL)
        run.wait(seconds(60))
        run.stderr.close()
        wait_until(lambda known=known: not any(map(alive, known.values())))
        done = finished(shop)

        # What was good is good, before anybody has mended anything; and nothing that was left shows the secret.
        assert all(whole(held) for held in good(shop).values()), (number, name)
        for path in shop.root.rglob("*"):
            assert not path.is_file() or SECRET.encode() not in path.read_bytes(), (number, name, path)

        # The next run has it all.
        after = shop.run(*words("-c", ""), environment=environment(shop))
        assert after.returncode == 0, after.stderr
        told += "recovered" in after.stderr
        held = {path for pairs in paths(shop, "*.rec").values() for path, _ in pairs}
        assert [path for path in done if path not in held] == [], (number, name)
        assert list((shop.root / "tests/functional/recordings").rglob("*.tmp")) == []
        assert list((shop.root / "tests/functional/recordings").rglob("*-*.journal")) == []
    print(f"kills {KILLS}: {seen}; recovered by the next run: {told}")
