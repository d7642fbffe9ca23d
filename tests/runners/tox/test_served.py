"""A run that is held: its first line, its report, and its end, asked for or not."""

import os
import signal
import sys
import threading
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds

from recproxy.errors import ControlError
from recproxy.runners.tox.served import Served

OPTIONS = ["--mode", "replay", "--profile", "shop"]


@pytest.fixture
def start_anew(tox):
    def start(options=OPTIONS, ended=lambda: None, python=sys.executable):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}
        return Served(python, options, folder=tox.root, environment=environment, ended=ended)

    return start


@pytest.fixture
def start(start_anew):
    """The same, of an interpreter that has imported recproxy; its processes are not below the one that it says."""
    with prestarted.forks("recproxy", "recproxy.proxy"):
        yield start_anew


def test_it_is_up_with_its_environment_and_ends_with_its_report(start):
    run = start()

    assert run.environment["RECPROXY_MODE"] == "replay"
    code, report = run.stop(passed=True)
    assert code == 0
    assert report.splitlines()[1].startswith("recproxy   shop     replay       0")


@pytest.mark.parametrize(("ran", "code"), [(True, 1), (False, 128 + signal.SIGTERM)])
def test_a_run_that_did_not_pass_is_told_so_and_one_that_was_stopped_blames_no_client(start, tox, ran, code):
    tox.write(
        "tests/functional/recordings/shop/default.rec",
        "#recproxy 2\n\nGET http://api.shop.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n",
    )

    done, report = start().stop(passed=False, ran=ran)

    assert done == code
    assert "recproxy   shop     replay       0         0       0       0" in report
    assert ("unasked: profile 'shop' was never asked" in report) is ran


def test_what_it_says_instead_of_starting_is_the_error(start):
    with pytest.raises(ControlError, match="^unknown profile 'shp': known are") as caught:
        start(["--mode", "replay", "--profile", "shp"])

    assert "\n" not in caught.value.message


def test_an_interpreter_that_says_nothing_is_an_error_with_its_code(start):
    with pytest.raises(ControlError, match=r"recproxy could not be started: exit code 1"):
        start(python="/bin/false" if Path("/bin/false").exists() else "/usr/bin/false")


def test_a_proxy_that_dies_ends_it_and_whoever_holds_it_is_told(start_anew):
    told = threading.Event()
    run = start_anew(ended=told.set)
    proxies = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/stat")
        if _parent_chain(int(path.parent.name), run._process.pid)
    ]
    if not proxies:
        run.stop(passed=True)
        pytest.skip("looks into /proc")

    os.kill(max(proxies), signal.SIGKILL)

    assert told.wait(seconds(20))
    code, report = run.stop(passed=False)
    assert code == 4
    assert "the proxy of profile 'shop' was killed by signal 9" in report


def _parent_chain(pid, ancestor):
    """Whether a process descends from another, as /proc tells it."""
    while pid > 1:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return False
        pid = int(fields[1])
        if pid == ancestor:
            return True
    return False
