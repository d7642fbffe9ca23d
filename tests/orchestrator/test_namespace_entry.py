"""The program that enters the namespaces of an isolated command: what the command is given, and what goes wrong."""

import os
import subprocess
import sys

import pytest
from namespaces import need_namespaces

from recproxy.orchestrator.isolation import Isolation
from recproxy.orchestrator.namespace_entry import CANNOT_JOIN


@pytest.fixture(scope="module")
def prefix():
    need_namespaces()
    made = Isolation()
    made.ready()
    yield made.prefix
    made.close()


def test_the_command_gets_exactly_the_environment_that_was_given(prefix):
    """Python's start adds LC_CTYPE where no locale is set."""
    given = {"B": "b", "A": "=\n", "PYTHONPATH": "/x", "PATH": os.environ["PATH"]}

    done = subprocess.run([*prefix, "-1", "env", "-0"], env=given, capture_output=True, text=True)

    assert dict(entry.split("=", 1) for entry in done.stdout.split("\0")[:-1]) == given, done.stderr


def test_the_command_has_the_usual_signals_and_descriptors(prefix):
    read, write = os.pipe()
    # A shell: Python would ignore both signals again.
    words = [*prefix, str(write), "sh", "-c", "grep SigIgn /proc/$$/status; ls /proc/$$/fd"]

    process = subprocess.Popen(words, pass_fds=(write,), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    os.close(write)
    with os.fdopen(read) as report:
        assert report.read() == ""
    out = process.communicate()[0].split()

    assert int(out[1], 16) & (1 << 12 | 1 << 24) == 0
    assert set(out[2:]) <= {"0", "1", "2", "10", "255"}  # some shells keep a copy


@pytest.mark.parametrize("piped", [True, False])
def test_a_command_that_cannot_be_run_is_told_where_it_is_wanted(prefix, tmp_path, piped):
    (tmp_path / "broken").write_text("no program\n")
    (tmp_path / "broken").chmod(0o755)
    read, write = os.pipe()

    done = subprocess.run(
        [*prefix, str(write) if piped else "-1", str(tmp_path / "broken")],
        pass_fds=(write,),
        capture_output=True,
        text=True,
    )

    os.close(write)
    with os.fdopen(read) as report:
        told = report.read()
    text = f"command '{tmp_path / 'broken'}' cannot be run: Exec format error"
    assert (done.returncode, told, done.stderr) == (126, text if piped else "", "" if piped else f"recproxy: {text}\n")


def test_namespaces_that_are_gone_are_told(prefix):
    gone = subprocess.Popen(["true"])
    gone.wait()

    done = subprocess.run([*prefix[:-1], str(gone.pid), "-1", "true"], capture_output=True, text=True)

    assert done.returncode == CANNOT_JOIN
    assert done.stderr == "recproxy: the command cannot join its namespaces: No such file or directory\n"
    assert sys.executable == prefix[0]
