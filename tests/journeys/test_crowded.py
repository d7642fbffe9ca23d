"""More connections than a process may have open, and connections that are forgotten."""

import json
import resource
import socket
import subprocess
import sys
from functools import partial
from urllib.parse import urlsplit

import pytest
from deadlines import seconds

ADDRESSES = ("HTTP_PROXY", "SHOP_BASE_URL", "RECPROXY_CONTROL")
HEADS = {
    "HTTP_PROXY": "GET http://api.shop.example/item?id=1 HTTP/1.1\r\nHost: api.shop.example\r\n{more}\r\n",
    "SHOP_BASE_URL": "GET /item?id=1 HTTP/1.1\r\nHost: localhost\r\n{more}\r\n",
    "RECPROXY_CONTROL": "GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{more}\r\n",
}
LIMIT = 128


limited = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (LIMIT, LIMIT))


def connect(environment, name):
    return socket.create_connection(("127.0.0.1", urlsplit(environment[name]).port), timeout=seconds(20))


def send(sock, environment, name, more=""):
    """A request, and the status of its answer."""
    sock.sendall(HEADS[name].format(token=environment["RECPROXY_TOKEN"], more=more).encode())
    return int(sock.recv(65536).split()[1])


def asked(environment, name):
    with connect(environment, name) as sock:
        return send(sock, environment, name, "Connection: close\r\n")


@pytest.mark.parametrize("used", [False, True], ids=["never used", "kept alive"])
def test_idle_connections_above_the_limit_keep_nobody_out(project, used):
    popen = subprocess.Popen if used else None
    server = project.start("serve", preexec_fn=limited, stdin=subprocess.PIPE, popen=popen)
    environment = json.loads(server.stdout.readline())["environment"]
    held = []
    try:
        for name in ADDRESSES:
            for _ in range(LIMIT + 20):
                held.append(connect(environment, name))
                if used:
                    assert send(held[-1], environment, name) == 200
            assert [asked(environment, each) for each in ADDRESSES] == [200, 200, 200]
    finally:
        for sock in held:
            sock.close()
        _, err = server.communicate(timeout=seconds(20))
    assert server.returncode == 0
    notes = [line for line in err.splitlines() if "idle connections of clients were closed, the oldest first" in line]
    assert len(notes) in (1, 2)  # of the run, and of the proxy
    assert [line for line in err.splitlines() if not line.startswith("recproxy")] == []


def test_a_connection_on_which_nothing_happens_is_closed(project):
    config = project.root / "pyproject.toml"
    config.write_text(
        config.read_text().replace("[tool.recproxy.", "[tool.recproxy]\nidle_timeout = 0.2\n[tool.recproxy.", 1)
    )
    server = project.serve()
    environment = json.loads(server.stdout.readline())["environment"]

    with connect(environment, "RECPROXY_CONTROL") as caller:
        assert send(caller, environment, "RECPROXY_CONTROL") == 200
        for name in ADDRESSES:
            with connect(environment, name) as sock:
                assert sock.recv(1) == b""
        for name in ("HTTP_PROXY", "SHOP_BASE_URL"):
            with connect(environment, name) as sock:
                assert send(sock, environment, name) == 200
                assert sock.recv(65536) == b""
        assert send(caller, environment, "RECPROXY_CONTROL") == 200  # a test may take as long as it likes

    server.communicate(timeout=seconds(20))
    assert server.returncode == 0


def test_the_command_has_the_limits_of_the_shell_and_not_those_of_recproxy(project):
    """A core file of recproxy would lie in the project, with all that it has in memory."""

    def low():
        resource.setrlimit(resource.RLIMIT_NOFILE, (200, 4000))
        resource.setrlimit(resource.RLIMIT_CORE, (4096, 8192))

    program = (
        "import os, pathlib, resource;"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE));"
        "parent = pathlib.Path('/proc', str(os.getppid()), 'limits').read_text();"
        "print(*(line.split()[-3:-1] for line in parent.splitlines() if 'open files' in line or 'core file' in line))"
    )

    done = project.run("run", "--", sys.executable, "-c", program, preexec_fn=low)

    assert done.stdout.splitlines() == ["(200, 4000) (4096, 8192)", "['0', '8192'] ['4000', '4000']"]
