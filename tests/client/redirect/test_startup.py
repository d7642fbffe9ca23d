"""How interpreters load the redirect at their start: by a .pth file, and by sitecustomize without recproxy."""

from __future__ import annotations

import ast
import os
import shutil
import sysconfig
import venv
from pathlib import Path

import pytest
from interpreters import interpreter

import recproxy
from recproxy.client import redirect
from recproxy.orchestrator.environment import RunFiles, redirect_variables

PACKAGE = Path(redirect.__file__).parent
STARTUP = PACKAGE / "startup"
ROOT = Path(recproxy.__file__).parent.parent
RESOLVE = "import socket; print(socket.gethostbyname('api.example.test'))"
LOADED = "import sys; print(*sorted(name for name in sys.modules if name.partition('.')[0] == 'recproxy'))"


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """An interpreter with nothing installed."""
    return _make(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def equipped(tmp_path_factory):
    """An interpreter with recproxy as an editable install has it: a path, and what the wheel forces in."""
    folder = tmp_path_factory.mktemp("equipped")
    python = _make(folder)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)}, scheme=_scheme())
    site = Path(paths["purelib"])
    (site / "_editable_impl_recproxy.pth").write_text(f"{ROOT}\n")
    for name in ("recproxy.pth", "recproxy.start"):
        shutil.copy(STARTUP / name, site)
    return python


def _scheme():
    return "nt" if os.name == "nt" else "posix_prefix"


def _make(folder):
    venv.create(folder, symlinks=os.name != "nt", with_pip=False)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


@pytest.mark.parametrize("options", [(), ("-s",), ("-P",), ("-X", "dev", "-W", "error")])
def test_sitecustomize_redirects_an_interpreter_without_recproxy(run, bare, options):
    got = run(bare, *options, "-c", RESOLVE)

    assert got.stdout.startswith("127.77.")
    assert got.stderr == ""


@pytest.mark.parametrize("options", [(), ("-I",), ("-E",), ("-X", "dev", "-W", "error")])
def test_the_pth_file_redirects_an_interpreter_with_recproxy(run, equipped, options):
    got = run(equipped, *options, "-c", RESOLVE, PYTHONPATH=None)

    assert got.stdout.startswith("127.77.")
    assert got.stderr == ""


def test_both_ways_together_make_one_redirect(run, equipped):
    text = "import sys, socket; print(sum('redirect' in type(finder).__module__ for finder in sys.meta_path))"

    assert run(equipped, "-c", text).stdout == "1\n"


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("interpreter", ["bare", "equipped"])
def test_without_the_variable_nothing_of_recproxy_is_loaded(run, request, interpreter, value):
    python = request.getfixturevalue(interpreter)

    assert run(python, "-c", LOADED, RECPROXY_REDIRECT=value).stdout == "\n"


@pytest.mark.parametrize("interpreter", ["bare", "equipped"])
def test_no_module_is_loaded_for_the_patches_sake(run, request, interpreter):
    python = request.getfixturevalue(interpreter)
    text = "import sys; print(*sorted({'socket', 'ssl', 'uvloop', 'pycurl', 'asyncio', 'typing'} & set(sys.modules)))"

    assert run(python, "-c", text).stdout == "\n"


def test_a_child_of_a_child_and_a_spawned_process_are_redirected(run, bare, tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, socket, subprocess, sys\n"
        "def name(): print(socket.gethostbyname('api.example.test'), flush=True)\n"
        "if __name__ == '__main__':\n"
        "    name()\n"
        f"    subprocess.run([sys.executable, '-c', {RESOLVE!r}], check=True)\n"
        "    child = multiprocessing.get_context('spawn').Process(target=name)\n"
        "    child.start(); child.join()\n"
    )

    found = run(bare, program).stdout.split()

    assert len(found) == 3
    assert len(set(found)) == 1
    assert found[0].startswith("127.77.")


def test_the_package_can_be_imported_where_sitecustomize_came_first(run, bare):
    """One copy: the decorator's install and uninstall reach what the start has installed."""
    text = (
        "import sys; before = sys.modules['recproxy.client.redirect']\n"
        "from recproxy.client import redirect\n"
        "import recproxy.client.redirect as again\n"
        "from recproxy.client.redirect import uninstall\n"
        "assert before is redirect is again\n"
        "uninstall()\n"
        "import socket; assert 'redirect' not in socket.gethostbyname.__module__\n"
    )

    got = run(bare, "-c", text, PYTHONPATH=os.pathsep.join([str(STARTUP), str(ROOT)]), check=False)

    assert got.stderr == ""


@pytest.mark.parametrize("value", ["set", None])
def test_the_sitecustomize_that_is_hidden_has_its_turn(run, bare, environment, tmp_path, value):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.theirs = __file__\n")
    text = "import sys, sitecustomize; print(sys.theirs == sitecustomize.__file__)"
    routes = environment["RECPROXY_REDIRECT"] if value else None
    path = os.pathsep.join([str(STARTUP), str(tmp_path)])

    got = run(bare, "-c", text, PYTHONPATH=path, RECPROXY_REDIRECT=routes)

    assert (got.stdout, got.stderr) == ("True\n", "")


@pytest.mark.parametrize("interpreter", ["bare", "equipped"])
@pytest.mark.parametrize(("name", "value"), [("RECPROXY_REDIRECT", "rubbish"), ("RECPROXY_CA", "/absent/ca.pem")])
def test_a_wrong_value_costs_one_line(run, request, interpreter, name, value):
    got = run(request.getfixturevalue(interpreter), "-W", "error", "-c", "print('on')", **{name: value})

    assert got.stdout == "on\n"
    assert got.stderr.count("\n") == 1
    assert got.stderr.startswith("recproxy: connections of this process are not redirected: ")


def test_a_redirect_that_does_not_load_costs_one_line(run, bare, tmp_path):
    """An interpreter too old for its syntax, say."""
    shutil.copytree(PACKAGE, tmp_path / "redirect")
    (tmp_path / "redirect" / "switch.py").write_text("no python\n")

    got = run(
        bare,
        "-c",
        "import sys; print('recproxy.client.redirect' in sys.modules)",
        PYTHONPATH=tmp_path / "redirect" / "startup",
    )

    assert got.stdout == "False\n"
    assert got.stderr.count("\n") == 1
    assert got.stderr.startswith("recproxy: connections of this process are not redirected: SyntaxError")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_every_module_is_python_3_8(path):
    ast.parse(path.read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("minor", range(8, 16))
def test_other_interpreters(run, minor, gateway):
    python = interpreter(f"3.{minor}")
    if python is None:
        pytest.skip(f"Python 3.{minor} is not installed")
    text = "from urllib.request import urlopen; print(urlopen('https://api.example.test/path').read().decode())"

    got = run(python, "-W", "error", "-c", text, check=False)

    assert '"sni": "api.example.test"' in got.stdout, got.stderr


def test_the_start_file_names_a_callable():
    module, _, name = (STARTUP / "recproxy.start").read_text().strip().partition(":")

    assert module == redirect.__name__
    assert callable(getattr(redirect, name))


def test_a_runs_pythonpath_has_the_users_after_ours(tmp_path):
    files = RunFiles(tmp_path, b"bundle")

    assert redirect_variables(files, {})["PYTHONPATH"] == str(STARTUP)
    assert redirect_variables(files, {"PYTHONPATH": "theirs"})["PYTHONPATH"] == f"{STARTUP}{os.pathsep}theirs"


@pytest.mark.parametrize(("own", "wanted"), [(b"own", b"own"), (b"", b"bundle")])
def test_a_run_names_its_own_ca_or_else_the_bundle(tmp_path, own, wanted):
    made = redirect_variables(RunFiles(tmp_path, b"bundle", own), {})

    assert Path(made["RECPROXY_CA"]).read_bytes() == wanted
