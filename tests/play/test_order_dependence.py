"""Whether answers depend on the order of requests."""

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.order_dependence import order_dependence
from recproxy.play.playback import Playback
from recproxy.recording import load


def one(path, text="hi", request="", headers=""):
    return f"\nGET https://a.example/{path} HTTP/1.1\n{headers}{request}\n====\nHTTP/1.1 200 OK\n\n{text}\n=======\n"


def dependence(*blocks, **how):
    return order_dependence(Playback(Index((load(("#recproxy 2\n" + "".join(blocks)).encode()),), Rules()), **how))


def test_answers_of_their_own_need_no_order():
    assert dependence() == ""
    assert dependence(one("a"), one("b"), one("c?x=XXX")) == ""
    assert dependence(one("a"), one("b"), one("a")) == ""
    assert dependence(one("a"), repeat="first") == ""


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        ((one("a", "1"), one("a", "2")), "interaction 1: the same request was recorded again with another answer"),
        ((one("a?x=XXX", "1"), one("a?x=1", "2")), "the same request was recorded again with another answer"),
        ((one("a?x=XXX[id]", "XXX[id]"),), "interaction 1: a named place is bound by an earlier request"),
    ],
)
def test_what_an_order_decides_is_named(blocks, why):
    assert why in dependence(*blocks) or why.partition(": ")[2] in dependence(*blocks)


@pytest.mark.parametrize("repeat", ["miss", "cycle"])
def test_a_repeat_that_counts_is_named(repeat):
    assert dependence(one("a"), repeat=repeat).endswith(f"repeat = {repeat!r} counts requests")


def test_a_conversation_has_an_order():
    text = b"#recproxy 2\n\nSMTP smtp://a.example:25\n< 220 hi\n> QUIT\n< 221 bye\n=======\n"
    found = order_dependence(Playback(Index((load(text),), Rules())))
    assert found.endswith("a conversation has an order")
