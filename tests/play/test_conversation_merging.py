"""A conversation that was recorded again keeps the lines that mean the same."""

from dataclasses import replace

from recproxy.matching.rules import Rules
from recproxy.play.conversation_merging import asks_the_same, client_meaning, stable_conversation
from recproxy.play.merging import TimedInteraction, merge
from recproxy.recording import Recording, dump, load

TEXT = """#recproxy 2

# written by hand
:scope t
:recorded 2026-01-31
SMTP smtp://a:25
< 220 a
> EHLO me
< 250 a
> DATA
< 354 go
> Subject: XXX
+ Date: 1
+
+ hello
< 250 queued as 1
=======
"""
AGAIN = (
    TEXT.replace("# written by hand\n", "")
    .replace("EHLO me", "EHLO you")
    .replace("XXX", "two")
    .replace("Date: 1", "Date: 2")
)


def read(text):
    return load(text.encode()).interactions[0]


def merged(text, before=TEXT):
    new = replace(read(text), recorded=None)
    recording = merge(load(before.encode()), frozenset("t"), [TimedInteraction(new, 0, 1)], Rules())
    return dump(recording).decode()


def test_nothing_changes_where_all_means_the_same():
    assert asks_the_same(read(TEXT), read(AGAIN), Rules())
    assert merged(AGAIN) == TEXT


def test_only_what_the_server_changed_is_new():
    wanted = TEXT.replace("250 queued as 1", "250 sent").replace(":recorded 2026-01-31\n", "")

    assert merged(AGAIN.replace("250 queued as 1", "250 sent")) == wanted
    assert merged(AGAIN.replace("queued as 1", "queued as 2")) == TEXT


def test_a_fault_stays_with_the_answer_to_the_same_words():
    text = TEXT.replace("< 354 go", ":fault hang 3\n< 354 go").replace("< 250 queued", ":fault reset\n< 250 queued")

    assert merged(AGAIN, text) == text
    other = merged(AGAIN.replace("354 go", "354 now").replace("hello", "bye"), text)
    assert ":fault hang 3\n< 354 now\n" in other
    assert ":fault reset" not in other


def test_another_message_is_another_one():
    new = AGAIN.replace("hello", "bye")

    assert not asks_the_same(read(TEXT), read(new), Rules())
    assert "+ bye\n" in merged(new)


def test_what_a_client_means_is_what_it_says_but_for_what_is_new_each_time():
    said = client_meaning(read(AGAIN))

    assert said[:2] == (b"EHLO", b"DATA")
    assert client_meaning(read(AGAIN.replace("Date: 2", "Date: 3").replace("EHLO you", "EHLO her"))) == said
    assert client_meaning(read(AGAIN.replace("hello", "bye"))) != said
    imap = (
        "#recproxy 2\n\nIMAP imap://a:1\n< * OK a\n> {} NOOP\n< {} OK a\n> {} IDLE\n< + a\n> DONE\n< {} OK a\n=======\n"
    )
    assert client_meaning(read(imap.replace("{}", "a1"))) == client_meaning(read(imap.replace("{}", "b2")))


def test_each_conversation_finds_its_own():
    two = TEXT + TEXT.partition("\n")[2].replace("hello", "bye")
    news = [TimedInteraction(read(AGAIN.replace("hello", "bye")), 0, 1), TimedInteraction(read(AGAIN), 2, 3)]

    got = merge(load(two.encode()), frozenset("t"), news, Rules())

    assert [each.steps[5].data[-5:] for each in got.interactions] == [b"bye\r\n", b"llo\r\n"]
    assert all(b"XXX" in each.steps[5].data for each in got.interactions)


def test_a_new_conversation_is_taken_as_it_is():
    new = read(AGAIN)
    empty = merge(Recording(), frozenset("t"), [TimedInteraction(new, 0, 1)], Rules())

    assert empty.interactions == (new,)
    assert stable_conversation(replace(new, steps=new.steps[:1]), new, Rules()) == new
