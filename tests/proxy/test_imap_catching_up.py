"""A service that is asked in the middle of a replayed conversation hears first what the client did."""

from collections import deque

import pytest

from recproxy.mail.imap.client import ImapClient
from recproxy.mail.imap.commands import read_imap_command
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.server import ImapServer
from recproxy.proxy.imap_catching_up import Catching
from recproxy.proxy.imap_relaying import ImapRelaying


def command(*pieces):
    return read_imap_command(ImapLine(pieces))


LOGIN = (command(b"t1 LOGIN {2}", b"me", b" pw"), ())
SELECT = (command(b"t2 SELECT x"), ())
AUTHENTICATE = (command(b"t1 AUTHENTICATE LOGIN"), (ImapLine((b"bWU=",)), ImapLine((b"cHc=",))))
STARTTLS = (command(b"t0 STARTTLS"), ())


class Run:
    """A relay that catches up, and the script of its service: what it hears, and what it says to it."""

    def __init__(self, done, script):
        self.soon, self.script, self.heard, self.ends = deque(), script, [], []
        self.kept, self.client = [], []
        self.catching = Catching(done, tls=False, soon=self.soon.append, later=print, over=self.over)
        self.server = ImapServer()
        self.server.greet(ImapLine((b"* OK recorded",)))
        self.server.data_to_send()
        self.relaying = ImapRelaying(self.catching.server, ImapClient(), self.catching, self, self, self.keep)
        self.catching.go_on, self.catching.secured = self.relaying.go_on, self.relaying.tls_started
        self.says(b"* OK real\r\n")

    def says(self, data):
        self.relaying.service_said(data)
        while self.soon:
            self.soon.popleft()()

    def write(self, data):
        """The service hears this."""
        self.heard.append(data)
        answer = self.script.get(data)
        if answer is not None:
            self.soon.append(lambda: self.relaying.service_said(answer))

    def begin_tls(self, done):
        self.heard.append("tls")
        self.soon.append(lambda: done(""))

    def close(self):
        self.heard.append("closed")

    def over(self, problem):
        self.ends.append(problem)
        if not problem:
            self.relaying.take_over(self.server, Client(self.client), command(b"t3 SEARCH ALL"))

    def keep(self, steps, then):
        self.kept += [f"{step.act} {step.data.decode().rstrip()}".strip() for step in steps]
        then()

    def note(self, line):
        raise AssertionError(line)

    refused = note


class Client:
    def __init__(self, out):
        self.write = out.append


SEARCHED = {b"t3 SEARCH ALL\r\n": b"* SEARCH 1\r\nt3 OK x\r\n"}


@pytest.mark.parametrize(
    ("done", "script", "heard"),
    [
        ([], {}, []),
        (
            [LOGIN, SELECT],
            {
                b"t1 LOGIN {2}\r\n": b"+ go\r\n",
                b"me pw\r\n": b"* CAPABILITY X\r\nt1 OK in\r\n",
                b"t2 SELECT x\r\n": b"* 1 EXISTS\r\nt2 OK x\r\n",
            },
            [b"t1 LOGIN {2}\r\n", b"me pw\r\n", b"t2 SELECT x\r\n"],
        ),
        (
            [STARTTLS, AUTHENTICATE],
            {
                b"t0 STARTTLS\r\n": b"t0 OK go\r\n",
                b"t1 AUTHENTICATE LOGIN\r\n": b"+ VXNlcg==\r\n",
                b"bWU=\r\n": b"+ UGFzcw==\r\n",
                b"cHc=\r\n": b"t1 OK in\r\n",
            },
            [b"t0 STARTTLS\r\n", "tls", b"t1 AUTHENTICATE LOGIN\r\n", b"bWU=\r\n", b"cHc=\r\n"],
        ),
    ],
)
def test_what_was_done_is_done_again_and_the_client_hears_only_the_answer(done, script, heard):
    run = Run(done, script | SEARCHED)

    assert run.ends == [""]
    assert run.heard == [*heard, b"t3 SEARCH ALL\r\n"]
    assert b"".join(run.client) == b"* SEARCH 1\r\nt3 OK x\r\n"
    run.relaying.lost()
    assert run.kept[0] == "< * OK real"
    assert run.kept[-3:] == [f"> A{len(done) + 1} SEARCH ALL", "< * SEARCH 1", f"< A{len(done) + 1} OK x"]


def test_a_service_that_refuses_is_told():
    run = Run([LOGIN], {b"t1 LOGIN {2}\r\n": b"+ go\r\n", b"me pw\r\n": b"t1 NO [AUTH] no such user\r\n"})

    assert run.ends == ["the service refused LOGIN: [AUTH] no such user"]
    assert run.client == []


def test_a_service_that_hangs_up_is_told():
    run = Run([LOGIN], {})
    run.relaying.service_lost()

    assert run.ends == ["the service ended the connection"]
