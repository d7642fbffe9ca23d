"""When the run of every test starts, where pytest starts it: before the modules that read its variables."""

import pytest

PASSWORDS = 'credentials = ["SHOP_PASSWORD"]\nplaceholders = { SHOP_PASSWORD = "placeholder" }\n'
READS = """
import os
from asking import get

BASE = os.environ.get("SHOP_BASE_URL", "https://api.shop.example")
PASSWORD = os.environ["SHOP_PASSWORD"]
"""
TESTS = """
import urllib.request
from urllib.parse import urlsplit
import conftest


def test_one():
    assert BASE == conftest.BASE, (BASE, conftest.BASE)
    assert urlsplit(BASE).hostname == "127.0.0.1"
    with urllib.request.urlopen(f"{BASE}/item") as answer:
        assert answer.read() == b"first"


def test_two():
    assert BASE == os.environ["SHOP_BASE_URL"]
    assert get("item") == "second"
"""


@pytest.fixture
def reading(project):
    """A suite whose modules read the variables of the run when they are imported."""
    profile = project.root / "shop" / "profile.toml"
    profile.write_text(PASSWORDS + profile.read_text())
    project.write("pytest.ini", "[pytest]\nrecproxy_mode = replay\n")
    project.record("recordings/shop/test_reading/test_one.rec", ("item", "first"))
    project.record("recordings/shop/test_reading/test_two.rec", ("item", "second"))
    project.write("conftest.py", READS)
    project.write("test_reading.py", READS + TESTS)
    return project


@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["one process", "workers"])
def test_modules_that_read_variables_when_they_are_imported_have_those_of_the_run(reading, words):
    if words:
        pytest.importorskip("xdist")

    outcomes = reading.pytest(*words, "test_reading.py")

    assert outcomes == {"passed": 2}, outcomes
    assert "replay: 2 tests, 2 requests played, 0 recorded, 0 missed, 0 recorded interactions unused" in outcomes.out


BROKEN = """
import os, sys
import pytest

before = dict(os.environ)
code = pytest.main(["-p", "no:cacheprovider", *sys.argv[1:]])
print("exit", int(code), "left", sorted(set(os.environ.items()) ^ set(before.items())))
import recproxy.client.session as sessions
print("runs", len(sessions._sessions))
"""


@pytest.mark.parametrize(
    ("words", "code", "runs"),
    [(("test_broken.py",), 2, 1), (("--collect-only", "test_plain.py"), 0, 0), (("--version",), 0, 0)],
    ids=["an error while it collects", "collects only", "version"],
)
def test_the_variables_are_put_back_and_nothing_starts_where_no_test_runs(project, words, code, runs):
    project.write("pytest.ini", "[pytest]\nrecproxy_mode = replay\n")
    project.write("test_broken.py", "import nothing_of_the_kind\n")
    project.write("test_plain.py", "def test_one():\n    pass\n")
    project.write("main.py", BROKEN)

    _, out = project.python("main.py", *words)

    assert f"exit {code} left []\nruns {runs}\n" in out, out


def test_a_run_that_cannot_start_ends_pytest_with_one_line(project):
    project.write("recproxy.toml", 'profiles = ["nowhere/profile.toml"]\n')
    project.write("test_plain.py", "def test_one():\n    pass\n")

    outcomes = project.pytest("--recproxy-mode=replay", "test_plain.py")

    assert outcomes.code == 4, outcomes
    assert "Traceback" not in outcomes.out
    assert "ERROR: recproxy could not be started: " in outcomes.out


def test_a_run_that_records_masks_the_credentials_that_a_conftest_sets(project, origin):
    profile = project.root / "shop" / "profile.toml"
    upstream = f'[upstream]\naddress = "127.0.0.1:{origin.server_port}"\n'
    profile.write_text(f"{PASSWORDS}{profile.read_text()}\n{upstream}")
    project.write(
        "conftest.py",
        "import os, pytest\nos.environ['SHOP_PASSWORD'] = 'of-the-conftest'\nassert 'SHOP_BASE_URL' not in os.environ\n\n"
        "@pytest.fixture\ndef base():\n    return os.environ['SHOP_BASE_URL']\n",
    )
    project.write(
        "test_plain.py",
        "import os, urllib.request\nPASSWORD = os.environ['SHOP_PASSWORD']\n\n"
        "def test_one(base):\n    assert base == os.environ['SHOP_BASE_URL']\n"
        "    with urllib.request.urlopen(f'http://api.shop.example/{PASSWORD}') as answer:\n"
        "        assert answer.read() == b'of-the-conftest 1'\n",
    )

    assert project.pytest("--recproxy-mode=record", "test_plain.py") == {"passed": 1}

    recorded = (project.root / "recordings/shop/test_plain/test_one.rec").read_text()
    assert "of-the-conftest" not in recorded
    assert "GET http://api.shop.example/XXX" in recorded
