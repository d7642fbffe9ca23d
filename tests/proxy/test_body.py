"""A request's body on its way through."""

import asyncio
import sys

from recproxy.proxy.body import BodyFeed, KeptBody


def run(work, most=100):
    async def ran():
        told = []
        feed = BodyFeed(most, lambda: told.append(feed.is_full))
        await work(feed, told)

    asyncio.run(ran())


def test_pieces_come_out_as_they_went_in_and_then_none():
    async def work(feed, told):
        for piece in (b"a", b"b", b"c"):
            feed.add(piece)
        feed.end(((b"X-Sum", b"1"),))
        assert [await feed.next() for _ in range(4)] == [b"a", b"b", b"c", None]
        assert (feed.size, feed.kept, feed.trailers, feed.ended) == (3, b"abc", ((b"X-Sum", b"1"),), True)

    run(work)


def test_who_asks_first_waits_for_the_next_piece():
    async def work(feed, told):
        waiting = asyncio.ensure_future(feed.next())
        await asyncio.sleep(0)
        assert not waiting.done()
        feed.add(b"late")
        assert await waiting == b"late"
        waiting = asyncio.ensure_future(feed.next())
        await asyncio.sleep(0)
        feed.end()
        assert await waiting is None

    run(work)


def test_what_was_passed_is_what_was_taken():
    async def work(feed, told):
        feed.add(b"one")
        feed.add(b"two")
        assert feed.passed == b""
        await feed.next()
        assert feed.passed == b"one"
        await feed.next()
        assert feed.passed == b"onetwo"

    run(work)


def test_a_body_that_is_too_large_streams_on_but_is_not_kept():
    async def work(feed, told):
        feed.add(b"12345")
        assert (feed.whole, feed.kept) == (True, b"12345")
        feed.add(b"6")
        assert (feed.whole, feed.kept, feed.size) == (False, b"", 6)
        feed.add(b"7")
        assert feed.kept == b""
        assert [await feed.next() for _ in range(3)] == [b"12345", b"6", b"7"]

    run(work, most=5)


def test_the_client_is_held_while_too_much_waits():
    piece = b"x" * (1 << 17)

    async def work(feed, told):
        feed.add(piece)
        feed.add(piece)
        assert told == []
        feed.add(piece)
        assert told == [True]
        await feed.next()
        assert told == [True, False]
        await feed.next()
        assert told == [True, False]

    run(work, most=1 << 30)


def test_the_rest_is_taken_until_it_ends_or_nothing_more_comes():
    async def work():
        feed = BodyFeed(100, lambda: None)
        feed.add(b"one")
        await feed.take_rest(0.01, 60)
        asyncio.get_running_loop().call_soon(feed.add, b"two")
        asyncio.get_running_loop().call_soon(feed.end)
        await feed.take_rest(60, 60)
        return feed.kept, feed.passed, feed.ended

    assert asyncio.run(work()) == (b"onetwo", b"onetwo", True)


def test_the_rest_of_a_client_that_sends_on_and_on_is_not_taken_without_end():
    async def work():
        loop = asyncio.get_running_loop()
        feed = BodyFeed(100, lambda: None)

        def send():
            feed.add(b"x")
            loop.call_later(0.001, send)

        send()
        await feed.take_rest(60, 0.01)
        return feed.ended

    assert asyncio.run(work()) is False


def test_what_comes_in_single_bytes_is_kept_in_one_buffer():
    kept = KeptBody()
    for number in range(1000):
        kept.add(bytes((number % 256, 7)))

    whole = kept.whole()
    assert (len(whole), whole[:4], sys.getsizeof(kept._bytes) < 4000) == (2000, b"\0\7\1\7", True)
    kept.clear()
    assert kept.whole() == b""


def test_one_piece_is_not_copied():
    kept, piece = KeptBody(), b"x" * 100
    kept.add(piece)

    assert kept.whole() is piece
