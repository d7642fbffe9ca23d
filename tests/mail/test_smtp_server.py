"""What a client says, whole and byte by byte; replies decide how the next bytes are read."""

import pytest

from recproxy.mail.smtp_server import Said, SaidKind, SmtpServer, reply_bytes

MOST = 1000
SESSION = (
    b"EHLO me\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\nDATA\r\n..dot\r\n.\r\r\n\n.\nnot the end\r\n.\r\n"
    b"BDAT 4\r\nab\r\nBDAT 0 LAST\r\nAUTH LOGIN\r\nbWU=\r\n\r\nDATA\r\n.\r\nQUIT\r\n"
)
REPLIES = {
    b"EHLO me\r\n": b"250 a\r\nSTARTTLS\r\n",
    b"DATA\r\n": b"354 go\r\n",
    b"AUTH LOGIN\r\n": b"334 x\r\n",
    b"bWU=\r\n": b"334 y\r\n",
}
C, R, M = SaidKind.COMMAND, SaidKind.RESPONSE, SaidKind.MESSAGE
HEARD = [
    Said(C, b"EHLO me\r\n"),
    Said(C, b"MAIL FROM:<a>\r\n"),
    Said(C, b"RCPT TO:<b>\r\n"),
    Said(C, b"DATA\r\n"),
    Said(M, b".dot\r\n\r\r\n\n.\nnot the end\r\n"),
    Said(C, b"BDAT 4\r\n", waits=False),
    Said(M, b"ab\r\n"),
    Said(C, b"BDAT 0 LAST\r\n", waits=False),
    Said(M, b""),
    Said(C, b"AUTH LOGIN\r\n"),
    Said(R, b"bWU=\r\n"),
    Said(R, b"\r\n"),
    Said(C, b"DATA\r\n"),
    Said(M, b""),
    Said(C, b"QUIT\r\n"),
]


def heard(server):
    while (said := server.next_said()) is not None:
        yield said
        if said.waits:
            assert server.next_said() is None
            server.reply(REPLIES.get(said.data if said.kind is not M else b"", b"250 ok\r\n"))


@pytest.mark.parametrize("size", [1, 2, 3, 7, len(SESSION)])
def test_a_session_is_heard_however_it_is_cut(size):
    server = SmtpServer(MOST)
    got = []
    for at in range(0, len(SESSION), size):
        server.feed(SESSION[at : at + size])
        got += heard(server)

    assert got == HEARD
    assert server.is_between


@pytest.mark.parametrize("size", [1, 1 << 16])
def test_what_comes_after_starttls_is_dropped_and_counted(size):
    server = SmtpServer(MOST)
    sent = b"STARTTLS\r\nMAIL FROM:<evil>\r\n"
    for at in range(0, len(sent), size):
        server.feed(sent[at : at + size])
    assert server.next_said().verb == b"STARTTLS"
    assert server.reply(b"220 go\r\n") == b"220 go\r\n"
    server.feed(b"more")

    assert server.injected == 22
    assert server.next_said() is None
    server.tls_started()
    server.feed(b"NOOP\r\n")
    assert server.next_said() == Said(C, b"NOOP\r\n")


def test_a_refused_starttls_changes_nothing():
    server = SmtpServer(MOST)
    server.feed(b"STARTTLS\r\nNOOP\r\n")
    server.next_said()
    server.reply(b"454 later\r\n")

    assert server.next_said() == Said(C, b"NOOP\r\n")


@pytest.mark.parametrize("size", [5000, 10_000_000])
def test_a_line_without_an_end_is_bounded(size):
    server = SmtpServer(MOST)
    for _ in range(0, 10_000_000, size):
        server.feed(b"x" * size)
        assert server.next_said() is None
        assert len(server._buffer) <= 70_000
    server.feed(b"\r\nNOOP\r\n")

    assert list(heard(server)) == [Said(SaidKind.TOO_LONG), Said(C, b"NOOP\r\n")]


def test_a_message_that_is_too_large_is_dropped_to_its_end():
    server = SmtpServer(MOST)
    server.feed(b"DATA\r\n")
    server.next_said()
    server.reply(b"354 go\r\n")
    for _ in range(2000):
        server.feed(b"y" * 100 + b"\r\n")
        assert server.next_said() is None
        assert len(server._buffer) <= 70_000
    server.feed(b"..\r\n.\r\nNOOP\r\n")

    assert list(heard(server)) == [Said(SaidKind.TOO_LARGE), Said(C, b"NOOP\r\n")]


def test_a_chunk_that_is_too_large_is_dropped():
    server = SmtpServer(MOST)
    server.feed(b"BDAT 5000 LAST\r\n" + b"z" * 5000 + b"NOOP\r\n")

    assert list(heard(server)) == [
        Said(C, b"BDAT 5000 LAST\r\n", waits=False),
        Said(SaidKind.TOO_LARGE),
        Said(C, b"NOOP\r\n"),
    ]


def test_what_waits_for_replies_is_bounded():
    server = SmtpServer(MOST)
    server.feed(b"NOOP\r\n" * 20_000)
    assert not server.is_full
    server.next_said()

    assert server.is_full
    assert not server.is_between


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (b"220 hello\r\n", b"220 hello\r\n"),
        (b"250\r\n", b"250\r\n"),
        (b"250 a\r\nSIZE 1\r\n\r\n", b"250-a\r\n250-SIZE 1\r\n250 \r\n"),
        (b"554\r\nb\r\n", b"554-\r\n554 b\r\n"),
    ],
)
def test_each_line_of_a_reply_has_its_code(text, sent):
    assert reply_bytes(text) == sent


def test_chunks_that_are_too_large_together_are_not_kept():
    server = SmtpServer(10)
    kinds = []
    for command in (b"BDAT 6", b"BDAT 6", b"BDAT 1 LAST", b"RSET", b"BDAT 6 LAST"):
        server.feed(command + b"\r\n" + (b"x" * int(command.split()[1]) if b" " in command else b""))
        while (said := server.next_said()) is not None:
            kinds.append(said.kind)
        server.reply(b"250 ok\r\n")

    chunk, message, too_large = SaidKind.COMMAND, SaidKind.MESSAGE, SaidKind.TOO_LARGE
    assert kinds == [chunk, message, chunk, too_large, chunk, too_large, SaidKind.COMMAND, chunk, message]
