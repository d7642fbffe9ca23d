import pytest

from recproxy.mail.imap.commands import read_imap_command
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.search import search_keys


def keys(text):
    return search_keys(read_imap_command(ImapLine((b"A1 SEARCH " + text,))).words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"UNSEEN FROM bob", b"from bob unseen"),
        (b'SUBJECT "hi"', b"SUBJECT hi"),
        (b"CHARSET UTF-8 ALL", b"ALL"),
        (b"ALL UNSEEN", b"UNSEEN"),
        (b"OR SEEN FLAGGED", b"OR FLAGGED SEEN"),
        (b"OR (SEEN FROM a) FLAGGED", b"OR FLAGGED (FROM a SEEN)"),
        (b"(UNSEEN)", b"UNSEEN"),
        (b"SINCE 1-Feb-2020", b'since "01-FEB-2020"'),
        (b"1:3 UNSEEN", b"UNSEEN 1,2,3"),
        (b"UID 1,2", b"UID 1:2"),
        (b"NOT DELETED SEEN", b"SEEN NOT DELETED"),
        (b"RETURN (MIN MAX) ALL", b"RETURN (MAX MIN) ALL"),
        (b"RETURN () ALL", b"RETURN (ALL) ALL"),
        (b"HEADER Message-Id x", b"header MESSAGE-ID x"),
        (b"KEYWORD $Forwarded", b"KEYWORD $forwarded"),
    ],
)
def test_two_spellings_of_a_search_are_one(one, other):
    assert keys(one) == keys(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"FROM bob", b"TO bob"),
        (b"FROM bob", b"FROM Bob"),
        (b"SINCE 1-Feb-2020", b"SINCE 2-Feb-2020"),
        (b"SINCE 1-Feb-2020", b"BEFORE 1-Feb-2020"),
        (b"NOT SEEN FLAGGED", b"SEEN NOT FLAGGED"),
        (b"OR SEEN FLAGGED", b"SEEN FLAGGED"),
        (b"CHARSET KOI8-R SUBJECT x", b"SUBJECT x"),
        (b'SUBJECT "a b"', b"SUBJECT a KEYWORD b"),
        (b'X-GM-RAW "in:sent"', b'X-GM-RAW "in:drafts"'),
    ],
)
def test_other_searches_are_others(one, other):
    assert keys(one) != keys(other)


def test_a_search_reads_as_its_keys():
    assert keys(b'charset utf-8 unseen subject "a b" 3,1,2') == [("keys", b'1:3 SUBJECT "a b" UNSEEN')]


@pytest.mark.parametrize("key", [b"NOT", b"OR SEEN", b"OR"])
def test_a_search_that_is_nothing_but_levels_ends(key):
    assert keys(b" ".join([key] * 20_000))
