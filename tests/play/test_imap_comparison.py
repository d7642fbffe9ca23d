import pytest

from recproxy.mail.imap.meanings import Meaning
from recproxy.play.imap_comparison import compared_fields, compared_mails, fitting

DATED = Meaning(b"APPEND", (("mailbox", b"x"), ("date", b"today")))


@pytest.mark.parametrize(
    ("meaning", "ignored", "wanted"),
    [
        (Meaning(b"LOGIN", (("user", b"me"),)), (), ()),
        (DATED, (), DATED.fields),
        (DATED, (b"date",), (("mailbox", b"x"),)),
    ],
)
def test_what_is_made_anew_is_not_compared(meaning, ignored, wanted):
    assert compared_fields(meaning, frozenset(ignored)) == wanted


@pytest.mark.parametrize(
    ("wanted", "got", "taken"),
    [
        ([("a", b"x")], [("a", b"x")], {}),
        ([("a", b"x")], [("a", b"y")], None),
        ([("a", b"x")], [("b", b"x")], None),
        ([("a", b"x")], [], None),
        ([("a", b"XXX y")], [("a", b"z y")], {}),
        ([("a", b"XXX[n]"), ("b", b"XXX[n]")], [("a", b"1"), ("b", b"1")], {"n": b"1"}),
        ([("a", b"XXX[n]"), ("b", b"XXX[n]")], [("a", b"1"), ("b", b"2")], None),
    ],
)
def test_fields_fit_with_their_wild_places(wanted, got, taken):
    assert fitting(wanted, got, ((), ()), "XXX", {}) == taken


@pytest.mark.parametrize(
    ("got", "taken"),
    [
        (b"Subject: 7 is\r\n\r\na\r\n", {"n": b"7"}),
        (b"Subject: 7 is\r\n\r\nb\r\n", None),
    ],
)
def test_messages_fit_by_what_they_say(got, taken):
    def mails(text, word):
        return compared_mails(Meaning(b"APPEND", messages=(text,)), word, frozenset())

    recorded = mails(b"Subject: XXX[n] is\r\n\r\na\r\n", "XXX")
    assert fitting([], [], (recorded, mails(got, None)), "XXX", {}) == taken
    assert fitting([], [], (recorded, ()), "XXX", {}) is None
