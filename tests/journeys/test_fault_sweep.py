"""A fault sweep over a suite, as a user runs it: which faults went unnoticed, hung, or crashed the program."""

import json
import os
import signal
import subprocess
import sys

import pytest
from deadlines import seconds
from plugins import WITHOUT_PLUGINS

from .conftest import RECORDING

SUITE = """
import os
import signal
import urllib.request

import pytest

def get(path="/item?id=1", timeout=None):
    with urllib.request.urlopen(os.environ["SHOP_BASE_URL"] + path, timeout=timeout) as answer:
        return answer.read()

def test_that_sees_what_happens():
    assert get(timeout=0.7) == b"first"

def test_that_swallows_errors():
    try:
        get(timeout=0.7)
    except OSError:
        pass

def test_that_waits():
    assert get() == b"first"

def test_that_dies():
    try:
        get(timeout=0.7)
    except OSError:
        os.kill(os.getpid(), signal.SIGKILL)

@pytest.fixture(scope="module")
def shop():
    return get()  # answered from a recording of its own

def test_with_a_fixture(shop):
    assert shop == b"first"

def test_without_a_service():
    pass
"""
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "--tb=native", "-p", "no:cacheprovider", "test_it.py")


def sweep(project, *words, command=PYTEST, faults="sweep=reset,hang", **environment):
    done = project.run(
        "run",
        *("--faults", faults, "--fault-timeout", "2", "--fault-report", "report.json", *words, "--"),
        *command,
        environment={"PYTEST_ADDOPTS": WITHOUT_PLUGINS, **environment},
    )
    report = project.root / "report.json"
    return done, json.loads(report.read_text()) if report.is_file() else None


def results(report):
    return {(trial["test"].partition(".")[2], trial["kind"]): trial["result"] for trial in report["trials"]}


@pytest.mark.long
def test_each_test_has_each_fault_once_and_the_report_says_what_came_of_it(project):
    project.write("test_it.py", SUITE)

    project.write("tests/functional/recordings/shop/test_it/shop.fixture.rec", RECORDING)

    done, report = sweep(project)

    assert results(report) == {
        ("test_that_sees_what_happens", "reset"): "noticed",
        ("test_that_sees_what_happens", "hang"): "noticed",
        ("test_that_swallows_errors", "reset"): "unnoticed",
        ("test_that_swallows_errors", "hang"): "unnoticed",
        ("test_that_waits", "reset"): "noticed",
        ("test_that_waits", "hang"): "hung",
        ("test_with_a_fixture", "reset"): "noticed",
        ("test_with_a_fixture", "hang"): "hung",
        ("test_that_dies", "reset"): "crashed",
        ("test_that_dies", "hang"): "crashed",
    }, done.stderr
    assert (report["complete"], report["skipped"], report["command"]) == (True, 0, list(PYTEST))
    assert done.returncode == 1
    swallowed = done.stderr.partition("unnoticed: the test passed: see whether it should\n")[2].splitlines()
    where = "tests/functional/recordings/shop/default.rec:3"
    assert swallowed[:2] == [
        "  test_it.test_that_swallows_errors",
        f"    reset, hang: GET https://api.shop.example/item?id=1 ({where})",
    ]
    assert "  test_it.test_with_a_fixture\n    hang: GET https://api.shop.example/item?id=1 (" in done.stderr
    assert {trial["scope"] for trial in report["trials"]} >= {"test_it.shop", "test_it.test_that_waits"}
    assert not [path.name for path in project.root.iterdir() if path.name.endswith("_cache")]


PROGRAM = """
import os, sys, urllib.request
try:
    urllib.request.urlopen(os.environ["SHOP_BASE_URL"] + "/item?id=1", timeout=0.7)
except TimeoutError:
    sys.exit("it does not answer")
except OSError:
    pass
"""


def test_any_other_command_is_run_as_a_whole_for_each_fault(project):
    done, report = sweep(project, command=(sys.executable, "-c", PROGRAM))

    assert [(trial["test"], trial["kind"], trial["result"]) for trial in report["trials"]] == [
        ("run", "reset", "unnoticed"),
        ("run", "hang", "noticed"),
    ], done.stderr
    assert done.returncode == 0


SECURED = """
import os
import ssl
import urllib.request

import pytest

def get(address, **options):
    with urllib.request.urlopen(address + "/item?id=1", **options) as answer:
        return answer.read()

def test_that_checks_certificates():
    assert get("https://api.shop.example") == b"first"

def test_that_does_not():
    assert get("https://api.shop.example", context=ssl._create_unverified_context()) == b"first"

def test_over_the_base_url():
    assert get(os.environ["SHOP_BASE_URL"]) == b"first"
"""
UNVERIFIED = "import ssl, urllib.request as u; u.urlopen('https://api.shop.example/item?id=1', context=ssl._create_unverified_context())"


def test_a_test_that_checks_no_certificate_does_not_notice_a_fault_of_tls(project):
    project.write("test_it.py", SECURED)

    done, report = sweep(project, faults="sweep=tls expired")

    assert results(report) == {
        ("test_that_checks_certificates", "tls expired"): "noticed",
        ("test_that_does_not", "tls expired"): "unnoticed",
    }, done.stderr
    assert "  test_it.test_that_does_not\n    tls expired: TLS connections to shop\n" in done.stderr
    assert done.returncode == 0


def test_a_program_without_tests_gets_faults_of_tls_as_well(project):
    done, report = sweep(project, command=(sys.executable, "-c", UNVERIFIED), faults="sweep=tls wrong name,tls cut")

    assert [(trial["test"], trial["kind"], trial["result"]) for trial in report["trials"]] == [
        ("run", "tls wrong name", "unnoticed"),
        ("run", "tls cut", "noticed"),
    ], done.stderr


def test_a_suite_that_fails_without_faults_is_not_swept(project):
    done, report = sweep(project, command=(sys.executable, "-c", "raise SystemExit(7)"))

    assert (done.returncode, report) == (7, None)
    assert "recproxy: the command must pass without faults first: it ended with 7" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--faults", "swep"), "--faults swep: write sweep, or sweep=reset,truncate,hang"),
        (("--faults", "sweep=reset,boom"), "--faults sweep=reset,boom: 'boom' is no fault: write truncate or hang"),
        (("--faults", "sweep", "--mode", "live"), "--faults plays recordings: leave out --mode, --record and --live"),
    ],
)
def test_what_cannot_be_swept_is_one_line(project, words, said):
    done = project.run("run", *words, "--", "true")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert said in done.stderr


WAITING = "import os, urllib.request as u\nu.urlopen(os.environ['SHOP_BASE_URL'] + '/item?id=1').read()"


def test_ctrl_c_ends_a_sweep_which_still_reports(project):
    words = (
        "run",
        "--faults",
        "sweep=reset after 1,hang",
        "--fault-timeout",
        "60",
        "--fault-report",
        "report.json",
        "--",
    )
    process = project.start(*words, sys.executable, "-c", WAITING, stderr=subprocess.PIPE, start_new_session=True)
    said = ""
    while "run 2 of 2" not in said:
        line = process.stderr.readline()
        assert line, said
        said += line
    os.kill(process.pid, signal.SIGINT)
    _, rest = process.communicate(timeout=seconds(30))

    assert process.returncode == 130, said + rest
    report = json.loads((project.root / "report.json").read_text())
    assert [trial["result"] for trial in report["trials"]] == ["noticed", "not run"], rest
    assert report["complete"] is False
    assert "not run: the sweep ended before" in rest
