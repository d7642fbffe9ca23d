"""Forks stand for programs that tests start: what a test may do with a program it may do with a fork."""

import os
import signal
import subprocess
import sys
import threading

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
