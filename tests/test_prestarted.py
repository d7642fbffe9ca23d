"""Forks stand for programs that tests start: what a test may do with a program it may do with a fork."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds


def test_an_interrupt_while_it_is_waited_for_leaves_a_fork_that_can_be_ended():
    before = signal.signal(signal.SIGUSR1, signal.default_int_handler)
    program = "import time; print(flush=True); time.sleep(600)"
    with prestarted.popen()([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        try:
            with pytest.raises(KeyboardInterrupt):
                process.wait()
        finally:
            signal.signal(signal.SIGUSR1, before)
            process.terminate()

        assert process.wait(seconds(20)) == -signal.SIGTERM


WORKER = """
import os, signal, subprocess, sys
import deadlines, prestarted

deadlines.seconds = float(sys.argv[1]).__mul__
for line in sys.stdin:
    if line == "kill\\n":
        for each in prestarted._held.values():
            each.process.kill()
            each.process.wait()
    if line == "leave\\n":
        if (pid := os.fork()) == 0:
            os.closerange(0, 3)
            signal.pause()
        print(pid, flush=True)
        continue
    with prestarted.forks("python"):
        subprocess.run([sys.executable, "-c", "import os; print(os.getppid(), flush=True)"])
prestarted.close()
"""


@pytest.fixture
def worker(tmp_path):
    """Starts a process that uses an interpreter, as a worker of one session does."""
    environment = os.environ | {
        "PYTEST_XDIST_TESTRUNUID": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parent / "helpers"),
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return lambda patience=1: subprocess.Popen([sys.executable, "-c", WORKER, str(patience)], env=environment, **pipes)


def _ask(worker, what=""):
    """The process that ran what this worker asked for, or that it left behind."""
    print(what, file=worker.stdin, flush=True)
    return int(worker.stdout.readline())


def test_workers_share_an_interpreter_until_the_last_of_them_has_closed(worker):
    with worker() as one:
        server = _ask(one)
        with worker() as other:
            assert _ask(other) == server
            one.stdin.close()
            assert _ask(other) == server
        one.wait(seconds(20))

    assert (one.returncode, other.returncode) == (0, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def test_an_interpreter_that_died_is_replaced_for_all_workers(worker):
    with worker() as one, worker() as other:
        server = _ask(one)
        assert _ask(other) == server
        another = _ask(one, "kill")
        assert another not in (server, one.pid)
        assert _ask(other) == another


def test_an_interrupt_does_not_end_an_interpreter(worker):
    with worker() as one:
        server = _ask(one)
        os.kill(server, signal.SIGINT)
        assert _ask(one) == server
        assert one.communicate(timeout=seconds(20)) == ("", "")


def test_an_interpreter_that_a_process_left_behind_holds_is_killed(worker):
    with worker(patience=0.01) as one:
        server = _ask(one)
        left = _ask(one, "leave")
        try:
            said = one.communicate(timeout=seconds(20))[1]
        finally:
            os.kill(left, signal.SIGKILL)

    what = f"the prestarted interpreter of python, process {server}"
    assert said == f"Killed {what}: a process that a test left behind still holds it.\n"
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
