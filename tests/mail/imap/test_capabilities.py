import pytest

from recproxy.mail.imap.capabilities import capabilities_in, offered
from recproxy.mail.imap.lines import ImapLine


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"* CAPABILITY IMAP4rev1 COMPRESS=DEFLATE IDLE", b"* CAPABILITY IMAP4rev1 IDLE"),
        (b"* capability IMAP4rev1 compress=deflate", b"* capability IMAP4rev1"),
        (b"* OK [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] ready", b"* OK [CAPABILITY IMAP4rev1] ready"),
        (b"A1 OK [CAPABILITY COMPRESS=DEFLATE MOVE] in", b"A1 OK [CAPABILITY MOVE] in"),
        (b"* CAPABILITY AUTH=PLAIN AUTH=SCRAM-SHA-256 AUTH=GSSAPI", b"* CAPABILITY AUTH=PLAIN"),
        (b"* CAPABILITY AUTH=XOAUTH2 SASL-IR LITERAL+ ENABLE", b"* CAPABILITY AUTH=XOAUTH2 SASL-IR LITERAL+ ENABLE"),
        (b"* OK COMPRESS=DEFLATE is mentioned", b"* OK COMPRESS=DEFLATE is mentioned"),
        (b'* LIST () "/" COMPRESS=DEFLATE', b'* LIST () "/" COMPRESS=DEFLATE'),
    ],
)
def test_what_cannot_be_recorded_is_not_offered(text, wanted):
    assert offered(ImapLine((text,))) == ImapLine((wanted,))


def test_tls_is_offered_once():
    line = ImapLine((b"* OK [CAPABILITY IMAP4rev1 STARTTLS IDLE] ready",))

    assert offered(line) == line
    assert offered(line, tls=True) == ImapLine((b"* OK [CAPABILITY IMAP4rev1 IDLE] ready",))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (b"* CAPABILITY IMAP4rev1 idle", (b"IMAP4REV1", b"IDLE")),
        (b"A1 OK [CAPABILITY MOVE] in", (b"MOVE",)),
        (b"A1 OK in", ()),
    ],
)
def test_the_capabilities_of_a_response_are_known(text, wanted):
    assert capabilities_in(ImapLine((text,))) == wanted
