"""Misses that are described beside the loop: counted when they come, told when their differences are known."""

import asyncio
import socket
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from deadlines import seconds
from transports import transports_closed

from recproxy.config.profile import Endpoint, Match, Profile
from recproxy.http import Head, Owners
from recproxy.play.hooks import Hooks
from recproxy.proxy.lane import ProxyLane
from recproxy.proxy.route import Route
from recproxy.proxy.scope import Answer, OpenScope
from recproxy.recording import load

RECORDING = b"""#recproxy 2

POST https://shop.example/a HTTP/1.1
Content-Type: application/json

{"number": 1}
====
HTTP/1.1 200 OK

ok
=======
"""
LARGE = b'{"number": 2, "more": "' + b"x" * 10_000 + b'"}'


class Beside(Executor):
    """Does what it was given when it is told to."""

    def __init__(self):
        self.waiting = []

    def submit(self, work, /, *args):
        self.waiting.append((future := Future(), work, args))
        return future

    def do(self):
        for future, work, args in self.waiting:
            try:
                future.set_result(work(*args))
            except RuntimeError as error:
                future.set_exception(error)
        self.waiting.clear()


class Client:
    def __init__(self):
        self.data, self.aborted = b"", False

    def write(self, data):
        self.data += data

    def abort(self):
        self.aborted = True


def opened(beside, **match):
    profile = Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",)),), match=Match(**match))
    return OpenScope(profile, "test_a", [load(RECORDING, path="a.rec")], beside=beside)


def ask(scope, body):
    headers = ((b"Host", b"shop.example"), (b"Content-Type", b"application/json"))
    head = Head(b"POST", b"/a", headers, b"shop.example", http10=False, expects=False, keep_alive=True)
    return scope.answer(Route("https", "shop.example"), head, body)


def test_others_are_answered_while_a_large_miss_is_compared():
    async def play():
        beside, client = Beside(), Client()
        scope = opened(beside)
        late = ask(scope, LARGE)
        answers = [ask(scope, b'{"number": 1}'), ask(scope, b'{"number": 3}')]
        before = scope.outcome()
        work = asyncio.ensure_future(late.work(client).run())
        await asyncio.sleep(0)
        is_busy = scope.traffic.busy
        beside.do()
        return answers, before, is_busy, await work, client.data, scope

    answers, before, is_busy, goes_on, told, scope = asyncio.run(play())

    assert all(isinstance(answer, Answer) for answer in answers)
    assert (before.played, [missed.url for missed in before.missed]) == (
        1,
        ["that is still compared", "https://shop.example/a"],
    )
    assert (is_busy, goes_on, scope.traffic.busy) == (True, True, False)
    after = scope.outcome()
    assert [(missed.url, missed.differences[0]) for missed in after.missed] == [
        ("https://shop.example/a", ("json /number", "1", "2")),
        ("https://shop.example/a", ("json /number", "1", "3")),
    ]
    assert after.requests == ("POST https://shop.example/a",) * 3
    assert told.startswith(b"HTTP/1.1 599 Not Recorded\r\n")
    assert told.endswith(after.missed[0].text.encode())


@pytest.mark.parametrize(("miss", "seen"), [("status", (True, False)), ("reset", (False, True))])
def test_a_client_that_gets_a_reset_for_a_miss_gets_it_late_too(miss, seen):
    async def play():
        beside, client = Beside(), Client()
        work = asyncio.ensure_future(ask(opened(beside, miss=miss), LARGE).work(client).run())
        await asyncio.sleep(0)
        beside.do()
        await work
        return bool(client.data), client.aborted

    assert asyncio.run(play()) == seen


def test_of_many_large_misses_at_once_the_values_are_not_compared():
    async def play():
        beside = Beside()
        scope = opened(beside)
        for _ in range(9):
            ask(scope, LARGE)
        await asyncio.sleep(0)
        beside.do()
        await scope.traffic.quiet(20)
        return [missed.differences[0][0] for missed in scope.outcome().missed]

    assert asyncio.run(play()) == ["json /number"] * 8 + ["body"]


def test_trouble_with_a_description_leaves_the_miss_and_answers():
    async def play():
        beside, client = Beside(), Client()
        scope = opened(beside)
        work = asyncio.ensure_future(ask(scope, LARGE).work(client).run())
        await asyncio.sleep(0)
        future, _, _ = beside.waiting.pop()
        future.set_exception(RuntimeError("no"))
        return await work, client.data, scope.outcome().missed

    goes_on, told, missed = asyncio.run(play())

    assert (goes_on, told.startswith(b"HTTP/1.1 599 ")) == (True, True)
    assert [each.text for each in missed] == ["a defect of recproxy: RuntimeError: no"]


@pytest.mark.asyncio
async def test_others_are_answered_while_a_hook_hides_what_a_miss_shows():
    profile = Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",), base_url="SHOP_BASE_URL"),))
    was_answered, in_time = threading.Event(), []

    def redact(interaction):
        in_time.append(was_answered.wait(seconds(5)))
        return interaction

    forwarding = SimpleNamespace(mode="replay", unset=(), turn=lambda *_, **__: None)
    loop, owners = asyncio.get_running_loop(), Owners({"shop.example": "shop"})
    lane = ProxyLane("main", profile, lambda: owners, loop, None, forwarding)
    with ThreadPoolExecutor(1) as beside:
        recording = load(RECORDING, path="a.rec")
        lane.begin(OpenScope(profile, "test_a", [recording], beside=beside, hooks=Hooks(redact=redact)), base=False)
        listener = socket.create_server(("127.0.0.1", 0))
        address = listener.getsockname()
        lane.listen(listener.detach(), 0)

        async def asks(number):
            reader, writer = await asyncio.open_connection(*address)
            body = b'{"number": %d}' % number
            head = b"POST /a HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nContent-Type: application/json\r\n"
            writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            try:
                return (await reader.read())[:12]
            finally:
                writer.close()
                await writer.wait_closed()

        missed = asyncio.ensure_future(asks(2))
        while not lane.scope.history._missed:
            await asyncio.sleep(0)
        got = await asks(1)
        was_answered.set()
        told = await missed
    lane.close()
    await transports_closed()

    assert (got, told, in_time) == (b"HTTP/1.1 200", b"HTTP/1.1 599", [True])
