"""`recproxy init`: what it makes in which folder, what it keeps, and that what it made runs."""

import json
import os
import pty
import sys
import tomllib
from pathlib import Path

import prestarted
import pytest
from command_line import recproxy
from deadlines import seconds

from recproxy.config.project import find_project

RECPROXY = (sys.executable, "-m", "recproxy")
PYPROJECT = """# ours
[project]
name = "demo"   # and this
version = "1"

[tool.other]
key = [
    1,  # one
]
"""
OWN = ("--profile", "shop=api.shop.example")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith(("RECPROXY", "TOX", "NOX", "CI"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VIRTUALENV_NO_SEED", "1")  # tox would put pip into the environment that is lent to it
    return tmp_path


def run(folder, module, *words, merged=False):
    """Run a module of Python as a command in this folder."""
    return prestarted.run(module, words, cwd=folder, environment=dict(os.environ), timeout=seconds(60), merged=merged)


def init(folder, *words):
    return recproxy("init", *words, folder=folder)


def files(folder):
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".nox", ".tox", "__pycache__", ".pytest_cache"} & set(path.parts)
    }


def said(done):
    return [line.removeprefix("recproxy: ") for line in done.stderr.splitlines() if line.startswith("recproxy: ")]


MADE = {
    ".gitattributes",
    ".gitignore",
    "tests/functional/recordings/shop/test_first/test_the_service_answers.rec",
    "tests/functional/test_first.py",
}


@pytest.mark.parametrize(("runner", "more"), [("none", set()), ("nox", {"noxfile.py"}), ("tox", {"tox.toml"})])
def test_an_empty_folder_gets_all_that_is_needed(folder, runner, more):
    done = init(folder, "--runner", runner, *OWN)

    assert done.returncode == 0, done.stderr
    assert set(files(folder)) == MADE | more | {"recproxy.toml", "pytest.ini"}
    assert find_project(folder).profile("shop").endpoints[0].base_url == "SHOP_BASE_URL"
    assert len([line for line in said(done) if line.startswith("made ")]) == 6 + len(more)
    assert said(done)[-1].startswith("run it: ")


@pytest.mark.parametrize("host", ["api.shop.example", "127.0.0.1", "localhost"])
def test_what_it_made_passes_at_once_under_recproxy_run(folder, host):
    command = said(init(folder, "--runner", "none", "--profile", f"shop={host}"))[-1].removeprefix("run it: recproxy ")

    done = run(
        folder,
        "recproxy",
        *command.replace("pytest", f"{sys.executable} -m pytest -p no:asyncio -p no:cacheprovider").split(),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "recproxy   shop     replay       1         0       0       0" in done.stderr


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_pyproject_keeps_all_it_has(folder, end):
    before = PYPROJECT.replace("\n", end) if end else PYPROJECT.rstrip("\n")
    (folder / "pyproject.toml").write_bytes(before.encode())

    done = init(folder, "--runner", "none", *OWN)

    after = (folder / "pyproject.toml").read_bytes().decode()
    assert "added [tool.recproxy] to pyproject.toml" in said(done)
    assert after.startswith(before)
    assert ("\r\n" in after, "\n" in after.replace("\r\n", "")) == (end == "\r\n", end != "\r\n")
    assert tomllib.loads(after)["tool"] == {
        "other": {"key": [1]},
        "recproxy": {
            "run": ["shop"],
            "profiles": {"shop": {"endpoints": [{"hosts": ["api.shop.example"], "base_url": "SHOP_BASE_URL"}]}},
        },
        "pytest": {"ini_options": {"recproxy_mode": "replay"}},
    }


def test_an_installed_profile_is_named_and_installed_by_the_runner(folder):
    (folder / "pyproject.toml").write_text("[build-system]\nrequires = []\n")

    assert init(folder, "--runner", "tox", "--profile", "bitly").returncode == 0

    assert find_project(folder).profiles == ("bitly",)
    values = tomllib.loads((folder / "tox.toml").read_text())
    base = values["env_run_base"]
    assert base["recproxy_profiles"] == ["bitly"]
    assert "BITLY_ACCESS_TOKEN" in base["pass_env"]
    assert len(base["deps"]) == 3
    assert "no_package" not in values


def test_nothing_that_exists_is_touched(folder):
    mine = {
        "noxfile.py": "# mine\n",
        "recproxy.toml": 'profiles = ["bitly"]\n',
        ".gitattributes": "*.rec -text\n",
        "tests/functional/test_mine.py": "",
    }
    for name, text in mine.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    done = init(folder, "--yes")

    assert done.returncode == 0, done.stderr
    assert files(folder) == mine | {".gitignore": "*.failed.rec\nrecproxy-wanted.json\n"}
    assert [line.split(",")[0] for line in said(done)] == [
        "kept the configuration in recproxy.toml",
        "kept noxfile.py",
        "kept .gitattributes",
        "made .gitignore",
        "kept the tests in tests/functional",
        "note: for plain pytest to replay every test",
        "add to noxfile.py what is shown above",
        "without that: recproxy run --profile bitly -- pytest tests/functional",
    ]
    assert "what is shown above, then run it: nox -s functional-replay\n" in done.stderr
    assert '@functional_sessions("bitly")' in done.stderr


def test_twice_is_once(folder):
    init(folder, "--runner", "nox", *OWN)
    before = files(folder)

    done = init(folder, "--runner", "nox", *OWN)

    assert files(folder) == before
    assert [line for line in said(done) if line.startswith(("made", "added"))] == []
    assert said(done)[-1] == "run it: nox -s functional-replay"


@pytest.mark.parametrize("name", ["pytest.ini", "setup.cfg", "pyproject.toml"])
def test_plain_pytest_in_the_root_replays_every_test(folder, name):
    configured = {"setup.cfg": "[tool:pytest]\nxfail_strict = true\n", "pyproject.toml": PYPROJECT, "pytest.ini": ""}
    if configured[name]:
        (folder / name).write_text(configured[name])
    init(folder, "--runner", "none", *OWN)
    (folder / "tests/test_plain.py").write_text(
        "import os\ndef test_mode():\n    assert os.environ['RECPROXY_MODE'] == 'replay'\n"
    )

    done = run(folder, "pytest", "-q", "-p", "no:asyncio")

    assert "2 passed" in done.stdout, done.stdout + done.stderr
    assert "replay: 2 tests" in done.stdout


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("pytest.ini", "[pytest]\n", "[pytest]\nrecproxy_mode = replay\n"),
        (
            "setup.cfg",
            "[a]\r\n[tool:pytest]\r\nx = 1\r\n",
            "[a]\r\n[tool:pytest]\r\nrecproxy_mode = replay\r\nx = 1\r\n",
        ),
        ("tox.ini", "[pytest] # ours", "[pytest] # ours\nrecproxy_mode = replay\n"),
    ],
)
def test_a_pytest_that_is_configured_gets_the_mode_and_keeps_the_rest(folder, name, before, after):
    (folder / name).write_bytes(before.encode())

    done = init(folder, "--runner", "none", *OWN)

    assert (folder / name).read_bytes().decode() == after
    assert not list(folder.rglob("pytest.ini")) or name == "pytest.ini"
    assert [line for line in said(done) if name in line] == [
        f"added recproxy_mode to {name}, so that plain pytest replays every test; remove recproxy_mode if it should not"
    ]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[pytest]\nrecproxy_mode = live\n", "kept pytest.ini, which has recproxy_mode"),
        (
            "",
            'left pytest.ini as it is: add recproxy_mode = "replay" to its settings of pytest, so that plain pytest replays',
        ),
    ],
)
def test_a_mode_that_is_set_or_cannot_be_is_left(folder, text, wanted):
    (folder / "pytest.ini").write_text(text)

    done = init(folder, "--runner", "none", *OWN)

    assert (folder / "pytest.ini").read_text() == text
    assert wanted in said(done)


def test_what_it_made_is_not_asked_of_the_service_in_a_run_that_records(folder):
    init(folder, "--runner", "none", *OWN)
    command = ("run", "--record", "shop", "--", sys.executable, "-m", "pytest", "-q", "-p", "no:asyncio")

    done = run(folder, "recproxy", *command)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.parametrize(("runner", "name"), [("nox", "noxfile.py"), ("tox", "tox.toml")])
def test_paths_of_this_machine_are_told_and_marked_in_the_file(folder, runner, name):
    done = init(folder, "--runner", runner, *OWN)

    (note,) = [line for line in said(done) if line.startswith("note: ")]
    assert note.startswith(f"note: {name} installs from folders of this machine (/")
    assert (
        "# These paths exist on this machine only: replace them before others use this file.\n" in files(folder)[name]
    )


@pytest.mark.parametrize(
    ("name", "text", "wanted", "rejected"),
    [
        ("tox.ini", "[tox]\nenvlist = lint, py312-functional\n", "    recproxy_profiles = shop\n", "py312-functional"),
        ("tox.ini", "[tox]\n[testenv:functional]\n", "    recproxy_profiles = shop\n", "functional"),
        ("pyproject.toml", "[tool.tox]\nenv_list = []\n", "    [tool.tox.env_run_base]\n", ""),
        ("tox.toml", "[env.functional]\n", "    [env_run_base]\n", "functional"),
    ],
)
def test_a_tox_configuration_is_found_kept_and_told_what_it_lacks(folder, name, text, wanted, rejected):
    (folder / name).write_text(text)

    done = init(folder, "--yes", *OWN)

    assert (folder / name).read_text().startswith(text)
    assert not (folder / "noxfile.py").exists()
    assert f"recproxy: kept {name}, which exists; you can add:\n" in done.stderr
    assert wanted in done.stderr
    assert [line for line in said(done) if "carries no mode" in line] == (
        [
            (
                f"note: {name}: environment {rejected!r} carries no mode, and its commands would run without recproxy: call "
                f"it '{rejected}-replay', or set recproxy_mode there"
            )
        ]
        if rejected
        else []
    )
    assert said(done)[-2:] == [
        f"add to {name} what is shown above, then run it: tox -e functional-replay",
        "without that: recproxy run --profile shop -- pytest tests/functional",
    ]


@pytest.mark.parametrize(
    ("word", "host", "address"),
    [
        ("https://api.shop.example/v1/", "api.shop.example", ""),
        ("api.shop.example/", "api.shop.example", ""),
        ("127.0.0.1:8080", "127.0.0.1", "http://127.0.0.1:8080"),
        ("https://api.shop.example:8443", "api.shop.example", "https://api.shop.example:8443"),
    ],
)
def test_an_address_is_taken_as_it_is_pasted(folder, word, host, address):
    done = init(folder, "--runner", "none", "--profile", f"shop={word}")

    assert done.returncode == 0, done.stderr
    profile = find_project(folder).profile("shop")
    assert (profile.hosts, profile.upstream.address) == ((host,), address)


@pytest.mark.parametrize("host", ["*.shop.example", "*", "https://*.shop.example:8443"])
def test_a_pattern_of_hosts_gets_no_variable_for_its_address(folder, host):
    done = init(folder, "--runner", "none", "--profile", f"shop={host}")

    assert said(done)[-2] == "made no first test: no HTTP endpoint of shop has a host without *"
    profile = find_project(folder).profile("shop")
    assert (profile.endpoints[0].base_url, profile.upstream.address) == ("", "")
    assert run(folder, "recproxy", "run", "--", "true").returncode == 0


def test_requirements_and_what_tests_need_are_in_the_noxfile(folder):
    (folder / "pyproject.toml").write_text("[build-system]\nrequires = []\n[dependency-groups]\ntests = []\n")

    init(folder, "--runner", "nox", *OWN, "--requirement", "recproxy==0.2.0", "--requirement", "--find-links=wheels")

    assert (
        'session.install("-e", ".", "--group", "tests", "--find-links=wheels", "pytest", "recproxy==0.2.0")\n'
        in (folder / "noxfile.py").read_text()
    )


def test_gitattributes_get_a_line_of_their_own(folder):
    (folder / ".gitattributes").write_text("*.png binary")

    init(folder, "--runner", "none", *OWN)

    assert (folder / ".gitattributes").read_text() == (
        "*.png binary\n*.rec -text conflict-marker-size=32 diff=recproxy merge=recproxy\n"
    )


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ((), "choose what to set up: pass --runner RUNNER and --profile P, or --yes for the defaults"),
        (("--yes", "--profile", "twiter"), "unknown profile 'twiter': known are "),
        (("--yes", "--profile", "Shop=a.example"), "name is 'Shop': use lower-case letters"),
        (
            ("--yes", "--profile", "shop=https:"),
            "endpoints.hosts holds 'https:': give it a host name without scheme, port and path",
        ),
        (
            ("--yes", "--profile", "shop=https://x.example:no/"),
            "endpoints.hosts holds 'x.example:no': give it a host name without",
        ),
        (("--yes", "--profile", "./shop"), "pass the name of an installed profile, not a path"),
    ],
)
def test_an_error_is_one_line_and_nothing_is_made(folder, words, wanted):
    done = init(folder, *words)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert wanted in done.stderr
    assert files(folder) == {}


def test_a_pyproject_that_can_get_no_table_is_one_line(folder):
    (folder / "pyproject.toml").write_text("tool = { other = 1 }\n")

    done = init(folder, "--runner", "none", *OWN)

    assert done.returncode == 2
    assert done.stderr.startswith("recproxy: pyproject.toml cannot get a table [tool.recproxy]: ")
    assert files(folder) == {"pyproject.toml": "tool = { other = 1 }\n"}


def test_on_a_terminal_it_asks(folder):
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execv(sys.executable, [*RECPROXY, "init"])
    os.write(
        terminal, b"make\ntox\nbank=https://bank.example/ twiter Shop=a.example\n\nshop=https://api.shop.example:443/\n"
    )
    told = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # the other end has gone
            break
        if not data:
            break
        told += data
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)

    assert code == 0, told
    assert b"Test runner (nox, tox, none) [nox]: " in told
    assert b"'make' is not one of 'nox', 'tox', 'none'" in told
    assert b"Profiles of the suite" in told
    assert b"unknown profile 'twiter': known are " in told
    assert b"Instead of twiter (Enter leaves it out): " in told
    assert b"name is 'Shop': use lower-case letters" in told
    made = set(files(folder))
    assert made == {each.replace("/shop/", "/bank/") for each in MADE} | {"tox.toml", "recproxy.toml", "pytest.ini"}
    assert find_project(folder).profiles == ("bank", "shop")


TEST_CASE = "import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self):\n        pass\n"


@pytest.mark.parametrize("runner", ["nox", "tox", "none"])
def test_a_suite_of_unittest_gets_its_commands_and_a_first_test_of_its_kind(folder, runner):
    """The commands run the suite that is there, and find the first test next to its tests."""
    (folder / "tests").mkdir()
    (folder / "tests/test_it.py").write_text(TEST_CASE)

    done = init(folder, "--runner", runner, *OWN)

    made = files(folder)
    words = "python -m unittest discover -s tests"
    if runner == "nox":
        assert f"recproxy.run({', '.join(map(json.dumps, words.split()))}, *recproxy.args)" in made["noxfile.py"]
        assert "pytest" not in made["noxfile.py"]
    elif runner == "tox":
        assert tomllib.loads(made["tox.toml"])["env_run_base"]["commands"][0][:-1] == words.split()
    else:
        assert said(done)[-1] == f"run it: recproxy run --profile shop -- {words}"
        tried = run(folder, *words.split()[2:])
        assert tried.stderr.endswith("OK\n"), tried.stderr
        assert "Ran 2 tests" in tried.stderr
        assert "made tests/test_first.py" in said(done)
        assert not any(
            "test_first.py" in line for line in said(init(folder, "--runner", runner, *OWN)) if "made" in line
        )
    assert "class TestService(unittest.TestCase):" in made["tests/test_first.py"]
    assert "pytest.ini" not in made


def test_a_project_of_node_gets_its_commands_and_no_file_of_python(folder):
    (folder / "package.json").write_text("{}")

    done = init(folder, "--runner", "tox", *OWN)

    made = files(folder)
    base = tomllib.loads(made["tox.toml"])["env_run_base"]
    assert base["commands"][0][:-1] == ["node", "--test"]
    assert base["allowlist_externals"] == ["node"]
    assert not any("pytest" in line for line in base["deps"])
    assert [name for name in made if name.endswith((".py", ".ini", ".rec"))] == []
    assert "made no first test for node: recproxy docs another-language" in done.stderr
    assert said(done)[-2:] == ["record first: tox -e functional-record", "run it: tox -e functional-replay"]
    init(folder, "--runner", "nox", *OWN)
    assert 'recproxy.run("node", "--test", *recproxy.args, external=True)' in files(folder)["noxfile.py"]
    done = init(folder, "--runner", "none", "--profile", "replays=api.replays.example")
    assert said(done)[-2:] == [
        "record first: recproxy run --record replays -- node --test",
        "run it: recproxy run --profile replays -- node --test",
    ]


def test_what_exists_is_told_what_it_needs(folder):
    (folder / "tests").mkdir()
    (folder / "tests/test_it.py").write_text("def test_it(): ...\n")
    done = init(folder, "--runner", "nox", *OWN)

    assert "note: noxfile.py installs only the test tools: add what your tests import, such as requests" in said(done)
    assert 'recproxy.run("pytest", "tests", *recproxy.args)' in files(folder)["noxfile.py"]
    assert (folder / "tests/functional/test_first.py").exists()

    (folder / "pytest.ini").unlink()
    done = init(folder, "--runner", "none", *OWN)
    assert "every test, add to pytest.ini:\n\n    [pytest]\n    recproxy_mode = replay\n" in done.stderr
    assert said(done)[-1] == "run it: recproxy run --profile shop -- pytest tests"


def borrow(environment):
    """Give an environment what is installed here, so that it needs no index."""
    site = next(environment.glob("lib/python*/site-packages"))
    here = Path(pytest.__file__).parents[1]
    (site / "borrowed.pth").write_text(f"import site; site.addsitedir({str(here)!r})\n")
    prestarted.write_script(environment / "bin/pytest", "pytest")
    script = environment / "bin/recproxy"
    script.write_text(f'#!/bin/sh\nexec "{environment}/bin/python" -m recproxy "$@"\n')
    script.chmod(0o755)


@pytest.mark.parametrize(
    ("runner", "environment", "words"),
    [
        ("tox", ".tox/functional-replay", ("run", "--skip-env-install", "-e", "functional-replay")),
        ("nox", ".nox/functional-replay", ("-R", "-s", "functional-replay")),
    ],
)
def test_what_it_made_passes_at_once_under_its_runner(folder, runner, environment, words):
    init(folder, "--runner", runner, *OWN)
    assert run(folder, "virtualenv", "-q", "--no-seed", environment).returncode == 0
    borrow(folder / environment)

    done = run(folder, runner, *words, merged=True)

    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout
    assert "recproxy   shop     replay       1" in done.stdout
