"""Credentials in the first head of a connection from another machine."""

import base64
from types import SimpleNamespace

import pytest

from recproxy.control.listening import Listening
from recproxy.http import sort
from recproxy.orchestrator.access import Access
from recproxy.orchestrator.gate import Gate

PEER = SimpleNamespace(getpeername=lambda: ("10.8.0.1", 4000))


@pytest.fixture
def access():
    return Access(Listening(address="10.9.0.3", credentials=True))


def answer(access, seen):
    return Gate(access).answer(PEER, sort(seen), seen)


def test_a_head_with_the_credentials_passes(access):
    right = base64.b64encode(access.user_info.removesuffix("@").encode())

    for line in (b"CONNECT a.example:443 HTTP/1.1", b"GET http://a.example/ HTTP/1.1"):
        head = line + b"\r\nHost: a.example\r\nProxy-Authorization: Basic " + right + b"\r\n\r\n"
        assert answer(access, head) is None
    assert access.notes == []


def test_more_of_a_head_is_waited_for(access):
    assert answer(access, b"GET http://a.example/long HTTP/1.1\r\nHost: a") == b""


@pytest.mark.parametrize(("end", "empty"), [("\n", "\n"), ("\n", "\r\n"), ("\r\n", "\n")])
def test_lines_may_end_with_a_bare_line_feed(access, end, empty):
    right = base64.b64encode(access.user_info.removesuffix("@").encode()).decode()
    head = f"GET http://a.example/ HTTP/1.1{end}Host: a.example{end}"

    assert answer(access, f"{head}Proxy-Authorization: Basic {right}{end}{empty}".encode()) is None
    behind = f"{head}{empty}Proxy-Authorization: Basic {right}{end}{empty}"
    assert answer(access, behind.encode()).startswith(b"HTTP/1.1 407 ")


def test_credentials_in_a_body_are_none(access):
    right = base64.b64encode(access.user_info.removesuffix("@").encode())
    seen = b"POST http://a.example/ HTTP/1.1\r\nHost: a\r\n\r\n\nProxy-Authorization: Basic " + right + b"\r\n\r\n"

    assert answer(access, seen).startswith(b"HTTP/1.1 407 ")


def test_what_has_none_is_told_and_counted(access):
    for seen in (
        b"CONNECT a.example:443 HTTP/1.1\r\n\r\n",
        b"GET http://a.example/ HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
        b"RECPROXY 10.0.0.1 HTTP/1.1\r\nPort: 1\r\nTo: 22\r\n\r\n",
    ):
        said = answer(access, seen)
        assert said.startswith(b"HTTP/1.1 407 Proxy Authentication Required\r\n")
        assert b'\r\nProxy-Authenticate: Basic realm="recproxy"\r\n' in said
    hello = b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03" + bytes(32) + b"\x00\x00\x02\x13\x01\x01\x00"
    assert answer(access, hello) == b"\x15\x03\x03\x00\x02\x02\x31"
    assert access.notes == ["5 requests from 10.8.0.1 were refused: without the credentials of --proxy-credentials"]


def test_what_cannot_be_read_is_answered_as_ever(access):
    assert answer(access, b"\x00\x01\x02 \x00\r\n") is None
