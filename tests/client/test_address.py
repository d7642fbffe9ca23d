"""The kept connection to the control address, before a server of our own that closes it when it is told to."""

import socket
import threading

import pytest
from deadlines import seconds

from recproxy.client.address import Address
from recproxy.errors import ControlError

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def served(*connections):
    """An address whose server gives each connection its answers, one per call, and closes it.

    Returns it, the thread that serves, and the calls that were read.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(seconds(20))
    calls = []

    def serve():
        with listener:
            for answers in connections:
                sock, _ = listener.accept()
                sock.settimeout(seconds(20))
                with sock:
                    for answer in answers:
                        calls.append(sock.recv(65536).split(b" ")[0])
                        sock.sendall(answer)

    server = threading.Thread(target=serve)
    server.start()
    return Address(f"http://127.0.0.1:{listener.getsockname()[1]}", "token"), server, calls


def test_a_kept_connection_that_was_closed_is_opened_again():
    address, server, calls = served([ANSWER], [ANSWER, ANSWER])

    assert [address.status() for _ in range(3)] == [{}, {}, {}]
    server.join()
    assert calls == [b"GET", b"GET", b"GET"]
    address.close()


@pytest.mark.parametrize(
    ("connections", "before"),
    [([[b""]], 0), ([[ANSWER, ANSWER[:-9]]], 1), ([[ANSWER], [b""]], 1)],
    ids=["a first one", "in the middle of an answer", "twice"],
)
def test_a_call_that_may_have_been_read_is_not_made_again(connections, before):
    address, server, calls = served(*connections, [ANSWER])
    for _ in range(before):
        address.status()

    with pytest.raises(ControlError, match="does not answer"):
        address.status()

    assert len(calls) == before + 1
    assert address.status() == {}
    server.join()
    assert len(calls) == before + 2
    address.close()
