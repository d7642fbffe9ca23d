import pytest

from recproxy.mail.imap.client import ImapClient
from recproxy.mail.imap.commands import read_imap_command
from recproxy.mail.imap.lines import ImapLine


def command(*pieces):
    return read_imap_command(ImapLine(pieces))


def lines(side):
    found = []
    while (event := side.next_event()) is not None:
        found.append(event.line.text)
    return found


def test_a_command_goes_out_as_it_is():
    side = ImapClient()
    side.send(command(b"A1 NOOP"))

    assert side.data_to_send() == b"A1 NOOP\r\n"
    assert side.data_to_send() == b""


def test_a_literal_waits_for_the_service():
    side = ImapClient()
    side.send(command(b"A1 LOGIN {2}", b"me", b" {2}", b"pw", b""))

    assert side.data_to_send() == b"A1 LOGIN {2}\r\n"
    side.receive(b"+ go\r\n")
    assert lines(side) == []
    assert side.data_to_send() == b"me {2}\r\n"
    side.receive(b"+ go\r\n")
    assert lines(side) == []
    assert side.data_to_send() == b"pw\r\n"
    side.receive(b"A1 OK in\r\n")
    assert lines(side) == [b"A1 OK in"]


def test_a_literal_that_need_not_ask_goes_out_at_once():
    side = ImapClient()
    side.send(command(b"A1 LOGIN {2+}", b"me", b" pw"))

    assert side.data_to_send() == b"A1 LOGIN {2+}\r\nme pw\r\n"


def test_a_command_waits_while_a_literal_is_asked_for():
    side = ImapClient()
    side.send(command(b"A1 APPEND x {2}", b"ab", b""))
    side.send(command(b"A2 NOOP"))

    assert side.data_to_send() == b"A1 APPEND x {2}\r\n"
    side.receive(b"* 1 EXISTS\r\n+ go\r\n")
    assert lines(side) == [b"* 1 EXISTS"]
    assert side.data_to_send() == b"ab\r\nA2 NOOP\r\n"


def test_a_refused_literal_is_not_sent():
    side = ImapClient()
    side.send(command(b"A1 APPEND x {2}", b"ab", b""))
    side.send(command(b"A2 NOOP"))
    assert side.data_to_send() == b"A1 APPEND x {2}\r\n"
    side.receive(b"A1 NO [TRYCREATE] no such mailbox\r\n")

    assert lines(side) == [b"A1 NO [TRYCREATE] no such mailbox"]
    assert side.data_to_send() == b"A2 NOOP\r\n"


def test_a_continuation_that_is_no_permission_is_told():
    side = ImapClient()
    side.send(command(b"A1 IDLE"))
    side.receive(b"+ idling\r\n* 4 EXISTS\r\n")

    assert lines(side) == [b"+ idling", b"* 4 EXISTS"]
    side.reply(ImapLine((b"DONE",)))
    assert side.data_to_send() == b"A1 IDLE\r\nDONE\r\n"


def test_a_literal_of_a_service_is_part_of_its_line():
    side = ImapClient()
    side.receive(b"* 1 FETCH (BODY[] {4}\r\n")
    assert side.next_event() is None
    side.receive(b"a\r\nb)\r\n")

    assert side.next_event().line == ImapLine((b"* 1 FETCH (BODY[] {4}", b"a\r\nb", b")"))


def test_a_line_that_is_too_long_is_told():
    side = ImapClient(limit=20)
    side.receive(b"* 1 FETCH (BODY[] {40}\r\n" + b"x" * 40 + b")\r\n")

    assert side.next_event() is None
    assert side.oversized == b"* 1 FETCH (BODY[] {40}"


@pytest.mark.parametrize("data", [b"", b"* OK in", b"* OK in\r\nA1 OK x\r\n"])
def test_what_came_in_plain_text_is_forgotten(data):
    side = ImapClient()
    side.receive(data)

    assert side.clear() == len(data)
    assert side.next_event() is None
