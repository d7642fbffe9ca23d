"""A replay that programs try to leave: what they ask for past the proxies is refused, and the run says so and fails."""

import shutil
import textwrap

import pytest

#: Swallows every error, as programs do; a run must notice all the same.
OUT = """
import contextlib, smtplib, socket, ssl
with contextlib.suppress(OSError):
    smtplib.SMTP("smtp.mail.example", 587, timeout=5)
with contextlib.suppress(OSError):
    socket.create_connection(("203.0.113.9", 5432), 5)
with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.sendto(b"query", ("203.0.113.53", 53))
with contextlib.suppress(OSError), socket.create_connection(("203.0.113.10", 443), 5) as sock:
    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(sock, server_hostname="203.0.113.10")
"""
NODE = """
require('net').connect(5432, 'db.example').on('error', () => {});
require('tls').connect(443, '203.0.113.10').on('error', () => {});
"""


def test_a_replay_notices_who_tries_to_leave_by_another_port(project):
    done = project.python(textwrap.dedent(OUT))

    assert done.returncode == 3, done.stderr
    for place in ("smtp.mail.example:587", "203.0.113.9:5432", "203.0.113.53:53", "owns 203.0.113.10: TLS refused"):
        assert place in done.stderr


def test_a_replay_notices_a_node_program_too(project):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")

    done = project.run("run", "--", node, "-e", NODE)

    assert done.returncode == 3, done.stderr
    assert "db.example:5432" in done.stderr
    assert "owns 203.0.113.10: TLS refused" in done.stderr


def test_a_profile_that_nobody_asked_is_told_and_fails_where_the_profile_says_so(project):
    told = project.python("")
    file = project.root / "pyproject.toml"
    file.write_text(file.read_text() + '[tool.recproxy.profiles.shop.match]\nunused = "fail"\n')
    failed = project.python("")

    line = (
        "recproxy: unasked: profile 'shop' was never asked, although 3 recorded interactions were in play; if your "
        "program calls the service, its client does not use the proxy: give it the address in SHOP_BASE_URL, or set "
        "java = true if it is a Java program"
    )
    assert (told.returncode, failed.returncode) == (0, 3)
    assert line in told.stderr
    assert line in failed.stderr


def test_a_profile_of_this_machine_without_a_base_url_is_told_at_the_start(project):
    file = project.root / "pyproject.toml"
    file.write_text(
        file.read_text().replace('base_url = "SHOP_BASE_URL"\n', "").replace("api.shop.example", "localhost")
    )

    done = project.run("run", "--", "sh", "-c", "echo >&2 begun")

    note, begun, *_ = done.stderr.splitlines()
    assert note.startswith(
        "recproxy: note: profile 'shop' is never asked for localhost: clients use no proxy on loopback;"
    )
    assert begun == "begun"
