"""One profile, a wheel, in two projects: one under nox, one under tox. A better rule reaches both by its new version.

Nothing is fetched: runners install the wheel with no index, and a wheel of ours lends environments what is installed
here (recproxy, pytest).
"""

import importlib.util
import os
import sys
from pathlib import Path

import prestarted
import pytest
from command_line import recproxy
from deadlines import seconds
from wheels import built_wheel

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("hatchling", "nox", "tox", "uv")),
        reason="hatchling, nox, tox or uv is not installed",
    ),
]

HERE = """
[build-system]
build-backend = "hatchling.build"
requires = ["hatchling"]
[project]
name = "here"
version = "1"
scripts.recproxy = "recproxy.cli:main"
scripts.pytest = "pytest:console_main"
[tool.hatch]
build.targets.wheel.bypass-selection = true
build.targets.wheel.force-include."here.pth" = "here.pth"
"""
TEST = """
import os, uuid
from urllib.request import urlopen
from recproxy import recproxy

@recproxy("https", "api.shop.example", "example.rec")
def test_a_starter_recording_comes_with_the_profile():
    with urlopen("https://api.shop.example/example") as response:
        assert response.read() == b"hello"

def test_the_shop_answers():
    assert os.environ["SHOP_KEY"] == "placeholder"
    with urlopen(f"https://api.shop.example/item?nonce={uuid.uuid4()}") as response:
        assert response.read() == b"an item"
"""
RECORDING = """#recproxy 2

GET https://api.shop.example/item?nonce=1 HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

an item
=======
"""
NOXFILE = """
from recproxy.nox import functional_sessions

@functional_sessions("shop", venv_backend="uv")
def functional(session, recproxy):
    session.install("--no-index", "--no-deps", HERE, WHEEL)
    recproxy.run("pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", "tests/functional", *recproxy.args)
"""
TOX = """
no_package = true
[env_run_base]
recproxy_profiles = ["shop"]
pass_env = ["PYTEST_ADDOPTS"]
deps = [HERE, WHEEL]
install_command = ["uv", "pip", "install", "--no-index", "--no-deps", "--offline", "{packages}"]
allowlist_externals = ["uv"]
commands = [["pytest", "-p", "no:cacheprovider", "-p", "no:asyncio", "tests/functional"]]
"""


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def shop(folder, version, *rules):
    """The wheel of a profile that `recproxy profiles new` has begun."""
    folder.mkdir()
    words = ("profiles", "new", "shop", "--host", "api.shop.example")
    assert recproxy(*words, folder=folder, environment=dict(os.environ)).returncode == 0
    package = folder / "recproxy-shop"
    edit(package / "pyproject.toml", ('version = "0.1.0"', f'version = "{version}"'))
    edit(
        package / "recproxy_shop/profile.toml",
        ("[placeholders]\n", '[placeholders]\nSHOP_KEY = "placeholder"\n'),
        *rules,
    )
    return built_wheel(package)


def edit(path, *changes):
    text = path.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path.write_text(text)


@pytest.fixture
def here(tmp_path):
    site = Path(pytest.__file__).parents[1]
    lend = f"import site; site.addsitedir({str(site)!r})\n"
    return built_wheel(write(tmp_path / "here", {"pyproject.toml": HERE, "here.pth": lend}))


def project(folder):
    suite = "tests/functional/"
    recording = f"{suite}recordings/shop/test_shop/test_the_shop_answers.rec"
    return write(folder, {f"{suite}test_shop.py": TEST, recording: RECORDING})


def run(folder, module, *words):
    """What a runner ended with, and all it said."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("RECPROXY", "NOX", "TOX", "CI"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{inherited['PATH']}"
    environment = inherited | {"PATH": path, "VIRTUALENV_NO_SEED": "1"}
    done = prestarted.run(module, words, cwd=folder, environment=environment, timeout=seconds(100), merged=True)
    return done.returncode, done.stdout


def texts(folder):
    return {path.name: path.read_bytes() for path in folder.glob("tests/**/*.*") if path.suffix in (".rec", ".py")}


@pytest.mark.long
def test_a_better_rule_in_a_new_version_changes_both_projects_without_recording(tmp_path, here):
    first = shop(tmp_path / "first", "1.0")
    second = shop(tmp_path / "second", "1.1", ("query = []", 'query = ["nonce"]'))
    under_nox, under_tox = project(tmp_path / "a"), project(tmp_path / "b")
    before = texts(under_nox)

    def both(version):
        for folder, name, text in ((under_nox, "noxfile.py", NOXFILE), (under_tox, "tox.toml", TOX)):
            write(folder, {name: text.replace("HERE", repr(str(here))).replace("WHEEL", repr(str(version)))})
        return run(under_nox, "nox", "-s", "functional-replay"), run(under_tox, "tox", "-e", "functional-replay")

    for code, said in both(first):
        assert code == 1, said
        assert "no recorded interaction of shop fits this request" in said
        assert "query nonce" in said
        assert "1 failed, 1 passed" in said
    for code, said in both(second):
        assert code == 0, said
        assert "replay: 2 tests, 2 requests played" in said
    assert texts(under_nox) == texts(under_tox) == before
