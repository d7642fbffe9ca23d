"""What goes out of an answer with a fault, and how its connection ends."""

import asyncio

import pytest

from recproxy.mail.smtp_server import Said, SaidKind
from recproxy.proxy.mail_faults import MailFaults, place_of
from recproxy.recording import Act
from recproxy.recording.faults import read_fault


class Wire:
    def __init__(self):
        self.out = []
        self.over = asyncio.Event()

    def write(self, data):
        self.out.append(data)

    def end(self, act):
        self.out.append(act)
        self.over.set()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "wanted"),
    [
        ("reset", [b"", Act.RESET]),
        ("reset after 3", [b"250", Act.RESET]),
        ("truncate 3", [b"250", Act.CLOSE]),
        ("hang 0.01", ["lasted", Act.CLOSE]),
        ("delay 0.01", [b"250 ok\r\n", "done"]),
        ("drip 1000/s", [b"250 ok\r\n", "done"]),
        ("drip 500/s", [b"250 ok\r\n", "done"]),
    ],
)
async def test_what_a_client_gets_of_an_answer(fault, wanted):
    wire = Wire()

    def done():
        wire.out.append("done")
        wire.over.set()

    MailFaults(wire).play(read_fault(fault), b"250 ok\r\n", done, lambda: wire.out.append("lasted"))
    await asyncio.wait_for(wire.over.wait(), 20)

    assert wire.out == wanted


@pytest.mark.asyncio
async def test_a_slow_drip_is_a_byte_at_a_time():
    wire, over = Wire(), asyncio.Event()
    MailFaults(wire).play(read_fault("drip 19/s"), b"ok", over.set, over.set)
    await asyncio.wait_for(over.wait(), 20)

    assert wire.out == [b"o", b"k"]


def test_a_place_is_a_command_or_what_comes_of_it():
    said = [None, *(Said(kind, b"rcpt TO:<a>\r\n") for kind in (SaidKind.COMMAND, SaidKind.RESPONSE, SaidKind.MESSAGE))]

    assert [place_of(each) for each in said] == ["GREETING", "RCPT", "AUTH", "MESSAGE"]
