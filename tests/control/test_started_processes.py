"""What a command has started, told from the other processes of the machine."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from deadlines import seconds, wait_until

from recproxy.control import started_processes as module
from recproxy.control.started_processes import StartedProcesses, send_signal

PLAIN = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": "/tmp/recproxy-fedcba9876543210/ca.pem"}
linux = pytest.mark.skipif(sys.platform != "linux", reason="without /proc only a group is known")


@pytest.fixture
def mark(tmp_path):
    """One of its own: tests that run at the same time must not find each other's processes."""
    return str(tmp_path)


def marked(mark):
    return PLAIN | {"SSL_CERT_FILE": f"{mark}/ca.pem"}


@contextlib.contextmanager
def started(*words, environment=PLAIN, session=True):
    process = subprocess.Popen(words or ("sleep", "60"), env=environment, start_new_session=session)
    try:
        if sys.platform == "linux":
            wait_until(Path(f"/proc/{process.pid}/environ").read_bytes)  # it has one when its program is loaded
        yield process
    finally:
        process.kill()
        process.wait(seconds(20))


def killed(process):
    return process.wait(seconds(20)) == -signal.SIGKILL


@linux
def test_a_process_is_found_by_its_session_whatever_its_group_and_variables():
    with started("sh", "-mc", "sleep 60 & wait") as shell:  # -m: the child is in a group of its own
        wait_until(lambda: len(StartedProcesses(0, session=shell.pid, mark="")._found()) == 2)

        assert StartedProcesses(0, session=shell.pid, mark="").kill()
        shell.wait(seconds(20))  # by the signal, or by itself because its child was killed first
        wait_until(lambda: not StartedProcesses(0, session=shell.pid, mark="")._found())


@linux
def test_a_process_that_has_left_the_session_is_found_by_its_mark_and_others_are_not(mark):
    with started(environment=marked(mark)) as ours, started() as theirs:
        assert not StartedProcesses(0, session=0, mark="").kill()
        assert StartedProcesses(0, session=0, mark=mark).kill()
        assert killed(ours)
        assert theirs.poll() is None


@linux
def test_a_child_in_a_session_of_its_own_with_no_variables_goes_with_its_parent(mark):
    with started("sh", "-c", "setsid env -i PATH=$PATH sleep 60 & wait", environment=marked(mark)) as shell:
        processes = StartedProcesses(shell.pid, session=0, mark=mark)
        wait_until(lambda: len(processes._found()) == 2)

        assert processes.kill()
        shell.wait(seconds(20))  # by the signal, or by itself because its child was killed first
        wait_until(lambda: not processes._found())


@linux
def test_each_is_asked_once_and_one_that_nobody_has_waited_for_has_ended(mark):
    with started(environment=marked(mark)) as process:
        processes = StartedProcesses(0, session=0, mark=mark)
        assert processes.ask()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert processes._found() == set()
        assert process.wait(seconds(20)) == -signal.SIGTERM


@pytest.mark.parametrize("session", [True, False])
def test_without_proc_it_is_the_group_or_the_process(monkeypatch, mark, session):
    monkeypatch.setattr(module, "_processes", lambda **_: None)
    with started(session=session) as process:
        processes = StartedProcesses(process.pid, session=process.pid if session else 0, mark=mark)
        assert processes.kill()
        assert killed(process)
        assert not processes.kill()


def test_a_signal_that_reaches_nobody_says_so():
    with started() as process:
        pass
    assert not send_signal([process.pid], 0)
    assert send_signal([os.getpid()], 0)


def test_what_ends_while_a_signal_is_sent_keeps_none_of_the_others_from_it(monkeypatch):
    """A handler of SIGCHLD takes it away from the same collection, between two signals."""
    forks = {1: "a proxy", 2: "its neighbour"}
    told = []
    monkeypatch.setattr(module.os, "kill", lambda pid, _: told.append(pid) or forks.pop(pid))

    assert send_signal(forks.keys(), signal.SIGKILL)
    assert told == [1, 2]
