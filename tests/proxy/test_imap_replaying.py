"""What a client of IMAP gets from recorded conversations, without a socket."""

import pytest

from recproxy.mail.imap.server import ImapServer
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.imap_playback import ImapPlayback
from recproxy.play.imap_replay import ImapReplay
from recproxy.play.playback import Playback
from recproxy.proxy.imap_replaying import ImapReplaying
from recproxy.recording import Act, load
from recproxy.recording.faults import Fault

HEAD = "< * OK ready\n> a LOGIN me XXX\n< a OK in\n"


class Wire:
    """A connection, and a scope, that keep what they are told."""

    def __init__(self):
        self.out, self.timers, self.ends, self.told, self.faulty = [], [], [], [], []
        self.tls = 0
        self.planned = None

    def write(self, data):
        self.out.append(data)

    def begin_tls(self):
        self.tls += 1

    def end(self, act):
        self.ends.append(act)

    def later(self, seconds, work):
        self.timers.append(work)

    def played(self, positions):
        self.told += [f"played {each}" for each in positions]

    def fault(self, position, at):
        return self.planned if self.planned and self.planned.at in ("", at) else None

    def play(self, fault, data, done, lasted):
        self.faulty.append((fault.kind, data, done, lasted))

    def lasted(self, fault):
        self.told.append(f"lasted: {fault.kind}")

    def missed(self, replay, command, logins):
        self.told.append("missed " + ("connection" if command is None else command.name.decode()))
        return "recproxy: not recorded\n\n  Subject: recorded 'A', got 'é'\n"

    def refused(self, reason):
        self.told.append(f"refused: {reason}")

    def note(self, line):
        self.told.append(line)


def playing(*conversations):
    text = "".join(f"\nIMAP imap://mail.example:143\n{each}=======\n" for each in conversations)
    return ImapPlayback(
        Playback(Index((load(b"#recproxy 2\n" + text.encode()),), Rules())), "mail.example", frozenset()
    )


class Client:
    """One client of a scope."""

    def __init__(self, *conversations, of=None, fault=None):
        self.wire = Wire()
        self.wire.planned = fault
        self.server = ImapServer()
        self.of = of or playing(*conversations)
        self.speaking = ImapReplaying(self.server, ImapReplay(self.of, secure=False), self.wire, self.wire)
        self.speaking.start()

    def says(self, data):
        """What it gets for these bytes."""
        self.wire.out.clear()
        self.server.receive(data)
        self.speaking.go_on()
        return b"".join(self.wire.out)


def test_a_client_gets_what_was_recorded_under_its_own_tags():
    client = Client(HEAD + "> b SELECT x\n< * 1 EXISTS\n< b OK [READ-WRITE] x\n")

    assert client.wire.out == [b"* OK ready\r\n"]
    assert client.says(b"t7 login me pw\r\nt8 SELECT x\r\n") == b"t7 OK in\r\n* 1 EXISTS\r\nt8 OK [READ-WRITE] x\r\n"
    assert client.wire.told == ["played 0"]


SELECT = HEAD + "> b SELECT x\n< * 1 EXISTS\n< b OK x\n> c NOOP\n< c OK idle\n"


def test_a_fault_is_played_with_the_answer_to_its_command():
    client = Client(SELECT, fault=Fault("delay", 1.0, at="SELECT"))

    assert client.says(b"1 login me pw\r\n2 SELECT x\r\n3 NOOP\r\n") == b"1 OK in\r\n"
    [(kind, data, done, _)] = client.wire.faulty
    assert (kind, data, client.speaking.is_idle) == ("delay", b"* 1 EXISTS\r\n2 OK x\r\n", False)
    done()
    assert (client.wire.out[1:], client.speaking.is_idle) == ([b"3 OK idle\r\n"], True)


def test_a_recording_names_the_response_from_which_an_answer_goes_wrong():
    client = Client(SELECT.replace("< b OK", ":fault hang 2\n< b OK"))

    assert client.says(b"1 login me pw\r\n2 SELECT x\r\n3 NOOP\r\n") == b"1 OK in\r\n* 1 EXISTS\r\n"
    [(kind, data, _, lasted)] = client.wire.faulty
    assert (kind, data) == ("hang", b"2 OK x\r\n")
    lasted()
    assert client.wire.told == ["played 0", "lasted: hang"]


def test_a_greeting_goes_wrong():
    assert [each[:2] for each in Client(":fault reset\n" + HEAD).wire.faulty] == [("reset", b"* OK ready\r\n")]
    assert [each[:2] for each in Client(of=playing(), fault=Fault("reset")).wire.faulty] == [("reset", b"")]


def test_a_miss_is_a_no_on_one_line_of_ascii():
    client = Client(HEAD)

    got = client.says(b"t1 SELECT Sent\r\nt2 NOOP\r\n")
    assert got == b"t1 NO recproxy: not recorded; Subject: recorded 'A', got '?'\r\nt2 OK done\r\n"
    assert client.wire.told == ["missed SELECT"]


def test_a_connection_that_was_not_recorded_is_told_and_closed():
    client = Client(of=playing())

    assert client.wire.out == [b"* BYE recproxy: not recorded; Subject: recorded 'A', got '?'\r\n"]
    assert client.wire.ends == [Act.CLOSE]
    assert client.says(b"t1 NOOP\r\n") == b""


def test_a_literal_is_asked_for():
    client = Client(HEAD)

    assert client.says(b"t1 LOGIN {2}\r\n") == b"+ go ahead\r\n"
    assert client.says(b"me {2}\r\n") == b"+ go ahead\r\n"
    assert client.says(b"pw\r\n") == b"t1 OK in\r\n"


IDLE = HEAD + "> b IDLE\n< + idling\n< * 3 EXISTS\n> DONE\n< b OK x\n"


def test_what_comes_while_a_client_idles_comes_a_moment_after_the_permission():
    client = Client(IDLE)

    assert client.says(b"t1 IDLE\r\n") == b"+ idling\r\n"
    client.wire.out.clear()
    client.wire.timers[0]()
    assert client.wire.out == [b"* 3 EXISTS\r\n"]
    assert client.says(b"DONE\r\n") == b"t1 OK x\r\n"


def test_a_client_that_does_not_wait_gets_what_would_have_come():
    client = Client(IDLE)
    client.says(b"t1 IDLE\r\n")

    assert client.says(b"done\r\n") == b"* 3 EXISTS\r\nt1 OK x\r\n"
    client.wire.out.clear()
    client.wire.timers[0]()
    assert client.wire.out == []


@pytest.mark.parametrize(
    ("recorded", "said", "wanted"),
    [
        ("> a IDLE\n< + idling\n> DONE\n< a OK x\n", [b"t1 IDLE\r\n", b"t2 NOOP\r\n"], b"t1 BAD recproxy: IDLE ends with DONE\r\n"),
        ("> a AUTHENTICATE PLAIN XXX\n< a OK in\n", [b"t1 AUTHENTICATE PLAIN\r\n", b"*\r\n"], b"t1 BAD cancelled\r\n"),
        ("> a AUTHENTICATE PLAIN XXX\n< a OK in\n", [b"t1 AUTHENTICATE PLAIN\r\n", b"AGEAYg==\r\n"], b"t1 OK in\r\n"),
        ("> a AUTHENTICATE X XXX\n< a NO no\n", [b"t1 AUTHENTICATE X eA==\r\n", b"t2 NOOP\r\n"], b"t2 OK done\r\n"),
        ("> a AUTHENTICATE PLAIN\n< + \n", [b"t1 AUTHENTICATE PLAIN\r\n", b"AGEAYg==\r\n"], b"t1 NO recproxy: the recording ends here\r\n"),
    ],
)  # fmt: skip
def test_replies_to_a_continuation_are_answered(recorded, said, wanted):
    client = Client("< * OK ready\n" + recorded)

    assert [client.says(each) for each in said][-1] == wanted


def test_tls_begins_and_what_came_before_it_is_told():
    client = Client("< * OK ready\n> a STARTTLS\n< a OK go\n:tls\n> b LOGIN me XXX\n< b OK in\n")

    assert client.says(b"t1 STARTTLS\r\nt2 LOGIN evil pw\r\n") == b"t1 OK go\r\n"
    assert client.wire.tls == 1
    client.speaking.tls_started()
    assert client.wire.told == ["a client sent 18 bytes after STARTTLS in plain text: they were dropped"]
    assert client.says(b"t3 LOGIN me pw\r\n") == b"t3 OK in\r\n"


def test_a_client_that_begins_tls_at_once_is_sent_away():
    client = Client(HEAD)

    reason = "TLS begins here with STARTTLS, and the client began it at once: use a port with TLS"
    assert client.says(b"\x16\x03\x01\x02\x00\x01") == f"* BAD recproxy: {reason}\r\n".encode()
    assert (client.wire.told, client.wire.ends) == ([f"refused: {reason}"], [Act.CLOSE])


def test_a_client_that_speaks_no_imap_is_told_and_sent_away():
    client = Client(HEAD)

    got = client.says(b"\x17\x03\x01\r\n" * 30)
    assert (
        got
        == b"* BAD recproxy: a command is a tag, a blank and a name\r\n" * 20 + b"* BYE recproxy: this is no IMAP\r\n"
    )
    assert client.wire.told == ["refused: a command is a tag, a blank and a name"] * 20
    assert client.wire.ends == [Act.CLOSE]


@pytest.mark.parametrize("act", [Act.RESET, Act.CLOSE])
def test_a_connection_ends_where_it_ended(act):
    client = Client(HEAD + f"> b SELECT x\n< * 1 EXISTS\n{act.value}\n")
    client.says(b"t1 LOGIN me pw\r\n")

    assert client.says(b"t2 SELECT x\r\n") == b"* 1 EXISTS\r\n"
    assert client.wire.ends == [act]


def test_a_logout_ends_the_connection():
    client = Client(HEAD)

    assert client.says(b"t1 LOGOUT\r\nt2 NOOP\r\n") == b"* BYE logging out\r\nt1 OK done\r\n"
    assert client.wire.ends == [Act.CLOSE]


def test_a_connection_goes_on_in_another_scope():
    first = Client(HEAD + "> b SELECT x\n< b OK x\n> c SEARCH ALL\n< * SEARCH 1\n< c OK x\n")
    first.says(b"t1 LOGIN me pw\r\nt2 SELECT x\r\n")
    second = Wire()
    of = playing(HEAD + "> b SELECT x\n< b OK x\n> c SEARCH ALL\n< * SEARCH 2\n< c OK x\n")
    first.speaking.turn_to(ImapReplay(of, secure=False), second)

    assert first.says(b"t3 SEARCH ALL\r\n") == b"* SEARCH 2\r\nt3 OK x\r\n"
    assert (first.wire.told, second.told) == (["played 0"], ["played 0"])


def test_500_messages_are_stored_in_one_session():
    stored = "".join(f"> b APPEND x {{2}}\n+ {n % 90 + 10}\n< b OK x\n" for n in range(500))
    client = Client(HEAD + stored)

    got = [client.says(b"t APPEND x {2+}\r\n%d\r\n" % (n % 90 + 10)) for n in range(500)]
    assert got == [b"t OK x\r\n"] * 500
    assert client.wire.told == ["played 0"]


def test_a_client_that_does_not_read_is_answered_nothing_meanwhile():
    client = Client(SELECT)
    write = client.wire.write

    def full(data):
        write(data)
        client.speaking.hold(holds=True)

    client.wire.write = full

    assert client.says(b"1 login me pw\r\n2 SELECT x\r\n3 NOOP\r\n4 NOOP\r\n") == b"1 OK in\r\n"
    for answer in (b"* 1 EXISTS\r\n2 OK x\r\n", b"3 OK idle\r\n", b"4 OK idle\r\n"):
        client.speaking.hold(holds=False)
        assert client.says(b"") == answer
