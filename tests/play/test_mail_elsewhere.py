"""Which recorded conversations have what a client said."""

import pytest

from recproxy.mail.imap.commands import read_imap_command
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.meanings import meaning
from recproxy.mail.smtp_server import Said, SaidKind
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.imap_playback import ImapAsked
from recproxy.play.mail_elsewhere import imap_elsewhere, smtp_elsewhere
from recproxy.recording import load

IGNORED = frozenset((b"date",))
INDEX = Index(
    (
        load(
            b"#recproxy 2\n\nSMTP smtp://a.example:587\n< 220 a\n> EHLO me\n< 250 a\n> VRFY x\n< 250 x\n=======\n\n"
            b"SMTP smtp://a.example:587\n< 220 a\n> EHLO me\n< 250 a\n> DATA\n< 354 go\n> Subject: x\n+\n+ hi\n< 250 ok\n"
            b"=======\n\nIMAP imap://a.example:143\n< * OK a\n> a SELECT x\n< a OK x\n> b SEARCH ALL\n< b OK x\n=======\n"
        ),
    ),
    Rules(),
)


@pytest.mark.parametrize(
    ("host", "said", "wanted"),
    [
        ("a.example", None, [0, 1]),
        ("b.example", None, []),
        ("a.example", Said(SaidKind.COMMAND, b"EHLO you\r\n"), [0, 1]),
        ("a.example", Said(SaidKind.COMMAND, b"vrfy x\r\n"), [0]),
        ("a.example", Said(SaidKind.MESSAGE, b"Date: 1\r\nSubject: x\r\n\r\nhi\r\n"), [1]),
        ("a.example", Said(SaidKind.MESSAGE, b"Subject: y\r\n\r\nhi\r\n"), []),
        ("a.example", Said(SaidKind.RESPONSE, b"pw\r\n"), []),
    ],
)
def test_what_was_said_by_smtp_is_found(host, said, wanted):
    assert smtp_elsewhere(INDEX, host, IGNORED, said) == wanted


@pytest.mark.parametrize(
    ("mailbox", "command", "wanted"), [(None, None, [2]), (b"x", b"t SEARCH ALL", [2]), (b"y", b"t SEARCH ALL", [])]
)
def test_what_was_said_by_imap_is_found(mailbox, command, wanted):
    asked = command and ImapAsked(meaning(read_imap_command(ImapLine((command,)))), mailbox)

    assert imap_elsewhere(INDEX, "a.example", IGNORED, asked) == wanted
