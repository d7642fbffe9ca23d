"""Real tox around real runs: four environments at once, Ctrl-C, a proxy that dies; and nothing left of any of it."""

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

NAMES = ("one", "two", "three", "four")
TOX = """
no_package = true
[env_run_base]
skip_install = true
allowlist_externals = ["*"]
recproxy_mode = "replay"
recproxy_profiles = ["shop"]
pass_env = ["TMPDIR"]
commands = [["PYTHON", "app.py", "{env_name}"]]
""" + "".join(f"[env.{name}]\n" for name in NAMES)
#: Asks the shop, writes down where it was answered, and where it is told to, waits to be interrupted.
APP = """
import os, sys, time
from urllib.request import urlopen
answer = urlopen("https://api.shop.example/item?id=1").read().decode()
with open(sys.argv[1] + ".part", "w") as file: print(answer, os.environ["HTTPS_PROXY"], os.getpid(), file=file)
os.rename(sys.argv[1] + ".part", sys.argv[1] + ".txt")
if os.path.exists("wait"): time.sleep(600)
"""


@pytest.fixture
def tox(project):
    """Starts tox; its temporary files have a folder of their own."""
    project.write("tox.toml", TOX.replace("PYTHON", sys.executable))
    project.write("app.py", APP)
    project.write("tmp/kept", "")

    def start(*words, popen=None):
        # Where CI is set, tox lists what is installed, by pip.
        environment = {
            name: value for name, value in project.environment().items() if not name.startswith(("TOX", "CI"))
        }
        return (popen or prestarted.popen("tox"))(
            [sys.executable, "-m", "tox", *words],
            cwd=project.root,
            env=environment | {"TMPDIR": str(project.root / "tmp"), "VIRTUALENV_NO_SEED": "1"},
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


def test_four_environments_at_once_have_a_run_each_and_leave_nothing(project, tox):
    done = tox("-p", "4", "-e", ",".join(NAMES))
    below = set()

    def seen():
        below.update(descendants(done.pid))
        return done.poll() is not None

    wait_until(seen)
    said = done.communicate()[0]

    assert done.returncode == 0, said
    answers = [(project.root / f"{name}.txt").read_text().split() for name in NAMES]
    assert [answer for answer, *_ in answers] == ["first"] * 4
    assert len({proxy for _, proxy, _ in answers}) == 4
    assert left(project, below) == ([], [])


EXEC = ("exec", "-e", "one", "--", sys.executable, "app.py", "one")
TWO = NAMES[:2]
PARALLEL = ("-p", "2", "-e", ",".join(TWO))


@pytest.mark.parametrize(
    ("words", "whom"),
    [(("-e", "one"), "group"), (PARALLEL, "group"), (PARALLEL, "tox"), (EXEC, "tox")],
    ids=["run", "parallel", "parallel, tox alone", "exec, tox alone"],
)
def test_ctrl_c_leaves_nothing(project, tox, words, whom):
    project.write("wait", "")
    names = TWO if words[0] == "-p" else ("one",)
    # A fork that gets a Ctrl-C with its group may print one traceback more than its command.
    running = tox(*words, popen=subprocess.Popen if whom == "group" else None)
    wait_until(lambda: all((project.root / f"{name}.txt").exists() for name in names), process=running)
    below = descendants(running.pid)

    (os.killpg if whom == "group" else os.kill)(running.pid, signal.SIGINT)

    said = running.communicate(timeout=seconds(40))[0]
    assert running.returncode != 0
    assert left(project, below) == ([], []), said
    assert said.count("Traceback") <= len(names)  # the commands' own


def test_a_proxy_that_dies_fails_its_environment_at_once_by_name(project, tox):
    project.write("wait", "")
    running = tox("-e", "one")
    wait_until((project.root / "one.txt").exists, process=running)
    below = descendants(running.pid)
    proxy = max(pid for pid in below if b"recproxy.proxy" in Path(f"/proc/{pid}/cmdline").read_bytes())

    os.kill(proxy, signal.SIGKILL)

    said = running.communicate(timeout=seconds(40))[0]
    assert running.returncode == 4, said
    assert "the proxy of profile 'shop' was killed by signal 9" in said
    assert left(project, below) == ([], [])


def test_kill_9_of_tox_takes_the_run_with_it(project, tox):
    project.write("wait", "")
    running = tox("-e", "one")
    wait_until((project.root / "one.txt").exists, process=running)
    command = int((project.root / "one.txt").read_text().split()[2])
    below = [pid for pid in descendants(running.pid) if pid != command]

    running.kill()
    running.communicate()
    wait_until(lambda: left(project, below) == ([], []), 10)
    os.kill(command, signal.SIGKILL)
