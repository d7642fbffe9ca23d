"""Requests for this machine that were sent to a proxy."""

import pytest

from recproxy.http.local_requests import local_head


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (b"GET http://127.0.0.2:8000/a?b=http://c/ HTTP/1.1", b"GET /a?b=http://c/ HTTP/1.1"),
        (b"GET http://localhost HTTP/1.1", b"GET / HTTP/1.1"),
        (b"OPTIONS http://localhost?x HTTP/1.0", b"OPTIONS /?x HTTP/1.0"),
        (b"POST HTTP://[::1]:80/ HTTP/1.1", b"POST / HTTP/1.1"),
    ],
)
def test_the_server_gets_a_path(line, wanted):
    assert local_head(line + b"\r\nHost: x\r\n\r\n") == wanted + b"\r\nConnection: close\r\nHost: x\r\n\r\n"


def test_a_websocket_is_asked_for_at_the_server():
    head = b"GET http://localhost:80/a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n\r\n"

    assert local_head(head) == b"GET /a HTTP/1.1\r\nConnection: Upgrade\r\nHost: a\r\nupgrade: WebSocket\r\n\r\n"


def test_what_is_between_client_and_proxy_stays_there():
    head = (
        b"\r\nGET http://localhost/ HTTP/1.1\r\nHost: localhost\r\nProxy-Connection: keep-alive\r\n"
        b"connection : keep-alive\r\nKeep-Alive: 5\r\nProxy-Authorization: Basic eA==\r\nX-Connection: a\r\n\r\n"
    )

    assert local_head(head) == (b"GET / HTTP/1.1\r\nConnection: close\r\nHost: localhost\r\nX-Connection: a\r\n\r\n")
