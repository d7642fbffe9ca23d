"""Conversations as text: each is read as it was written, and what is wrong is named with its line."""

import base64
import datetime as dt

import pytest

from recproxy.errors import RecordingError
from recproxy.recording import Act, Recording, Step, conversation, dump, load, pack, parts, unpack

TEXT = b"""\
#recproxy 2

# a comment
:scope test_mail
:recorded 2026-01-31
SMTP smtp://mail.example:587
:wild ZZZ
< 220 mail.example ESMTP
> EHLO localhost
< 250 mail.example
+ STARTTLS
+
> STARTTLS
< 220 ready
:tls
> Subject: XXX
+
+ =======
:fault reset after 2
:base64
< MjUwIOk=
:reset
=======
"""
SAID = (
    Step(Act.SERVER, b"220 mail.example ESMTP\r\n"),
    Step(Act.CLIENT, b"EHLO localhost\r\n"),
    Step(Act.SERVER, b"250 mail.example\r\nSTARTTLS\r\n\r\n"),
    Step(Act.CLIENT, b"STARTTLS\r\n"),
    Step(Act.SERVER, b"220 ready\r\n"),
    Step(Act.TLS),
    Step(Act.CLIENT, b"Subject: XXX\r\n\r\n=======\r\n"),
    Step(Act.SERVER, b"250 \xe9", fault="reset after 2"),
    Step(Act.RESET),
)
ALL = conversation(
    "SMTP",
    "smtp://mail.example:587",
    SAID,
    wild="ZZZ",
    scope="test_mail",
    recorded=dt.date(2026, 1, 31),
    comments=("a comment",),
)


def test_a_conversation_is_read_and_written_as_it_stands():
    got = load(TEXT)

    assert got.interactions == (ALL,)
    assert (got.interactions[0].line, got.interactions[0].steps[1].line) == (6, 9)
    assert dump(got) == TEXT
    assert unpack(pack(ALL)) == ALL


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b"no end",
        b"lf\n",
        b"a\rb\r\n",
        b"a\nb\r\n",
        b"\x00\r\n",
        b" both \r\n\t\r\n",
        b"+\r\n+ \r\n",
        b"q" * 200,
    ],
)
@pytest.mark.parametrize("act", [Act.SERVER, Act.CLIENT])
def test_whatever_was_said_comes_back(data, act):
    said = conversation("IMAP", "imaps://mail.example:993", (Step(act, data), Step(Act.CLOSE)))

    assert load(dump(Recording(interactions=(said,)))).interactions == (said,)
    assert unpack(pack(said)) == unpack(parts(said)) == said


def test_a_conversation_of_live_words_gets_a_wild_word_that_it_does_not_hold():
    said = conversation("SMTP", "smtp://a:25", (Step(Act.CLIENT, b"NOOP XXX\r\n"),), wild=None)

    assert b"\n:wild ZZZ\n> NOOP XXX\n" in dump(Recording(interactions=(said,)))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("SMTP http://a:25\n< 220 a\n=======\n", "r:2: expected an address like smtp://HOST:PORT, found 'http://a:25'"),
        ("SMTP smtp://a:25\n=======\n", "r:3: expected a line of a conversation, found '======='"),
        ("SMTP smtp://a:25\n< 220 a\n", "r:4: expected '=======', found the end of the file"),
        ("SMTP smtp://a:25\n<220 a\n=======\n", "r:3: expected a line of a conversation, found '<220 a'"),
        ("SMTP smtp://a:25\n< 220 a\n+b\n=======\n", "r:4: expected a blank after the mark, found '+b'"),
        ("SMTP smtp://a:25\n+ 220 a\n=======\n", "r:3: expected a line of a conversation, found '+ 220 a'"),
        ("SMTP smtp://a:25\n< 220 a\n====\n=======\n", "r:4: expected a line of a conversation, found '===='"),
        ("SMTP smtp://a:25\n:base64\n< ?\n=======\n", "r:4: expected base64"),
        ("SMTP smtp://a:25\n:base64\n:tls\n=======\n", "r:4: expected a line of a conversation, found ':tls'"),
        ("SMTP smtp://a:25\n:base64\n=======\n", "r:4: expected a line of a conversation, found '======='"),
        ("SMTP smtp://a:25\n< a\x00\n=======\n", "r:3: expected lines without control characters"),
        ("SMTP smtp://a:25\n:wild ?\n< a\n=======\n", "r:3: expected a line like ':wild ZZZ'"),
        ("SMTP smtp://a:25\n:fault boom\n< a\n=======\n", "r:3: expected :fault reset after 100, found ':fault boom'"),
        ("SMTP smtp://a:25\n:fault reset\n> a\n=======\n", "r:4: expected what the server says, found '> a'"),
        ("SMTP smtp://a:25\n:fault reset\n=======\n", "r:4: expected what the server says, found '======='"),
        ("SMTP smtp://a:25\n:delay 2\n< a\n=======\n", "r:3: expected a line of a conversation, found ':delay 2'"),
        ("SMTP smtp://a:25\n<<<<<<< HEAD\n=======\n", "r:3: expected a merged file"),
    ],
)
def test_what_is_wrong_is_named(lines, message):
    with pytest.raises(RecordingError) as raised:
        load(b"#recproxy 2\n" + lines.encode(), path="r")

    assert raised.value.message.startswith(message)


@pytest.mark.parametrize(
    ("url", "steps"),
    [
        ("http://a", SAID),
        ("smtp://a b", SAID),
        ("smtp://é", SAID),
        ("smtp://a", ()),
        ("smtp://a", (Step(Act.TLS, b"said"),)),
        ("smtp://a", (Step(Act.CLIENT, b"NOOP\r\n", fault="reset"),)),
        ("smtp://a", (Step(Act.SERVER, b"220 a\r\n", fault="boom"),)),
    ],
)
def test_what_has_no_form_is_not_written(url, steps):
    said = conversation("SMTP", url, steps)

    with pytest.raises(ValueError, match=r".+"):
        dump(Recording(interactions=(said,)))


def test_large_base64_is_broken_into_lines():
    data = bytes(range(256)) * 4
    said = conversation("SMTP", "smtp://a", (Step(Act.CLIENT, data),))

    text = dump(Recording(interactions=(said,)))

    assert max(map(len, text.splitlines())) == 78
    assert base64.b64encode(data)[:76] in text
