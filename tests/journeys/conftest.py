"""A project in a temporary folder, and `recproxy` run in it as a user does."""

import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import prestarted
import pytest
from command_line import recproxy
from control_address import ask_scope
from deadlines import seconds

sys.path.insert(0, str(Path(__file__).parent))  # for `origins`, the services on loopback

RECPROXY = (sys.executable, "-m", "recproxy")
SHOP = """
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example", "*.shop.example"]
base_url = "SHOP_BASE_URL"
[tool.recproxy.profiles.shop.placeholders]
SHOP_KEY = "placeholder"
"""
BANK = """
[tool.recproxy.profiles.bank]
[[tool.recproxy.profiles.bank.endpoints]]
hosts = ["bank.example"]
base_url = "BANK_BASE_URL"
"""
ANY = """
[tool.recproxy.profiles.any]
[[tool.recproxy.profiles.any.endpoints]]
hosts = ["*"]
"""
RECORDING = """#recproxy 2

GET https://api.shop.example/item?id=1 HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

first
=======

GET https://api.shop.example/item?id=1 HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

second
=======

POST https://api.shop.example/order HTTP/1.1
Content-Type: application/json

{"item": 1, "nonce": "XXX"}
====
HTTP/1.1 201 Created
Content-Type: application/json

{"order": 7}
=======
"""
#: A service whose `port` and `ca` a test fills in; the other has a secret of its own.
SHOP_PROFILE = """[project]
name = "demo"
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
base_url = "SHOP_BASE_URL"
[tool.recproxy.profiles.shop.upstream]
address = "https://127.0.0.1:{port}"
ca = "{ca}"
"""
SHOP_PROFILE_WITH_KEY = SHOP_PROFILE.replace("profiles.shop]\n", 'profiles.shop]\ncredentials = ["SHOP_KEY"]\n', 1)


def pytest_collection_modifyitems(config, items):
    """Try a failed journey once more: many processes and signals take part. The session prints each rerun."""
    if config.pluginmanager.hasplugin("rerunfailures"):
        here = f"{Path(__file__).parent}{os.sep}"
        for item in items:
            if str(item.path).startswith(here):
                item.add_marker(pytest.mark.flaky(reruns=1))


class Project:
    """A folder with a pyproject.toml and recordings."""

    def __init__(self, root):
        self.root = root

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def environment(self, **more):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}
        return inherited | more

    def start(self, *words, popen=None, **options):
        """Start it, by an interpreter that has imported it: `subprocess.Popen` starts one as a user does, for its start."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        environment = self.environment(**options.pop("environment", {}))
        command = [*RECPROXY, *self._chosen(words)]
        return (popen or prestarted.popen())(command, cwd=self.root, env=environment, text=True, **options)

    def serve(self, *words, **environment):
        """Start `recproxy serve`, by an interpreter that has imported it: where the process itself is not looked at."""
        return served_by_fork(self.root, self.environment(**environment), *self._chosen(("serve", *words)))

    def _chosen(self, words):
        if words[0] in ("run", "serve") and "--profile" not in words:
            return (words[0], "--profile", "shop", *words[1:])  # other profiles may be installed here
        return words

    def run(self, *words, environment=None, **options):
        """Run it to its end, by an interpreter that has imported it unless more is asked of its start."""
        if not options:
            return prestarted.run(
                "recproxy",
                self._chosen(words),
                cwd=self.root,
                environment=self.environment(**(environment or {})),
                timeout=seconds(60),
            )
        options["environment"] = environment or {}
        process = self.start(*words, **options)
        out, err = process.communicate(timeout=seconds(60))
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def verb(self, *words):
        """Run a verb that starts nothing, in this process: the same, but for the start of an interpreter."""
        return recproxy(*words, folder=self.root, environment=self.environment())

    def python(self, program, *words, **options):
        """Run a Python program under `recproxy run`."""
        return self.run("run", *words, "--", sys.executable, "-c", program, **options)


def served_by_fork(folder, environment, *words):
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return prestarted.popen()([*RECPROXY, *words], cwd=folder, env=environment, text=True, **streams)


def shop_project(root):
    """A project of one profile with a recording of three interactions."""
    made = Project(root)
    made.write("pyproject.toml", '[project]\nname = "demo"\n' + SHOP)
    made.write("tests/functional/recordings/shop/default.rec", RECORDING)
    return made


@pytest.fixture
def project(tmp_path):
    return shop_project(tmp_path)


@pytest.fixture
def served(_held):
    """A run held by `recproxy serve`, in a scope in which nothing was played yet: the environment it printed."""
    status, said = ask_scope(_held, "PUT", {"name": "test_it", "recordings": {"shop": "default.rec"}})
    assert status < 300, said
    yield _held
    status, said = ask_scope(_held, "DELETE", {"passed": True})
    assert status < 300, said


@pytest.fixture(scope="module")
def _held(tmp_path_factory):
    """A start takes longer than a test of what is answered: the tests of a module share one."""
    server = shop_project(tmp_path_factory.mktemp("held")).serve()
    line = server.stdout.readline()
    assert line, server.stderr.read()
    yield json.loads(line)["environment"]
    server.stdin.close()
    assert server.wait(seconds(20)) in (0, 3)
    server.stdout.close()
    server.stderr.close()


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


#: For a child's start: a job of a non-interactive shell has SIGINT ignored.
interruptible = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)


@contextlib.contextmanager
def served_any(folder, profile=ANY):
    """A run of one profile of all hosts, held by `recproxy serve` in a folder: the environment it printed."""
    (folder / "pyproject.toml").write_text(profile)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}
    server = served_by_fork(folder, inherited, "serve", "--profile", "any")
    line = server.stdout.readline()
    assert line, server.stderr.read()
    yield json.loads(line)["environment"]
    server.communicate(timeout=seconds(20))
