"""Real clients in interpreters of their own, with no name server, no proxy variable and no bundle to help them."""

import importlib.util
import json
import sys

import pytest

CLIENTS = {
    "http_client": None,
    "urllib_without_proxies": None,
    "urllib3": "urllib3",
    "urllib3_certifi": "urllib3",
    "requests": "requests",
    "httpx": "httpx",
    "httpx_async": "httpx",
    "aiohttp": "aiohttp",
    "asyncio_streams": None,
    "asyncio_sock_connect": None,
    "uvloop_streams": "uvloop",
    "uvloop_sock_connect": "uvloop",
    "uvloop_aiohttp": "aiohttp",
}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_that_ignores_variables_reaches_the_gateway(run, programs, client):
    module = CLIENTS[client]
    if module and importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")

    asked = [(scheme, host) for scheme in ("http", "https") for host in ("api.example.test", "any.wild.example.test")]
    urls = [f"{scheme}://{host}/path" for scheme, host in asked]
    got = run(sys.executable, "-W", "error", programs / "clients.py", client, *urls, check=False)

    assert got.stderr == ""
    assert [json.loads(line) for line in got.stdout.splitlines()] == [
        {"sni": host if scheme == "https" else None, "host": host, "path": "/path"} for scheme, host in asked
    ]


def test_a_port_without_a_route_is_refused(run, programs):
    done = run(sys.executable, programs / "clients.py", "http_client", "http://api.example.test:8080/", check=False)

    assert "recproxy does not answer for api.example.test:8080" in done.stderr


def test_without_the_run_ca_a_client_refuses_the_gateway(run, programs):
    url = "https://api.example.test/"

    done = run(sys.executable, programs / "clients.py", "http_client", url, check=False, RECPROXY_CA=None)

    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr
