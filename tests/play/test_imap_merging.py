"""A conversation of IMAP that was recorded again keeps the lines that mean the same."""

import pytest

from recproxy.matching.rules import Rules
from recproxy.play.conversation_merging import stable_conversation
from recproxy.play.imap_merging import same_imap_steps
from recproxy.recording import Act, Recording, Step, dump, load

OLD = """#recproxy 2

IMAP imap://a:143
< * OK ready
> A1 LOGIN me XXX
< A1 OK in
> A2 APPEND Sent (\\Seen \\Draft) "01-Jan-2026 00:00:00 +0000" {25}
+ Subject: hello
+ Date: 1
+
< A2 OK 1
> A3 SEARCH SUBJECT XXX
< * SEARCH 1
< A3 OK x
=======
"""
NEW = (
    OLD.replace("me XXX", "me secret")
    .replace("(\\Seen \\Draft)", "(\\Draft \\Seen)")
    .replace("01-Jan", "02-Jan")
    .replace("Date: 1", "Date: 2")
    .replace("SUBJECT XXX", "SUBJECT hello")
)


def merged(new):
    (old,), (again,) = (load(each.encode()).interactions for each in (OLD, new))
    return dump(Recording(interactions=(stable_conversation(old, again, Rules()),))).decode()


def test_only_what_the_service_changed_is_new():
    assert merged(NEW) == OLD
    assert merged(NEW.replace("SEARCH 1", "SEARCH 1 2")) == OLD.replace("SEARCH 1", "SEARCH 1 2")


@pytest.mark.parametrize(
    ("before", "after"),
    [("Subject: hello", "Subject: other"), ("LOGIN me secret", "LOGIN you secret"), ("Sent", "Old")],
)
def test_what_means_something_else_is_new(before, after):
    assert after in merged(NEW.replace(before, after))


def steps(*said):
    return [Step(Act(each[0]), each[2:].encode() + b"\r\n") for each in said]


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (["> A1 AUTHENTICATE X", "< + ", "> one"], ["> A1 AUTHENTICATE X", "< + ", "> two"], [True, False, True]),
        (["< A1 OK", "> A2 NOOP"], ["> A2 NOOP", "> A2 NOOP"], [False, True]),
        (["> noise"], ["> noise"], [True]),
        (["> noise"], ["> other"], [False]),
    ],
)
def test_steps_of_the_client_mean_the_same(old, new, wanted):
    assert list(same_imap_steps(steps(*old), steps(*new), "XXX", frozenset())) == wanted
