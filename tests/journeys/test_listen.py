"""Runs that other machines reach: an application, tests and recproxy in network namespaces of their own."""

import base64
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds
from networks import HUB, HUB6, ipv6_of, networks
from plugins import WITHOUT_PLUGINS

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "tests/functional"
PROFILES = ("twitter", "bitly", "gmail", "facebook", "github", "slack", "google", "linkedin", "pubsub", "yahoo")
SHOP = """
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
base_url = "SHOP_BASE_URL"
[[tool.recproxy.profiles.shop.endpoints]]
protocol = "smtp"
hosts = ["mail.shop.example"]
ports = ["25", "465"]
[tool.recproxy.profiles.shop.upstream]
address = "{address}"
[tool.recproxy.profiles.any]
[[tool.recproxy.profiles.any.endpoints]]
hosts = ["*"]
"""
RECORDING = """#recproxy 2

GET http://api.shop.example/item HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

item
=======
"""
#: Asks a run in each way there is, and prints what came of it. Runs where no recproxy is installed as well.
ASK = """
import base64, json, socket, sys
given = json.load(sys.stdin)
def more(said):
    head, ends, body = said.partition("\\r\\n\\r\\n")
    return not ends or len(body) < int((head.lower().partition("content-length: ")[2].split() or "0")[0])
def ask(port, text=b"", *, most=300):
    try:
        with socket.create_connection((given["host"], port), timeout=20) as sock:
            sock.sendall(text)
            said = sock.recv(most).decode("latin-1")
            while given["whole"] and more(said):
                said += sock.recv(most).decode("latin-1") or "\\r\\n\\r\\n"
            return said if given["whole"] else said.partition("\\r\\n")[0]
    except OSError as problem:
        return type(problem).__name__
for word in given["asked"]:
    print(json.dumps(ask(word[0], word[1].encode("latin-1"))), flush=True)
"""
GET = "GET http://api.shop.example/item HTTP/1.1\r\nHost: api.shop.example\r\n{}\r\n"


@pytest.fixture(scope="module")
def net():
    with networks() as made:
        made.app, made.tests = made.spoke("app"), made.spoke("tests")
        made.denied = made.spoke("denied")
        _, made.share = made.join("tests", "app")  # where the tests reach the application
        yield made


def inherited():
    """No worker of xdist either, in whose lane the tests would be and the application not."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("RECPROXY", "PYTEST_"))}


@contextlib.contextmanager
def served(net, folder, *words):
    """`recproxy serve` in the hub: its line, where it writes it, and at last what it said."""
    process = prestarted.popen()(
        [*net.inside("hub"), sys.executable, "-m", "recproxy", "serve", *words],
        cwd=folder,
        env=inherited(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        process.line = process.stdout.readline()
        assert process.line, process.stderr.read()
        process.given = json.loads(process.line)["environment"]
        yield process
        _, process.said = process.communicate(timeout=seconds(60))
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def ended(command, *, timeout, **options):
    """A command by a fork, when it has ended."""
    pipes = dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
    process = prestarted.popen()(command, stdin=subprocess.DEVNULL, text=True, **pipes, **options)
    out, err = process.communicate(timeout=timeout)
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def asked(net, name, *words, host=HUB, whole=False):
    """The first line of the answer to each of these bytes, or all of it, sent from a namespace to a port."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    given = json.dumps({"host": host, "asked": words, "whole": whole})
    with prestarted.popen()([*net.inside(name), sys.executable, "-c", ASK], text=True, **pipes) as process:
        try:
            out, err = process.communicate(given, timeout=seconds(60))
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return [json.loads(line) for line in out.splitlines()] or err


def project(folder, address=""):
    (folder / "pyproject.toml").write_text(SHOP.format(address=address))
    recording = folder / "tests/functional/recordings/shop/default.rec"
    recording.parent.mkdir(parents=True)
    recording.write_text(RECORDING)
    return folder


@pytest.mark.long
def test_the_functional_suite_passes_with_application_tests_and_recproxy_apart(net, tmp_path):
    for package in (*(f"recproxy_{profile}" for profile in PROFILES[:6]), "webob", "routes"):
        pytest.importorskip(package)
    chosen = [word for profile in PROFILES for word in ("--profile", profile)]
    rule = ("--listen", HUB, "--peers", f"{net.app}/32,{net.tests}/32")
    with served(net, ROOT, "--mode", "replay", *chosen, *rule) as run:
        (tmp_path / "line.json").write_text(run.line)
        words = ("--format", "json", "--run", "line.json", "--folder", "shared", "--direct", net.share)
        command = [sys.executable, "-m", "recproxy", "env", *words]
        shown = ended(command, cwd=tmp_path, env=inherited(), timeout=seconds(60))
        assert shown.returncode == 0, shown.stderr
        environment = inherited() | json.loads((tmp_path / "shared/recproxy.json").read_text())
        share = prestarted.popen()(
            [*net.inside("app"), sys.executable, "-m", "share", net.share],
            cwd=SUITE,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            environment["SHARE_URL"] = f"http://{net.share}:{int(share.stdout.readline())}"
            pytest_words = ("-q", "-p", "no:cacheprovider", *WITHOUT_PLUGINS.split(), str(SUITE))
            tests = [*net.inside("tests"), sys.executable, "-m", "pytest", *pytest_words]
            done = ended(tests, cwd=ROOT, env=environment, timeout=seconds(110))
        finally:
            share.communicate()

    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split() for line in run.said.splitlines() if line.startswith("recproxy   ")]
    assert {row[1] for row in rows[1:]} == set(PROFILES)
    assert all(int(row[3]) > 0 and row[5] == "0" for row in rows[1:])
    assert run.returncode == 0


def test_only_peers_may_ask_and_nobody_reaches_what_only_this_machine_may(net, tmp_path):
    rule = ("--listen", f"{HUB}:9100", "--peers", f"{net.app}/32")
    # By the order of the profiles: any has no port of its own, shop a base URL and two ports of mail.
    listeners = ([9100, GET.format("")], [9101, "GET /ready HTTP/1.1\r\nHost: x\r\n\r\n"], [9102, ""], [9103, ""])
    with served(net, project(tmp_path), "--profile", "shop", "--profile", "any", *rule) as run:
        ready = "GET /{} HTTP/1.1\r\nHost: " + HUB + "\r\n\r\n"
        told = asked(
            net,
            "app",
            [9100, GET.format("")],
            [9101, ready.format("ready")],
            [9101, ready.format("health")],
            [9101, ready.format("")],
            [9101, ready.format("ready").replace(HUB, "evil.example")],
            [9102, f"GET /item HTTP/1.1\r\nHost: {HUB}:9102\r\n\r\n"],
            [9102, "GET /item HTTP/1.1\r\nHost: evil.example\r\n\r\n"],
            [9103, ""],
            [9100, "CONNECT 127.0.0.1:9101 HTTP/1.1\r\n\r\n"],
            [9100, "GET http://localhost:9101/ready HTTP/1.1\r\nHost: localhost\r\n\r\n"],
        )
        closed = asked(net, "denied", *listeners, [9104, ""])

    assert told == [
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 401 Unauthorized",
        "HTTP/1.1 421 Misdirected Request",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 421 Misdirected Request",
        "554-recproxy: there is no recorded conversation of shop for this connection",
        "HTTP/1.1 599 No Profile Owns 127.0.0.1",
        "HTTP/1.1 599 No Profile Owns localhost",
    ]
    assert set(closed) <= {"ConnectionResetError", "ConnectionRefusedError", "BrokenPipeError", ""}
    line = f"recproxy: note: 5 connections from {net.denied} were closed: not in --peers {net.app}/32"
    assert line in run.said.splitlines()


def test_peers_ask_over_ipv6(net, tmp_path):
    if not net.has_ipv6:
        pytest.skip("this machine has no IPv6")
    app, denied = ipv6_of(net.app), ipv6_of(net.denied)
    rule = ("--listen", f"[{HUB6}]:9500", "--peers", f"{app}/128", "--proxy-credentials")
    with served(net, project(tmp_path), "--profile", "shop", *rule) as run:
        user_info = run.given["HTTP_PROXY"].removeprefix("http://").partition("@")[0]
        header = f"Proxy-Authorization: Basic {_basic(user_info)}\r\n"
        ready = f"GET /ready HTTP/1.1\r\nHost: [{HUB6}]:9501\r\n\r\n"
        base = f"GET /item HTTP/1.1\r\nHost: [{HUB6}]:9502\r\n\r\n"
        asks = [9500, GET.format(header)], [9500, GET.format("")], [9501, ready], [9502, base], [9503, ""]
        told = asked(net, "app", *asks, host=HUB6)
        near = asked(net, "hub", [9500, GET.format("")], [9501, ready], host=HUB6)
        closed = asked(net, "denied", *asks, host=HUB6)
        by_ipv4 = asked(net, "app", *asks)
        inside = subprocess.run(
            [*net.inside("app"), "curl", "-gsS", "http://api.shop.example/item", run.given["SHOP_BASE_URL"] + "/item"],
            env=inherited() | {"http_proxy": run.given["HTTP_PROXY"], "no_proxy": f"[{HUB6}],{HUB6}"},
            capture_output=True,
            text=True,
        )

    assert (run.given["SHOP_BASE_URL"], run.given["RECPROXY_CONTROL"]) == (
        f"http://[{HUB6}]:9502",
        f"http://[{HUB6}]:9501",
    )
    assert told == [
        "HTTP/1.1 200 OK",
        "HTTP/1.1 407 Proxy Authentication Required",
        *["HTTP/1.1 200 OK"] * 2,
        "554-recproxy: there is no recorded conversation of shop for this connection",
    ]
    assert near == ["HTTP/1.1 200 OK"] * 2
    assert set(closed) <= {"ConnectionResetError", "BrokenPipeError", ""}
    assert set(by_ipv4) == {"ConnectionRefusedError"}
    assert inside.stdout == "item" * 2, inside.stderr
    line = f"recproxy: note: 5 connections from {denied} were closed: not in --peers {app}/128"
    assert line in run.said.splitlines()


#: A server that says where it is, at each of these addresses and ports: what must not be reached has something to say.
ORIGINS = """
import sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200, "Reached")
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words):
        pass
for place in sys.argv[1:]:
    host, _, port = place.rpartition(":")
    server = ThreadingHTTPServer((host, int(port)), Origin)
    threading.Thread(target=server.serve_forever).start()
print("up", flush=True)
"""


@contextlib.contextmanager
def origins(net, *places):
    """Servers in the hub."""
    process = prestarted.popen()(
        [*net.inside("hub"), sys.executable, "-c", ORIGINS, *places], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "up\n"
        yield
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def other(net):
    """An address of the hub at which nothing of recproxy listens; the hub has one of its link, too."""
    subprocess.run([*net.inside("hub"), "ip", "address", "add", "169.254.169.254/32", "dev", "lo"], check=False)
    near = subprocess.run([*net.inside("hub"), "hostname", "-I"], capture_output=True, text=True, check=True)
    return next(each for each in near.stdout.split() if each.startswith("10.77.") and each != HUB)


OWN = "it is an address of recproxy itself, which nothing is forwarded to"


def test_hosts_that_may_pass_lead_to_no_address_of_this_machine(net, other, tmp_path):
    rule = ("--listen", f"{HUB}:9400", "--peers", f"{net.app}/32")
    words = (
        f"[::ffff:{HUB}]:9401",
        "[::ffff:169.254.169.254]:80",
        "169.254.169.254:80",
        f"{other}:7000",
        f"{HUB}:9401",
    )
    requests = [f"{{}} {{}}{each}{{}} HTTP/1.1\r\nHost: {each}\r\n\r\n" for each in words]
    bodies = [line.format("GET", "http://", "/ready") for line in requests]
    tunnels = [line.format("CONNECT", "", "") + "GET / HTTP/1.1\r\n\r\n" for line in requests]
    project(tmp_path)
    text = (tmp_path / "pyproject.toml").read_text()
    concrete = [each.rpartition(":")[0] for each in words if "[" not in each]
    with origins(net, "169.254.169.254:80", f"{other}:7000"):
        assert asked(net, "hub", [7000, "GET / HTTP/1.0\r\n\r\n"], host=other) == ["HTTP/1.0 200 Reached"]
        for choice, asks in (
            ('unlisted = "pass"', bodies + tunnels),
            (f"pass_hosts = {json.dumps(concrete)}", bodies[2:] + tunnels[2:]),
        ):
            (tmp_path / "pyproject.toml").write_text(f"[tool.recproxy]\n{choice}\n{text}")
            with served(net, tmp_path, "--profile", "shop", *rule):
                told = asked(net, "app", *([9400, each] for each in asks), whole=True)
            for each, said in zip(asks, told, strict=True):
                assert said.startswith("HTTP/1.1 502 Bad Gateway") and said.strip().endswith(OWN), (each, said)


@pytest.mark.parametrize("mode", ["live", "record", "auto", "replay"])
def test_hosts_that_a_holder_of_the_token_names_lead_to_no_address_of_this_machine(net, other, tmp_path, mode):
    rule = ("--listen", f"{HUB}:9450", "--peers", f"{net.app}/32")
    hosts = ("0x7f.1", "169.254.169.254", other, "127.1", "localhost")
    replays = mode == "replay"
    project(tmp_path)
    places = ("127.0.0.1:7000", "169.254.169.254:7000", f"{other}:7000")
    with origins(net, *places), served(net, tmp_path, "--mode", mode, "--profile", "shop", *rule) as run:
        body = json.dumps({"name": "t", "recordings": {host: [] if replays else [f"{host}.rec"] for host in hosts}})
        head = f"PUT /lanes/default/scope HTTP/1.1\r\nHost: {HUB}\r\nContent-Length: {len(body)}\r\n"
        put = [9451, f"{head}Authorization: Bearer {run.given['RECPROXY_TOKEN']}\r\n\r\n{body}"]
        gets = ([9450, f"GET http://{host}:7000/ HTTP/1.1\r\nHost: {host}:7000\r\n\r\n"] for host in hosts)
        begun, *told = asked(net, "app", put, *gets, whole=True)

    assert begun.startswith("HTTP/1.1 200 OK"), begun
    for host, said in zip(hosts[:3], told, strict=False):
        assert said.startswith("HTTP/1.1 599 ") if replays else said.strip().endswith(OWN), (host, said)
    # In a scope without `local` these are nobody's, whatever it names.
    assert [said.partition("\r\n")[0] for said in told[3:]] == [
        f"HTTP/1.1 599 No Profile Owns {each}" for each in hosts[3:]
    ]


def test_without_peers_the_gateway_asks_for_credentials_and_nothing_else_is_open(net, tmp_path):
    rule = ("--listen", f"{HUB}:9200", "--proxy-credentials")
    with served(net, project(tmp_path), "--profile", "shop", *rule) as run:
        user_info = run.given["HTTP_PROXY"].removeprefix("http://").partition("@")[0]
        header = "Proxy-Authorization: Basic {}\r\n"
        right = _basic(user_info)
        connect = "CONNECT api.shop.example:80 HTTP/1.1\r\n{}\r\n"
        told = asked(
            net,
            "app",
            [9200, GET.format(header.format(right))],
            [9200, connect.format(header.format(right))],
            [9200, GET.format("")],
            [9200, connect.format(header.format(_basic("recproxy:")))],
            [9200, "GET /item HTTP/1.1\r\nHost: api.shop.example\r\n\r\n"],
            [9200, "RECPROXY evil.example HTTP/1.1\r\nPort: 4000\r\n\r\n"],
        )
        base_url = asked(net, "app", [9202, "GET /item HTTP/1.1\r\nHost: api.shop.example\r\n\r\n"])
        near = asked(net, "hub", [9200, GET.format("")], [9202, f"GET /item HTTP/1.1\r\nHost: {HUB}\r\n\r\n"])

    assert told == [
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200 Connection established",
        *["HTTP/1.1 407 Proxy Authentication Required"] * 4,
    ]
    assert base_url[0] in ("ConnectionResetError", "BrokenPipeError", "")
    assert near == ["HTTP/1.1 200 OK"] * 2
    said = run.said.splitlines()
    assert f"recproxy: note: 1 connection from {net.app} was closed: not in --peers" in said
    assert (
        f"recproxy: note: 4 requests from {net.app} were refused: without the credentials of --proxy-credentials"
        in said
    )
    assert right not in run.said and user_info not in run.said


def test_what_another_machine_asks_is_recorded_without_the_credentials(net, tmp_path):
    origin = prestarted.popen()(
        [*net.inside("hub"), sys.executable, "-c", ORIGIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        project(tmp_path, f"http://127.0.0.1:{int(origin.stdout.readline())}")
        rule = ("--listen", f"{HUB}:9300", "--proxy-credentials", "--peers", f"{net.app}/32")
        with served(net, tmp_path, "--record", "shop", "--profile", "shop", "--profile", "any", *rule) as run:
            right = _basic(run.given["HTTP_PROXY"].removeprefix("http://").partition("@")[0])
            header = f"Proxy-Authorization: Basic {right}\r\n"
            unlisted = f"CONNECT 127.0.0.1:9301 HTTP/1.1\r\n{header}\r\n"
            told = asked(net, "app", [9300, GET.format(header)], [9300, unlisted])
    finally:
        origin.communicate()

    assert told == ["HTTP/1.1 200 OK", "HTTP/1.1 599 No Profile Owns 127.0.0.1"]
    text = (tmp_path / "tests/functional/recordings/shop/default.rec").read_text()
    assert "from the origin" in text
    assert right not in text and "Proxy-Authorization" not in text


ORIGIN = """
import sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
class Origin(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "15")
        self.end_headers()
        self.wfile.write(b"from the origin")
    def log_message(self, *args): pass
server = HTTPServer(("127.0.0.1", 0), Origin)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
"""


#: Stands in for a container engine: a program in the network and the mounts that the container would have.
ENGINE = """
import json, os, subprocess, sys
class DockerContainer:
    def __init__(self, image):
        self.image, self.env, self.mounts = image, {}, []
    def with_exposed_ports(self, port):
        return self
    def with_volume_mapping(self, host, container, mode):
        self.mounts.append((host, container, mode))
    def with_env(self, name, value):
        self.env[name] = value
    def __enter__(self):
        mounts = "".join(
            f"mount -t tmpfs none /mnt && mkdir -p /mnt{inside} && mount --bind {host} /mnt{inside} "
            f"&& mount -o remount,bind,{mode} /mnt{inside} && " for host, inside, mode in self.mounts
        )
        env = {name: value.replace("/recproxy/", "/mnt/recproxy/") for name, value in self.env.items()}
        words = json.loads(os.environ["INSIDE"]) + ["unshare", "-m", "sh", "-c", mounts + "exec " + os.environ["APP"]]
        done = subprocess.run(words, env=env | {"PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=60)
        self.said = done.stdout + done.stderr
        return self
    def __exit__(self, *_): pass
    def get_container_host_ip(self):
        return self.said
    def get_exposed_port(self, port):
        return port
"""
#: What the application does in its container: it asks through the proxy, with and without TLS, and tries to write.
APP = "curl -sS http://api.shop.example/item https://api.shop.example/item; touch /mnt/recproxy/x && echo written"
NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups"  # an image may have any user
SAID = "http://itemitemtouch: cannot touch '/mnt/recproxy/x': Read-only file system\n:8080"


def test_a_container_that_a_fixture_of_the_guide_starts_reaches_the_run(net, tmp_path):
    page = (ROOT / "docs/how-to/containers.md").read_text()
    fixture = page.partition("```python\n")[2].partition("```")[0]
    engine = project(tmp_path) / "testcontainers/core"
    engine.mkdir(parents=True)
    (engine / "container.py").write_text(ENGINE)
    (tmp_path / "conftest.py").write_text(fixture)
    (tmp_path / "test_app.py").write_text(f"def test_it(app):\n    assert app == {SAID!r}\n")
    recording = tmp_path / "tests/functional/recordings/shop/default.rec"
    recording.write_text(RECORDING + RECORDING.partition("\n")[2].replace("http:", "https:"))
    words = (
        "--listen",
        HUB,
        "--peers",
        f"{net.app}/32",
        "--profile",
        "shop",
        "--",
        sys.executable,
        "-m",
        "pytest",
        "-q",
    )
    done = ended(
        [*net.inside("hub"), sys.executable, "-m", "recproxy", "run", *words, "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=inherited()
        | {"INSIDE": json.dumps(net.inside("app")), "APP": f"{NOBODY} sh -c '{APP}'", "PYTHONPATH": str(tmp_path)}
        | {"PYTEST_ADDOPTS": WITHOUT_PLUGINS},
        timeout=seconds(60),
    )

    assert done.returncode == 0, done.stdout + done.stderr
    row = next(line.split() for line in done.stderr.splitlines() if line.startswith("recproxy   shop "))
    assert row[2:6] == ["replay", "2", "0", "0"]


def _basic(user_info):
    return base64.b64encode(user_info.encode()).decode()
