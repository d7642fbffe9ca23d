"""gevent and eventlet in place of the standard library's sockets, in interpreters of their own."""

import importlib.util
import json

import pytest

PATCH = {
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "eventlet": "import eventlet; eventlet.monkey_patch()",
}
#: eventlet warns of itself.
QUIET = ("-W", "ignore")
FETCH = """
import http.client, sys
for kind in (http.client.HTTPConnection, http.client.HTTPSConnection):
    connection = kind("api.example.test", timeout=20)
    connection.request("GET", "/path")
    print(connection.getresponse().read().decode())
    connection.close()
try:
    http.client.HTTPConnection("api.example.test", 8080, timeout=20).connect()
except OSError as problem:
    print(problem)
"""
#: The redirect is installed by the program, which a decorator does in the middle of a test process.
LATE = """
import os, sys
sys.path.insert(0, sys.argv[1])
from recproxy.client import redirect
redirect.install(os.environ["LATE_ROUTES"], os.environ["LATE_CA"])
"""
SOURCE = importlib.util.find_spec("recproxy").submodule_search_locations[0].rpartition("/")[0]


def need(module):
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")


def fetched(text):
    plain, secure, refusal = text.splitlines()
    assert "recproxy does not answer for api.example.test:8080" in refusal
    return [json.loads(line) for line in (plain, secure)]


@pytest.fixture(params=["gevent", "eventlet"])
def patch(request):
    need(request.param)
    return PATCH[request.param] + "\n"


def test_a_patched_program_reaches_the_gateway(python, patch):
    assert fetched(python(patch + FETCH, options=QUIET)) == [
        {"sni": None, "host": "api.example.test", "path": "/path"},
        {"sni": "api.example.test", "host": "api.example.test", "path": "/path"},
    ]


def test_a_program_that_patches_before_the_redirect_reaches_the_gateway(python, patch, environment):
    late = {"LATE_ROUTES": environment["RECPROXY_REDIRECT"], "LATE_CA": environment["RECPROXY_CA"]}

    text = python(patch + LATE + FETCH, SOURCE, options=QUIET, RECPROXY_REDIRECT=None, RECPROXY_CA=None, **late)

    assert [answer["sni"] for answer in fetched(text)] == [None, "api.example.test"]


def test_a_program_that_patches_nothing_reaches_the_gateway(python):
    need("gevent")
    program = """if True:
        from gevent import socket
        with socket.create_connection(("api.example.test", 80), 20) as sock:
            print(sock.getpeername()[0])
    """

    assert python(program) == "127.0.0.1"
