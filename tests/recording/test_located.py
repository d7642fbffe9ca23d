"""Recordings that are read one by one: the same values as those that are read at once, and the same errors at once.

`test_round_trip.py` holds both readers equal for any text.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.recording import load, locate, recorded_scopes
from recproxy.recording.located import Located, asked_of, line_of, together
from recproxy.recording.reader import _Reader

PLAIN = """
:scope test_{number}
:recorded 2026-11-29
GET https://api.shop.example/items/{number} HTTP/1.1
Accept: */*

====
HTTP/1.1 200 OK
Content-Type: application/json
:encoding gzip
:body json

{{
  "id": {number}
}}
=======
"""
TEXT = "#recproxy 2\n" + "".join(PLAIN.format(number=number) for number in range(4))


@pytest.fixture
def read(monkeypatch):
    """How often an interaction was read."""
    count = []
    own = _Reader.interaction

    def interaction(self, *words):
        count.append(1)
        return own(self, *words)

    monkeypatch.setattr(_Reader, "interaction", interaction)
    return count


def test_an_interaction_is_read_when_it_is_asked_for_and_only_once(read):
    located = locate(TEXT.encode()).interactions
    before = (
        len(located),
        [line_of(located, at) for at in range(4)],
        asked_of(located, 2),
        recorded_scopes(located),
        len(read),
    )
    second = located[2]

    assert before == (
        4,
        [5, 21, 37, 53],
        ("GET", "https://api.shop.example/items/2", "XXX"),
        ["test_0", "test_1", "test_2", "test_3"],
        0,
    )
    assert second.response.body == b'{"id":2}'
    assert located[-2] is second
    assert line_of(located, 2) == second.line == 37
    assert len(read) == 1


def test_it_is_used_as_a_tuple_is(read):
    text = TEXT.encode()
    one, other, at_once = locate(text), locate(text), load(text)

    assert one == at_once
    assert at_once == one
    assert one == other
    assert hash(one) == hash(at_once)
    assert one.interactions[1:3] == at_once.interactions[1:3]
    assert one.interactions[0] in other.interactions
    assert one.interactions != [1]
    with pytest.raises(IndexError):
        one.interactions[4]
    with pytest.raises(IndexError):
        one.interactions[-5]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Accept: */*", "no header"),
        ('"id": 3', '"id": '),
        (":body json", ":body jsonn"),
        (":body json", ":body json ascii ascii-upper"),
        (":body json", ":body json\n:body json"),
        (":encoding gzip", ":encoding gzip\n:encoding gzip"),
        (":recorded 2026-11-29", ":recorded 2026-11-31"),
        (":recorded 2026-11-29", ":recorded 2026-11-29\n:recorded 2026-11-29"),
        (":scope test_3", ':scope "test_3'),
        ("HTTP/1.1 200 OK", "HTTP/1.1 OK"),
        ("====\nHTTP", "=====\nHTTP"),
        ("=======\n", "====\n"),
        ("GET https", "<<<<<<< ours\nGET https"),
        ("https://api.shop.example", ""),
    ],
)
def test_what_is_wrong_anywhere_is_said_before_anything_is_read(old, new):
    head, tail = TEXT.rsplit("\n:scope", 1)
    text = (head + f"\n:scope{tail}".replace(old, new)).encode()
    with pytest.raises(RecordingError) as at_once:
        load(text, path="a.rec")
    with pytest.raises(RecordingError) as located:
        locate(text, path="a.rec")

    assert located.value.message == at_once.value.message


def test_what_is_not_plain_is_read_at_once_among_the_others(read):
    odd = (
        PLAIN.format(number=9)
        .replace(":body json", ":delay 0.5\n:wild ZZZ")
        .replace("\n:scope", "\n# a comment\n:scope")
    )
    text = (TEXT + odd + PLAIN.format(number=10)).encode()
    located = locate(text)

    assert len(read) == 1
    assert located == load(text)
    assert located.interactions[4].comments == ("a comment",)


def test_a_wildcard_without_quotes_lets_a_body_wait(read):
    text = TEXT.replace('"id": 2', '"id": XXX[id.number]').encode()
    located = locate(text)

    assert not read
    assert located == load(text)
    assert located.interactions[2].response.body == b'{"id":XXX[id.number]}'


def test_several_recordings_are_one_without_being_read(read):
    text = TEXT.encode()
    parts = (
        locate(text, path="a.rec").interactions,
        load(text).interactions[:1],
        locate(text, path="b.rec").interactions,
    )
    read.clear()
    whole = together(parts)
    places = [line_of(whole, at) for at in range(9)], asked_of(whole, 8)[1]

    assert not read
    assert places == ([5, 21, 37, 53, 5, 5, 21, 37, 53], "https://api.shop.example/items/3")
    assert whole[4] is parts[1][0]
    assert whole[-1] is parts[2][3]
    assert [*whole] == [*parts[0], *parts[1], *parts[2]]
    assert whole[3:5] == (parts[0][3], parts[1][0])
    with pytest.raises(IndexError):
        whole[9]


def test_a_text_of_2011_is_read_at_once():
    text = (Path(__file__).parent.parent / "formats" / "data" / "rec" / "test_send.rec").read_bytes()

    assert locate(text) == load(text)
    assert not isinstance(locate(text).interactions, Located)


def test_a_recording_with_other_matchers_still_waits(read):
    recording = dataclasses.replace(locate(TEXT.encode()), match_on=("method",))

    assert isinstance(recording.interactions, Located)
    assert not read
