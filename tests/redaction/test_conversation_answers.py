"""What tells one answer of a mail server or a WebSocket from another, piece by piece."""

import pytest

from recproxy.recording import Act, Step, load
from recproxy.recording.values import conversation as mail_conversation
from recproxy.redaction.conversation_answers import answer_to, finds, is_piece, said_in_piece
from recproxy.redaction.conversations import Flattened


def pieces(protocol, *said):
    """The pieces of a conversation; what a client says begins with `>`."""
    steps = tuple(
        Step(Act.CLIENT if each[0] == ">" else Act.SERVER, each.lstrip(">").encode() + b"\r\n") for each in said
    )
    flat = Flattened([mail_conversation(protocol, f"{protocol.lower()}://a.example:1", steps, wild=None)])
    return flat.interactions


def of_client(parts):
    return [place for place, each in enumerate(parts) if each.request.body]


def test_a_request_of_http_is_no_piece():
    (http,) = load(b"#recproxy 2\n\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n").interactions

    assert not is_piece(http)
    assert not finds([http], 0)


def test_an_answer_of_imap_is_without_its_tag_and_the_text_of_its_status():
    parts = pieces("IMAP", "* OK ready", ">a1 NOOP", "* 1 EXISTS", "a1 OK done (0.1 secs)", ">a2 NOOP", "a2 NO x")

    first, second = of_client(parts)
    assert [said_in_piece(parts[each]) for each in (first, second)] == [b"NOOP\r\n"] * 2
    assert answer_to(parts, first) == b"* 1 EXISTS\r\nOK\r\n"
    assert answer_to(parts, second) == b"NO\r\n"


def test_an_answer_of_smtp_is_its_code_and_what_makes_something_in_imap_has_none():
    rcpt = pieces("SMTP", "220 hi", ">RCPT TO:<a@b.example>", "250 2.1.5 OK 4fb4d7f - gsmtp")
    create = pieces("IMAP", ">a1 CREATE box", "a1 OK [UIDVALIDITY 7] done")

    assert answer_to(rcpt, of_client(rcpt)[0]) == b"250\r\n"
    assert answer_to(create, of_client(create)[0]) == b""


@pytest.mark.parametrize(
    ("command", "answers", "found"),
    [
        ("SELECT box", ("* 0 EXISTS", "a OK done"), True),
        ("SELECT box", ("a NO none",), False),
        ("CREATE box", ("a OK done",), False),
        ("UID SEARCH SUBJECT x", ("* SEARCH 7", "a OK done"), True),
        ("UID SEARCH SUBJECT x", ("* SEARCH", "a OK done"), False),
        ('LIST "" box', ("* LIST () . box", "a OK done"), True),
        ('LIST "" box', ("a OK done",), False),
    ],
)
def test_a_command_of_imap_finds_what_is_there(command, answers, found):
    parts = pieces("IMAP", f">a {command}", *answers)

    assert finds(parts, of_client(parts)[0]) is found
