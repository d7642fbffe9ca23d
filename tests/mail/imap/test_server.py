import pytest

from recproxy.mail.imap.commands import ImapCommand, MalformedImap
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.responses import read_imap_response
from recproxy.mail.imap.server import ImapReply, ImapServer
from recproxy.mail.imap.states import Login, Reading


def greeted(text=b"* OK ready", **options):
    side = ImapServer(**options)
    side.greet(ImapLine((text,)))
    side.data_to_send()
    return side


def events(side):
    """What a client said, as `NAME`, `reply TEXT` or `malformed TAG`."""
    found = []
    while (event := side.next_event()) is not None:
        match event:
            case ImapCommand():
                found.append(event.name.decode())
            case ImapReply():
                found.append(f"reply {event.line.text.decode()}")
            case MalformedImap():
                found.append(f"malformed {event.tag.decode()}")
    return found


def said(side, data):
    side.receive(data)
    return side.next_event()


def answered(side, command, *texts):
    """The bytes that a client gets when a command is answered with these lines."""
    for text in texts:
        side.answer(read_imap_response(ImapLine((text,))), command)
    return side.data_to_send()


def test_a_server_speaks_first():
    side = ImapServer()
    side.receive(b"A1 NOOP\r\n")

    assert side.next_event() is None
    side.greet(ImapLine((b"* OK ready",)))
    assert side.data_to_send() == b"* OK ready\r\n"
    assert events(side) == ["NOOP"]


@pytest.mark.parametrize(
    ("greeting", "login", "reading"),
    [
        (b"* OK ready", Login.NOT_AUTHENTICATED, Reading.COMMAND),
        (b"* PREAUTH in already", Login.AUTHENTICATED, Reading.COMMAND),
        (b"* BYE too many of you", Login.NOT_AUTHENTICATED, Reading.CLOSED),
    ],
)
def test_a_greeting_says_where_a_session_begins(greeting, login, reading):
    side = greeted(greeting)

    assert (side.login, side.reading) == (login, reading)


def test_commands_come_pipelined():
    side = greeted()
    side.receive(b'A1 NOOP\r\nA2 CAPABILITY\r\nA3 LIST "" *\r\n')

    assert events(side) == ["NOOP", "CAPABILITY", "LIST"]


def test_an_empty_line_between_commands_is_nothing():
    side = greeted()
    side.receive(b"\r\nA1 NOOP\r\n \r\n")

    assert events(side) == ["NOOP"]


def test_a_literal_is_asked_for_and_its_command_comes_whole():
    side = greeted()

    assert said(side, b"A1 LOGIN {2}\r\n") is None
    assert side.data_to_send() == b"+ go ahead\r\n"
    command = said(side, b"me pw\r\n")
    assert command.line == ImapLine((b"A1 LOGIN {2}", b"me", b" pw"))
    assert side.data_to_send() == b""


def test_a_literal_that_does_not_ask_gets_no_permission():
    side = greeted()

    assert said(side, b"A1 LOGIN {2+}\r\nme pw\r\n").name == b"LOGIN"
    assert side.data_to_send() == b""


def test_an_answer_has_the_tag_of_the_live_command():
    side = greeted()
    command = said(side, b"zz9 NOOP\r\n")

    assert answered(side, command, b"* 3 EXISTS", b"A1 OK done") == b"* 3 EXISTS\r\nzz9 OK done\r\n"


def test_compression_is_not_offered():
    side = greeted()
    command = said(side, b"A1 CAPABILITY\r\n")

    got = answered(side, command, b"* CAPABILITY IMAP4rev1 COMPRESS=DEFLATE IDLE", b"A1 OK done")
    assert got == b"* CAPABILITY IMAP4rev1 IDLE\r\nA1 OK done\r\n"


#: commands with the status they end with, and how far the session is after them.
SESSIONS = {
    "a login": ([(b"LOGIN a b", b"OK")], Login.AUTHENTICATED),
    "a refused login": ([(b"LOGIN a b", b"NO")], Login.NOT_AUTHENTICATED),
    "a mailbox": ([(b"LOGIN a b", b"OK"), (b"SELECT x", b"OK")], Login.SELECTED),
    "a mailbox to read only": ([(b"LOGIN a b", b"OK"), (b"EXAMINE x", b"OK")], Login.SELECTED),
    "no such mailbox": ([(b"LOGIN a b", b"OK"), (b"SELECT x", b"NO")], Login.AUTHENTICATED),
    "no such mailbox after another": (
        [(b"LOGIN a b", b"OK"), (b"SELECT x", b"OK"), (b"SELECT y", b"NO")],
        Login.AUTHENTICATED,
    ),
    "a mailbox before the login": ([(b"SELECT x", b"OK")], Login.NOT_AUTHENTICATED),
    "a mailbox closed": ([(b"LOGIN a b", b"OK"), (b"SELECT x", b"OK"), (b"CLOSE", b"OK")], Login.AUTHENTICATED),
    "a mailbox unselected (RFC 3691)": (
        [(b"LOGIN a b", b"OK"), (b"SELECT x", b"OK"), (b"UNSELECT", b"OK")],
        Login.AUTHENTICATED,
    ),
    "messages moved (RFC 6851)": (
        [(b"LOGIN a b", b"OK"), (b"SELECT x", b"OK"), (b"UID MOVE 1 y", b"OK")],
        Login.SELECTED,
    ),
    "a capability enabled (RFC 5161)": ([(b"LOGIN a b", b"OK"), (b"ENABLE UTF8=ACCEPT", b"OK")], Login.AUTHENTICATED),
    "a logout": ([(b"LOGIN a b", b"OK"), (b"LOGOUT", b"OK")], Login.LOGOUT),
}


@pytest.mark.parametrize(("commands", "wanted"), SESSIONS.values(), ids=SESSIONS)
def test_a_session_is_where_its_commands_led_it(commands, wanted):
    side = greeted()
    for number, (text, status) in enumerate(commands):
        command = said(side, b"A%d %s\r\n" % (number, text))
        answered(side, command, b"A0 " + status + b" x")

    assert side.login is wanted


def test_the_selected_mailbox_is_known():
    side = greeted(b"* PREAUTH in")
    assert side.selected is None
    select = said(side, b"A1 SELECT x\r\n")
    answered(side, select, b"A1 OK x")
    assert side.selected is select
    answered(side, said(side, b"A2 FETCH 1 FLAGS\r\n"), b"A2 NO x")
    assert side.selected is select
    answered(side, said(side, b"A3 CLOSE\r\n"), b"A3 OK x")
    assert side.selected is None


def test_nothing_is_read_after_a_logout():
    side = greeted()
    command = said(side, b"A1 LOGOUT\r\nA2 NOOP\r\n")
    assert side.next_event() is None

    assert answered(side, command, b"* BYE over", b"A1 OK out") == b"* BYE over\r\nA1 OK out\r\n"
    assert side.reading is Reading.CLOSED
    assert events(side) == []


def test_a_server_that_says_bye_reads_nothing_more():
    side = greeted()
    side.answer(read_imap_response(ImapLine((b"* BYE idle for too long",))))
    side.receive(b"A1 NOOP\r\n")

    assert side.data_to_send() == b"* BYE idle for too long\r\n"
    assert events(side) == []


def test_a_login_is_a_command_and_its_replies():
    side = greeted()
    command = said(side, b"A1 AUTHENTICATE LOGIN\r\n")
    assert side.next_event() is None
    assert answered(side, command, b"+ VXNlcg==") == b"+ VXNlcg==\r\n"
    side.receive(b"bWU=\r\n")
    assert events(side) == ["reply bWU="]
    assert answered(side, command, b"+ UGFzcw==") == b"+ UGFzcw==\r\n"
    side.receive(b"cHc=\r\nA2 NOOP\r\n")
    assert events(side) == ["reply cHc="]
    answered(side, command, b"A1 OK in")

    assert side.login is Login.AUTHENTICATED
    assert events(side) == ["NOOP"]


def test_a_refused_login_leaves_commands():
    side = greeted()
    command = said(side, b"A1 AUTHENTICATE XOAUTH2 eA==\r\nA2 NOOP\r\n")
    assert answered(side, command, b"+ eyJzdGF0dXMiOiI0MDAifQ==") == b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n"
    assert events(side) == ["reply A2 NOOP"]
    answered(side, command, b"A1 NO no")
    side.receive(b"A3 NOOP\r\n")

    assert side.login is Login.NOT_AUTHENTICATED
    assert events(side) == ["NOOP"]


def test_an_empty_reply_is_a_reply():
    side = greeted()
    command = said(side, b"A1 AUTHENTICATE XOAUTH2 eA==\r\n")
    answered(side, command, b"+ e30=")
    side.receive(b"\r\n")

    assert events(side) == ["reply "]


def test_idle_ends_with_what_the_client_says():
    side = greeted(b"* PREAUTH in")
    command = said(side, b"A1 IDLE\r\n")
    assert answered(side, command, b"+ idling", b"* 4 EXISTS") == b"+ idling\r\n* 4 EXISTS\r\n"
    side.receive(b"DONE\r\nA2 NOOP\r\n")
    assert events(side) == ["reply DONE"]
    assert answered(side, command, b"A1 OK done") == b"A1 OK done\r\n"

    assert events(side) == ["NOOP"]


def test_a_reply_that_is_too_long_counts_as_cancelled():
    side = greeted(limit=50)
    command = said(side, b"A1 AUTHENTICATE PLAIN\r\n")
    answered(side, command, b"+")
    side.receive(b"x" * 60 + b"\r\n")

    assert events(side) == ["reply *"]


def test_tls_begins_where_the_service_agrees():
    side = greeted()
    command = said(side, b"A1 STARTTLS\r\n")
    assert answered(side, command, b"A1 OK begin") == b"A1 OK begin\r\n"
    assert side.reading is Reading.HANDSHAKE
    side.tls_started()
    side.receive(b"A2 CAPABILITY\r\n")

    assert (side.tls, side.injected) == (True, 0)
    got = answered(side, side.next_event(), b"* CAPABILITY STARTTLS IDLE", b"A2 OK x")
    assert got == b"* CAPABILITY IDLE\r\nA2 OK x\r\n"


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (b"A2 LOGIN evil pw\r\n", b"", 18),
        (b"", b"A2 LOGIN evil pw\r\n", 18),
        (b"A2 LOGIN {9}\r\n", b"x", 15),
    ],
)
def test_what_came_in_plain_text_before_tls_is_dropped_and_told(before, after, wanted):
    side = greeted()
    command = said(side, b"A1 STARTTLS\r\n" + before)
    answered(side, command, b"A1 OK begin")
    side.receive(after)
    side.tls_started()
    side.receive(b"A3 NOOP\r\n")

    assert events(side) == ["NOOP"]
    assert side.injected == wanted


def test_refused_tls_leaves_commands():
    side = greeted()
    command = said(side, b"A1 STARTTLS\r\nA2 NOOP\r\n")
    answered(side, command, b"A1 NO not today")

    assert events(side) == ["NOOP"]
    assert side.injected == 0


def test_a_client_that_begins_tls_where_it_may_not_is_told_and_closed():
    side = greeted()
    problem = said(side, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")

    assert problem.reason == "TLS begins here with STARTTLS, and the client began it at once: use a port with TLS"
    assert side.reading is Reading.CLOSED


def test_garbage_is_told_and_the_next_command_is_read():
    side = greeted()
    side.receive(b"\x17\x03\x01\r\nGET / HTTP/1.1\r\nA1 LOGIN (x\r\nA2 NOOP\r\n")

    assert events(side) == ["malformed *", "malformed GET", "malformed A1", "NOOP"]


@pytest.mark.parametrize(
    ("data", "tag"),
    [
        (b"A1 LOGIN " + b"x" * 300 + b"\r\n", b"A1"),
        (b"A1 APPEND x {400}\r\n", b"A1"),
        (b"A1 APPEND x {400+}\r\n" + b"y" * 400 + b"\r\n", b"A1"),
        (b"y" * 300 + b"\r\n", b"*"),
    ],
)
def test_a_command_that_is_too_long_is_refused_and_the_next_is_read(data, tag):
    side = greeted(limit=250)
    problem = said(side, data)
    assert (problem.tag, problem.reason) == (tag, "a command of more than 250 bytes is not taken")
    side.refuse(problem, b"BAD", problem.reason)
    side.receive(b"A2 NOOP\r\n")

    assert side.data_to_send() == tag + b" BAD a command of more than 250 bytes is not taken\r\n"
    assert events(side) == ["NOOP"]


def test_a_refusal_is_one_line():
    side = greeted()
    command = said(side, b"A1 SELECT x\r\n")
    side.refuse(command, b"NO", "recproxy: not recorded\n  mailbox: recorded 'a'")

    assert side.data_to_send() == b"A1 NO recproxy: not recorded mailbox: recorded 'a'\r\n"


def test_a_closed_side_takes_nothing():
    side = greeted()
    side.close()
    side.receive(b"A1 NOOP\r\n")

    assert side.next_event() is None


@pytest.mark.parametrize("asked", [(b"+ idling",), ()])
def test_a_done_that_crosses_the_end_of_idle_is_dropped(asked):
    side = greeted()
    command = said(side, b"1 IDLE\r\n")
    answered(side, command, *asked, b"1 OK enough")
    side.receive(b"done\r\n2 NOOP\r\nDONE\r\n")

    assert events(side) == ["NOOP", "malformed DONE"]


def test_a_done_without_an_idle_is_no_command():
    side = greeted()
    command = said(side, b"1 IDLE\r\n")
    answered(side, command, b"+ idling")
    side.receive(b"DONE\r\n")
    assert events(side) == ["reply DONE"]
    answered(side, command, b"1 OK done")
    side.receive(b"DONE\r\n")
    assert events(side) == ["malformed DONE"]
