"""Standard streams that cannot be written: in processes of their own, for tests have streams of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, sys
from recproxy.cli.streams import mend_streams, shut_output
mend_streams()
taken = os.open(os.devnull, os.O_RDONLY)
print("data")
print("message", file=sys.stderr)
sys.exit(10 if taken > 2 else 1)
"""


@pytest.mark.parametrize("closed", [(), (0,), (1,), (2,), (0, 1, 2)])
def test_nothing_else_takes_the_place_of_a_closed_stream(closed):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], preexec_fn=lambda: [os.close(number) for number in closed], capture_output=True
    )

    wanted = (10, b"" if 1 in closed else b"data\n", b"" if 2 in closed else b"message\n")
    assert (done.returncode, done.stdout, done.stderr) == wanted


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
def test_messages_are_lost_where_they_cannot_be_written():
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=full)

    assert (done.returncode, done.stdout) == (10, b"data\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
def test_output_that_was_shut_is_not_written_again_at_the_end():
    with open("/dev/full", "w") as full:
        program = PROGRAM.replace("sys.exit", "shut_output(); sys.exit")
        buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
        done = subprocess.run([sys.executable, "-c", program], env=buffered, stdout=full, stderr=subprocess.PIPE)

    assert (done.returncode, done.stderr) == (10, b"message\n")
