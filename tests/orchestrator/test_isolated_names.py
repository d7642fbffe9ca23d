"""The name server of an isolated command."""

import asyncio
import socket
import struct

import pytest
from deadlines import seconds

from recproxy.orchestrator.isolated_names import NameServer, answer, mail_addresses

A, AAAA, MX = 1, 28, 15


def query(name, kind=A, flags=0x0100):
    labels = b"".join(bytes((len(label),)) + label.encode() for label in name.split("."))
    return struct.pack("!6H", 0x1234, flags, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", kind, 1)


def address(reply):
    """The data of the only record, or None."""
    assert reply[:2] == b"\x12\x34"
    assert reply[3] == 0x80  # recursion is available, and no error
    return reply[-4:] if reply[7] == 1 and reply[-6:-4] == b"\0\4" else reply[-16:] if reply[7] == 1 else None


@pytest.mark.parametrize(
    ("name", "kind", "wanted"),
    [
        ("api.shop.example", A, bytes((192, 0, 2, 1))),
        ("API.Shop.Example", A, bytes((192, 0, 2, 1))),
        ("api.shop.example", AAAA, None),
        ("api.shop.example", MX, None),
        ("localhost", A, bytes((127, 0, 0, 1))),
        ("db.localhost", AAAA, bytes(15) + b"\1"),
        ("builder", A, bytes((127, 0, 0, 1))),
    ],
)
def test_every_name_has_one_address_and_this_machine_is_loopback(name, kind, wanted):
    assert address(answer(query(name, kind), "Builder")) == wanted


def test_each_mail_server_has_its_own_address():
    mail = mail_addresses(["smtp.example", "imap.example", "smtp.example"])

    assert [address(answer(query(name), "x", mail)) for name in ("IMAP.example", "smtp.example", "a.example")] == [
        bytes((192, 0, 2, 3)),
        bytes((192, 0, 2, 2)),
        bytes((192, 0, 2, 1)),
    ]


def test_an_answer_repeats_the_question():
    asked = query("a.example")

    assert answer(asked, "x")[12 : len(asked)] == asked[12:]


@pytest.mark.parametrize("bad", [b"", b"\0" * 11, query("a.example", flags=0x8000), query("a.example")[:-3]])
def test_what_is_no_query_gets_no_answer(bad):
    assert answer(bad, "x") is None


def test_it_answers_over_tcp_several_times():
    async def ran():
        loop = asyncio.get_running_loop()
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        server = NameServer([listener], "x", loop)
        async with asyncio.timeout(seconds(20)):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            for name in ("one.example", "two.example"):
                writer.write(struct.pack("!H", len(query(name))) + query(name))
                size = struct.unpack("!H", await reader.readexactly(2))[0]
                assert await reader.readexactly(size) == answer(query(name), "x")
            writer.close()
        server.close()

    asyncio.run(ran())
