"""The socket module while the redirect is installed in this process."""

from __future__ import annotations

import errno
import os
import smtplib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

HOST = "api.example.test"
needs_ipv6 = pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no dual-stack IPv6")


@pytest.fixture
def listening(installed, listener):
    """The port of a listener to which port 25 of HOST, and 80 of everything, go."""
    port = listener.getsockname()[1]
    installed.install(f"{HOST}:25=127.0.0.1:{port},203.0.113.9:80=127.0.0.1:{port},*:80=127.0.0.1:{port}", None)
    return port


def test_a_name_resolves_without_a_name_server(installed):
    found = socket.getaddrinfo(HOST, 443, type=socket.SOCK_STREAM)

    [(family, kind, proto, canonical, (address, port))] = found
    assert (family, kind, proto, canonical, port) == (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", 443)
    assert address.startswith("127.77.")
    assert socket.gethostbyname(HOST) == address
    assert socket.gethostbyname_ex(HOST) == (HOST, [], [address])


@pytest.mark.parametrize("host", [HOST, HOST.encode(), bytearray(HOST, "ascii"), HOST.upper() + "."])
@pytest.mark.parametrize("port", [443, "443", b"443", "https", None, 0])
def test_every_form_of_host_and_port_resolves(installed, host, port):
    [(*_, (address, _port))] = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_STREAM)

    assert address == socket.gethostbyname(HOST)


def test_a_canonical_name_is_the_name(installed):
    [entry] = socket.getaddrinfo(HOST, 443, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)

    assert entry[3] == HOST


def test_a_machine_without_network_resolves_too(installed):
    assert socket.getaddrinfo(HOST, 443, flags=getattr(socket, "AI_ADDRCONFIG", 0))


def test_who_wants_an_address_gets_no_name_resolved(installed, asks_nobody):
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo(HOST, 443, flags=socket.AI_NUMERICHOST)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", None])
def test_loopback_resolves_as_ever(installed, host):
    assert ("127.0.0.1", 443) in [entry[4] for entry in socket.getaddrinfo(host, 443, socket.AF_INET)]
    assert socket.gethostbyname("127.0.0.1") == "127.0.0.1"
    assert socket.gethostbyname_ex("127.0.0.1")[2] == ["127.0.0.1"]


def test_a_service_that_nobody_knows_is_left_to_the_system(listening, asks_nobody):
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("anything.test", "no-such-service", type=socket.SOCK_STREAM)


@pytest.mark.parametrize("address", [(HOST, 25), ("203.0.113.9", 80), ("198.51.100.1", 80)])
def test_connect_by_name_and_by_literal_address(listening, address):
    with socket.socket() as sock:
        sock.connect(address)
        assert sock.getpeername() == ("127.0.0.1", listening)
    with socket.socket() as sock:
        assert sock.connect_ex(address) == 0
        assert sock.getpeername() == ("127.0.0.1", listening)


@needs_ipv6
@pytest.mark.parametrize("host", [None, "2001:db8::1"])
def test_connect_of_an_ipv6_socket(listening, host):
    port = 25 if host is None else 80
    [entry] = socket.getaddrinfo(host or HOST, port, socket.AF_INET6, socket.SOCK_STREAM)
    with socket.socket(socket.AF_INET6) as sock:
        sock.connect(entry[4])
        assert sock.getpeername()[:2] == ("::ffff:127.0.0.1", listening)


def test_a_port_without_a_route_is_refused(installed):
    with pytest.raises(ConnectionRefusedError, match=f"recproxy does not answer for {HOST}:25"):
        socket.create_connection((HOST, 25))
    with socket.socket() as sock:
        assert sock.connect_ex((HOST, 25)) == errno.ECONNREFUSED


def test_datagrams_are_refused_where_connections_are_redirected(installed):
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(ConnectionRefusedError):
        sock.connect((HOST, 443))


def test_datagrams_elsewhere_go_their_way(installed):
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", 9))


def test_loopback_connects_as_ever(installed, listener):
    with socket.create_connection(listener.getsockname()) as sock:
        assert sock.getpeername() == listener.getsockname()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets")
def test_unix_sockets_connect_as_ever(installed, tmp_path):
    path = os.fspath(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as sock:
        server.bind(path)
        server.listen()
        sock.connect(path)
        assert sock.getpeername() == path


@pytest.mark.parametrize("address", [HOST, (HOST,), (None, 80), (HOST, "80")])
def test_nonsense_gets_the_standard_library_s_own_error(installed, address):
    with socket.socket() as sock, pytest.raises(TypeError):
        sock.connect(address)


def test_threads_agree_on_addresses(installed):
    names = [f"n{number % 20}.wild.example.test" for number in range(400)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(socket.gethostbyname, names))

    assert len(set(zip(names, found, strict=True))) == len(set(found)) == 20


def test_smtp_by_name(listening, listener):
    def greet():
        sock, _ = listener.accept()
        with sock, sock.makefile("rwb") as stream:
            stream.write(b"220 hello\r\n")
            stream.flush()
            assert stream.readline().upper() == b"QUIT\r\n"
            stream.write(b"221 bye\r\n")

    thread = threading.Thread(target=greet)
    thread.start()
    with smtplib.SMTP(HOST, 25) as client:
        assert client.quit() == (221, b"bye")
    thread.join()


def test_mail_to_an_unlisted_host_is_refused_and_the_gateway_is_told(refusing):
    with pytest.raises(ConnectionRefusedError, match="recproxy does not answer for smtp.gmail.test:587"):
        smtplib.SMTP("smtp.gmail.test", 587)

    assert refusing == [b"CONNECT smtp.gmail.test:587 HTTP/1.1\r\nHost: smtp.gmail.test:587\r\n\r\n"]


def test_a_literal_address_is_refused_and_the_gateway_is_told(refusing):
    with pytest.raises(ConnectionRefusedError), socket.socket(socket.AF_INET6) as sock:
        sock.connect(("2001:db8::9", 25))

    assert refusing[0].startswith(b"CONNECT [2001:db8::9]:25 HTTP/1.1\r\n")


@pytest.mark.parametrize("host", ["203.0.113.9", pytest.param("2001:db8::9", marks=needs_ipv6)])
def test_the_gateway_is_told_the_literal_address_of_a_connection(refusing, host):
    with socket.create_connection((host, 443)) as sock:
        port = sock.getsockname()[1]

    assert refusing[0] == f"RECPROXY {host} HTTP/1.1\r\nPort: {port}\r\n\r\n".encode()


def test_a_port_that_the_program_has_bound_is_told(refusing):
    with socket.create_connection(("203.0.113.9", 443), source_address=("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]

    assert refusing[0] == f"RECPROXY 203.0.113.9 HTTP/1.1\r\nPort: {port}\r\n\r\n".encode()


def test_datagrams_to_a_name_server_are_refused(refusing):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for send in (
            lambda: sock.sendto(b"query", ("203.0.113.53", 53)),
            lambda: sock.sendto(b"query", 0, ("203.0.113.53", 53)),
            lambda: sock.sendmsg([b"query"], [], 0, ("203.0.113.53", 53)),
            lambda: sock.connect(("203.0.113.53", 53)),
        ):
            with pytest.raises(ConnectionRefusedError, match="203.0.113.53:53"):
                send()

    assert len(refusing) == 1


def test_datagrams_on_loopback_arrive(refusing):
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here,
    ):
        there.bind(("127.0.0.1", 0))
        here.sendto(b"hello", there.getsockname())

        assert there.recv(100) == b"hello"


def test_the_name_of_this_machine_is_let_be(refusing):
    try:
        address = socket.gethostbyname(socket.gethostname())
    except OSError:
        pytest.skip("this machine does not know its own name")
    with socket.create_server((address, 0)) as server:
        socket.create_connection(server.getsockname()).close()

    assert not address.startswith("127.77.")
    assert refusing == []


def test_a_connection_by_the_name_of_this_machine_is_let_be(refusing):
    try:
        found = socket.getaddrinfo(socket.gethostname(), 0, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        pytest.skip("this machine does not know its own name")
    with socket.create_server(found[0][4]) as server, socket.socket() as sock:
        sock.connect((socket.gethostname(), server.getsockname()[1]))

    assert refusing == []
