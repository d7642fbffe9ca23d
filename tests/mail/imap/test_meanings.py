import pytest

from recproxy.mail.imap.commands import read_imap_command
from recproxy.mail.imap.lines import ImapLine, LineReader, LiteralAsked
from recproxy.mail.imap.meanings import Meaning, meaning


def meant(*data):
    """The meaning of a command as it is sent, whatever its tag."""
    reader = LineReader(commands=True)
    reader.feed(b"x1 " + b"".join(data) + b"\r\n")
    while isinstance(line := reader.next(), LiteralAsked):
        pass
    assert isinstance(line, ImapLine)
    return meaning(read_imap_command(line))


MAIL = b"Subject: a\r\n\r\nhello\r\n"

SAME = {
    "the case of a name": (b"noop", b"NOOP"),
    "a mailbox quoted": (b"SELECT Sent", b'SELECT "Sent"'),
    "a mailbox as a literal": (b"SELECT Sent", b"SELECT {4}\r\nSent"),
    "a mailbox as a literal that does not ask": (b"SELECT Sent", b"SELECT {4+}\r\nSent"),
    "INBOX in any case": (b"EXAMINE inbox", b'EXAMINE "INBOX"'),
    "a mailbox in UTF-7 and in UTF-8": (b"SELECT Entw&APw-rfe", 'SELECT "Entwürfe"'.encode()),
    "a set": (b"FETCH 1:3 FLAGS", b"FETCH 1,2,3 flags"),
    "a set of UIDs": (b"UID FETCH 3,1:2 FLAGS", b"uid fetch 1:3 FLAGS"),
    "the order of items": (b"FETCH 1 (UID FLAGS)", b"FETCH 1 (FLAGS UID)"),
    "an item alone": (b"FETCH 1 (FLAGS)", b"FETCH 1 FLAGS"),
    "a macro of FETCH": (b"FETCH 1 FAST", b"FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)"),
    "the names of fields": (
        b"FETCH 1 BODY.PEEK[HEADER.FIELDS (From Date)]",
        b'FETCH 1 (body.peek[header.fields (DATE "from")])',
    ),
    "the order of flags": (b"STORE 1 +FLAGS (\\Seen \\Deleted)", b"STORE 1 +flags (\\deleted \\seen)"),
    "flags without brackets": (b"STORE 1 +FLAGS \\Seen", b"STORE 1 +FLAGS (\\Seen)"),
    "items of STATUS": (b"STATUS x (MESSAGES UNSEEN)", b'STATUS "x" (unseen messages)'),
    "what a client calls itself": (b'ID ("name" "a")', b"ID NIL"),
    "what is enabled": (b"ENABLE CONDSTORE UTF8=ACCEPT", b"enable utf8=accept condstore"),
    "a password": (b"LOGIN me one", b'LOGIN "me" {3}\r\ntwo'),
    "the first reply of a login": (b"AUTHENTICATE PLAIN AGEAYg==", b"authenticate plain"),
    "keys of SEARCH": (b"SEARCH UNSEEN FROM a", b"SEARCH FROM a UNSEEN"),
    "keys of SORT": (b"SORT (REVERSE DATE) UTF-8 UNSEEN ALL", b"sort (reverse date) utf-8 ALL UNSEEN"),
    "the options of LIST": (b'LIST "" "*" RETURN (SUBSCRIBED CHILDREN)', b'list "" * return (children subscribed)'),
    "a mailbox to move to": (b"UID MOVE 1,2 Trash", b'UID MOVE 1:2 "Trash"'),
    "how a message is sent": (b"APPEND Sent (\\Seen) {21}\r\n" + MAIL, b'append "Sent" (\\seen) {21+}\r\n' + MAIL),
    "a command that is not known": (b"XTHING a (b c)", b'xthing "a" (b "c")'),
}

OTHER = {
    "another mailbox": (b"SELECT Sent", b"SELECT sent"),
    "reading only": (b"SELECT Sent", b"EXAMINE Sent"),
    "UIDs and numbers": (b"FETCH 1 FLAGS", b"UID FETCH 1 FLAGS"),
    "another set": (b"FETCH 1:3 FLAGS", b"FETCH 1:4 FLAGS"),
    "a peek": (b"FETCH 1 BODY[]", b"FETCH 1 BODY.PEEK[]"),
    "a part of a body": (b"FETCH 1 BODY[]<0.10>", b"FETCH 1 BODY[]<10.10>"),
    "another section": (b"FETCH 1 BODY[1]", b"FETCH 1 BODY[2]"),
    "another flag": (b"STORE 1 +FLAGS \\Seen", b"STORE 1 +FLAGS \\Deleted"),
    "flags taken away": (b"STORE 1 +FLAGS \\Seen", b"STORE 1 -FLAGS \\Seen"),
    "flags in silence": (b"STORE 1 FLAGS \\Seen", b"STORE 1 FLAGS.SILENT \\Seen"),
    "another user": (b"LOGIN me one", b"LOGIN you one"),
    "another mechanism": (b"AUTHENTICATE PLAIN", b"AUTHENTICATE XOAUTH2"),
    "another order of sorting": (b"SORT (DATE SUBJECT) UTF-8 ALL", b"SORT (SUBJECT DATE) UTF-8 ALL"),
    "a move and a copy": (b"COPY 1 x", b"MOVE 1 x"),
    "another message": (b"APPEND x {1}\r\na", b"APPEND x {1}\r\nb"),
    "a message of other parts (RFC 4469)": (
        b'APPEND x (\\Seen) CATENATE (URL "a" TEXT {1+}\r\na)',
        b'APPEND x (\\Seen) CATENATE (URL "a" TEXT {1+}\r\nb)',
    ),
    "a new name": (b"RENAME a b", b"RENAME a c"),
    "expunging some": (b"EXPUNGE", b"UID EXPUNGE 1"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_two_spellings_of_a_command_mean_the_same(one, other):
    assert meant(one) == meant(other)


@pytest.mark.parametrize(("one", "other"), OTHER.values(), ids=OTHER)
def test_other_commands_mean_others(one, other):
    assert meant(one) != meant(other)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"LOGOUT", Meaning(b"LOGOUT")),
        (b"LOGIN me pw", Meaning(b"LOGIN", (("user", b"me"),))),
        (b"SELECT x (CONDSTORE)", Meaning(b"SELECT", (("mailbox", b"x"), ("argument 2", b"(CONDSTORE)")))),
        (
            b"UID STORE 1,2 (UNCHANGEDSINCE 5) +FLAGS.SILENT (\\Seen)",
            Meaning(
                b"UID STORE",
                (
                    ("messages", b"1:2"),
                    ("modifiers", b"5 UNCHANGEDSINCE"),
                    ("action", b"+FLAGS.SILENT"),
                    ("flags", b"\\SEEN"),
                ),
            ),
        ),
        (
            b'APPEND Sent (\\Seen) "01-Feb-2020 10:00:00 +0000" {21}\r\n' + MAIL,
            Meaning(
                b"APPEND",
                (("mailbox", b"Sent"), ("flags", b"\\SEEN"), ("date", b"01-Feb-2020 10:00:00 +0000")),
                (MAIL,),
            ),
        ),
        (b"APPEND x {1+}\r\na {1+}\r\nb", Meaning(b"APPEND", (("mailbox", b"x"),), (b"a", b"b"))),
        (
            b'LIST (SUBSCRIBED) "" (b a)',
            Meaning(b"LIST", (("selection", b"SUBSCRIBED"), ("reference", b""), ("pattern", b"a b"))),
        ),
        (b'XTHING "a b" c', Meaning(b"XTHING", (("argument 1", b'"a b"'), ("argument 2", b"c")))),
        (b"FETCH", Meaning(b"FETCH", (("messages", b""),))),
        (b"SEARCH", Meaning(b"SEARCH", (("keys", b"ALL"),))),
    ],
)
def test_a_meaning_names_what_a_command_asks_for(data, wanted):
    assert meant(data) == wanted


@pytest.mark.parametrize(
    "name",
    [
        b"LOGIN",
        b"AUTHENTICATE",
        b"SELECT",
        b"STORE",
        b"COPY",
        b"SORT",
        b"LIST",
        b"STATUS",
        b"APPEND",
        b"UID EXPUNGE",
        b"THREAD RETURN",
    ],
)
def test_a_command_without_its_arguments_has_a_meaning(name):
    assert meant(name).name
