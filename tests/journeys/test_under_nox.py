"""Real nox around real runs: two sessions at once, Ctrl-C, and nothing left of either."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds, wait_until
from process_tree import descendants

from .conftest import alive, interruptible

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

NOXFILE = """
import nox
from recproxy.nox import functional_sessions

@functional_sessions("shop", venv_backend="none", allow_parallel=True)
@nox.parametrize("number", ["one", "two"])
def functional(session, recproxy, number):
    recproxy.run("PYTHON", "app.py", number, external=True)
"""
#: Asks the shop, writes down where it was answered, and where it is told to, waits to be interrupted.
APP = """
import os, sys, time
from urllib.request import urlopen
answer = urlopen("https://api.shop.example/item?id=1").read().decode()
with open(sys.argv[1] + ".part", "w") as file: print(answer, os.environ["HTTPS_PROXY"], file=file)
os.rename(sys.argv[1] + ".part", sys.argv[1] + ".txt")
if os.path.exists("wait"): time.sleep(600)
"""
ONE, TWO = ("functional-replay(number='one')", "functional-replay(number='two')")


@pytest.fixture
def nox(project):
    """Starts nox; its temporary files have a folder of their own."""
    project.write("noxfile.py", NOXFILE.replace("PYTHON", sys.executable))
    project.write("app.py", APP)
    project.write("tmp/kept", "")

    def start(*words, popen=None):
        environment = {name: value for name, value in project.environment().items() if not name.startswith("NOX")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        return (popen or prestarted.popen("nox"))(
            [sys.executable, "-m", "nox", *words],
            cwd=project.root,
            env=environment | {"TMPDIR": str(project.root / "tmp"), "PATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
            preexec_fn=interruptible,
        )

    return start


def left(project, below):
    """What is left of a run: processes, and files in the folder for temporary ones."""
    return [pid for pid in below if alive(pid)], [path.name for path in (project.root / "tmp").glob("recproxy*")]


def test_two_sessions_at_once_have_a_run_each_and_leave_nothing(project, nox):
    done = nox("-j", "2", "-s", ONE, TWO)
    below = set()

    def seen():
        below.update(descendants(done.pid))
        return done.poll() is not None

    wait_until(seen)
    said = done.communicate()[0]

    assert done.returncode == 0, said
    answers = [(project.root / f"{name}.txt").read_text().split() for name in ("one", "two")]
    assert [answer for answer, _ in answers] == ["first", "first"]
    assert answers[0] != answers[1]
    assert left(project, below) == ([], [])


@pytest.mark.parametrize("words", [("-s", ONE), ("-j", "2", "-s", ONE, TWO)], ids=["one", "parallel"])
@pytest.mark.parametrize("whom", ["group", "nox"])
def test_ctrl_c_leaves_nothing(project, nox, words, whom):
    project.write("wait", "")
    names = ("one", "two") if "-j" in words else ("one",)
    # With -j, nox ends the process group of each session, and a fork that a session asks for is in none of these.
    running = nox(*words, popen=subprocess.Popen if len(names) == 2 else None)
    wait_until(lambda: all((project.root / f"{name}.txt").exists() for name in names), process=running)
    below = descendants(running.pid)

    (os.killpg if whom == "group" else os.kill)(running.pid, signal.SIGINT)

    running.communicate(timeout=seconds(40))
    assert running.returncode != 0
    # With -j, nox stops its sessions and does not wait for what they started.
    wait_until(lambda: left(project, below) == ([], []), 10)
