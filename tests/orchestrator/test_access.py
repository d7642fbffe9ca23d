"""The rule of a run's listeners, and the count of those turned away."""

import base64
from types import SimpleNamespace

from recproxy.control.listening import Listening
from recproxy.orchestrator.access import OPEN_ACCESS, Access

WIDE = Listening(address="10.9.0.3", peers=("10.9.0.0/30",))


def connection(peer):
    made = SimpleNamespace(closed=False, setsockopt=lambda *_: None, getpeername=lambda: (peer, 4000))
    made.close = lambda: setattr(made, "closed", True)
    return made


def test_a_run_of_loopback_admits_all_and_asks_nobody():
    sock = connection("203.0.113.9")

    assert OPEN_ACCESS.admits(sock) and OPEN_ACCESS.is_near(sock) and not OPEN_ACCESS.asks(sock)
    assert (OPEN_ACCESS.user_info, OPEN_ACCESS.notes) == ("", [])


def test_who_is_no_peer_is_closed_and_counted_in_one_line():
    access = Access(WIDE)
    strangers = [connection(peer) for peer in ("10.8.0.1", "10.8.0.1", "10.7.0.1")]

    assert not any(map(access.admits, strangers))
    assert all(each.closed for each in strangers)
    assert access.admits(connection("10.9.0.1"))
    access.closed("10.8.0.1")  # by a proxy
    assert access.notes == ["4 connections from 10.7.0.1, 10.8.0.1 were closed: not in --peers 10.9.0.0/30"]


def test_a_scan_of_a_network_fills_no_memory():
    access = Access(WIDE)
    for number in range(1000):
        access.closed(f"10.8.{number >> 8}.{number & 255}")

    (note,) = access.notes
    assert note.startswith("1000 connections from ") and "other addresses" in note and len(note) < 2000


def test_credentials_are_asked_of_other_machines_only():
    access = Access(Listening(address="10.9.0.3", credentials=True))
    right = base64.b64encode(access.user_info.removesuffix("@").encode())

    assert access.asks(connection("10.8.0.1")) and not access.asks(connection("10.9.0.3"))
    assert access.authorizes(b"CONNECT a:443 HTTP/1.1\r\nproxy-authorization: basic %s\r\n\r\n" % right)
    assert access.authorizes(b"GET http://a/ HTTP/1.1\r\nProxy-Authorization:Basic %s \r\n\r\n" % right)
    assert access.authorizes(b"GET http://a/ HTTP/1.1\r\nPROXY-AUTHORIZATION: BASIC %s\r\n\r\n" % right)


def test_other_credentials_do_not_pass():
    access = Access(Listening(address="10.9.0.3", credentials=True))
    right = base64.b64encode(access.user_info.removesuffix("@").encode())

    for line in (
        b"Proxy-Authorization: Basic cmVjcHJveHk6",
        b"Proxy-Authorization: Bearer " + right,
        b"Proxy-Authorization: Basic " + right[:-4],
        b"X: Proxy-Authorization: Basic " + right,
        b"Authorization: Basic " + right,
        b"Proxy-Authorization: Basic " + right + b" x",
    ):
        assert not access.authorizes(b"CONNECT a:443 HTTP/1.1\r\n%s\r\n\r\n" % line), line
    assert not OPEN_ACCESS.authorizes(b"CONNECT a:443 HTTP/1.1\r\nProxy-Authorization: Basic Og==\r\n\r\n")
