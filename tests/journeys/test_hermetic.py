"""A replay that programs try to leave: what they ask for past the proxies is refused, and the run says so and fails."""

import shutil
import textwrap

import pytest

#: Swallows every error, as programs do; a run must notice all the same.
OUT = """
import contextlib, smtplib, socket
with contextlib.suppress(OSError):
    smtplib.SMTP("smtp.mail.example", 587, timeout=5)
with contextlib.suppress(OSError):
    socket.create_connection(("203.0.113.9", 5432), 5)
with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.sendto(b"query", ("203.0.113.53", 53))
"""
NODE = """
require('net').connect(5432, 'db.example').on('error', () => {});
"""


def test_a_replay_notices_who_tries_to_leave_by_another_port(project):
    done = project.python(textwrap.dedent(OUT))

    assert done.returncode == 3, done.stderr
    for place in ("smtp.mail.example:587", "203.0.113.9:5432", "203.0.113.53:53"):
        assert place in done.stderr


def test_a_replay_notices_a_node_program_too(project):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")

    done = project.run("run", "--", node, "-e", NODE)

    assert done.returncode == 3, done.stderr
    assert "db.example:5432" in done.stderr
