"""Whether answers depend on the order of requests."""

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.order_dependence import order_decides, order_dependence
from recproxy.play.playback import Playback
from recproxy.recording import Request, load


def one(path, text="hi", request="", headers=""):
    return f"\nGET https://a.example/{path} HTTP/1.1\n{headers}{request}\n====\nHTTP/1.1 200 OK\n\n{text}\n=======\n"


def dependence(*blocks, **how):
    return order_dependence(
        Playback(Index((load(("#recproxy 2\n" + "".join(blocks)).encode(), path="a.rec"),), Rules()), **how)
    )


def test_answers_of_their_own_need_no_order():
    assert dependence() == ""
    assert dependence(one("a"), one("b"), one("c?x=XXX")) == ""
    assert dependence(one("a"), one("b"), one("a")) == ""
    assert dependence(one("a"), repeat="first") == ""


def test_a_wildcard_beside_an_exact_request_needs_no_order():
    blocks = (one("a?x=XXX", "any"), one("a?x=1", "one"), one("a?x=XXX", "any"))
    assert dependence(*blocks) == ""
    asked = Playback(Index((load(("#recproxy 2\n" + "".join(blocks)).encode(), path="a.rec"),), Rules()))
    for number, answer in ((1, 1), (2, 0), (1, 1), (2, 2), (1, 1), (3, 2)):
        request = Request(method="GET", url=f"https://a.example/a?x={number}", headers=(), body=b"")
        assert asked.take(asked.locate(request)) == answer


def test_wildcards_with_a_request_in_common_are_named_when_it_comes():
    blocks = (one("a?x=XXX&y=1", "1"), one("a?x=1&y=XXX", "2"))
    assert dependence(*blocks) == ""
    asked = Playback(Index((load(("#recproxy 2\n" + "".join(blocks)).encode(), path="a.rec"),), Rules()))

    def why(query):
        request = Request(method="GET", url=f"https://a.example/a?{query}", headers=(), body=b"")
        return order_decides(asked, asked.locate(request))

    assert why("x=1&y=2") == why("x=2&y=1") == why("x=2&y=2") == ""
    assert why("x=1&y=1") == "the same request has different answers at a.rec:3 and a.rec:11"


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        (
            (one("a", "1"), one("a", "2")),
            "a.rec:3: the same request has different answers at a.rec:3 and a.rec:11",
        ),
        ((one("a?x=XXX[id]", "XXX[id]"),), "a.rec:3: a named place is bound by an earlier request"),
    ],
)
def test_what_an_order_decides_is_named(blocks, why):
    assert dependence(*blocks) == why


@pytest.mark.parametrize("repeat", ["miss", "cycle"])
def test_a_repeat_that_counts_is_named(repeat):
    assert dependence(one("a"), repeat=repeat).endswith(f"repeat = {repeat!r} counts requests")


def test_a_conversation_has_an_order():
    text = b"#recproxy 2\n\nSMTP smtp://a.example:25\n< 220 hi\n> QUIT\n< 221 bye\n=======\n"
    found = order_dependence(Playback(Index((load(text),), Rules())))
    assert found.endswith("a conversation has an order")
