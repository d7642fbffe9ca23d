"""What is told of a conversation that changed."""

import pytest

from recproxy.play.change import Change, ChangeKind
from recproxy.play.conversation_difference import conversation_changes
from recproxy.recording import load

SMTP = """< 220 a
> EHLO one
< 250-a
+ SIZE 9
> MAIL FROM:<me@a.example> size=120
< 250 ok
> DATA
< 354 go
> Subject: hello
+ Date: 1
+ Content-Type: multipart/mixed; boundary=b1
+
+ --b1
+
+ text
+ --b1--
< 250 queued as 7
> QUIT
< 221 bye
"""
IMAP = """< * OK ready
> A1 SELECT INBOX
< * 2 EXISTS
< A1 OK [READ-WRITE] done (0.001 + 0.000 secs).
> A2 FETCH 1 (FLAGS UID)
< * 1 FETCH (FLAGS (a) UID 1)
< A2 OK done
"""
STRUCTURE, VALUE, VOLATILE = ChangeKind


def changes(protocol, before, after):
    steps = [
        load(f"#recproxy 2\n\n{protocol} {protocol.lower()}://a.example:1\n{text}=======\n".encode()).interactions[0]
        for text in (before, after)
    ]
    return [*conversation_changes(*steps)]


def test_what_a_client_writes_otherwise_each_time_is_no_change():
    assert changes("SMTP", SMTP, SMTP.replace("one", "two").replace("120", "99").replace("b1", "b2")) == []
    assert changes("SMTP", SMTP, SMTP.replace("Date: 1", "Date: 2")) == []
    assert changes("IMAP", IMAP, IMAP.replace("A1 ", "t1 ").replace("FLAGS UID)", "UID FLAGS)")) == []


@pytest.mark.parametrize(
    ("protocol", "old", "new", "wanted"),
    [
        ("SMTP", "queued as 7", "queued as 8", (VOLATILE, "answer to message", "250 queued as 7", "250 queued as 8")),
        ("SMTP", "250 ok", "550 no", (STRUCTURE, "answer to MAIL", "250 ok", "550 no")),
        ("SMTP", "SIZE 9", "SIZE 10", (VALUE, "answer to EHLO", "SIZE 9", "SIZE 10")),
        ("SMTP", "+ SIZE 9", "+ HELP", (VALUE, "answer to EHLO", "SIZE 9", "HELP")),
        ("SMTP", "hello", "bye", (VALUE, "message Subject", "hello", "bye")),
        (
            "SMTP",
            "me@a",
            "you@a",
            (VALUE, "MAIL", "MAIL FROM:<me@a.example> size=120", "MAIL FROM:<you@a.example> size=120"),
        ),
        ("SMTP", "< 354", ":fault reset\n< 354", (STRUCTURE, "answer to DATA", None, ":fault reset")),
        ("SMTP", "< 221 bye\n", ":close\n", (STRUCTURE, "answer to QUIT", "< 221 bye", ":close")),
        ("IMAP", "2 EXISTS", "3 EXISTS", (VALUE, "answer to SELECT", "* 2 EXISTS", "* 3 EXISTS")),
        ("IMAP", "A2 OK done", "A2 NO none", (STRUCTURE, "answer to FETCH", "OK done", "NO none")),
        (
            "IMAP",
            "< * 2 EXISTS\n",
            "< * 2 EXISTS\n< * FLAGS (a)\n",
            (STRUCTURE, "answer to SELECT", None, "< * FLAGS (a)"),
        ),
        (
            "IMAP",
            "0.001 +",
            "0.002 +",
            (
                VOLATILE,
                "answer to SELECT",
                "OK [READ-WRITE] done (0.001 + 0.000 secs).",
                "OK [READ-WRITE] done (0.002 + 0.000 secs).",
            ),
        ),
        ("IMAP", "FETCH 1 (", "FETCH 2 (", (VALUE, "FETCH", "FETCH 1 (FLAGS UID)", "FETCH 2 (FLAGS UID)")),
    ],
)
def test_a_change_is_told_once_with_what_it_is_about(protocol, old, new, wanted):
    text = {"SMTP": SMTP, "IMAP": IMAP}[protocol]

    assert changes(protocol, text, text.replace(old, new)) == [Change(*wanted)]
