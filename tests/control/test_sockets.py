"""What all our sockets need: when to read, and which addresses nothing is forwarded to."""

import asyncio
import socket
from unittest.mock import Mock

import pytest

from recproxy.control.listening import LOOPBACK, Listening
from recproxy.control.sockets import address_elsewhere, hold_reading

WIDE = Listening(address="10.9.0.3", name="hub.example", peers=("10.9.0.0/30",))


def asked(host, listening, port=80):
    return asyncio.run(address_elsewhere(host, port, listening))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0", "2130706433", "::1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:0.0.0.0"],
)
@pytest.mark.parametrize("listening", [LOOPBACK, WIDE])
def test_loopback_is_the_run_itself_however_it_is_spelled(host, listening):
    with pytest.raises(OSError, match="address of recproxy itself"):
        asked(host, listening)


@pytest.mark.parametrize("host", ["10.9.0.3", "::ffff:10.9.0.3", "::ffff:a09:3"])
def test_the_listened_address_is_the_run_itself_however_it_is_spelled(host):
    with pytest.raises(OSError, match="address of recproxy itself"):
        asked(host, WIDE)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1", "febf::1", "2852039166"]
)
def test_for_others_nothing_is_forwarded_to_this_machines_own_link(host):
    with pytest.raises(OSError, match="own link"):
        asked(host, WIDE)


@pytest.mark.parametrize("host", ["fd00:ec2::254", "FD00:EC2:0::254", "100.100.100.200", "::ffff:100.100.100.200"])
def test_for_others_nothing_is_forwarded_to_where_clouds_keep_secrets(host):
    with pytest.raises(OSError, match="a cloud keeps the secrets of this machine there"):
        asked(host, WIDE)
    assert asked(host, LOOPBACK)


def test_for_others_nothing_is_forwarded_to_another_address_of_this_machine(monkeypatch):
    bound = []
    monkeypatch.setattr(socket.socket, "bind", lambda _, address: bound.append(address))

    with pytest.raises(OSError, match="address of recproxy itself"):
        asked("192.0.2.7", WIDE)
    assert bound == [("192.0.2.7", 0)]
    assert asked("192.0.2.7", LOOPBACK) == "192.0.2.7"


@pytest.mark.parametrize("host", ["192.0.2.7", "2001:db8::7"])
def test_any_other_address_is_the_one_to_connect_to(host):
    assert asked(host, WIDE) == host
    assert asked(host, LOOPBACK) == host


@pytest.mark.parametrize(
    ("holds", "reads", "closes", "done"),
    [
        (True, True, False, ["pause_reading"]),
        (False, False, False, ["resume_reading"]),
        (True, False, False, []),
        (False, True, False, []),
        (True, True, True, []),
        (False, False, True, []),
    ],
)
def test_a_peer_is_let_wait_or_read_once_and_not_when_the_connection_ends(holds, reads, closes, done):
    transport = Mock()
    transport.is_reading.return_value, transport.is_closing.return_value = reads, closes

    hold_reading(transport, holds=holds)

    assert [name for name, *_ in transport.method_calls if not name.startswith("is_")] == done
