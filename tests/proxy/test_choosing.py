"""Answers that a test process chooses, over its socket."""

import asyncio
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from recproxy.client.choosing import Chooser
from recproxy.config.profile import Endpoint, Profile
from recproxy.control.choices import AskedRequest, Choice
from recproxy.http import Head
from recproxy.proxy.choosing import chosen_answer
from recproxy.proxy.route import Route
from recproxy.proxy.scope import OpenScope
from recproxy.recording import load

BLOCK = "GET https://shop.example/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{}\n=======\n\n"
ROUTE = Route("https", "shop.example:443")
HEAD = Head(
    b"POST",
    b"/x?q=1",
    ((b"Host", b"shop.example"), (b"X-A", b"\xff")),
    b"shop.example",
    http10=False,
    expects=False,
    keep_alive=True,
)


class Client:
    def __init__(self):
        self.data = b""

    def write(self, data):
        self.data += data


class Forwarding:
    """Answers for the service."""

    def exchange(self, downstream, route, head, feed, *, scope, traffic, kept):
        self.kept = kept
        self.downstream, self.feed, self.of = downstream, feed, (route, head, scope, traffic)
        return self

    async def run(self):
        self.downstream.write(b"from the service: " + await self.feed.next())
        return await self.feed.next() is None


@pytest.fixture
def socket_path():
    with tempfile.TemporaryDirectory(prefix="rp-") as folder:  # a socket's path is short
        yield Path(folder, "1.sock")


def opened(chooser, *said):
    recording = load(("#recproxy 2\n\n" + "".join(BLOCK.format(each, each) for each in said)).encode(), path="a.rec")
    profile = Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",)),))
    scope = OpenScope(profile, "test_a", [recording], match_on=("method", "uri"), repeat="miss")
    scope.chooser = str(chooser)
    return scope


def answered(scope, forwarding=None, body=b"body", *, route=ROUTE, head=HEAD, asks_service=None):
    """What a client gets, and whether its connection goes on."""
    client = Client()

    async def answer():
        asks = forwarding is not None if asks_service is None else asks_service
        late = chosen_answer(scope, route, head, body, forwarding, asks_service=asks)
        assert scope.traffic.busy
        return await late.work(client).run()

    goes_on = asyncio.run(answer())
    assert not scope.traffic.busy
    return client.data, goes_on


def test_what_is_chosen_plays_in_order_until_it_is_used_up(socket_path):
    asked = []

    def choose(question):
        asked.append(question)
        return Choice((0, 2), reason="" if len(asked) < 3 else "all of them were played")

    scope = opened(socket_path, "first", "second", "third")
    with closing(Chooser(socket_path, choose)):
        answers = [answered(scope) for _ in range(3)]

    assert [data.rpartition(b"\r\n")[2] for data, _ in answers[:2]] == [b"first", b"third"]
    assert answers[2][0].startswith(b"HTTP/1.1 599 Not Recorded")
    assert asked[0] == AskedRequest(
        "POST", "https://shop.example/x?q=1", (("Host", "shop.example"), ("X-A", "\udcff")), b"body"
    )
    assert not socket_path.exists()
    outcome = scope.outcome()
    assert (outcome.plays, len(outcome.missed)) == ((1, 0, 1), 1)
    assert outcome.missed[0].text.startswith("all of them were played\n")


def test_nothing_chosen_goes_to_the_service_where_that_is_asked(socket_path):
    scope, forwarding = opened(socket_path, "first"), Forwarding()
    with closing(Chooser(socket_path, lambda _: Choice(reason="none"))):
        got = answered(scope, forwarding)

    assert got == (b"from the service: body", True)
    assert forwarding.of == (ROUTE, HEAD, "test_a", scope.traffic)
    assert scope.outcome().missed == ()


def test_what_the_suite_leaves_to_this_machine_goes_there_and_nothing_is_kept(socket_path):
    scope, forwarding = opened(socket_path, "first"), Forwarding()
    with closing(Chooser(socket_path, lambda _: Choice(reason="left", ignored=True))):
        at_home = answered(scope, forwarding, route=Route("http", "127.0.0.1:8081"), asks_service=False)
        elsewhere = answered(scope, forwarding, asks_service=False)

    assert (at_home, forwarding.kept) == ((b"from the service: body", True), False)
    assert elsewhere[0].startswith(b"HTTP/1.1 599 Not Recorded")
    assert len(scope.outcome().missed) == 1


def test_what_the_service_need_not_answer_it_is_not_asked(socket_path):
    scope, forwarding = opened(socket_path, "first"), Forwarding()
    with closing(Chooser(socket_path, lambda _: Choice((0,)))):
        data, goes_on = answered(scope, forwarding)

    assert (data.rpartition(b"\r\n")[2], goes_on) == (b"first", True)


def raising(_):
    raise LookupError("no such tenant")


@pytest.mark.parametrize(
    ("choose", "told"),
    [
        (raising, "POST https://shop.example/x: LookupError: no such tenant"),
        (
            lambda _: Choice((7,)),
            'did not say which recorded interactions fit: not {"positions": [...]} with each below 1',
        ),
        (None, "did not say which recorded interactions fit: "),
    ],
    ids=("a function raises", "not a position", "nobody is there"),
)
def test_trouble_fails_the_request_and_the_scope(socket_path, choose, told):
    scope = opened(socket_path, "first")
    if choose is None:
        got = answered(scope)
    else:
        with closing(Chooser(socket_path, choose)):
            got = answered(scope)

    assert got[0].startswith(b"HTTP/1.1 502 ")
    [failure] = scope.outcome().failures
    assert told in failure
