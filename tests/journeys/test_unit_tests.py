"""One recording serves the functional test and the unit test, in one run and without any."""

import os
import sys

import prestarted
import pytest
from deadlines import seconds
from plugins import WITHOUT_PLUGINS

for package in ("requests", "responses", "vcr"):
    pytest.importorskip(package)

SUITE = '''
import pytest
import requests
from recproxy import inprocess

ITEM = "https://api.shop.example/item?id=1"
RECORDING = "tests/functional/recordings/shop/default.rec"
ORDER = {"item": 1, "nonce": "any"}


def program():
    """What is tested: it knows nothing of how it is answered."""
    ordered = requests.post("https://api.shop.example/order", json=ORDER, timeout=20).json()
    return [requests.get(ITEM, timeout=20).text for _ in range(3)], ordered


WANTED = ["first", "second", "second"], {"order": 7}


@pytest.mark.recproxy("shop", "default.rec")
def test_over_tcp():
    assert program() == WANTED


def test_by_responses():
    with inprocess.requests_mock(RECORDING) as mock:
        assert program() == WANTED
        assert len(mock.calls) == 4


@inprocess.vcrpy_cassette("default", profile="shop")
def test_by_vcrpy():
    assert program() == WANTED
'''


def test_in_one_run(project):
    project.write("test_program.py", SUITE)

    done = project.run("run", "--", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_program.py")

    assert (done.returncode, "3 passed" in done.stdout) == (0, True), done.stdout + done.stderr
    # What the process answered by itself is not the run's.
    assert "3 tests, 4 requests played, 0 recorded, 0 missed" in done.stdout


def test_unit_tests_need_no_run(project):
    project.write("test_program.py", SUITE)
    words = ("-q", "-p", "no:cacheprovider", "-p", "no:recproxy", "-k", "not tcp", "-W", "ignore")

    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("RECPROXY", "PYTEST"))}

    done = prestarted.run(
        "pytest",
        (*words, "test_program.py"),
        cwd=project.root,
        environment=inherited | {"PYTEST_ADDOPTS": WITHOUT_PLUGINS},
        timeout=seconds(60),
    )

    assert "2 passed, 1 deselected" in done.stdout, done.stdout + done.stderr
