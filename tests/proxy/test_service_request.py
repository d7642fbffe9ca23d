"""A request on its way to its service: what is asked, how often, and who gets what comes back."""

import asyncio

import pytest
from deadlines import seconds

from recproxy.config.profile import Upstream
from recproxy.http import Head
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.route import Target
from recproxy.proxy.service_request import ServiceRequest
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import UpstreamError

TARGET = Target("http", "shop.example", 80)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Client:
    """Keeps the interim heads that it is sent."""

    def __init__(self):
        self.informed = b""

    def write(self, data):
        self.informed += data


class Case:
    """Requests for one service; `statuses` are those of the responses that were handed on."""

    def __init__(self, origin):
        self.upstreams = Upstreams(Upstream(address=f"http://127.0.0.1:{origin.port}"))
        self.client = Client()
        self.statuses = []

    def request(self, method=b"GET", *, upgrades=False, body=b"", most=100):
        feed = BodyFeed(most, lambda: None)
        if body:
            feed.add(body)
        feed.end()
        headers = ((b"Upgrade", b"websocket"), (b"Connection", b"Upgrade")) if upgrades else ()
        length = ((b"Content-Length", b"%d" % len(body)),) if body else ()
        head = Head(
            method, b"/a", headers + length, b"shop.example", http10=False, expects=False, keep_alive=True,
            upgrades=upgrades,
        )  # fmt: skip
        return ServiceRequest(self.client, self.upstreams, TARGET, head, feed, http2=False)

    async def respond(self, event, conversation):
        self.statuses.append(event.status_code)
        while type(await conversation.next()).__name__ != "EndOfMessage":
            pass
        return True

    async def ask(self, *words, **options):
        request = self.request(*words, **options)
        async with asyncio.timeout(seconds(20)):
            return await request.ask(self.respond), request


def run(work, made):
    async def ran():
        async with made as origin:
            case = Case(origin)
            try:
                await work(case, origin)
            finally:
                case.upstreams.close()

    asyncio.run(ran())


def says(*answers, then_reads=0):
    async def script(origin, reader, writer):
        for answer in answers:
            if await origin.head(reader) is None:
                return
            writer.write(answer)
        if origin.connections == 1:
            await reader.readexactly(then_reads)

    return script


def test_the_response_is_handed_on_and_its_connection_is_used_again(service):
    async def work(case, origin):
        assert (await case.ask())[0]
        assert (await case.ask())[0]
        assert (case.statuses, origin.connections) == ([200, 200], 1)

    run(work, service(says(OK, OK)))


def test_an_interim_head_goes_to_the_client_before_the_response(service):
    async def work(case, origin):
        await case.ask()
        assert case.client.informed == b"HTTP/1.1 103 Early Hints\r\n\r\n"
        assert case.statuses == [200]

    run(work, service(says(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK)))


def test_an_agreement_to_a_websocket_is_no_response(service):
    async def work(case, origin):
        goes_on, request = await case.ask(upgrades=True)
        link, event = request.agreed
        assert (goes_on, event.status_code, case.statuses) == (False, 101, [])
        link.close()

    run(work, service(says(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")))


def test_what_may_be_asked_twice_is_asked_again_where_a_kept_connection_ends(service):
    async def work(case, origin):
        await case.ask()
        assert (await case.ask(b"PUT", body=b"hello"))[0]
        assert (case.statuses, origin.connections) == ([200, 200], 2)

    run(work, service(says(OK, then_reads=10)))


def test_a_body_that_was_not_kept_is_not_sent_twice(service):
    async def work(case, origin):
        await case.ask()
        with pytest.raises(UpstreamError, match="closed the connection in the middle"):
            await case.ask(b"PUT", body=b"x" * 20, most=10)
        assert (case.statuses, origin.connections) == ([200], 1)

    run(work, service(says(OK, then_reads=10)))
