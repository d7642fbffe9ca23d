"""Where in the lines of a client a login begins, and when the lines behind it are no part of it any more."""

import pytest

from recproxy.mail.imap.logins import Credential, ImapLogins


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (b"A1 LOGIN me pass\r\n", Credential(8, is_login=True)),
        (b"A1 uid login me pass\r\n", Credential(12, is_login=True)),
        (b"A1 AUTHENTICATE X AAA\r\n", Credential(18)),
        (b"A1 AUTHENTICATE X\r\n", Credential(17)),
        (b"A1 AUTHENTICATE {1+}\r\nX\r\n", Credential(16)),
        (b"A1 AUTHENTICATE \r\n", Credential(16)),
        (b"PASS word\r\n", Credential(5)),
        (b'A1 "LOGIN" me pass\r\n', Credential(11)),
        (b"A1 XTRA me pass\r\n", Credential(8)),
        (b"A1 x7! me pass\r\n", Credential(3)),
        (b"A1 UID FETCH 1 FLAGS\r\n", None),
        (b"\r\n", None),
    ],
)
def test_a_login_begins_behind_the_words_that_are_known(said, wanted):
    assert ImapLogins().credential(said) == wanted


def test_behind_a_login_that_failed_a_line_is_a_credential_as_a_whole():
    logins = ImapLogins()
    logins.credential(b"A1 LOGIN\r\n")
    logins.hear(b"A1 BAD what\r\n")

    assert logins.credential(b"A2 me pass\r\n") == Credential(3)


def test_behind_a_login_that_succeeded_other_commands_are_no_credentials():
    logins = ImapLogins()
    logins.credential(b"A1 LOGIN me pass\r\n")
    logins.hear(b"* OK wait\r\n")
    assert logins.credential(b"A2 XTRA me pass\r\n") is not None
    logins.hear(b"A1 OK in\r\n")
    assert logins.credential(b"A2 XTRA me pass\r\n") is None


def test_replies_are_credentials_until_the_next_command():
    logins = ImapLogins()
    logins.credential(b"A1 AUTHENTICATE LOGIN\r\n")
    logins.hear(b"+ \r\n")
    assert logins.credential(b"bWU=\r\n") == Credential(0)
    logins.hear(b"+ \r\n")
    assert logins.credential(b"cGFzcw==\r\n") == Credential(0, b"Basic bWU6cGFzcw==")
    logins.hear(b"A1 OK in\r\n")
    assert logins.credential(b"A2 IDLE\r\n") is None
    logins.hear(b"+ idling\r\n")
    assert logins.credential(b"DONE\r\n") is None


@pytest.mark.parametrize("between", [b"* OK still here\r\n", b"* 3 EXISTS\r\n", b"A0 OK done\r\n"])
def test_what_a_server_says_before_the_response_ends_no_login(between):
    logins = ImapLogins()
    logins.credential(b"A1 AUTHENTICATE LOGIN\r\n")
    for asked in (b"bWU=\r\n", b"cGFzcw==\r\n"):
        logins.hear(b"+ \r\n")
        logins.hear(between)
        assert logins.credential(asked).start == 0


def test_a_response_that_nobody_asked_for_is_a_credential():
    logins = ImapLogins()
    logins.credential(b"A1 AUTHENTICATE PLAIN\r\n")
    logins.hear(b"A1 BAD no such mechanism\r\n")

    assert logins.credential(b"AG1lAHBhc3M=\r\n").start == 0
    assert logins.credential(b"A2 NOOP\r\n") is None
