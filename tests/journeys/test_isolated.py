"""`recproxy run --isolate`: a command that has only this run, whatever its programs do."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import certifi
import pytest
from deadlines import seconds, wait_until
from namespaces import need_namespaces

#: Past every variable and the redirect: an empty environment, no start-up files, a context with the system's roots.
BARE = """
import socket, ssl
context = ssl.create_default_context()
with socket.create_connection(("api.shop.example", 443), 10) as sock:
    with context.wrap_socket(sock, server_hostname="api.shop.example") as tls:
        tls.sendall(b"GET /item?id=1 HTTP/1.1\\r\\nHost: api.shop.example\\r\\nConnection: close\\r\\n\\r\\n")
        print(b"".join(iter(lambda: tls.recv(4096), b"")).split(b"\\r\\n\\r\\n")[1].decode())
"""


@pytest.fixture(autouse=True)
def namespaces():
    need_namespaces()


def bare(project, program, *words):
    """Run a program under --isolate past all that a run sets."""
    python = [sys.executable, "-I", "-S", "-c", textwrap.dedent(program)]
    return project.run("run", "--isolate", *words, "--", "env", "-i", *python)


def test_a_client_past_all_variables_is_answered_from_recordings(project):
    done = bare(project, BARE)

    assert (done.returncode, done.stdout) == (0, "first\n"), done.stderr


def test_a_client_at_another_port_of_a_profile_is_answered(project):
    config = project.root / "pyproject.toml"
    config.write_text(config.read_text().replace('base_url = "SHOP', 'ports = ["8443"]\nbase_url = "SHOP'))
    recording = project.root / "tests/functional/recordings/shop/default.rec"
    recording.write_text(recording.read_text().replace("shop.example/", "shop.example:8443/"))

    done = bare(
        project, BARE.replace(", 443)", ", 8443)").replace("Host: api.shop.example", "Host: api.shop.example:8443")
    )

    assert (done.returncode, done.stdout) == (0, "first\n"), done.stderr


def test_a_client_that_pins_certifis_roots_is_answered(project):
    pinned = f"create_default_context(cafile={certifi.where()!r})"

    done = bare(project, BARE.replace("create_default_context()", pinned))

    assert (done.returncode, done.stdout) == (0, "first\n"), done.stderr


def test_a_host_that_nobody_owns_is_refused_and_fails_the_run(project):
    done = bare(project, BARE.replace("api.shop.example", "other.example") + "\n")

    assert done.returncode != 0
    assert "no profile of this run owns other.example: TLS refused" in done.stderr


def test_another_port_of_any_address_is_refused_at_once(project):
    done = bare(
        project,
        """
        import socket
        for address in (("smtp.mail.example", 587), ("203.0.113.9", 5432), ("2001:db8::1", 22)):
            try:
                socket.create_connection(address, 10)
            except OSError as problem:
                print(problem.errno)
        """,
    )

    assert (done.returncode, done.stdout) == (0, "111\n111\n111\n"), done.stderr


MAIL = """
[[tool.recproxy.profiles.shop.endpoints]]
protocol = "smtp"
hosts = ["{host}"]
"""


def test_a_mail_client_past_all_variables_is_answered_by_the_host_it_asks(project):
    config = project.root / "pyproject.toml"
    config.write_text(config.read_text() + MAIL.format(host="a.shop.example") + MAIL.format(host="b.shop.example"))
    recording = project.root / "tests/functional/recordings/shop/default.rec"
    said = (f"\nSMTP smtp://{host}.shop.example:587\n< 220 {host} here\n=======\n" for host in "ab")
    recording.write_text(recording.read_text() + "".join(said))

    done = bare(
        project,
        """
        import socket
        for name in ("b.shop.example", "a.shop.example"):
            print(socket.create_connection((name, 587), 10).makefile().readline().strip())
        try:
            print(socket.create_connection(("other.example", 587), 10).recv(1))
        except OSError:
            print("reset")
        """,
    )

    assert (done.returncode, done.stdout) == (0, "220 b here\n220 a here\nreset\n"), done.stderr


def test_the_exit_code_and_standard_input_are_the_commands_own(project):
    process = project.start("run", "--isolate", "--", "sh", "-c", "read word; exit $word", stdin=subprocess.PIPE)

    process.communicate("7\n", timeout=seconds(60))

    assert process.returncode == 7


def test_a_signal_ends_the_command(project):
    process = project.start("run", "--isolate", "--", "sh", "-c", "echo started; exec sleep 600")
    assert process.stdout.readline() == "started\n"

    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=seconds(60))

    assert process.returncode == 128 + signal.SIGTERM


def test_nothing_is_left_after_the_run_was_killed(project):
    script = "setsid sleep 600 & echo $!; exec sleep 600"
    process = project.start("run", "--isolate", "--", "sh", "-c", script, popen=subprocess.Popen)
    left = int(process.stdout.readline())

    process.kill()
    process.wait(seconds(20))

    wait_until(lambda: not Path(f"/proc/{left}").exists() or "(sleep) Z" in Path(f"/proc/{left}/stat").read_text())
    process.stdout.close()
    process.stderr.close()


def test_a_project_says_so_once_and_a_run_can_say_otherwise(project):
    file = project.root / "pyproject.toml"
    file.write_text("[tool.recproxy]\nisolate = true\n" + file.read_text())
    network = os.readlink("/proc/self/ns/net")

    isolated = project.run("run", "--", "readlink", "/proc/self/ns/net")
    not_isolated = project.run("run", "--no-isolate", "--", "readlink", "/proc/self/ns/net")

    assert isolated.stdout.strip() != network
    assert not_isolated.stdout.strip() == network


def test_workers_of_xdist_reach_their_own_lanes(project):
    project.write(
        "test_shop.py",
        """
import urllib.request
import pytest

@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_item(number, recproxy):
    assert urllib.request.urlopen("https://api.shop.example/item?id=1", timeout=10).read() == b"first"
""",
    )
    pytest.importorskip("xdist")
    default = project.root / "tests/functional/recordings/shop/default.rec"
    for number in (1, 2, 3, 4):
        target = default.parent / "test_shop" / f"test_item[{number}].rec"
        target.parent.mkdir(exist_ok=True)
        shutil.copy(default, target)

    done = project.run("run", "--isolate", "--", sys.executable, "-m", "pytest", "-q", "-n", "2", "test_shop.py")

    assert "4 passed" in done.stdout, done.stdout + done.stderr
