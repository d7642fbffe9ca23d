"""Commands as they are compared, and conversations as turns."""

import pytest

from recproxy.mail.smtp_server import SaidKind
from recproxy.mail.smtp_turns import command_text, smtp_turns
from recproxy.recording import Act, Step


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"ehlo [127.0.0.1]\r\n", b"EHLO"),
        (b"auth plain XXX\r\n", b"AUTH PLAIN"),
        (b"mail from:<a@b> size=7 BODY=8BITMIME smtputf8\r\n", b"MAIL FROM:<a@b>"),
        (b"MAIL FROM: <A@b> ret=HDRS auth=<>\r\n", b"MAIL FROM:<A@b> RET=HDRS"),
        (b"rcpt  to:<a b@c> notify=NEVER\r\n", b"RCPT TO:<a b@c> NOTIFY=NEVER"),
        (b"BDAT 12 last\r\n", b"BDAT LAST"),
        (b"bdat 7\r\n", b"BDAT"),
        (b"vrfy  me \r\n", b"VRFY me"),
        (b"noop x\r\n", b"NOOP"),
        (b"\r\n", b""),
    ],
)
def test_what_differs_from_run_to_run_is_left_out(line, text):
    assert command_text(line) == text


def test_chunks_are_one_message_and_tls_is_known():
    said = (
        Step(Act.SERVER, b"220 a\r\n"),
        Step(Act.CLIENT, b"STARTTLS\r\n"),
        Step(Act.SERVER, b"220 a\r\n"),
        Step(Act.TLS),
        Step(Act.CLIENT, b"BDAT 2\r\n"),
        Step(Act.CLIENT, b"a\r"),
        Step(Act.SERVER, b"250 a\r\n"),
        Step(Act.CLIENT, b"BDAT 2 LAST\r\n"),
        Step(Act.CLIENT, b"\nb"),
        Step(Act.RESET),
    )

    opening, turns = smtp_turns(said, secure=False)

    assert opening == said[:1]
    assert [(each.kind, each.data, each.secure, each.partial) for each in turns] == [
        (SaidKind.COMMAND, b"STARTTLS\r\n", False, False),
        (SaidKind.COMMAND, b"BDAT 2\r\n", True, False),
        (SaidKind.MESSAGE, b"a\r", True, True),
        (SaidKind.COMMAND, b"BDAT 2 LAST\r\n", True, False),
        (SaidKind.MESSAGE, b"a\r\nb", True, False),
    ]
    assert [each.outcome for each in turns] == [(b"220", b":tls"), (), (b"250",), (), (b":reset",)]


@pytest.mark.parametrize("steps", [(), (Step(Act.SERVER, b"421 a\r\n"), Step(Act.CLOSE))])
def test_a_server_may_only_speak(steps):
    assert smtp_turns(steps, secure=True) == (steps, ())
