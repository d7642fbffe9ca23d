"""IMAP recorded from a service: a real Dovecot, and one that says what a test wants."""

import base64
import contextlib
import imaplib
import re
import socket
import time

import pytest
import trustme
from deadlines import seconds
from dovecot import PASSWORD, dovecot
from imap_world import recorded, replayed

from recproxy.mail.imap.client import ImapClient
from recproxy.mail.imap.server import ImapServer
from recproxy.proxy.imap_relaying import ImapRelaying
from recproxy.proxy.step_room import StepRoom
from recproxy.recording import Act

GREETING = b"* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE AUTH=PLAIN AUTH=SCRAM-SHA-1 STARTTLS] ready\r\n"


class Ends:
    """Both connections and the scope of a relay, which keep what they are told."""

    def __init__(self, room=None):
        self.client, self.service, self.ends, self.told, self.kept = [], [], [], [], []
        self.tls, self.timers = [], []
        self.server = ImapServer()
        self.relaying = ImapRelaying(
            self.server, ImapClient(), self, Service(self), self, self.keep, seconds=30, room=room
        )

    def write(self, data):
        self.client.append(data)

    def begin_tls(self):
        self.tls.append("client")

    def end(self, act):
        self.ends.append(act)

    def later(self, seconds, work):
        self.timers.append(work)

    def refused(self, reason):
        self.told.append(f"refused: {reason}")

    def note(self, line):
        self.told.append(line)

    def keep(self, steps, then):
        self.kept.append([f"{step.act} {step.data.decode().rstrip()}".strip() for step in steps])
        then()

    def asked(self, data):
        """What the service gets when the client says this."""
        self.service.clear()
        self.server.receive(data)
        self.relaying.go_on()
        return b"".join(self.service)

    def answered(self, data):
        """What the client gets when the service says this."""
        self.client.clear()
        self.relaying.service_said(data)
        return b"".join(self.client)


class Service:
    def __init__(self, ends):
        self._ends = ends
        self.done = None

    def write(self, data):
        self._ends.service.append(data)

    def begin_tls(self, done):
        self._ends.tls.append("service")
        self._ends.tls_done = done

    def close(self):
        self._ends.service.append(b"closed")


def greeted():
    ends = Ends()
    ends.answered(GREETING)
    return ends


def test_what_cannot_be_recorded_is_not_offered():
    ends = Ends()

    assert ends.answered(GREETING) == b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS] ready\r\n"


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (b"t1 COMPRESS DEFLATE", b"t1 NO recproxy: COMPRESS DEFLATE cannot be recorded\r\n"),
        (b"t1 AUTHENTICATE SCRAM-SHA-1 bixhPQ==", b"t1 NO recproxy: AUTHENTICATE SCRAM-SHA-1 cannot be recorded\r\n"),
        (b"t1 LOGIN (x", b"t1 BAD recproxy: LOGIN: ')' is missing\r\n"),
    ],
)
def test_what_cannot_be_recorded_is_refused(command, wanted):
    ends = greeted()
    ends.client.clear()

    assert ends.asked(command + b"\r\n") == b""
    assert b"".join(ends.client) == wanted


def test_a_conversation_is_kept_before_the_client_hears_of_its_end():
    ends = greeted()
    assert ends.asked(b"t1 LOGIN me pw\r\n") == b"t1 LOGIN me pw\r\n"
    assert ends.answered(b"t1 OK in\r\n") == b"t1 OK in\r\n"
    ends.asked(b"t2 LOGOUT\r\n")
    then = []
    ends.relaying._keep = lambda steps, done: (ends.kept.append(len(steps)), then.append(done))

    assert ends.answered(b"* BYE over\r\nt2 OK out\r\n") == b""
    assert ends.kept == [6]
    then[0]()
    assert b"".join(ends.client) == b"* BYE over\r\nt2 OK out\r\n"
    assert ends.ends == [Act.CLOSE]


def test_what_a_client_sends_too_early_goes_to_the_service_in_time():
    ends = greeted()

    assert (
        ends.asked(b"a AUTHENTICATE PLAIN\r\nAGEAYg==\r\nb IDLE\r\nDONE\r\nc NOOP\r\n") == b"a AUTHENTICATE PLAIN\r\n"
    )
    for answer, wanted in (
        (b"+ \r\n", b"AGEAYg==\r\n"),
        (b"a OK in\r\n", b"b IDLE\r\n"),
        (b"+ idling\r\n", b"DONE\r\n"),
        (b"b OK done\r\n", b"c NOOP\r\n"),
        (b"c OK there\r\n", b""),
    ):
        ends.service.clear()
        assert ends.answered(answer) == answer
        assert b"".join(ends.service) == wanted


def test_a_conversation_without_an_end_is_ended():
    ends = Ends(StepRoom(most_steps=6))
    ends.answered(GREETING)
    for number in range(2):
        ends.asked(b"t%d NOOP\r\n" % number)
        ends.answered(b"t%d OK done\r\n" % number)
    ends.asked(b"t3 NOOP\r\n")
    got = ends.answered(b"t3 OK done\r\n")

    reason = "a conversation of more than 6 commands and lines of answers is not recorded: use several connections, or run the test live"
    assert got == f"* BYE recproxy: {reason}\r\n".encode()
    assert (ends.told, set(ends.ends), ends.kept) == ([f"refused: {reason}"], {Act.CLOSE}, [])
    assert ends.service[-1] == b"closed"
    assert ends.relaying._room._left == ends.relaying._room._most


def test_a_conversation_that_is_not_kept_may_be_without_an_end():
    ends = Ends(StepRoom(most_steps=2, keeps=False))
    ends.answered(GREETING)
    for number in range(9):
        assert ends.asked(b"t%d NOOP\r\n" % number) == b"t%d NOOP\r\n" % number
        assert ends.answered(b"t%d OK done\r\n" % number) == b"t%d OK done\r\n" % number
    assert ends.told == []


def test_tags_are_numbers_in_a_recording():
    ends = greeted()
    ends.asked(b"abc7 LOGIN me {2}\r\npw\r\n")
    ends.answered(b"+ go\r\nabc7 OK in\r\n")
    ends.asked(b"abc8 NOOP\r\nabc9 SEARCH ALL\r\n")
    ends.answered(b"abc8 OK x\r\n* SEARCH 1\r\nabc9 OK x\r\n")
    ends.relaying.lost()

    assert ends.kept == [
        [
            "< * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS] ready",
            "> A1 LOGIN me {2}\r\npw",
            "< A1 OK in",
            "> A2 NOOP",
            "> A3 SEARCH ALL",
            "< A2 OK x",
            "< * SEARCH 1",
            "< A3 OK x",
        ]
    ]


def test_tls_begins_on_both_sides():
    ends = greeted()
    ends.asked(b"t1 STARTTLS\r\n")

    assert ends.answered(b"t1 OK go\r\n* OK injected\r\n") == b""
    assert ends.tls == ["service"]
    ends.tls_done("")
    assert b"".join(ends.client) == b"t1 OK go\r\n"
    assert ends.tls == ["service", "client"]
    ends.relaying.tls_started()
    assert ends.asked(b"t2 LOGIN me pw\r\n") == b"t2 LOGIN me pw\r\n"
    assert ends.told == ["the service sent 15 bytes after STARTTLS in plain text: they were dropped"]
    ends.relaying.lost()
    assert ends.kept[0][1:4] == ["> A1 STARTTLS", "< A1 OK go", ":tls"]


def test_tls_that_fails_with_the_service_does_not_begin():
    ends = greeted()
    ends.asked(b"t1 STARTTLS\r\n")
    ends.answered(b"t1 OK go\r\n")
    ends.tls_done("the certificate cannot be verified: self-signed")

    text = "TLS with the service failed: the certificate cannot be verified: self-signed"
    assert b"".join(ends.client) == f"t1 NO recproxy: {text}\r\n".encode()
    assert ends.told == [f"refused: {text}"]


def test_a_service_that_hangs_up_hangs_up_in_the_recording():
    ends = greeted()
    ends.asked(b"t1 SEARCH ALL\r\n")
    ends.answered(b"* SEARCH 1\r\n")
    ends.relaying.service_lost("reset by peer")

    assert ends.kept == [
        ["< * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS] ready", "> A1 SEARCH ALL", "< * SEARCH 1", ":reset"]
    ]
    assert ends.ends == [Act.RESET]
    ends.relaying.lost()
    assert len(ends.kept) == 1


def test_a_connection_that_is_used_in_two_scopes_is_a_conversation_in_each():
    ends = greeted()
    for said, heard in [
        (b"t1 LOGIN me pw\r\n", b"t1 OK in\r\n"),
        (b"t2 SELECT x\r\n", b"* 1 EXISTS\r\nt2 OK x\r\n"),
        (b"t3 FETCH 1 FLAGS\r\n", b"* 1 FETCH (FLAGS ())\r\nt3 OK x\r\n"),
    ]:
        ends.asked(said)
        ends.answered(heard)
    ends.asked(b"t4 IDLE\r\n")
    ends.answered(b"+ idling\r\n")
    ends.relaying.turn_to(ends, ends.keep)
    ends.asked(b"DONE\r\n")
    ends.answered(b"t4 OK x\r\n")
    ends.relaying.turn_to(ends, ends.keep)
    ends.asked(b"t5 LOGOUT\r\n")
    ends.answered(b"* BYE x\r\nt5 OK x\r\n")

    opening = ["< * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS] ready", "> A1 LOGIN me pw", "< A1 OK in"]
    selecting = ["> A2 SELECT x", "< * 1 EXISTS", "< A2 OK x"]
    fetching = ["> A3 FETCH 1 FLAGS", "< * 1 FETCH (FLAGS ())", "< A3 OK x"]
    assert ends.kept == [
        [*opening, *selecting, *fetching, "> A4 IDLE", "< + idling"],
        [*opening, *selecting, "> A3 IDLE", "< + idling", "> DONE", "< A3 OK x"],
    ]


def test_a_response_that_is_too_large_ends_the_conversation():
    ends = Ends()
    ends.relaying._client = ImapClient(limit=100)
    ends.answered(b"* OK ready\r\n")
    ends.asked(b"t1 FETCH 1 BODY[]\r\n")

    assert (
        ends.answered(b"* 1 FETCH (BODY[] {200}\r\n" + b"x" * 200 + b")\r\n")
        == b"* BYE recproxy: a response of the service that is too large to be kept: * 1 FETCH (BODY[] {200}\r\n"
    )
    assert ends.told == ["refused: a response of the service that is too large to be kept: * 1 FETCH (BODY[] {200}"]


def test_a_service_that_says_nothing_is_given_up():
    ends = Ends()
    greeting = ends.timers[0]
    ends.answered(GREETING)
    greeting()
    ends.asked(b"t1 FETCH 1 BODY[]\r\n")
    ends.answered(b"* 1 FETCH (BODY[] {4}\r\n")
    ends.timers.pop()()
    assert ends.ends == []
    ends.client.clear()
    ends.timers.pop()()

    assert b"".join(ends.client) == b"* BYE recproxy: the service did not answer within 30 s\r\n"
    assert (ends.told, ends.ends) == (["refused: the service did not answer within 30 s"], [Act.CLOSE, Act.CLOSE])


def test_a_service_that_does_not_greet_is_given_up():
    ends = Ends()
    ends.timers[0]()

    line = (
        b"* BYE recproxy: the service did not answer within 30 s; if it begins with TLS, list its port in tls_ports of "
    )
    assert b"".join(ends.client) == line + b"its endpoint in the profile\r\n"


# A real service. The attachment of a message has 10 MB.

ATTACHED = (
    b"From: a@example.com\r\nTo: joe@example.com\r\nSubject: report\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\n"
    b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b"\r\n".join([b"QUJD" * 19] * 131_000)
    + b"\r\n--b--\r\n"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    made = trustme.CA()
    certificate = made.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    return made, folder / "cert.pem", folder / "key.pem"


def session(client, when):
    """What one user does, and what it gets."""
    done = [client.welcome, client.login("joe", PASSWORD), client.list(), client.select()]
    done += [client.search(None, "SUBJECT", "report"), client.fetch("1", "(FLAGS BODY.PEEK[HEADER])")]
    done += [client.fetch("1", "(BODY.PEEK[])"), client.store("1", "+FLAGS", "\\Seen"), client.create("Archive")]
    mail = b"Subject: sent\r\nDate: %s\r\nMessage-ID: <%s@x>\r\n\r\nhello\r\n" % (when, when)
    done += [client.append("INBOX", "\\Draft", imaplib.Time2Internaldate(time.time()), mail)]
    done += [
        client.uid("SEARCH", "ALL"),
        client.uid("MOVE", "1", "Archive"),
        client.noop(),
        client.fetch("1", "(FLAGS)"),
    ]
    done += [client.status("Archive", "(MESSAGES)"), client.logout()]
    return done


@contextlib.contextmanager
def ended(client):
    yield client
    with contextlib.suppress(OSError):
        client.shutdown()


def waiting(port, arrives):
    """What a client hears that waits for a message."""
    with imaplib.IMAP4("localhost", port) as client:
        client.login("ann", PASSWORD)
        before = client.select()
        tag = client._new_tag()
        client.send(tag + b" IDLE\r\n")
        heard = [client.readline()]
        arrives()
        while b"EXISTS" not in heard[-1]:
            heard.append(client.readline())
        client.send(b"DONE\r\n")
        while not (line := client.readline()).startswith(tag):
            heard.append(line)
        return before, heard


def hasty(port):
    """What a client hears that waits for nothing, not even the greeting."""
    coded = base64.b64encode(f"\0bob\0{PASSWORD}".encode())
    with socket.create_connection(("localhost", port)) as client:
        client.sendall(b"a AUTHENTICATE PLAIN\r\n%s\r\nb SELECT INBOX\r\nc IDLE\r\nDONE\r\n" % coded)
        client.sendall(b"".join(b"d%d NOOP\r\n" % number for number in range(6000)) + b"e LOGOUT\r\n")
        return re.sub(rb" \([0-9.+ ]+secs\)", b"", client.makefile("rb").read())


def test_a_session_with_dovecot_is_played_again_without_it(authority):
    made, certificate, key = authority
    with dovecot(certificate, key) as server:
        server.deliver("joe", ATTACHED)
        server.deliver("ann", b"Subject: first\r\n\r\nx\r\n")
        with recorded(server.port, server.tls_port, made) as world:
            with ended(imaplib.IMAP4("localhost", world.port)) as client:
                client.starttls(world.trust())
                real = [session(client, b"today")]
            with ended(imaplib.IMAP4_SSL("localhost", world.tls_port, ssl_context=world.trust())) as client:
                real.append([client.login("joe", PASSWORD), client.list(), client.logout()])
            real.append(waiting(world.port, lambda: server.deliver("ann", b"Subject: second\r\n\r\nx\r\n")))
            with (
                ended(imaplib.IMAP4("localhost", world.port)) as client,
                pytest.raises(imaplib.IMAP4.error),
            ):
                client.login("joe", "wrong")
            real.append(hasty(world.port))
            assert world.quiet.wait(seconds(30))
        text = world.text
    assert (world.told.refusals, world.told.notes) == ([], [])
    assert len(real[0][6][1][0][1]) == len(ATTACHED) > 10_000_000

    with replayed(text, made) as world:
        with ended(imaplib.IMAP4("localhost", world.port)) as client:
            client.starttls(world.trust())
            again = [session(client, b"tomorrow")]
        with ended(imaplib.IMAP4_SSL("localhost", world.tls_port, ssl_context=world.trust())) as client:
            again.append([client.login("joe", PASSWORD), client.list(), client.logout()])
        again.append(waiting(world.port, lambda: None))
        with ended(imaplib.IMAP4("localhost", world.port)) as client, pytest.raises(imaplib.IMAP4.error):
            client.login("joe", "wrong")
        again.append(hasty(world.port))
        assert world.quiet.wait(seconds(30))
    assert again == real
    assert (real[-1].count(b" OK NOOP"), b"c OK Idle" in real[-1], b"e OK " in real[-1]) == (6000, True, True)
    assert (sorted(world.told.plays), world.told.misses) == ([0, 1, 2, 3, 4], [])
