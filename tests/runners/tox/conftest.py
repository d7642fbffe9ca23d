"""A tox project in a temporary folder, run by real tox; its environments need no index and are made once."""

import argparse
import contextlib
import importlib.metadata
import logging
import os
import subprocess
import sys
from types import ModuleType
from unittest import mock

import prestarted
import pytest
from pluggy import _manager as pluggy_manager
from tox.run import run as tox_run
from tox.tox_env import api as tox_env_api

PROFILES = """
[profiles.shop]
credentials = ["SHOP_KEY"]
[[profiles.shop.endpoints]]
hosts = ["api.shop.example"]
base_url = "SHOP_BASE_URL"
[profiles.bank]
[[profiles.bank.endpoints]]
hosts = ["bank.example"]
"""
RECORDING = """#recproxy 2

GET https://api.shop.example/item HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

recorded
=======
"""
TOML = """
no_package = true
env_list = ["functional-replay"]
[env_run_base]
skip_install = true
allowlist_externals = ["*"]
recproxy_profiles = ["shop", "bank"]
commands = [["PYTHON", "app.py", { replace = "posargs", extend = true }]]
"""
INI = """
[tox]
no_package = true
[testenv]
skip_install = true
allowlist_externals = *
recproxy_profiles = shop, bank
commands = PYTHON app.py {posargs}
"""
#: Says what it sees: its words, the mode, and what the shop answers.
APP = """
import os, sys
from urllib.error import HTTPError
from urllib.request import urlopen
print("app", *sys.argv[1:], "mode", os.environ.get("RECPROXY_MODE"))
if "RECPROXY_MODE" in os.environ:
    try:
        print("shop", urlopen("https://api.shop.example/" + os.environ.get("ITEM", "item")).read().decode())
    except HTTPError as problem:
        print("shop", problem.code)
sys.exit(int(os.environ.get("CODE", "0")))
"""


#: By the folder of a distribution, what it offers.
OFFERED = {}


def offered(distribution, read=importlib.metadata.Distribution.entry_points.fget):
    """What it offers, read once: tox looks through all that are installed at each start."""
    if distribution._path not in OFFERED:
        OFFERED[distribution._path] = read(distribution)
    return OFFERED[distribution._path]


#: By a module that is a plugin and a name in it, what pluggy finds there.
FOUND = {}
_LOOK = getattr(pluggy_manager, "_static_hook_attr", None)


def found(plugin, name):
    """Whether it is a hook, looked for once in a module: tox looks at each name of each plugin at each start."""
    if not isinstance(plugin, ModuleType):
        return _LOOK(plugin, name)
    if (plugin, name) not in FOUND:
        FOUND[plugin, name] = _LOOK(plugin, name)
    return FOUND[plugin, name]


@pytest.fixture(autouse=True)
def _looked_once():
    """Spare each start of tox in this process what the first has found."""
    with (
        mock.patch.object(importlib.metadata.Distribution, "entry_points", property(offered)),
        mock.patch.object(pluggy_manager, "_static_hook_attr", found, create=True),
        mock.patch.object(argparse, "_", str),  # it would look for a translation of each of its words
    ):
        yield


class ToxProject:
    def __init__(self, root, work, captured):
        self.root = root
        self.captured = captured
        self.work = work
        self.forked = ["recproxy", "recproxy.proxy", "python"]
        self.write("recproxy.toml", PROFILES)
        self.write("tests/functional/recordings/shop/default.rec", RECORDING)
        self.write("app.py", APP)
        self.write("tox.toml", TOML)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("PYTHON", sys.executable))

    def run(self, *words, **environment):
        """Real tox, but in this process, as tox's own tests do: its start takes longer than most of these tests."""
        # Where CI is set, tox lists what is installed, by pip.
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("RECPROXY", "TOX", "CI"))
        }
        environment = inherited | {"VIRTUALENV_NO_SEED": "1"} | environment  # nothing is installed in them
        handlers = logging.root.handlers[:]
        words = ("--workdir", str(self.work), *words)
        self.captured.readouterr()
        with (
            prestarted.forks(*self.forked),
            contextlib.chdir(self.root),
            mock.patch.dict(os.environ, environment, clear=True),
            mock.patch.object(sys, "argv", [sys.executable, "-m", "tox", *words]),
            mock.patch.object(tox_env_api, "_CWD", self.root, create=True),
            pytest.raises(SystemExit) as ended,
        ):
            tox_run(words)
        logging.root.handlers[:] = handlers
        said = self.captured.readouterr()
        return subprocess.CompletedProcess(words, ended.value.code, said.out, said.err)


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    """Environments are made once for all tests of a worker."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture
def tox(tmp_path, work, capfd):
    return ToxProject(tmp_path, work, capfd)
