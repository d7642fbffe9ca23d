import pytest

from recproxy.mail.imap.mailboxes import mailbox_name


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (b"inbox", b"INBOX"),
        (b"Inbox/Work", b"INBOX/Work"),
        (b"inbox.work", b"INBOX.work"),
        (b"inboxes", b"inboxes"),
        (b"Sent", b"Sent"),
        (b"[Gmail]/Entw&APw-rfe", "[Gmail]/Entwürfe".encode()),
        ("[Gmail]/Entwürfe".encode(), "[Gmail]/Entwürfe".encode()),
        (b"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語".encode()),
        (b"this &- that", b"this & that"),
        (b"&broken", b"&broken"),
        (b"&A-", b"&A-"),
        (b"", b""),
    ],
)
def test_a_mailbox_has_one_name(name, wanted):
    assert mailbox_name(name) == wanted
