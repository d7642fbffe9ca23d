"""Answers at recorded pace: when each piece goes out."""

import asyncio

from recproxy.proxy.pacing import PacedAnswer, Pacing


class Client:
    """The client's side, and the moments at which it got something; `slow` seconds go by at each drain."""

    def __init__(self, clock, slow=0.0):
        self.clock = clock
        self.slow = slow
        self.got = []

    def write(self, data):
        self.got.append((round(self.clock.now, 3), data))

    async def drain(self):
        self.clock.now += self.slow

    def abort(self):
        raise AssertionError


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time is told: a sleep takes no time of ours."""

    now = 100.0

    def time(self):
        return self.now

    def call_at(self, when, callback, *args, context=None):
        self.now = max(self.now, when)
        return self.call_soon(callback, *args, context=context)


def sent(pieces, *, slow=0.0, close=False):
    """The pieces with the seconds at which they went, and whether the connection may go on."""
    loop = Clock()
    try:
        client = Client(loop, slow)
        goes_on = loop.run_until_complete(Pacing(client, PacedAnswer(pieces, close)).run())
    finally:
        loop.close()
    return [(round(moment - 100, 3), data) for moment, data in client.got], goes_on


def test_each_piece_goes_out_after_its_gap():
    got, goes_on = sent(((0.5, b"head"), (0.25, b"one"), (0.0, b"two"), (2.0, b"three")))

    assert got == [(0.5, b"head"), (0.75, b"one"), (0.75, b"two"), (2.75, b"three")]
    assert goes_on


def test_a_client_that_reads_slowly_does_not_delay_what_comes_behind_twice():
    got, _ = sent(((0.0, b"head"), (1.0, b"one"), (1.0, b"two")), slow=0.4)

    assert got == [(0.0, b"head"), (1.0, b"one"), (2.0, b"two")]


def test_the_connection_ends_where_the_answer_says_so():
    assert sent(((0.0, b"head"),), close=True)[1] is False
