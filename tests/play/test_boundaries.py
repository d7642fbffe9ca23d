"""Boundaries of a multipart body that is recorded again."""

import datetime as dt

import pytest

from recproxy.matching.rules import Rules
from recproxy.play.merging import TimedInteraction, merge
from recproxy.recording import Interaction, Recording, Request, Response

DAY = dt.date(2020, 1, 2)


def merged(before, new):
    return merge(before, frozenset(["run"]), [TimedInteraction(new, 0.0, 0.5)], Rules())


def batch(outer, inner, picture=b"\x89", status=b"201", **values):
    """A batch whose parts hold parts, as a client or a service writes it with its boundaries."""
    body = (
        b"--%(o)s\r\nContent-Type: multipart/mixed; boundary=%(i)s\r\n\r\n--%(i)s\r\n\r\nPOST /x HTTP/1.1\r\n"
        b'--%(i)s--\r\n--%(o)s\r\nContent-Disposition: form-data; name="f"\r\n\r\n--threefourth %(p)s\r\n--%(o)s--\r\n'
    ) % {b"o": outer, b"i": inner, b"p": picture}
    answer = b"--r%s\r\n\r\nHTTP/1.1 %s\r\n--r%s--\r\n" % (outer, status, outer)
    kind = (b"Content-Type", b'multipart/mixed; boundary="%s"' % outer)
    request = Request(
        method="POST",
        url="https://a.example/$batch",
        headers=(kind, (b"Content-Length", b"%d" % len(body))),
        body=body,
        wild=None,
    )
    response = Response(
        status=202, headers=((b"Content-Type", b"multipart/mixed; boundary=r%s" % outer),), body=answer, wild=None
    )
    return Interaction(request=request, response=response, scope="run", **values)


def test_boundaries_made_up_anew_leave_a_recording_as_it_was():
    before = Recording(interactions=(batch(b"one", b"two", recorded=DAY),))

    assert merged(before, batch(b"three", b"threefour")) == before


def test_a_changed_answer_keeps_the_boundaries_that_were_there():
    before = Recording(interactions=(batch(b"one", b"two", recorded=DAY),))

    result = merged(before, batch(b"three", b"threefour", status=b"409"))

    assert result.interactions == (batch(b"one", b"two", status=b"409"),)


@pytest.mark.parametrize("inner", [b"one", b"f\xff"])
def test_boundaries_that_would_be_ambiguous_stay_new(inner):
    before = Recording(interactions=(batch(b"one", b"one", recorded=DAY),))
    new = batch(b"three", inner, status=b"409")

    assert merged(before, new).interactions == (new,)


def gmail_batch(name, text=b"hi", status=b"200", **values):
    """A batch of two requests whose parts have ids, and its response, which repeats them."""
    parts = (b"--b\r\nContent-ID: <%s + %d>\r\n\r\nGET /mail/%d\r\n" % (name, number, number) for number in (1, 2))
    answers = (
        b"--r\r\nContent-ID: <response-%s + %d>\r\n\r\nHTTP/1.1 %s OK\r\n\r\n%s\r\n" % (name, number, status, text)
        for number in (1, 2)
    )
    kinds = ((b"Content-Type", b"multipart/mixed; boundary=b"),), ((b"Content-Type", b"multipart/mixed; boundary=r"),)
    request = Request(
        method="POST", url="https://a.example/batch", headers=kinds[0], body=b"".join((*parts, b"--b--\r\n")), wild=None
    )
    response = Response(status=200, headers=kinds[1], body=b"".join((*answers, b"--r--\r\n")), wild=None)
    return Interaction(request=request, response=response, scope="run", **values)


def test_ids_of_parts_made_up_anew_leave_a_recording_as_it_was():
    before = Recording(interactions=(gmail_batch(b"1c51239d-e778-40ee", recorded=DAY),))

    assert merged(before, gmail_batch(b"dabf36ff-3d54-4eeb")) == before


def test_a_changed_answer_keeps_the_ids_of_parts_that_were_there():
    before = Recording(interactions=(gmail_batch(b"1c51239d-e778-40ee", recorded=DAY),))

    result = merged(before, gmail_batch(b"dabf36ff-3d54-4eeb", text=b"ho"))

    assert result.interactions == (gmail_batch(b"1c51239d-e778-40ee", text=b"ho"),)


@pytest.mark.parametrize("name", [b"1", b"a-longer-id-than-before"])
def test_ids_of_parts_that_are_short_or_of_another_length_stay_new(name):
    before = Recording(interactions=(gmail_batch(b"1c51239d-e778-40ee", recorded=DAY),))
    new = gmail_batch(name, text=b"ho")

    assert merged(before, new).interactions == (new,)
