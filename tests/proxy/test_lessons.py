"""What a scope learns of secrets, and what it does where that is too much."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from recproxy.http import Head
from recproxy.proxy import lessons as module
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.lessons import Lessons
from recproxy.proxy.route import Target
from recproxy.recording import Request

TOKEN = "k3Y9q2Z8w1X7v5B4n6M0"
OTHER = "p0L9k8J7h6G5f4D3s2A1"


def sent(token, body=b""):
    return Request(
        method="POST",
        url="https://api.shop.example/",
        headers=((b"Authorization", f"Bearer {token}".encode()),),
        body=body,
    )


def learned(lessons):
    return {each.value.decode() for each in lessons.values()}


def taken(lessons, token, body=b""):
    headers = ((b"Host", b"api.shop.example"), (b"Authorization", f"Bearer {token}".encode()))
    head = Head(
        method=b"POST",
        target=b"/",
        headers=headers,
        host=b"api.shop.example",
        http10=False,
        expects=False,
        keep_alive=True,
    )
    feed = BodyFeed(1 << 22, lambda: None)
    feed.add(body)
    feed.end()
    lessons.take(head, Target("https", "api.shop.example", 443), feed, None)


def test_a_miss_knows_what_was_answered_before_it_and_what_is_answered_later_is_known_at_the_end():
    seen = [sent(TOKEN)]
    lessons = Lessons(answered=seen)

    known = lessons.of_miss(Request(method="GET", url="https://api.shop.example/items"))
    assert TOKEN.encode() in known.known
    assert not lessons.is_reading
    seen.append(sent(OTHER))
    assert lessons.is_reading
    asyncio.run(lessons.settled())

    assert learned(lessons) == {TOKEN, OTHER}
    assert TOKEN not in repr(lessons) + repr(lessons.values())


def test_a_scope_that_misses_nothing_reads_nothing():
    lessons = Lessons(answered=[sent(TOKEN)])
    assert not lessons.is_reading
    asyncio.run(lessons.settled())
    assert learned(lessons) == set()


@pytest.mark.parametrize("wanted", [True, False])
def test_what_is_forwarded_is_read_beside_the_loop_where_a_report_shows_it(wanted):
    with ThreadPoolExecutor(1) as beside:
        lessons = Lessons(beside=beside, wanted=wanted)
        taken(lessons, TOKEN)
        asyncio.run(lessons.settled())
    assert learned(lessons) == ({TOKEN} if wanted else set())
    assert lessons.complete


@pytest.mark.parametrize(("bound", "most"), [("_MOST", 0), ("_MOST_WAITING", 10)])
def test_where_too_much_is_shown_the_scope_says_that_it_does_not_know_all(monkeypatch, bound, most):
    monkeypatch.setattr(module, bound, most)
    lessons = Lessons(wanted=True)
    taken(lessons, TOKEN, b"more than ten bytes")
    assert not lessons.complete
    assert learned(lessons) == set()


def test_codings_of_what_is_forwarded_are_undone_beside_the_loop(monkeypatch):
    threads = []
    monkeypatch.setattr("recproxy.proxy.capture.passed", lambda *_: threads.append(threading.current_thread()))
    with ThreadPoolExecutor(1) as beside:
        lessons = Lessons(beside=beside, wanted=True)
        taken(lessons, TOKEN)
        asyncio.run(lessons.settled())
    assert len(threads) == 1
    assert threads != [threading.current_thread()]


def test_what_cannot_be_read_for_a_defect_makes_the_scope_incomplete(monkeypatch):
    monkeypatch.setattr(Lessons, "_learn", lambda self, interaction: 1 / 0)
    lessons = Lessons(wanted=True)
    taken(lessons, TOKEN)
    assert not lessons.complete


def test_of_a_body_that_is_too_large_the_head_is_read(monkeypatch):
    monkeypatch.setattr(module, "_LARGEST", 10)
    lessons = Lessons(wanted=True)
    taken(lessons, TOKEN, b'{"access_token": "%s"}' % OTHER.encode())
    assert learned(lessons) == {TOKEN}
    assert lessons.complete
