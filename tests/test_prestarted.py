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
import os, subprocess, sys
import prestarted

with prestarted.forks("python"):
    for line in sys.stdin:
        subprocess.run([sys.executable, "-c", "import os; print(os.getppid(), flush=True)"])
prestarted.close()
"""


def test_workers_share_an_interpreter_until_the_last_of_them_has_closed(tmp_path):
    environment = os.environ | {
        "PYTEST_XDIST_TESTRUNUID": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parent / "helpers"),
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}

    with subprocess.Popen([sys.executable, "-c", WORKER], **pipes) as one:
        print(file=one.stdin, flush=True)
        server = int(one.stdout.readline())
        with subprocess.Popen([sys.executable, "-c", WORKER], **pipes) as other:
            print(file=other.stdin, flush=True)
            assert int(other.stdout.readline()) == server
            one.stdin.close()
            print(file=other.stdin, flush=True)
            assert int(other.stdout.readline()) == server
        one.wait(seconds(20))

    assert (one.returncode, other.returncode) == (0, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
