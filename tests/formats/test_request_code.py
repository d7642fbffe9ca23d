"""Requests as code: what httpx sends is what was recorded."""

import json
import shutil
import subprocess

import pytest
from deadlines import seconds

from recproxy.formats.request_code import fetch_code, httpx_code
from recproxy.recording import Request

REQUESTS = [
    Request(method="GET", url="https://a.example/x?q=%C3%A9&r=XXX"),
    Request(
        method="POST",
        url="https://a.example/\u202e'\"`${1}",
        headers=((b"Content-Type", b"text/plain"), (b"X-Odd", b'"quoted" \'\\ ${x}'), (b"Content-Length", b"5")),
        body="line\nsecond </script> \u2028 é".encode(),
    ),
    Request(method="PUT", url="https://a.example/b", body=bytes(range(256))),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: each.method)
def test_the_code_of_httpx_sends_the_request(request_):
    httpx = pytest.importorskip("httpx")
    sent = []

    class Recorder:
        request = staticmethod(lambda *given, **options: sent.append(httpx.Request(*given, **options)))

    exec(httpx_code(request_).replace("import httpx\n", ""), {"httpx": Recorder})

    assert (sent[0].method, sent[0].content) == (request_.method, request_.body)
    for name, value in request_.headers[:2]:
        assert sent[0].headers[name.decode()] == value.decode()


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: each.method)
def test_the_code_of_fetch_sends_the_request(request_):
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    program = (
        "let asked; const fetch = async (url, options) => { asked = [url, options]; };\n"
        f"{fetch_code(request_)}\n"
        "const body = asked[1].body ?? '';\n"
        "console.log(JSON.stringify([asked[0], asked[1].method, asked[1].headers ?? [], Buffer.from(body).toString('base64')]));"
    )
    done = subprocess.run(
        [node, "--input-type=module", "-e", program], capture_output=True, text=True, timeout=seconds(60), check=True
    )

    url, method, headers, body = json.loads(done.stdout)
    import base64

    assert (url, method, base64.b64decode(body)) == (request_.url, request_.method, request_.body)
    assert [each[0] for each in headers] == [name.decode() for name, _ in request_.headers[:2]]


def test_a_body_that_was_not_stored_is_named():
    request = Request(method="POST", url="https://a.example/", omitted=17_000_000)

    assert httpx_code(request).startswith("# without its body of 17000000 bytes")
    assert fetch_code(request).startswith("// without its body of 17000000 bytes")


def test_nothing_in_the_code_acts_on_a_terminal():
    request = Request(method="GET", url="https://a.example/\x1b[2J\u202e", headers=((b"X", "\u202e".encode()),))

    for code in (httpx_code(request), fetch_code(request)):
        assert "\x1b" not in code
        assert "\u202e" not in code
