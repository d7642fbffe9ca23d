"""The redirect for node: real clients, with nothing else to help them."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme

from recproxy.client import redirect
from recproxy.orchestrator.environment import RunFiles, redirect_variables

NODE = shutil.which("node")
SCRIPT = Path(redirect.__file__).with_name("redirect.cjs")
HOST = "api.example.test"
HOSTS = (HOST, "any.wild.example.test")
SCHEMES = ("http", "https")
LITERAL = ("203.0.113.9", "[2001:db8::9]")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


@pytest.fixture
def node(run, programs, ca_file):
    """Fetch URLs with node's clients; a line for each that says what it got, or the error's code and text."""

    def call(*clients_and_urls, script=SCRIPT, **changes):
        changes = {"NODE_OPTIONS": f"--require {script}", "NODE_EXTRA_CA_CERTS": ca_file, **changes}
        return run(NODE, programs / "client.mjs", *clients_and_urls, **changes)

    return call


@pytest.fixture(scope="module")
def _said():
    return {}


@pytest.fixture
def together(node, _said):
    """As `node` for one of several URLs, which one process fetches in turn: its start takes longer than all they do."""

    def call(client, url, urls, **changes):
        key = (client, *urls, *changes.items())
        if key not in _said:
            _said[key] = node(*(word for each in urls for word in (client, each)), **changes)
        said = _said[key]
        return SimpleNamespace(stdout=said.stdout.split("\n")[urls.index(url)], stderr=said.stderr)

    return call


@needs_node
@pytest.mark.parametrize("client", ["fetch", "get", "socket", "worker", "resolved"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("host", HOSTS)
def test_a_client_reaches_the_gateway(together, client, scheme, host):
    got = together(client, f"{scheme}://{host}/path", [f"{one}://{name}/path" for one in SCHEMES for name in HOSTS])

    assert got.stderr == ""
    assert json.loads(got.stdout) == {"sni": host if scheme == "https" else None, "host": host, "path": "/path"}


@needs_node
def test_a_client_with_its_own_ca_trusts_the_run_too(node, tmp_path):
    pinned = tmp_path / "pinned.pem"
    trustme.CA().cert_pem.write_to_path(pinned)

    got = node("pinned", f"https://{HOST}/path", PINNED=pinned)

    assert json.loads(got.stdout)["sni"] == HOST


@needs_node
def test_a_socket_that_names_no_server_gets_one(node):
    got = node("unnamed", f"https://{HOST}/path")

    assert json.loads(got.stdout)["sni"] == HOST


@needs_node
@pytest.mark.parametrize("host", LITERAL)
def test_tls_to_a_literal_address_names_it(together, gateway, host):
    changes = {"RECPROXY_REDIRECT": gateway.routes("*", ports=[443]), "NODE_TLS_REJECT_UNAUTHORIZED": "0"}

    got = together("unnamed", f"https://{host}/path", [f"https://{each}/path" for each in LITERAL], **changes)

    assert json.loads(got.stdout)["sni"] == host.strip("[]")


@needs_node
@pytest.mark.parametrize("client", ["fetch", "get"])
def test_a_port_without_a_route_is_refused(node, client):
    assert node(client, f"http://{HOST}:8080/").stdout == (
        f"ECONNREFUSED connect ECONNREFUSED: recproxy does not answer for {HOST}:8080"
    )


@needs_node
def test_the_lone_star_covers_its_ports_and_literal_addresses(node, gateway):
    routes = gateway.routes("*", ports=[80])

    urls = ("http://203.0.113.9/path", "http://anything.test/path", "http://anything.invalid:81/")
    got = node(*(word for url in urls for word in ("get", url)), RECPROXY_REDIRECT=routes)

    literal, named, other = got.stdout.split("\n")
    assert json.loads(literal)["host"] == "203.0.113.9"
    assert json.loads(named)["host"] == "anything.test"
    assert "recproxy" not in other


@needs_node
@pytest.mark.parametrize("client", ["datagram", "part", "joined"])
def test_datagrams_are_refused_and_those_to_loopback_arrive(node, gateway, client):
    routes = gateway.routes("*", ports=[80]) + ",*=refuse"

    got = node(client, "udp://203.0.113.9:8080", client, "udp://127.0.0.1", RECPROXY_REDIRECT=routes)

    refused, local = got.stdout.split("\n")
    assert refused == "ECONNREFUSED connect ECONNREFUSED: recproxy does not answer for 203.0.113.9:8080"
    assert local == "hello"


@needs_node
@pytest.mark.parametrize("host", ["unlisted.test", *LITERAL])
def test_where_all_is_refused_no_name_or_address_is_let_out(together, gateway, host):
    urls = [f"http://{each}:81/" for each in ("unlisted.test", *LITERAL)]

    got = together("get", f"http://{host}:81/", urls, RECPROXY_REDIRECT=gateway.routes("*", ports=[80]) + ",*=refuse")

    assert got.stdout == f"ECONNREFUSED connect ECONNREFUSED: recproxy does not answer for {host.strip('[]')}:81"


@needs_node
def test_what_passes_and_loopback_are_not_refused(node, gateway):
    routes = "*:80=127.0.0.1:1,*=refuse,anything.invalid=pass"

    urls = (f"http://127.0.0.1:{gateway.port}/path", "http://anything.invalid:81/")
    got = node("get", urls[0], "get", urls[1], RECPROXY_REDIRECT=routes)

    loopback, passing = got.stdout.split("\n")
    assert json.loads(loopback)["path"] == "/path"
    assert "recproxy" not in passing


@needs_node
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_never_redirected(node, gateway, host):
    routes = f"*:{gateway.port}=127.0.0.1:1,{host}:{gateway.port}=127.0.0.1:1"

    got = node("get", f"http://{host}:{gateway.port}/path", RECPROXY_REDIRECT=routes)

    assert json.loads(got.stdout)["path"] == "/path"


@needs_node
def test_a_wrong_value_costs_one_line(node, gateway):
    got = node("get", f"http://127.0.0.1:{gateway.port}/path", RECPROXY_REDIRECT="rubbish")

    assert json.loads(got.stdout)["path"] == "/path"
    assert got.stderr == (
        "recproxy: connections of this process are not redirected: "
        "RECPROXY_REDIRECT: 'rubbish' is not host:port=ADDRESS:PORT\n"
    )


@needs_node
@pytest.mark.parametrize("value", [None, ""])
def test_without_the_variable_node_is_as_ever(node, value):
    assert node("get", "http://api.example.invalid/", RECPROXY_REDIRECT=value).stdout.startswith(("ENOTFOUND", "EAI_"))


def options(tmp_path, **environment):
    return redirect_variables(RunFiles(tmp_path, b""), environment)["NODE_OPTIONS"]


def test_the_users_options_stay(tmp_path):
    assert options(tmp_path, NODE_OPTIONS="--no-warnings") == f"--no-warnings --require {SCRIPT}"


@needs_node
@pytest.mark.parametrize("folder", ["with space", 'with " quote', "with \\ and space"])
def test_a_path_that_needs_quotes(node, tmp_path, monkeypatch, folder):
    from recproxy.orchestrator import environment

    (tmp_path / folder).mkdir()
    shutil.copy(SCRIPT, tmp_path / folder)
    monkeypatch.setattr(environment, "_REDIRECT_FOLDER", tmp_path / folder)

    got = node("get", f"http://{HOST}/path", NODE_OPTIONS=options(tmp_path))

    assert json.loads(got.stdout)["host"] == HOST


@needs_node
def test_the_name_of_this_machine_is_let_be(run):
    program = """
const net = require('net'), host = require('os').hostname();
const server = net.createServer((sock) => sock.end('own')).listen(0, host, () => {
  net.connect(server.address().port, host).on('data', (data) => { console.log(String(data)); server.close(); });
});
"""
    try:
        socket.gethostbyname(socket.gethostname())
    except OSError:
        pytest.skip("this machine does not know its own name")

    got = run(NODE, "-e", program, NODE_OPTIONS=f"--require {SCRIPT}", RECPROXY_REDIRECT="*=refuse")

    assert (got.stdout, got.stderr) == ("own\n", "")
