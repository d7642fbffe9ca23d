"""`recproxy run` and real clients: through the gateway in every form, and by the base URL."""

import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from deadlines import seconds

from .conftest import shop_project

ITEM = "GET /item?id=1 HTTP/1.1\r\nHost: api.shop.example\r\n\r\n"


def connect(url):
    address = urlsplit(url)
    sock = socket.create_connection((address.hostname, address.port), timeout=seconds(20))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def respond(sock):
    response = http.client.HTTPResponse(sock)
    response.begin()
    return response.status, response.read()


def ask(sock, text):
    sock.sendall(text.encode() if isinstance(text, str) else text)
    return respond(sock)


def tunnel(environment, host="api.shop.example", port=443):
    sock = connect(environment["HTTPS_PROXY"])
    status, _ = ask_head(sock, f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}\r\n\r\n")
    assert status == 200
    return sock


def ask_head(sock, text):
    sock.sendall(text.encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = sock.recv(1)
        assert piece
        head += piece
    return int(head.split()[1]), head


def tls(environment, sock, host="api.shop.example"):
    context = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context.wrap_socket(sock, server_hostname=host)


def test_identical_requests_are_answered_in_recorded_order_and_then_by_the_last(served):
    with connect(served["SHOP_BASE_URL"]) as sock:
        bodies = [ask(sock, ITEM)[1] for _ in range(4)]

    assert bodies == [b"first", b"second", b"second", b"second"]


def test_https_through_connect(served):
    with tls(served, tunnel(served)) as sock:
        assert ask(sock, ITEM) == (200, b"first")
        assert ask(sock, ITEM) == (200, b"second")


def test_plain_http_inside_connect(served):
    with tunnel(served, port=80) as sock:
        assert ask(sock, ITEM) == (200, b"first")


def test_absolute_form_through_the_gateway(served):
    with connect(served["HTTP_PROXY"]) as sock:
        assert ask(sock, "GET http://api.shop.example/item?id=1 HTTP/1.1\r\nHost: localhost\r\n\r\n") == (200, b"first")


def test_a_redirected_socket_is_told_by_its_server_name_and_its_host(served):
    with tls(served, connect(served["HTTPS_PROXY"])) as sock:
        assert ask(sock, ITEM) == (200, b"first")
    with connect(served["HTTPS_PROXY"]) as sock:
        assert ask(sock, ITEM) == (200, b"second")


def test_a_wildcard_host_has_a_certificate_of_its_own(served):
    with tls(served, tunnel(served, "eu.shop.example"), "eu.shop.example") as sock:
        status, text = ask(sock, "GET /nowhere HTTP/1.1\r\nHost: eu.shop.example\r\n\r\n")

    assert status == 599
    assert b"GET https://eu.shop.example/nowhere" in text


def test_head_is_a_method_of_its_own(served):
    with connect(served["SHOP_BASE_URL"]) as sock:
        sock.sendall(b"HEAD /item?id=1 HTTP/1.1\r\nHost: localhost\r\n\r\n" + ITEM.encode())
        head = http.client.HTTPResponse(sock, method="HEAD")
        head.begin()
        head.read()
        assert head.status == 599


def test_pipelined_requests_are_answered_in_order(served):
    order = b'POST /order HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n{"item": 1, "nonce": 5}'
    with connect(served["SHOP_BASE_URL"]) as sock:
        sock.sendall(ITEM.encode() * 2 + order + ITEM.encode())
        stream = sock.makefile("rb")
        answers = []
        for _ in range(4):
            response = http.client.HTTPResponse(_Stream(stream))
            response.begin()
            answers.append((response.status, response.read()))

    assert answers == [(200, b"first"), (200, b"second"), (201, b'{"order": 7}'), (200, b"second")]


class _Stream:
    """What HTTPResponse takes for a socket, without reading past a response."""

    def __init__(self, stream):
        self.stream = stream

    def makefile(self, mode):
        return _Kept(self.stream)


class _Kept:
    def __init__(self, stream):
        self.stream = stream

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def close(self):
        pass


def test_a_chunked_body_and_an_expectation(served):
    with connect(served["SHOP_BASE_URL"]) as sock:
        head = (
            "POST /order HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
        )
        status, _ = ask_head(sock, head)
        assert status == 100
        assert ask(sock, '17\r\n{"item": 1, "nonce": 5}\r\n0\r\n\r\n') == (201, b'{"order": 7}')


def test_connect_and_hello_in_one_packet_and_a_byte_at_a_time(served):
    context = ssl.create_default_context(cafile=served["SSL_CERT_FILE"])
    for step in (None, 1):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = context.wrap_bio(incoming, outgoing, server_hostname="api.shop.example")
        with pytest.raises(ssl.SSLWantReadError):
            session.do_handshake()
        first = b"CONNECT api.shop.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n" + outgoing.read()
        with connect(served["HTTPS_PROXY"]) as sock:
            for start in range(0, len(first), step or len(first)):
                sock.sendall(first[start : start + (step or len(first))])
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += sock.recv(1)
            assert head.startswith(b"HTTP/1.1 200 ")
            while True:
                try:
                    session.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    sock.sendall(outgoing.read())
                    incoming.write(sock.recv(65536))
            session.write(ITEM.encode())
            sock.sendall(outgoing.read())
            answer = b""
            while not answer.endswith((b"first", b"second")):
                incoming.write(sock.recv(65536))
                while incoming.pending:
                    try:
                        answer += session.read()
                    except ssl.SSLWantReadError:
                        break
        assert answer.startswith(b"HTTP/1.1 200 OK")


def test_a_host_nobody_owns_is_refused_in_every_form(served):
    with connect(served["HTTPS_PROXY"]) as sock:
        status, head = ask_head(sock, "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert status == 599
        assert b"No Profile Owns evil.example" in head
    with connect(served["HTTPS_PROXY"]) as sock:
        status, text = ask(
            sock, "POST http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 3\r\n\r\nabc"
        )
        assert status == 599
        assert b"no profile of this run owns evil.example" in text
    with connect(served["HTTPS_PROXY"]) as sock, pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        tls(served, sock, "evil.example")


def test_inside_a_tunnel_another_profiles_host_is_misdirected(served):
    with tls(served, tunnel(served)) as sock:
        status, text = ask(sock, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")

    assert status == 421
    assert b"evil.example" in text


def test_rubbish_is_refused_and_told(served):
    with connect(served["SHOP_BASE_URL"]) as sock:
        assert ask(sock, "NOT HTTP\r\n\r\n")[0] == 400
    with connect(served["HTTP_PROXY"]) as sock:
        assert ask(sock, b"\x00\x01\x02 rubbish\r\n\r\n")[0] == 400
    with connect(served["SHOP_BASE_URL"]) as sock:
        assert ask(sock, "GET / HTTP/1.1\r\nX: " + "a" * 1_100_000 + "\r\n\r\n")[0] == 431
    with connect(served["HTTP_PROXY"]) as sock:
        assert ask(sock, "CONNECT a:443 HTTP/1.1\r\nX: " + "a" * 140_000)[0] == 431


@pytest.mark.parametrize("variable", ["SHOP_BASE_URL", "HTTP_PROXY"])
def test_what_is_no_http_fails_a_command_that_passed(project, variable):
    code = (
        "import os, socket, urllib.parse\n"
        f"address = urllib.parse.urlsplit(os.environ['{variable}'])\n"
        "with socket.create_connection((address.hostname, address.port)) as sock:\n"
        "    sock.sendall(b'\\0 rubbish\\r\\n\\r\\n')\n"
        "    print(sock.recv(100).split()[1])\n"
    )

    done = project.run("run", "--", sys.executable, "-c", code)

    assert (done.stdout, done.returncode) == ("b'400'\n", 3), done.stderr
    assert "a client's request was" in done.stderr


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_over_https(served, project):
    done = subprocess.run(
        ["curl", "-sS", "https://api.shop.example/item?id=1"],
        env=project.environment(**served),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "first"


@pytest.mark.parametrize(("code", "unused"), [(0, "2"), (7, "0")])
def test_the_command_passes_through_and_a_table_is_printed(project, code, unused):
    """A command that fails may not have asked for all that it would have."""
    done = project.python(
        f"import urllib.request as u, sys; print(u.urlopen('https://api.shop.example/item?id=1').read()); sys.exit({code})"
    )

    assert (done.returncode, done.stdout) == (code, "b'first'\n")
    *cells, took, unit = done.stderr.splitlines()[-1].split()
    assert (cells, unit) == (["recproxy", "shop", "replay", "1", "0", "0", unused], "s")
    assert re.fullmatch(r"[0-9]+\.[0-9]{2}", took)  # 0.00 on a quiet machine
    assert float(took) < seconds(0.1)


def test_an_old_recording_fails_a_run_whose_project_says_so(project):
    config = project.root / "pyproject.toml"
    config.write_text(config.read_text() + '[tool.recproxy]\nmax_age = 30\non_age = "fail"\n')
    recording = project.root / "tests/functional/recordings/shop/default.rec"
    recording.write_text(recording.read_text().replace("#recproxy 2\n\n", "#recproxy 2\n\n:recorded 2020-01-01\n"))

    done = project.python("import urllib.request as u; u.urlopen('https://api.shop.example/item?id=1')")

    assert done.returncode == 3
    assert (
        "recproxy: old: shop: 1 played interaction older than 30 days (max_age), the oldest of 2020-01-01"
        in done.stderr
    )


def test_a_quiet_run_in_which_all_is_well_prints_nothing(project):
    program = "import urllib.request as u; u.urlopen('https://api.shop.example/item?id=1')"
    done = project.run("-q", "run", "--profile", "shop", "--", sys.executable, "-c", program)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_quiet_run_with_a_miss_prints_the_miss_alone(project):
    program = "import urllib.request as u\ntry: u.urlopen('https://api.shop.example/item?id=2')\nexcept OSError: pass"
    done = project.run("-q", "run", "--profile", "shop", "--", sys.executable, "-c", program)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("recproxy: miss: no recorded interaction of shop fits this request\n")
    assert "played" not in done.stderr


def test_a_client_that_waits_for_a_limit_is_told_a_moment_that_comes(project):
    """The limit was recorded in 2022, to end 15 minutes later."""
    project.write(
        "pyproject.toml",
        (project.root / "pyproject.toml").read_text()
        + '[tool.recproxy.profiles.shop.replay.shift]\nheaders = ["x-rate-limit-reset"]\njson = ["expires_at"]\n',
    )
    project.write(
        "tests/functional/recordings/shop/default.rec",
        "#recproxy 2\n\nGET https://api.shop.example/limit HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n"
        "Content-Type: application/json\nDate: Sat, 07 May 2022 13:21:51 GMT\nx-rate-limit-reset: 1651930611\n\n"
        '{"expires_at": "2022-05-07T13:36:51Z"}\n=======\n',
    )

    done = project.python(
        "import datetime as dt, json, time, urllib.request as u\n"
        "for _ in range(2):\n"
        "    before = int(time.time())\n"
        "    with u.urlopen('https://api.shop.example/limit') as response:\n"
        "        reset, body = int(response.headers['x-rate-limit-reset']), json.load(response)\n"
        "    expires = dt.datetime.fromisoformat(body['expires_at'])\n"
        "    print(before + 900 <= reset <= time.time() + 900, reset == expires.timestamp(), response.headers['Date'])"
    )

    assert done.stdout == "True True Sat, 07 May 2022 13:21:51 GMT\n" * 2, done.stderr
    assert done.returncode == 0


def test_a_miss_fails_a_command_that_passed_and_says_what_differs(project):
    done = project.python(
        "import urllib.request as u, urllib.error as e\n"
        "try: u.urlopen('https://api.shop.example/item?id=2')\n"
        "except e.HTTPError as error: print(error.code, error.read().decode())"
    )

    assert done.returncode == 3
    assert done.stdout.startswith("599 ")
    for text in (done.stdout, done.stderr):
        assert "GET https://api.shop.example/item?id=2" in text
        assert "           tests/functional/recordings/shop/default.rec:3\n" in text
        assert "query id" in text
        assert "\nor record it anew: recproxy run --profile shop --record shop -- COMMAND\n" in text


def test_a_refused_host_fails_a_command_that_passed(project):
    done = project.python(
        "import urllib.request as u\ntry: u.urlopen('https://evil.example/')\nexcept OSError as error: print(error)"
    )

    assert done.returncode == 3
    assert "No Profile Owns evil.example" in done.stdout
    assert "no profile of this run owns evil.example:443" in done.stderr


def test_a_blocked_host_is_refused_without_failing_the_run(project):
    config = project.root / "pyproject.toml"
    config.write_text('[tool.recproxy]\nblock_hosts = ["*.beacon.example"]\n' + config.read_text())

    done = project.python(
        "import urllib.request as u\n"
        "for host in ('dl.deno.land', 'a.beacon.example', 'a.beacon.example'):\n"
        "    try: u.urlopen(f'https://{host}/')\n"
        "    except OSError as error: print(error)"
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Tunnel connection failed: 599") == 3
    assert "recproxy: blocked a.beacon.example 2, dl.deno.land 1\n" in done.stderr
    assert "refused" not in done.stderr


def test_on_refused_is_the_verdict_of_a_refused_host_alone(project):
    config = project.root / "pyproject.toml"
    settings = config.read_text()
    ask = "import urllib.request as u\ntry: u.urlopen('https://{}/')\nexcept OSError: pass"

    config.write_text('[tool.recproxy]\non_refused = "warn"\n' + settings)
    refused = project.python(ask.format("evil.example"))
    missed = project.python(ask.format("api.shop.example/no"))
    config.write_text('[tool.recproxy]\non_miss = "warn"\n' + settings)

    assert (refused.returncode, missed.returncode) == (0, 3)
    assert "recproxy: refused: no profile of this run owns evil.example:443" in refused.stderr
    assert project.python(ask.format("evil.example")).returncode == 3


def test_on_miss_warn_lets_the_command_pass(project):
    config = project.root / "pyproject.toml"
    config.write_text('[tool.recproxy]\non_miss = "warn"\n' + config.read_text())

    done = project.python(
        "import urllib.request as u\ntry: u.urlopen('https://api.shop.example/no')\nexcept OSError: pass"
    )

    assert done.returncode == 0
    assert "miss" in done.stderr


def test_miss_reset_drops_the_connection(project):
    config = project.root / "pyproject.toml"
    config.write_text(config.read_text() + '[tool.recproxy.profiles.shop.match]\nmiss = "reset"\n')

    done = project.python(
        "import urllib.request as u\ntry: u.urlopen('https://api.shop.example/no')\nexcept OSError as e: print(type(e).__name__)"
    )

    assert done.returncode == 3
    assert "HTTPError" not in done.stdout


def test_without_a_recording_the_miss_says_which_one_it_would_be(project):
    (project.root / "tests/functional/recordings/shop/default.rec").unlink()

    done = project.python(
        "import urllib.request as u\ntry: u.urlopen('http://api.shop.example/')\nexcept OSError: pass"
    )

    assert done.returncode == 3
    assert "the recording would be tests/functional/recordings/shop/default.rec\n" in done.stderr


def test_recordings_may_be_named_for_the_whole_run(project):
    project.write("other.rec", "GET /item?id=1 HTTP/1.1\n\n====\n200 OK\n\nfrom 2011\n=======\n")

    done = project.python(
        "import urllib.request as u; print(u.urlopen('https://api.shop.example/item?id=1').read())",
        "--recordings",
        "shop=other.rec",
    )

    assert (done.returncode, done.stdout) == (0, "b'from 2011'\n")


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What one command saw whose user had set much that must not mislead it: its environment, bundle and answer."""
    trustme = pytest.importorskip("trustme")
    root = tmp_path_factory.mktemp("seen")
    trustme.CA().cert_pem.write_to_path(root / "own.pem")
    program = (
        "import json, os, urllib.request as u\n"
        "answer = u.urlopen('https://api.shop.example/item?id=1').read().decode()\n"
        "bundle = open(os.environ['SSL_CERT_FILE']).read()\n"
        "print(json.dumps({'environment': dict(os.environ), 'bundle': bundle, 'answer': answer}))"
    )

    done = shop_project(root).python(
        program,
        environment={
            "NO_PROXY": "*",
            "no_proxy": ".example",
            "PYTEST_XDIST_WORKER": "gw0",
            "PYTEST_XDIST_TESTRUNUID": "of-another-run",
            "SSL_CERT_FILE": str(root / "own.pem"),
            "REQUESTS_CA_BUNDLE": "/nowhere",
        },
    )

    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"own": (root / "own.pem").read_text()}


def test_placeholders_stand_for_what_is_not_set(project, seen):
    done = project.python("import os; print(os.environ['SHOP_KEY'])", environment={"SHOP_KEY": "mine"})

    assert (seen["environment"]["SHOP_KEY"], done.stdout) == ("placeholder", "mine\n")


def test_the_environment_is_the_runs_own(seen):
    environment = seen["environment"]

    assert environment["NO_PROXY"] == environment["no_proxy"] == "localhost,.localhost,127.0.0.1,127.0.0.0/8,::1"
    assert environment["RECPROXY_MODE"] == "replay"
    assert environment["RECPROXY_LANE"] == "default"
    assert environment["HTTP_PROXY"] == environment["https_proxy"] == environment["all_proxy"]


def test_the_command_is_no_test_worker_of_whoever_started_the_run(seen):
    assert (seen["environment"]["RECPROXY_LANE"], seen["answer"]) == ("default", "first")


def test_the_files_of_a_run_go_with_it(seen):
    bundle = Path(seen["environment"]["SSL_CERT_FILE"])

    assert bundle.name == "ca.pem"
    assert not bundle.parent.exists()


def test_the_bundle_holds_what_the_user_trusts(seen):
    assert all(line in seen["bundle"] for line in seen["own"].split())


def test_a_run_inside_a_run_is_refused(project):
    done = project.run("run", "--", sys.executable, "-m", "recproxy", "run", "--", "true")

    assert done.returncode == 2
    assert "this already runs under recproxy" in done.stderr
