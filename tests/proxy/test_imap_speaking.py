"""Who answers a client of IMAP when scopes and modes change under its connection."""

import asyncio
from types import SimpleNamespace

import pytest

from recproxy.config.mail_endpoints import MailPlace
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.play.imap_playback import ImapPlayback
from recproxy.play.playback import Playback
from recproxy.proxy.imap_speaking import imap_connection
from recproxy.proxy.step_room import StepRoom
from recproxy.proxy.traffic import Traffic
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording import load

PLACE = MailPlace(protocol="imap", host="mail.example", port=143, tls=False, endpoint=0)
WHY = "the test that is running now insists on replay"
HEAD = "< * OK ready\n> a LOGIN me XXX\n< a OK in\n> b SELECT x\n< b OK x\n"


class Transport:
    """A client's end of a connection."""

    unread = 0

    def __init__(self):
        self.out, self.closed = b"", ""

    def write(self, data):
        self.out += data

    def close(self):
        self.closed = "closed"

    def abort(self):
        self.closed = "aborted"

    def is_closing(self):
        return bool(self.closed)

    def is_reading(self):
        return True

    def pause_reading(self):
        """Nothing more comes."""

    def get_write_buffer_size(self):
        return self.unread

    def get_extra_info(self, name):
        return None


class Real:
    """A service, as a connection to it is seen."""

    def __init__(self):
        self.heard, self.closed = b"", False

    def listen(self, listener):
        self.says = listener.service_said

    def write(self, data):
        self.heard += data

    def hold(self, *, holds):
        pass

    def close(self):
        self.closed = True


class Scope:
    """An open scope, with what is recorded for it."""

    def __init__(self, name, recorded=None):
        text = "" if recorded is None else f"\nIMAP imap://mail.example:143\n{HEAD}{recorded}=======\n"
        playing = Playback(Index((load(b"#recproxy 2\n" + text.encode()),), Rules()))
        of = ImapPlayback(playing, "mail.example", frozenset())
        self.name, self.plays, self.notes = name, [], []
        self.traffic = Traffic(1)
        self.conversations = SimpleNamespace(
            fault=lambda position, at: None,
            play=self.plays.extend,
            imap=SimpleNamespace(playback=lambda place: of, miss=lambda *words: f"recproxy: a miss of {name}"),
        )

    def note(self, line):
        self.notes.append(line)


class Lane:
    """A lane in a mode, with a service that may be asked."""

    reset_on_miss = False
    max_body = 1 << 20

    def __init__(self, mode, scope, unreachable=""):
        self.mode, self.scope, self.unreachable = mode, scope, unreachable
        self.imap = set()
        self.imap_all = []
        self.services, self.kept = [], []
        self.forwarding = SimpleNamespace(
            mode=mode, seconds=0, imap_service=self._service, keep=self._keep, room=StepRoom()
        )

    @property
    def forwards(self):
        return self.mode in ("record", "live")

    def forwards_large(self):
        return self.mode == "auto"

    def spawn(self, work):
        return asyncio.ensure_future(work)

    async def _service(self, place, spawn):
        from recproxy.mail.imap.client import ImapClient

        if self.unreachable:
            raise UpstreamError(502, self.unreachable)
        self.services.append(Real())
        return ImapClient(), self.services[-1]

    async def _keep(self, interaction, traffic, begun):
        self.kept.append((interaction.scope, [step.data.decode().strip() for step in interaction.steps]))


async def connected(lane):
    """A client of a lane."""
    made, transport = imap_connection(lane, PLACE, None), Transport()
    made.connection_made(transport)
    await settled()

    def says(data):
        transport.out = b""
        made.data_received(data)
        return transport.out

    return SimpleNamespace(says=says, transport=transport, connection=made)


async def settled():
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def run():
    def running(work):
        return asyncio.run(work())

    return running


def test_each_scope_answers_what_is_said_in_it(run):
    async def work():
        lane = Lane("replay", Scope("one", "> c SEARCH ALL\n< * SEARCH 1\n< c OK x\n"))
        client = await connected(lane)
        client.says(b"1 LOGIN me pw\r\n2 SELECT x\r\n")
        got = [client.says(b"3 SEARCH ALL\r\n")]
        before, lane.scope = lane.scope, Scope("two", "> c SEARCH ALL\n< * SEARCH 2\n< c OK x\n")
        client.connection.leave(before)
        got += [client.says(b"4 SEARCH ALL\r\n"), client.says(b"5 FETCH 1 FLAGS\r\n")]
        client.connection.connection_lost(None)
        return got, before.plays, lane.scope.plays

    assert run(work) == (
        [b"* SEARCH 1\r\n3 OK x\r\n", b"* SEARCH 2\r\n4 OK x\r\n", b"5 NO recproxy: a miss of two\r\n"],
        [0],
        [0],
    )


@pytest.mark.parametrize(
    ("unread", "before", "later"),
    [(0, b"* SEARCH 1\r\n3 OK x\r\n4 NO recproxy: a miss of one\r\n", b""),
     (1 << 25, b"* SEARCH 1\r\n3 OK x\r\n", b"4 NO recproxy: a miss of two\r\n")],
)  # fmt: skip
def test_what_a_client_said_that_does_not_read_is_answered_when_its_scope_ends_if_it_is_not_too_much(
    run, unread, before, later
):
    async def work():
        lane = Lane("replay", Scope("one", "> c SEARCH ALL\n< * SEARCH 1\n< c OK x\n"))
        client = await connected(lane)
        client.says(b"1 LOGIN me pw\r\n2 SELECT x\r\n")
        client.connection.pause_writing()
        got = [client.says(b"3 SEARCH ALL\r\n4 FETCH 1 FLAGS\r\n")]
        client.transport.unread = unread
        client.connection.catch_up()
        got.append(client.transport.out)
        ended, lane.scope = lane.scope, Scope("two", "")
        client.connection.leave(ended)
        client.transport.out = b""
        client.connection.resume_writing()
        got.append(client.transport.out)
        client.connection.connection_lost(None)
        return got

    assert run(work) == [b"", before, later]


def test_a_connection_that_another_side_should_answer_ends(run):
    async def work():
        lane = Lane("replay", Scope("one", ""))
        client = await connected(lane)
        lane.mode, lane.scope = "record", Scope("two")
        return client.says(b"1 NOOP\r\n"), client.transport.closed

    assert run(work) == (b"* BYE recproxy: the next test is answered by another side: connect anew\r\n", "closed")


@pytest.mark.parametrize(
    ("before", "mode", "ended"),
    [("auto", "replay", True), ("record", "replay", True), ("auto", "auto", False), ("replay", "replay", False)],
)
def test_a_service_says_nothing_in_a_test_that_insists_on_replay(run, before, mode, ended):
    async def work():
        lane = Lane(before, Scope("one", None if before == "auto" else ""))
        client = await connected(lane)
        for service in lane.services:
            service.says(b"* OK real\r\n")
        lane.mode, lane.scope, client.transport.out = mode, Scope("two", ""), b""
        client.connection.turn()
        client.connection.turn()
        return client.transport.out, client.transport.closed

    bye = b"* BYE recproxy: the test that is running now insists on replay\r\n"
    assert run(work) == ((bye, "closed") if ended else (b"", ""))


@pytest.mark.parametrize("reached", [False, True], ids=["before it is reached", "before it was told what was done"])
def test_a_service_that_is_asked_late_is_told_nothing_in_a_test_that_insists_on_replay(run, reached):
    async def work():
        lane = Lane("auto", Scope("one", ""))
        client = await connected(lane)
        client.says(b"1 LOGIN me pw\r\n4 FETCH 1 FLAGS\r\n5 NOOP\r\n")
        if reached:
            await settled()
        asked = lane.scope
        lane.mode, lane.scope, client.transport.out = "replay", Scope("two", ""), b""
        client.connection.turn()
        await settled()
        (service,) = lane.services
        for answer in (b"* OK real\r\n", b"1 OK in\r\n"):
            if reached:
                service.says(answer)
            await settled()
        client.connection.connection_lost(None)
        await settled()
        assert asked.traffic.failures == [f"imap://mail.example:143: {WHY}"]
        return service.heard, service.closed, client.transport.out, client.transport.closed

    assert run(work) == (b"", True, f"* BYE recproxy: {WHY}\r\n".encode(), "closed")


def test_what_is_said_in_a_scope_is_recorded_for_it(run):
    async def work():
        lane = Lane("record", Scope("one"))
        client = await connected(lane)
        (service,) = lane.services
        service.says(b"* OK real\r\n")
        for said, heard in ((b"1 LOGIN me pw\r\n", b"1 OK in\r\n"), (b"2 NOOP\r\n", b"2 OK x\r\n")):
            client.says(said)
            service.says(heard)
        before, lane.scope = lane.scope, Scope("two")
        client.connection.leave(before)
        client.says(b"3 LIST a b\r\n")
        service.says(b"3 OK y\r\n")
        client.connection.connection_lost(None)
        await settled()
        return lane.kept, service.closed

    opening = ["* OK real", "A1 LOGIN me pw", "A1 OK in"]
    assert run(work) == (
        [("one", [*opening, "A2 NOOP", "A2 OK x"]), ("two", [*opening, "A2 LIST a b", "A2 OK y"])],
        True,
    )


def test_the_end_of_a_scope_waits_for_a_service_that_is_told_what_was_done_and_keeps_that(run):
    async def work():
        lane = Lane("auto", Scope("one", ""))
        client = await connected(lane)
        client.says(b"1 LOGIN me pw\r\n4 FETCH 1 FLAGS\r\n")
        await settled()
        (service,), ended = lane.services, lane.scope
        lane.scope = Scope("two", "")
        client.connection.leave(ended)
        waited = [ended.traffic.busy]
        for answer in (b"* OK real\r\n", b"1 OK in\r\n"):
            service.says(answer)
            await settled()
        waited.append(ended.traffic.busy)
        client.connection.leave(ended)  # once more, when that was waited for
        await settled()
        kept, lane.kept[:] = list(lane.kept), []
        client.connection.connection_lost(None)
        await settled()
        return waited, kept, [scope for scope, _ in lane.kept], ended.traffic.failures

    waited, kept, later, failures = run(work)
    assert (waited, [scope for scope, _ in kept], later, failures) == ([True, False], ["one"], ["two"], [])


def test_live_keeps_nothing(run):
    async def work():
        lane = Lane("live", Scope("one"))
        client = await connected(lane)
        lane.services[0].says(b"* OK real\r\n")
        client.says(b"1 LOGOUT\r\n")
        lane.services[0].says(b"* BYE x\r\n1 OK y\r\n")
        return lane.kept, client.transport.out, client.transport.closed

    assert run(work) == ([], b"* BYE x\r\n1 OK y\r\n", "closed")


def test_a_service_that_cannot_be_reached_is_told(run):
    async def work():
        lane = Lane("record", Scope("one"), unreachable="mail.example:143 cannot be reached")
        client = await connected(lane)
        return client.transport.out, lane.scope.traffic.failures

    assert run(work) == (
        b"* BYE recproxy: mail.example:143 cannot be reached\r\n",
        ["imap://mail.example:143: mail.example:143 cannot be reached"],
    )


def test_a_client_that_goes_before_the_service_is_reached_leaves_it(run):
    async def work():
        lane = Lane("record", Scope("one"))
        made = imap_connection(lane, PLACE, None)
        made.connection_made(Transport())
        made.connection_lost(None)
        await settled()
        return lane.services[0].closed, lane.kept

    assert run(work) == (True, [])


def test_in_auto_the_service_answers_what_was_not_recorded(run):
    async def work():
        lane = Lane("auto", Scope("one", "> c SEARCH ALL\n< * SEARCH 1\n< c OK x\n"))
        client = await connected(lane)
        client.says(b"1 LOGIN me pw\r\n2 SELECT x\r\n3 SEARCH ALL\r\n")
        assert lane.services == []
        assert client.says(b"4 FETCH 1 FLAGS\r\n5 NOOP\r\n") == b""
        await settled()
        (service,) = lane.services
        for answer in (b"* OK real\r\n", b"1 OK in\r\n", b"2 OK x\r\n"):
            service.says(answer)
            await settled()
        service.says(b"* 1 FETCH (FLAGS ())\r\n4 OK x\r\n5 OK x\r\n")
        client.connection.connection_lost(None)
        await settled()
        return service.heard, client.transport.out, lane.kept[0][1][-4:], lane.scope.plays

    assert run(work) == (
        b"1 LOGIN me pw\r\n2 SELECT x\r\n4 FETCH 1 FLAGS\r\n5 NOOP\r\n",
        b"* 1 FETCH (FLAGS ())\r\n4 OK x\r\n5 OK x\r\n",
        ["A4 NOOP", "* 1 FETCH (FLAGS ())", "A3 OK x", "A4 OK x"],
        [0],
    )


def test_in_auto_the_service_answers_where_nothing_was_recorded(run):
    async def work():
        lane = Lane("auto", Scope("one"))
        client = await connected(lane)
        lane.services[0].says(b"* OK real\r\n")
        return client.transport.out

    assert run(work) == b"* OK real\r\n"


def test_in_auto_a_service_that_refuses_the_login_ends_the_connection(run):
    async def work():
        lane = Lane("auto", Scope("one", ""))
        client = await connected(lane)
        client.says(b"1 LOGIN me pw\r\n4 FETCH 1 FLAGS\r\n")
        await settled()
        lane.services[0].says(b"* OK real\r\n")
        await settled()
        client.transport.out = b""
        lane.services[0].says(b"1 NO no such user\r\n")
        await settled()
        return client.transport.out, client.transport.closed, lane.scope.traffic.failures

    text = "the service refused LOGIN: no such user"
    assert run(work) == (f"* BYE recproxy: {text}\r\n".encode(), "closed", [f"imap://mail.example:143: {text}"])
