"""What of an IMAP conversation is worth a recording, and its tags in one."""

import pytest

from recproxy.proxy.imap_steps import is_worth_keeping, with_numbered_tags
from recproxy.recording import Act, Step


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        (Step(Act.CLIENT, b"A7 LIST a b\r\n"), True),
        (Step(Act.CLIENT, b"A7 logout\r\n"), False),
        (Step(Act.CLIENT, b"DONE\r\n"), False),
        (Step(Act.SERVER, b"A7 OK\r\n"), False),
        (Step(Act.CLOSE), False),
    ],
)
def test_the_end_of_a_connection_is_not_worth_a_conversation(step, wanted):
    assert is_worth_keeping(step) is wanted


def test_tags_are_numbers_without_gaps():
    said = (b"* OK A9\r\n", b"A3 NOOP\r\n", b"A3 OK\r\n", b"A12 NOOP\r\n", b"DONE\r\n", b"A12 OK A3\r\n")
    steps = [Step(Act.SERVER, data) for data in said]

    assert [step.data for step in with_numbered_tags(steps)] == [
        b"* OK A9\r\n",
        b"A1 NOOP\r\n",
        b"A1 OK\r\n",
        b"A2 NOOP\r\n",
        b"DONE\r\n",
        b"A2 OK A3\r\n",
    ]
