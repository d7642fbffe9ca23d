"""Streams both ways in replay."""

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.dialogue import Dialogue
from recproxy.play.playback import Playback
from recproxy.recording import Request, load

HEAD = """POST https://notes.example/notes.v1.Notes/Talk HTTP/1.1
Content-Type: application/grpc
:encoding grpc
:message a.Note text=1

{asked}
====
HTTP/1.1 200 OK
Content-Type: application/grpc
{after}
:trailer grpc-status: 0
:encoding grpc
:message a.Reply text=1

{said}
=======

"""
TALK = (
    '[{"text": "one"}, {"text": "two"}]',
    ":after 0 1 2 end",
    '[{"text": "welcome"}, {"text": "first"}, {"text": "second"}]',
)


def dialogue(*talks, rules=None, playback=None, **options):
    text = "#recproxy 2\n\n" + "".join(HEAD.format(asked=a, after=b, said=c) for a, b, c in talks)
    playback = playback or Playback(Index([load(text.encode())], rules or Rules()), **options)
    live = Request(
        method="POST",
        url="https://notes.example/notes.v1.Notes/Talk",
        headers=((b"content-type", b"application/grpc"),),
        wild=None,
    )
    return Dialogue(playback, range(len(playback.plays)), live)


def said(one):
    reply = one.reply()
    return None if reply is None else ([each[7:].decode() for each in reply[1]], reply[2])


def test_what_is_said_follows_the_messages_of_the_client():
    one = dialogue(TALK)

    assert said(one) == (["welcome"], False)
    assert said(one) is None
    assert one.hear(b'{"text": "one"}')
    assert said(one) == (["first"], False)
    assert one.hear(b'{"text": "two"}')
    assert said(one) == (["second"], False)
    assert one.end()
    assert said(one) == ([], True)


def test_messages_that_come_together_have_their_answers_together():
    one = dialogue(TALK)
    one.hear(b'{"text": "one"}')
    one.hear(b'{"text": "two"}')

    assert said(one) == (["welcome", "first", "second"], False)


@pytest.mark.parametrize("message", [b'{"text": "other"}', b'{"text": "one", "2": 1}'])
def test_a_message_that_fits_nothing_is_told_with_all_before_it(message):
    one = dialogue(TALK)
    said(one)

    assert one.hear(b'{"text": "one"}')
    assert not one.hear(message)
    assert one.request.body == b'[{"text": "one"}, ' + message + b"]"


def test_a_client_that_ends_early_or_goes_on_fits_nothing():
    early, late = dialogue(TALK), dialogue(TALK)
    early.hear(b'{"text": "one"}')
    late.hear(b'{"text": "one"}')
    late.hear(b'{"text": "two"}')

    assert not early.end()
    assert not late.hear(b'{"text": "three"}')
    assert said(late) is None


def test_another_call_goes_on_where_the_same_was_said():
    other = (TALK[0].replace("two", "2"), TALK[1], TALK[2].replace("second", "2nd"))
    one = dialogue(TALK, other)
    said(one)
    one.hear(b'{"text": "one"}')

    assert said(one) == (["first"], False)
    assert one.hear(b'{"text": "2"}')
    assert said(one) == (["2nd"], False)


def test_another_call_in_which_something_else_was_said_does_not():
    other = (TALK[0].replace("two", "2"), TALK[1], TALK[2].replace("welcome", "hello"))
    one = dialogue(TALK, other)
    said(one)
    one.hear(b'{"text": "one"}')

    assert not one.hear(b'{"text": "2"}')


def test_wild_places_and_named_places_work_message_by_message():
    one = dialogue(('[{"text": "XXX[name]"}, {"text": "XXX"}]', ":after 1 2 end", '[{"text": "hi XXX[name]"}, {}]'))

    assert said(one) is None
    one.hear(b'{"text": "Ann"}')
    assert said(one) == (["hi Ann"], False)
    assert one.hear(b'{"text": "anything"}')


def test_ignored_fields_are_ignored():
    one = dialogue(TALK, rules=Rules(ignore_grpc=("text",)))

    assert one.hear(b'{"text": "other"}')


def test_equal_calls_are_played_in_turn():
    first = dialogue((TALK[0], TALK[1], TALK[2]), (TALK[0], TALK[1], TALK[2].replace("first", "1st")))
    said(first)
    second = dialogue(playback=first._playback)
    said(second)
    for one in (first, second):
        one.hear(b'{"text": "one"}')

    assert (said(first), said(second)) == ((["first"], False), (["1st"], False))


def test_without_an_order_everything_is_said_at_the_end():
    one = dialogue((TALK[0], ":delay 0", TALK[2]))
    one.hear(b'{"text": "one"}')
    one.hear(b'{"text": "two"}')

    assert said(one) is None
    assert one.end()
    assert said(one) == (["welcome", "first", "second"], True)


def test_with_nothing_recorded_nothing_fits():
    assert dialogue().hear(b"{}") is False
