"""Replies of a server, however they are cut, and messages as they are sent."""

import pytest

from recproxy.mail.smtp_client import NoReplyError, SmtpClient, message_bytes, with_known_extensions
from recproxy.mail.smtp_server import reply_bytes

WIRE = b"220 a b\r\n250-one\r\n250-\r\n250 three\r\n354\n250-x\ry\n250 z\r\n"
REPLIES = [b"220 a b\r\n", b"250 one\r\n\r\nthree\r\n", b"354\r\n", b"250 x y\r\nz\r\n"]


@pytest.mark.parametrize("size", [1, 3, len(WIRE)])
def test_replies_are_read_however_they_are_cut(size):
    client, got = SmtpClient(), []
    for at in range(0, len(WIRE), size):
        client.feed(WIRE[at : at + size])
        while (reply := client.next_reply()) is not None:
            got.append(reply)

    assert got == REPLIES
    assert not client.has_more
    again = SmtpClient()
    again.feed(b"".join(map(reply_bytes, REPLIES)))
    assert [again.next_reply() for _ in REPLIES] == REPLIES


@pytest.mark.parametrize(
    "data",
    [b"HTTP/1.1 200 OK\r\n", b"\r\n", b"250-a\r\n251 b\r\n", b"99 x\r\n", b"x" * (2 << 20), b"250-\r\n" * 100_000],
)
def test_what_is_no_reply_is_refused(data):
    client = SmtpClient()
    client.feed(data)

    with pytest.raises(NoReplyError):
        client.next_reply()


@pytest.mark.parametrize(
    ("data", "sent"),
    [
        (b"", b".\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b".a\r\n..\r\nb.\r\n.\n.\r\n", b"..a\r\n...\r\nb.\r\n..\n.\r\n.\r\n"),
        (b"no end", b"no end\r\n.\r\n"),
    ],
)
def test_a_message_has_the_dots_of_the_wire(data, sent):
    assert message_bytes(data) == sent


def test_extensions_that_cannot_be_seen_through_are_taken_out():
    reply = (
        b"250 a\r\nSIZE 5\r\nXCOMPRESS\r\n8BITMIME\r\nAUTH SCRAM-SHA-256 PLAIN GSSAPI XOAUTH2\r\nAUTH=LOGIN NTLM\r\n"
        b"auth DIGEST-MD5\r\nstarttls\r\n\r\n"
    )

    assert with_known_extensions(reply) == (
        b"250 a\r\nSIZE 5\r\n8BITMIME\r\nAUTH PLAIN XOAUTH2\r\nAUTH=LOGIN\r\nstarttls\r\n"
    )
