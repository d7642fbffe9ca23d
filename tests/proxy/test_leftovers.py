"""What the fork server clears away if its orchestrator has died."""

import os
import signal
import subprocess
import sys

import pytest
from deadlines import seconds

from recproxy.control.forks import ForkOrder
from recproxy.proxy.leftovers import Leftovers

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
HEARING = "import time; print('up', flush=True); time.sleep(60)"


def program(text, **options):
    process = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, **options)
    assert process.stdout.readline() == "up\n"
    return process


def ended(process):
    process.stdout.close()
    return process.wait(seconds(20))


@pytest.mark.parametrize(
    ("order", "text", "number"),
    [
        (ForkOrder.SESSION, HEARING, signal.SIGTERM),
        (ForkOrder.SESSION, DEAF, signal.SIGKILL),
        (ForkOrder.COMMAND, HEARING, signal.SIGTERM),
        (ForkOrder.COMMAND, DEAF, signal.SIGKILL),
    ],
)
def test_a_command_is_asked_to_end_and_then_killed(order, text, number):
    process = program(text, start_new_session=order is ForkOrder.SESSION)
    leftovers = Leftovers()
    leftovers.note(order, str(process.pid))

    leftovers.clear(set())

    assert ended(process) == -number


@pytest.mark.skipif(sys.platform != "linux", reason="without /proc only the command's group is known")
def test_what_a_command_has_started_in_another_session_ends_with_it(tmp_path):
    environment = {"PATH": os.environ["PATH"], "SSL_CERT_FILE": f"{tmp_path}/ca.pem"}
    child, other = (program(DEAF, start_new_session=True, env=each) for each in (environment, None))
    command = program(HEARING, start_new_session=True)
    leftovers = Leftovers()
    leftovers.note(ForkOrder.FOLDER, str(tmp_path))
    leftovers.note(ForkOrder.SESSION, str(command.pid))

    leftovers.clear(set())

    assert [ended(command), ended(child)] == [-signal.SIGTERM, -signal.SIGKILL]
    assert other.poll() is None
    other.kill()
    ended(other)


def test_a_command_that_has_ended_is_asked_nothing_and_a_fork_is_killed():
    command, fork = program(HEARING, start_new_session=True), program(DEAF)
    leftovers = Leftovers()
    leftovers.note(ForkOrder.SESSION, str(command.pid))
    leftovers.note(ForkOrder.ENDED, str(command.pid))

    leftovers.clear({fork.pid})

    assert command.poll() is None
    assert ended(fork) == -signal.SIGKILL
    command.kill()
    ended(command)


def test_the_folder_goes_and_one_that_was_never_made_is_no_problem(tmp_path):
    made = tmp_path / "made"
    (made / "php").mkdir(parents=True)
    leftovers = Leftovers()
    leftovers.note(ForkOrder.FOLDER, str(made))

    leftovers.clear(set())
    leftovers.clear(set())

    assert list(tmp_path.iterdir()) == []
