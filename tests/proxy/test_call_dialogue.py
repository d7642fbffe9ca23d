"""A call that is answered message by message, on its way to its client."""

import asyncio

import pytest
from notes_service import framed

from recproxy.http import Head
from recproxy.proxy.body import BodyFeed
from recproxy.proxy.call_dialogue import CallDialogue
from recproxy.proxy.downstream import Answer, LateAnswer
from recproxy.recording import Response
from recproxy.recording.faults import read_fault
from recproxy.recording.message_coding import MessageError

STATUS = Answer(b"HTTP/1.1 200 OK\r\ngrpc-status: 9\r\ngrpc-message: no\r\nContent-Length: 0\r\n\r\n")
HEAD = Head(
    method=b"POST", target=b"/a.B/C", headers=((b"grpc-encoding", b"gzip"),), host=b"a", http10=False, expects=False,
    keep_alive=True,
)  # fmt: skip
RESPONSE = Response(status=200, reason=b"OK", trailers=((b"grpc-status", b"0"),))
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Script:
    """A dialogue that hears what it expects, and says what stands beside it."""

    def __init__(self, *, fits=True, **says):
        self.position, self.heard, self._says, self.fits = 3, ["start"], says, fits

    def hear(self, message):
        self.heard.append(message.decode())
        return message.decode() in self._says

    def end(self):
        self.heard.append("end")
        return "end" in self._says

    def reply(self):
        said = self._says.pop(self.heard[-1], None)
        if isinstance(said, Exception):
            raise said
        return said


class Client:
    has_gone = False

    def __init__(self):
        self.got = []

    def write(self, data):
        self.got.append(bytes(data))

    async def drain(self):
        pass

    def end(self):
        return False

    def abort(self):
        self.got.append("reset")


async def ran(script, *pieces, ends=True, missed=STATUS, fault=None, forward=None):
    feed, client, played = BodyFeed(1 << 20, lambda: None), Client(), []
    for piece in pieces:
        feed.add(piece)
    if ends:
        feed.end()
    work = CallDialogue(
        client, HEAD, feed, script, read=bytes, missed=lambda _: missed, failed=lambda problem, _: STATUS,
        fault=lambda _: fault, played=played.append, forward=forward and (lambda: forward(feed)), calls=set(),
    )  # fmt: skip
    return await work.run(), client.got, played


def run(*words, **options):
    return asyncio.run(ran(*words, **options))


def piece(text):
    data = framed(text)
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_messages_are_answered_as_they_come_in_whatever_pieces():
    script = Script(
        start=(RESPONSE, [framed(b"hi")], False), one=(RESPONSE, [framed(b"1")], False), end=(RESPONSE, [], True)
    )
    goes_on, got, played = run(script, framed(b"one")[:3], framed(b"one")[3:])

    assert goes_on
    assert got == [CHUNKED + piece(b"hi"), piece(b"1"), b"0\r\ngrpc-status: 0\r\n\r\n"]
    assert played == [3]
    assert script.heard == ["start", "one", "end"]


def test_the_service_may_end_first():
    goes_on, got, _ = run(Script(start=(RESPONSE, [], True)), ends=False)

    assert (goes_on, got) == (False, [CHUNKED + b"0\r\ngrpc-status: 0\r\n\r\n"])


@pytest.mark.parametrize("late", [False, True])
def test_a_miss_before_anything_was_said_is_a_status_alone(late):
    async def miss():
        answer = STATUS
        if late:
            answer = LateAnswer(asyncio.ensure_future(asyncio.sleep(0, STATUS)))
        return await ran(Script(), framed(b"other"), missed=answer)

    assert asyncio.run(miss()) == (False, [STATUS.data], [])


def test_a_call_that_nothing_fits_is_a_miss_though_its_client_waits_for_the_service(monkeypatch):
    monkeypatch.setattr("recproxy.proxy.call_dialogue._QUIET", 0)

    assert run(Script(fits=False), ends=False) == (False, [STATUS.data], [])


def test_a_miss_behind_what_was_said_is_its_trailers():
    script = Script(start=(RESPONSE, [framed(b"hi")], False))
    _, got, _ = run(script, framed(b"other"))

    assert got == [CHUNKED + piece(b"hi"), b"0\r\ngrpc-status: 9\r\ngrpc-message: no\r\n\r\n"]


def test_a_miss_may_be_a_reset():
    assert run(Script(), framed(b"other"), missed=Answer(b"", reset=True))[1] == ["reset"]


@pytest.mark.parametrize("pieces", [[b"\x07\0\0\0\1x"], [framed(b"one")[:4]], [framed(b"x" * 2_000_001)]])
def test_what_is_no_message_is_a_miss(pieces):
    assert run(Script(one=None, end=None), *pieces)[1] == [STATUS.data]


def test_an_end_without_an_answer_is_a_miss():
    assert run(Script(one=None, end=None), framed(b"one"))[1] == [STATUS.data]


def test_a_response_that_cannot_be_sent_is_told():
    assert run(Script(start=MessageError("no JSON")))[1] == [STATUS.data]


@pytest.mark.parametrize("words", ["reset", "hang 0"])
def test_a_fault_breaks_the_call_off(words):
    assert run(Script(start=(RESPONSE, [], True)), fault=read_fault(words))[1] == ["reset"]


def test_a_delay_only_delays():
    assert run(Script(start=(RESPONSE, [], True)), fault=read_fault("delay 0"))[1][0].startswith(CHUNKED)


class Begun:
    """A dialogue that runs; `missed` are the reasons of its misses."""

    def __init__(self, script, *pieces, answer=STATUS, **options):
        self.feed, self.client, self.missed, self.calls = BodyFeed(1 << 20, lambda: None), Client(), [], set()
        for each in pieces:
            self.feed.add(each)
        self.work = CallDialogue(
            self.client, HEAD, self.feed, script, read=bytes, missed=lambda why: self.missed.append(why) or answer,
            failed=lambda problem, _: STATUS, fault=lambda _: options.get("fault"), played=lambda _: None,
            forward=options.get("forward"), calls=self.calls,
        )  # fmt: skip

    async def __aenter__(self):
        self.running = asyncio.ensure_future(self.work.run())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_):
        assert self.running.done()
        assert self.calls == set()

    async def left(self):
        self.running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.running


WELCOME = {"start": (RESPONSE, [framed(b"hi")], False)}
OVER = b"0\r\ngrpc-status: 14\r\ngrpc-message: recproxy: the test that began this call has ended\r\n\r\n"


@pytest.mark.parametrize(
    ("says", "missed"),
    [({}, ["its client left this call before it was answered"]), (WELCOME, [])],
    ids=["not", "answered"],
)
def test_a_call_that_its_client_leaves_is_a_miss_where_it_was_not_answered(says, missed):
    async def work():
        async with Begun(Script(**says)) as begun:
            assert (begun.calls, begun.work.is_waiting) == ({begun.work}, bool(missed))
            await begun.left()
        assert begun.missed == missed

    asyncio.run(work())


def test_a_call_that_was_answered_is_unavailable_where_its_test_ends():
    async def work():
        async with Begun(Script(**WELCOME)) as begun:
            begun.work.end()
            begun.work.end()
            assert not await begun.running
        assert (begun.client.got, begun.missed) == ([CHUNKED + piece(b"hi"), OVER], [])

    asyncio.run(work())


def test_a_call_that_was_not_answered_is_a_miss_where_its_test_ends():
    async def work():
        async with Begun(Script(one=None), framed(b"one")) as begun:
            begun.work.end()
            assert begun.missed == ["its test ended before this call was answered"]
            assert not await begun.running
        assert (begun.client.got, len(begun.missed)) == ([STATUS.data], 1)

    asyncio.run(work())


def test_a_fault_that_hangs_is_a_reset_where_its_test_ends():
    async def work():
        async with Begun(Script(**WELCOME), fault=read_fault("hang 60")) as begun:
            begun.work.end()
            assert not await begun.running
        assert (begun.client.got, begun.missed) == (["reset"], [])

    asyncio.run(work())


def test_a_call_that_has_gone_to_the_service_is_no_miss_and_ends_with_its_exchange():
    class Exchange:
        async def run(self):
            await asyncio.Event().wait()

        def drop(self):
            pass

    async def work():
        async with Begun(Script(), framed(b"other"), forward=Exchange) as begun:
            assert not begun.work.is_waiting
            begun.work.end()
            await asyncio.sleep(0)
            assert not begun.running.done()
            await begun.left()
        assert begun.missed == []

    asyncio.run(work())


def test_what_fits_nothing_goes_to_the_service_from_its_beginning():
    class Exchange:
        def __init__(self, feed):
            self.feed = feed

        async def run(self):
            self.got = [await self.feed.next(), await self.feed.next()]
            return True

        def drop(self):
            made.append(self.got)

    made = []
    goes_on, got, _ = run(Script(one=None), framed(b"one"), framed(b"other"), forward=Exchange)

    assert (goes_on, got) == (True, [])
    assert made == [[framed(b"one") + framed(b"other"), None]]


@pytest.mark.asyncio
async def test_a_call_whose_scope_ends_before_its_first_step_is_a_miss_that_its_client_is_told():
    client, calls, reasons = Client(), set(), []
    work = dialogue(client, calls, reasons)
    assert (calls, work.is_waiting) == ({work}, True)
    work.end()
    goes_on = await work.run()
    work.drop()

    assert (goes_on, client.got, calls) == (False, [STATUS.data], set())
    assert reasons == ["its test ended before this call was answered"]


@pytest.mark.asyncio
async def test_a_call_that_its_client_leaves_before_its_first_step_is_a_miss():
    calls, reasons = set(), []
    dialogue(Client(), calls, reasons).drop()

    assert (calls, reasons) == (set(), ["its client left this call before it was answered"])


def dialogue(client, calls, reasons):
    """A call, not begun; `reasons` are those of its misses."""

    def missed(reason):
        reasons.append(reason)
        return STATUS

    return CallDialogue(
        client, HEAD, BodyFeed(1 << 20, lambda: None), Script(), read=bytes, missed=missed, failed=None,
        fault=None, played=None, forward=None, calls=calls,
    )  # fmt: skip
