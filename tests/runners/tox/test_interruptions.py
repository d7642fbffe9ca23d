"""Ctrl-C while real tox runs an environment."""

import signal
import threading
from unittest import mock

import pytest
from tox.session.cmd.run import common as tox_run_common
from tox.tox_env.runner import RunToxEnv


@pytest.mark.skipif(not hasattr(tox_run_common, "wait_futures"), reason="this tox waits until an environment has ended")
def test_one_interrupt_is_one_and_the_environment_keeps_its_result(tox):
    """However late its run ends: here tox looks right after the interrupt, and not once a second, whether it has."""
    tox.write("app.py", "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(60)\n")
    tox.forked.remove("python")  # the parent of a fork is another
    wait, interrupt, interrupted = tox_run_common.wait_futures, RunToxEnv.interrupt, threading.Event()

    def look_after_the_interrupt(*words, **options):
        while not (found := wait(*words, **options | {"timeout": 0.001})).done and not interrupted.is_set():
            pass
        return found

    def interrupt_first(tox_env):
        interrupted.set()
        interrupt(tox_env)

    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with (
            mock.patch.object(tox_run_common, "wait_futures", look_after_the_interrupt),
            mock.patch.object(RunToxEnv, "interrupt", interrupt_first),
        ):
            done = tox.run("run", "-e", "functional-replay")
    finally:
        signal.signal(signal.SIGINT, handler)

    said = done.stdout + done.stderr
    assert "interrupt tox environment: functional-replay" in said
    assert "second interrupt" not in said
    assert "recproxy   shop     replay       0         0       0       0" in said
    assert "functional-replay: FAIL code -2" in said
    assert done.returncode not in (0, 1)
