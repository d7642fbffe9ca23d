"""Conversations in play; what they answer is in test_imap_replay.py."""

import pytest

from recproxy.mail.imap.meanings import Meaning
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.imap_playback import ImapPlayback, Place
from recproxy.play.playback import Playback
from recproxy.recording import load

TEXT = """#recproxy 2

GET https://mail.example/ HTTP/1.1

====
HTTP/1.1 200 OK

=======

IMAP imaps://mail.example:993
< * OK ready
> a SELECT Sent
< a OK x
> b UID SEARCH FROM XXX SUBJECT hello
< b OK x
=======
"""


def playing():
    return ImapPlayback(Playback(Index((load(TEXT.encode()),), Rules())), "mail.example", frozenset())


def search(keys, mailbox=b"Sent"):
    return playing().asked(Meaning(b"UID SEARCH", (("keys", keys),)), mailbox)


def test_only_conversations_are_in_play():
    of = playing()

    assert (list(of.conversations), of.secure(1)) == ([1], True)


@pytest.mark.parametrize(
    ("keys", "mailbox", "wanted"),
    [
        (b"FROM bob SUBJECT hello", b"Sent", [1]),
        (b"FROM bob SUBJECT bye", b"Sent", []),
        (b"FROM bob SUBJECT hello", b"INBOX", []),
        (b"FROM bob SUBJECT hello", None, []),
    ],
)
def test_a_wild_place_fits_anything(keys, mailbox, wanted):
    assert playing().numbers(1, search(keys, mailbox)) == wanted


def test_differences_name_the_field():
    got = playing().differences(Place(1, 1), search(b"FROM bob SUBJECT bye", b"INBOX"))

    assert [(each.field, each.wanted, each.got) for each in got] == [
        ("keys", "FROM XXX SUBJECT hello", "FROM bob SUBJECT bye"),
        ("selected mailbox", "Sent", "INBOX"),
    ]
