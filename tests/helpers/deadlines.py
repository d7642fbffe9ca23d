"""How long a test waits for another process, a thread or a socket: longer where the machine is slower.

Every such wait in the tests takes its time from here, as `timeout=seconds(20)`. The seconds are those of a quiet machine:
they are multiplied by how much longer the start of a process takes now than it takes there. A deadline only ends a test
that hangs, so a machine that others use makes no test fail, and no test has to be repeated.
"""

import subprocess
import sys
import time

#: Starting this takes about so many seconds on a quiet machine of two cores.
START = (sys.executable, "-I", "-S", "-c", "")
USUAL = 0.02
#: The load changes during a session: a measurement is used for so many seconds. It costs less than a hundredth of that.
VALID = 10.0

_measured = {"at": -VALID, "factor": 1.0}


def seconds(usual):
    """The time that takes so many seconds on a quiet machine."""
    return usual * factor()


def wait_until(condition, usual=40, process=None):
    """Wait for what another process does and tells nobody; fail if this process ends before. What the condition gave."""
    deadline = time.monotonic() + seconds(usual)
    while not (got := condition()):
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return got


def factor():
    """How much slower than a quiet machine this one is now; never below 1."""
    now = time.monotonic()
    if now - _measured["at"] > VALID:
        subprocess.run(START, stdin=subprocess.DEVNULL, check=True)
        after = time.monotonic()
        _measured.update(at=after, factor=max(1.0, (after - now) / USUAL))
    return _measured["factor"]
