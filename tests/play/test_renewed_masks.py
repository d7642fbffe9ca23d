"""Old text that is kept of what was recorded anew shows nothing that redaction hides in the new one."""

from dataclasses import replace

import pytest

from recproxy.matching.rules import Rules
from recproxy.play.merging import TimedInteraction, merge
from recproxy.play.renewed_masks import with_renewed_masks
from recproxy.recording import Act, Interaction, Recording, Request, Response, Step

URL = b"https://a.example/"


def asked(url=b"", body=b"", headers=(), trailers=(), response=(), steps=(), wild="XXX"):
    request = Request(method="POST", url=(URL + url).decode(), headers=headers, body=body, trailers=trailers, wild=wild)
    return Interaction(request=request, response=Response(status=200, headers=response), scope="t", steps=steps)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        # a rule that is new, alone and beside what a person wrote
        (b'{"a": "one", "b": 2}', b'{"a": "XXX", "b": 2}', b'{"a": "XXX", "b": 2}'),
        (b'{"a": "one", "b": "XXX"}', b'{"a": "XXX", "b": "by the sea"}', b'{"a": "XXX", "b": "XXX"}'),
        (b'{"a": "one two", "b": "XXX[b]"}', b'{"a": "XXX", "b": "x"}', b'{"a": "XXX", "b": "XXX[b]"}'),
        (b"a=one&b=id-XXX", b"a=XXX[a]&b=id-7", b"a=XXX[a]&b=id-XXX"),
        (b"a=one&n=1", b"a=XXX&n=2", b"a=XXX&n=1"),
        # what a person wrote hides as much
        (b'{"a": "XXX[mine]", "n": 1}', b'{"a": "XXX", "n": 1}', b'{"a": "XXX[mine]", "n": 1}'),
        (b"XXX", b"a=XXX&b=1", b"XXX"),
        (b"a=one&b=XXX", b"a=one&b=two", b"a=one&b=XXX"),
        (b"a=one", b"a=one", b"a=one"),
        # too many words to be compared
        (b"a=one&b=XXX&" + b"c&" * 2500, b"a=XXX&b=1&" + b"c&" * 2500, b"a=XXX&b=1&" + b"c&" * 2500),
    ],
)
def test_a_kept_text_hides_what_the_new_one_hides_and_what_a_person_hid(old, new, wanted):
    kept = with_renewed_masks(asked(body=old), asked(body=new))
    assert kept.request.body == wanted
    assert with_renewed_masks(asked(headers=((b"X-A", old),)), asked(headers=((b"x-a", new),))).request.headers == (
        (b"X-A", wanted),
    )
    assert with_renewed_masks(asked(trailers=((b"X-A", old),)), asked(trailers=((b"x-a", new),))).request.trailers == (
        (b"X-A", wanted),
    )
    if b" " not in old + new:
        assert with_renewed_masks(asked(old), asked(new)).request.url.encode() == URL + wanted
    steps = [
        (Step(act=Act.PING), Step(act=Act.CLIENT, data=each), Step(act=Act.SERVER, data=each)) for each in (old, new)
    ]
    assert [each.data for each in with_renewed_masks(asked(steps=steps[0]), asked(steps=steps[1][1:])).steps] == [
        b"",
        wanted,
        wanted,
    ]


def test_a_header_is_compared_with_the_one_in_its_place():
    old = ((b"A", b"one"), (b"B", b"b"), (b"A", b"two"), (b"Gone", b"x"))
    new = ((b"b", b"XXX"), (b"a", b"1"), (b"a", b"XXX"))

    assert with_renewed_masks(asked(headers=old), asked(headers=new)).request.headers == (
        (b"A", b"one"),
        (b"B", b"XXX"),
        (b"A", b"XXX"),
        (b"Gone", b"x"),
    )


def test_a_block_with_another_wild_word_is_the_new_one_where_that_hides_something():
    old, new = asked(body=b"one ZZZ", wild="ZZZ"), asked(body=b"XXX")

    assert with_renewed_masks(old, new).request == new.request
    assert with_renewed_masks(old, replace(new, request=replace(new.request, body=b"1"))) is old


def test_what_a_rule_hides_now_is_hidden_when_it_is_recorded_anew():
    """The rule came after the recording: the response is the same, and only a header is masked."""
    old = asked(headers=((b"X-Foo", b"one"),), response=((b"X-Request-Id", b"one"),))
    new = asked(headers=((b"X-Foo", b"XXX"),), response=((b"X-Request-Id", b"XXX"),))

    merged = merge(Recording(interactions=(old,)), frozenset(("t",)), [TimedInteraction(new, 0.0, 1.0)], Rules())

    assert merged.interactions == (new,)
