"""One request forwarded: what the service gets, what the client gets, what is kept."""

import asyncio
import gzip

import pytest
from deadlines import seconds

from recproxy.config.profile import Upstream
from recproxy.http import Head
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.exchange import Exchange
from recproxy.proxy.route import Target
from recproxy.proxy.traffic import Traffic
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import UpstreamError

TARGET = Target("http", "shop.example", 80)


class Client:
    """The client's side: what it was sent, and whether it was dropped."""

    def __init__(self):
        self.said = b""
        self.writes = 0
        self.aborted = self.has_gone = False
        self.changed = asyncio.Event()

    def write(self, data):
        self.said += data
        self.writes += 1
        self.changed.set()

    async def drain(self):
        pass

    def abort(self):
        self.aborted = True

    async def until(self, text):
        async with asyncio.timeout(seconds(20)):
            while text not in self.said:
                self.changed.clear()
                await self.changed.wait()


class Case:
    """Exchanges with one service, by one client."""

    def __init__(self, origin, *, most=1000, keep=True, **settings):
        self.upstreams = Upstreams(Upstream(address=f"http://127.0.0.1:{origin.port}", **settings))
        self.traffic = Traffic(1)
        self.client = Client()
        self.kept = []
        self._most = most
        self._keep = self.keep if keep else None

    async def keep(self, interaction, traffic, begun):
        self.kept.append((interaction, self.client.said))

    def begin(self, method=b"GET", target=b"/a", *headers, body=b"", ended=True, expects=False, local=False, **options):
        """An exchange; its body has ended unless it is said to go on."""
        feed = BodyFeed(self._most, lambda: None)
        if body:
            feed.add(body)
        if ended:
            feed.end()
        ways = {"http10": False, "keep_alive": True, **options}
        head = Head(method, target, headers, b"shop.example", expects=expects, **ways)
        return Exchange(
            self.client, self.upstreams, TARGET, head, feed,
            traffic=self.traffic, scope="test_a", most=self._most, keep=self._keep,
            shown=lambda url: url.replace("value", "XXX"), is_local=local,
        )  # fmt: skip

    async def ask(self, *words, **options):
        """Whether the client's connection may go on."""
        async with asyncio.timeout(seconds(20)):
            return await self.begin(*words, **options).run()


def run(work, made, **options):
    async def ran():
        async with made as origin:
            case = Case(origin, **options)
            try:
                await work(case, origin)
            finally:
                case.upstreams.close()

    asyncio.run(ran())


def says(*answers):
    """A script: one answer for each request, then the end."""

    async def script(origin, reader, writer):
        for answer in answers:
            head = await origin.head(reader)
            if head is None:
                return
            writer.write(answer)

    return script


def test_a_request_passes_and_its_answer_is_kept_before_the_client_sees_its_end(service):
    async def work(case, origin):
        assert await case.ask(b"GET", b"/a?b=1", (b"Host", b"shop.example"), (b"X-A", b"b"))
        assert case.client.said == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        ((interaction, said_before),) = case.kept
        assert said_before == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
        assert (interaction.request.url, interaction.scope) == ("http://shop.example/a?b=1", "test_a")
        assert (interaction.response.status, interaction.response.body) == (200, b"ok")
        assert origin.heads == [b"GET /a?b=1 HTTP/1.1\r\nHost: shop.example\r\nX-A: b\r\n\r\n"]
        assert (case.traffic.forwarded, case.traffic.failures, case.traffic.busy) == (1, [], False)

    run(work, service())


def test_what_came_at_once_and_is_not_kept_goes_to_the_client_at_once(service):
    async def work(case, origin):
        assert await case.ask()
        assert case.client.said == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        assert case.client.writes == 1

    run(work, service(), keep=False)


def test_a_head_whose_body_is_not_there_is_sent_alone(service):
    async def script(origin, reader, writer):
        await origin.head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
        await case.client.until(b"\r\n\r\n")
        writer.write(b"ok")

    async def work(started, origin):
        nonlocal case
        case = started
        assert await case.ask()
        assert case.client.said == b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    case = None
    run(work, service(script), keep=False)


def test_an_answer_that_ends_at_its_head_is_kept_before_it_is_sent(service):
    async def work(case, origin):
        assert await case.ask()
        assert case.kept[0][1] == b""
        assert case.client.said == b"HTTP/1.1 204 No Content\r\nA: b\r\n\r\n"

    run(work, service(says(b"HTTP/1.1 204 No Content\r\nA: b\r\n\r\n")))


def test_live_keeps_nothing(service):
    async def work(case, origin):
        assert await case.ask()
        assert case.kept == []
        assert case.client.said.endswith(b"\r\n\r\nok")

    run(work, service(), keep=False)


def test_headers_of_one_connection_stay_on_it(service):
    async def work(case, origin):
        await case.ask(
            b"GET",
            b"/",
            (b"Connection", b"X-Y"),
            (b"Proxy-Authorization", b"Basic x"),
            (b"TE", b"trailers"),
            (b"Expect", b"100-continue"),
            (b"A", b"b"),
        )
        assert origin.heads == [b"GET / HTTP/1.1\r\nHost: shop.example\r\nA: b\r\n\r\n"]
        assert b"Keep-Alive" not in case.client.said
        assert b"Upgrade" not in case.client.said

    run(work, service(says(b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n")))


@pytest.mark.parametrize(
    ("accepted", "wanted"),
    [
        ((), None),
        ((b"gzip, br",), b"gzip, br"),
        ((b"gzip;q=0, zstd, exotic",), b"zstd"),
        ((b"exotic",), b"identity"),
        ((b"gzip", b"deflate"), b"gzip, deflate"),
    ],
)
def test_only_codings_that_can_be_recorded_are_asked_for(service, accepted, wanted):
    async def work(case, origin):
        await case.ask(b"GET", b"/", *((b"Accept-Encoding", value) for value in accepted))
        line = b"Accept-Encoding: " + wanted + b"\r\n" if wanted is not None else b"\r\n"
        assert origin.heads[0].endswith(line + b"\r\n" if wanted is not None else b"shop.example\r\n\r\n")

    run(work, service())


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (b"http://shop.example/a?b=http://c", b"/a?b=http://c"),
        (b"http://shop.example", b"/"),
        (b"http://shop.example?b=1", b"/?b=1"),
        (b"/a?u=http://x/y", b"/a?u=http://x/y"),
        (b"*", b"*"),
    ],
)
def test_the_service_is_asked_in_origin_form(service, target, wanted):
    async def work(case, origin):
        await case.ask(b"GET", target)
        assert origin.heads[0].split()[1] == wanted

    run(work, service())


def test_a_body_streams_to_the_service(service):
    async def script(origin, reader, writer):
        await origin.head(reader)
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: " + await reader.readexactly(3) + b"\r\n\r\n")
        rest = await reader.readexactly(4)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + rest)

    async def work(case, origin):
        exchange = case.begin(b"POST", b"/", (b"Content-Length", b"7"), body=b"one", ended=False)
        running = asyncio.ensure_future(exchange.run())
        await case.client.until(b"Link: one\r\n\r\n")  # the service had the first piece
        exchange.feed.add(b"more")
        exchange.feed.end()
        assert await running
        assert case.client.said.endswith(b"\r\n\r\nmore")
        assert case.kept[0][0].request.body == b"onemore"

    run(work, service(script))


def test_trailers_pass_both_ways(service):
    async def script(origin, reader, writer):
        await origin.head(reader)
        await reader.readuntil(b"0\r\nX-Up: 1\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Down: 2\r\n\r\n")

    async def work(case, origin):
        exchange = case.begin(b"POST", b"/", (b"Transfer-Encoding", b"chunked"), body=b"hello", ended=False)
        exchange.feed.end(((b"X-Up", b"1"),))
        assert await exchange.run()
        assert case.client.said.endswith(b"\r\n\r\n2\r\nok\r\n0\r\nX-Down: 2\r\n\r\n")
        interaction = case.kept[0][0]
        assert (interaction.request.trailers, interaction.response.trailers) == (
            ((b"X-Up", b"1"),),
            ((b"X-Down", b"2"),),
        )

    run(work, service(script))


def test_an_early_answer_to_a_large_upload_reaches_the_client_and_ends_the_connection(service):
    """The client is still sending; nobody will read the rest."""

    async def script(origin, reader, writer):
        await origin.head(reader)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno!")
        await reader.read()

    async def work(case, origin):
        exchange = case.begin(b"POST", b"/", (b"Content-Length", b"1000000"), body=b"x" * 500_000, ended=False)
        assert await exchange.run() is False
        assert case.client.said.endswith(b"\r\n\r\nno!")
        assert case.traffic.failures == []
        ((interaction, _),) = case.kept
        assert (interaction.request.body, interaction.request.wild) == (b"XXX", "XXX")
        assert interaction.comments == (
            "the service answered before the client had sent the whole body: any body matches",
        )
        assert case.upstreams._idle[TARGET] == []

    run(work, service(script), most=1 << 20)


EARLY = (b"HTTP/1.1 401 No\r\nContent-Length: 3\r\n\r\nno!",)


def test_a_client_that_sends_until_it_has_an_early_answer_gets_it(service, monkeypatch):
    monkeypatch.setattr("recproxy.proxy.exchange._SENDS_ON", 0.01)

    async def work(case, origin):
        exchange = case.begin(b"POST", b"/", (b"Transfer-Encoding", b"chunked"), body=b"x", ended=False)

        async def send():
            while not case.client.said.endswith(b"no!"):
                exchange.feed.add(b"x")
                await asyncio.sleep(0.001)

        async with asyncio.timeout(seconds(20)), asyncio.TaskGroup() as group:
            group.create_task(send())
            assert await exchange.run() is False
        ((interaction, _),) = case.kept
        assert (interaction.request.body, interaction.request.wild) == (b"XXX", "XXX")

    run(work, service(says(*EARLY)))


def test_a_client_that_waits_to_be_told_to_send_its_body_gets_an_early_answer_at_once(service, monkeypatch):
    waited = []

    async def take_rest(feed, *_):
        waited.append(feed.size)

    monkeypatch.setattr(BodyFeed, "take_rest", take_rest)

    async def work(case, origin):
        for expects, body in ((True, b""), (True, b"x"), (False, b"")):
            length = (b"Content-Length", b"9")
            exchange = case.begin(b"POST", b"/", length, body=body, ended=False, expects=expects)
            assert await exchange.run() is False
        assert [interaction.request.wild for interaction, _ in case.kept] == ["XXX"] * 3

    run(work, service(says(*EARLY)))
    assert waited == [1, 0]


def test_a_connection_that_went_stale_in_the_pool_is_tried_once_more(service):
    """Closed by the service at the very moment that the second request comes."""

    async def script(origin, reader, writer):
        await origin.head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        if origin.connections == 1:
            await reader.readexactly(10)  # the next request has come

    async def work(case, origin):
        assert await case.ask()
        case.client.said = b""
        assert await case.ask(b"POST", b"/", (b"Content-Length", b"5"), body=b"hello")
        assert case.client.said.endswith(b"\r\n\r\nok")
        assert origin.connections == 2
        assert origin.heads[1].startswith(b"POST / ")
        assert (case.traffic.failures, case.kept[1][0].request.body) == ([], b"hello")

    run(work, service(script))


def test_a_stale_connection_is_not_tried_again_where_the_body_was_not_kept(service):
    async def script(origin, reader, writer):
        await origin.head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await reader.readexactly(10)

    async def work(case, origin):
        await case.ask()
        assert await case.ask(b"PUT", b"/", (b"Content-Length", b"20"), body=b"x" * 20) is False
        assert b"HTTP/1.1 502 Bad Gateway\r\n" in case.client.said
        assert origin.connections == 1
        assert len(case.traffic.failures) == 1

    run(work, service(script), most=10)


def test_a_fresh_connection_that_breaks_is_a_failure_that_shows_no_secret_and_is_not_asked_again(service):
    async def script(origin, reader, writer):
        await origin.head(reader)

    async def work(case, origin):
        assert await case.ask(b"GET", b"/a-value?key=1") is False
        assert case.client.said.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
        assert origin.connections == 1
        assert case.traffic.failures == [
            "GET http://shop.example/a-XXX: the service closed the connection without an answer"
        ]
        assert case.kept == []

    run(work, service(script))


def test_an_answer_that_breaks_off_drops_the_client_which_cannot_take_it_for_whole(service):
    async def work(case, origin):
        assert await case.ask() is False
        assert case.client.aborted
        assert case.kept == []
        assert len(case.traffic.failures) == 1

    run(work, service(says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")))


def test_a_service_that_takes_too_long_is_504(service):
    async def script(origin, reader, writer):
        await reader.read()

    async def work(case, origin):
        assert await case.ask() is False
        assert case.client.said.startswith(b"HTTP/1.1 504 Gateway Timeout\r\n")

    run(work, service(script), timeout=0.05)


def test_what_cannot_be_kept_fails_the_request(service):
    async def work(case, origin):
        async def refuse(interaction, traffic, begun):
            raise UpstreamError(502, "the disk is full")

        case._keep = refuse
        assert await case.ask() is False
        assert case.client.aborted
        assert case.traffic.failures == ["GET http://shop.example/a: the disk is full"]

    run(work, service())


def test_http10_gets_no_chunks_and_the_end_of_the_connection(service):
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"

    async def work(case, origin):
        assert await case.ask(http10=True, keep_alive=True) is False
        assert case.client.said == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok"
        assert case.kept[0][0].response.headers == ((b"Transfer-Encoding", b"chunked"),)
        assert origin.heads[0].startswith(b"GET /a HTTP/1.1\r\n")

    run(work, service(says(chunked)))


def test_http10_keep_alive_is_confirmed(service):
    async def work(case, origin):
        assert await case.ask(http10=True, keep_alive=True)
        assert b"Connection: keep-alive\r\n" in case.client.said

    run(work, service())


def test_http10_gets_no_interim_response(service):
    async def work(case, origin):
        await case.ask(http10=True)
        assert case.client.said.startswith(b"HTTP/1.1 200 OK\r\n")

    run(work, service(says(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")))


def test_a_client_that_closes_is_told_so(service):
    async def work(case, origin):
        assert await case.ask(keep_alive=False) is False
        assert b"Connection: close\r\n" in case.client.said

    run(work, service())


def test_a_body_that_the_connection_ends_is_recorded_so(service):
    async def work(case, origin):
        assert await case.ask() is False
        assert case.client.said == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end"
        assert case.kept[0][0].response.framing == "close"

    run(work, service(says(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")))


def test_head_and_304_have_a_length_and_no_body(service):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"

    async def work(case, origin):
        assert await case.ask(b"HEAD")
        assert case.client.said == answer
        assert case.kept[0][0].response.body == b""

    run(work, service(says(answer)))


def test_coded_bodies_pass_as_they_are_and_are_kept_readable(service):
    body = gzip.compress(b"readable")
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

    async def work(case, origin):
        assert await case.ask(b"GET", b"/", (b"Accept-Encoding", b"gzip"))
        assert case.client.said == answer
        assert (case.kept[0][0].response.body, case.kept[0][0].response.encoding) == (b"readable", "gzip")

    run(work, service(says(answer)))


def test_bodies_that_are_too_large_pass_and_are_not_stored(service):
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n" + b"y" * 20

    async def script(origin, reader, writer):
        await origin.head(reader)
        await reader.readexactly(30)
        writer.write(answer)

    async def work(case, origin):
        assert await case.ask(b"POST", b"/", (b"Content-Length", b"30"), body=b"x" * 30)
        assert case.client.said == answer
        interaction = case.kept[0][0]
        assert (interaction.request.body, interaction.request.omitted) == (b"", 30)
        assert (interaction.response.body, interaction.response.omitted) == (b"", 20)

    run(work, service(script), most=10)


@pytest.mark.parametrize(
    ("kind", "line", "kept", "failures"),
    [
        (b"text/event-stream", b"data: 1\n\n", [b"data: 1\n\n"], []),
        # Streams of X say that they are JSON: their chunks are whole lines, and some of them blank.
        (b"application/json; charset=utf-8", b'{"a":1}\r\n', [b'{"a":1}\r\n'], []),
        (
            b"application/json",
            b'{"a":1,\n "',
            [],
            ["GET http://shop.example/a: the client went away before the answer was complete"],
        ),
        (
            b"text/plain",
            b"data: 1\n\n",
            [],
            ["GET http://shop.example/a: the client went away before the answer was complete"],
        ),
    ],
)
def test_of_a_client_that_goes_away_only_a_stream_is_kept(service, kind, line, kept, failures):
    async def script(origin, reader, writer):
        await origin.head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % kind)
        writer.write(b"%x\r\n%s\r\n" % (len(line), line))
        await reader.read()

    async def work(case, origin):
        running = asyncio.ensure_future(case.begin().run())
        await case.client.until(line)
        case.client.has_gone = True
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert [interaction.response.body for interaction, _ in case.kept] == kept
        assert case.traffic.failures == failures
        assert not case.traffic.busy

    run(work, service(script), timeout=0.2)


def test_a_stream_that_its_client_leaves_at_its_end_is_kept_once(service):
    stream = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    end = b"0\r\n\r\n"

    async def work(case, origin):
        write = case.client.write

        def leave_at_the_end(data):
            write(data)
            if data.endswith(end):
                running.cancel()

        case.client.write = leave_at_the_end
        running = asyncio.ensure_future(case.begin().run())
        with pytest.raises(asyncio.CancelledError):
            await running
        assert [interaction.response.body for interaction, _ in case.kept] == [b"data: [DONE]\n\n"]
        assert case.traffic.failures == []

    run(work, service(says(stream + b"e\r\ndata: [DONE]\n\n\r\n" + end)))


WHY = "the test that is running now insists on replay"


async def nothing_more(origin, reader, writer):
    """Half of a stream, and no end."""
    await origin.head(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
    await reader.read()


def test_an_exchange_that_is_broken_off_is_kept_as_far_as_it_came_and_its_client_dropped(service):
    async def work(case, origin):
        exchange = case.begin()
        running = asyncio.ensure_future(exchange.run())
        await case.client.until(b"data: 1\n\n")
        assert exchange.lasts
        exchange.end(WHY)
        assert not await running
        assert [interaction.response.body for interaction, _ in case.kept] == [b"data: 1\n\n"]
        assert (case.client.aborted, case.traffic.failures, case.traffic.busy) == (True, [], False)

    run(work, service(nothing_more))


def test_a_client_that_goes_while_its_exchange_is_broken_off_changes_nothing(service):
    async def work(case, origin):
        keep, keeping, may_keep = case.keep, asyncio.Event(), asyncio.Event()

        async def waits(*words):
            keeping.set()
            await may_keep.wait()
            await keep(*words)

        case._keep = waits
        exchange = case.begin()
        running = asyncio.ensure_future(exchange.run())
        await case.client.until(b"data: 1\n\n")
        exchange.end(WHY)
        await keeping.wait()
        running.cancel()
        await asyncio.sleep(0)
        may_keep.set()
        assert not await running
        assert ([interaction.response.body for interaction, _ in case.kept], case.traffic.failures) == (
            [b"data: 1\n\n"],
            [],
        )

    run(work, service(nothing_more))


def test_a_body_that_its_client_left_fails_the_scope_where_it_is_broken_off_before_its_end(service):
    async def half(origin, reader, writer):
        await origin.head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
        await reader.read()

    async def work(case, origin):
        exchange = case.begin()
        running = asyncio.ensure_future(exchange.run())
        await case.client.until(b"ab")
        case.client.has_gone = True
        running.cancel()  # it is read to its end without a client
        await asyncio.sleep(0)
        exchange.end(WHY)
        with pytest.raises(asyncio.CancelledError):
            await running
        assert (case.kept, case.traffic.failures) == ([], [f"GET http://shop.example/a: {WHY}"])
        assert not case.traffic.busy

    run(work, service(half))


def test_an_answer_that_is_being_kept_is_not_broken_off(service):
    async def work(case, origin):
        keep = case.keep

        async def ends(*words):
            exchange.end(WHY)
            await keep(*words)

        case._keep = ends
        exchange = case.begin()
        assert await exchange.run()
        assert (case.client.said[-2:], len(case.kept), case.traffic.failures) == (b"ok", 1, [])

    run(work, service())


def test_nothing_is_asked_where_a_test_insists_on_replay_but_on_this_machine(service):
    async def work(case, origin):
        case.traffic.exchanges.is_shut = lambda: True
        assert not await case.ask()
        assert case.client.said.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
        assert case.client.said.endswith(f"recproxy: {WHY}\n".encode())
        assert (case.traffic.failures, origin.connections) == ([f"GET http://shop.example/a: {WHY}"], 0)
        case.client.said = b""
        running = case.begin(local=True)
        running.end(WHY)
        assert await running.run()
        assert case.client.said.endswith(b"ok")

    run(work, service())


def test_an_exchange_that_has_not_begun_when_it_is_broken_off_never_begins(service):
    async def work(case, origin):
        exchange = case.begin()
        exchange.end(WHY)
        assert not await exchange.run()
        assert (origin.connections, case.traffic.failures) == (0, [f"GET http://shop.example/a: {WHY}"])

    run(work, service())


def test_what_goes_on_by_itself_is_a_stream_an_upload_and_what_was_waited_for_in_vain(service):
    async def work(case, origin):
        ordinary, upload = case.begin(), case.begin(b"POST", ended=False)
        assert (ordinary.lasts, upload.lasts) == (False, True)
        await case.traffic.quiet(0)
        assert ordinary.lasts
        ordinary.drop()
        upload.drop()

    run(work, service())


def test_the_users_proxy_gets_its_login_with_each_plain_request_and_no_recording_has_it(service, monkeypatch):
    async def ran():
        async with service() as proxy:
            monkeypatch.setenv("HTTP_PROXY", f"http://me:pass@127.0.0.1:{proxy.port}")
            case = Case(proxy)
            case.upstreams = Upstreams(Upstream())
            assert await case.ask(b"GET", b"/a", (b"Proxy-Authorization", b"Basic of the client"))
            case.upstreams.close()
            assert b"GET http://shop.example/a HTTP/1.1\r\n" in proxy.heads[0]
            assert proxy.heads[0].count(b"Proxy-Authorization: ") == 1
            assert b"\r\nProxy-Authorization: Basic bWU6cGFzcw==\r\n" in proxy.heads[0]
            assert b"bWU6cGFzcw" not in repr(case.kept).encode()

    asyncio.run(ran())
