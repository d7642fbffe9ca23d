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
