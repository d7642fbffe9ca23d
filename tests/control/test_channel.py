"""Channels over a real socketpair: framing, descriptors, many in flight, and the end."""

import asyncio
import contextlib
import os
import pickle
import resource
import socket
import struct

import pytest
from deadlines import factor, seconds
from descriptors import open_descriptors

from recproxy.control.channel import Channel
from recproxy.control.messages import Connect, EndLane, Know, Listen, Recorded, Stop
from recproxy.control.plain_messages import plain_message
from recproxy.recording import Interaction, Request, Response, pack


class End:
    """One end of a channel and what it received."""

    def __init__(self, sock, loop):
        self.received = []
        self.lost = 0
        self._changed = asyncio.Event()
        self.channel = Channel(sock, loop, received=self._take, lost=self._gone)

    def _take(self, message, descriptors):
        self.received.append((message, descriptors))
        self._changed.set()

    def _gone(self):
        self.lost += 1
        self._changed.set()

    async def until(self, condition):
        async with asyncio.timeout(seconds(20)):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def messages(self, count):
        await self.until(lambda: len(self.received) >= count)
        return [message for message, _ in self.received]


def run(work):
    """Run `work(left, right)` on a loop, with the two ends of a channel."""

    async def joined():
        loop = asyncio.get_running_loop()
        left, right = (End(sock, loop) for sock in socket.socketpair())
        try:
            await work(left, right)
        finally:
            left.channel.close()
            right.channel.close()
            for _, descriptors in (*left.received, *right.received):
                for descriptor in descriptors:
                    if is_open(descriptor):
                        os.close(descriptor)

    asyncio.run(joined())


def run_raw(work):
    """Run `work(sock, end)`: a plain socket and the channel at its other end."""

    async def joined():
        sock, theirs = socket.socketpair()
        end = End(theirs, asyncio.get_running_loop())
        with sock:
            try:
                await work(sock, end)
            finally:
                end.channel.close()

    asyncio.run(joined())


def is_open(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def frame_of(message):
    """A message as it travels: its length, how many descriptors go with it, itself."""
    payload = pickle.dumps(plain_message(message), protocol=5)
    return struct.pack("!QB", len(payload), 0) + payload


def file_with(text):
    read, write = os.pipe()
    os.write(write, text)
    os.close(write)
    return read


def test_messages_arrive_whole_and_in_order_both_ways():
    interaction = Interaction(request=Request(method="GET", url="https://a.example/"), response=Response(status=200))
    messages = [
        Know(owners={"a.example": "a"}, ports=(1, 2)),
        Recorded(order=1, scope=2, packed=pack(interaction), begun=1.0, ended=2.0),
        Stop(),
    ]

    async def work(left, right):
        for message in messages:
            left.channel.send(message)
            right.channel.send(message)
        assert await right.messages(3) == messages
        assert await left.messages(3) == messages

    run(work)


def large(order):
    return Recorded(order=order, scope=1, packed=bytes(range(256)) * 12_000, begun=0.0, ended=0.0)


def test_a_large_message_arrives_between_others_with_its_own_descriptors():
    before = open_descriptors()

    async def work(left, right):
        left.channel.send(Stop())
        left.channel.send(large(1), [file_with(b"one")])
        left.channel.send(EndLane(lane="a"), [file_with(b"two")])
        left.channel.send(large(2))
        assert await right.messages(4) == [Stop(), large(1), EndLane(lane="a"), large(2)]
        texts = [[os.read(each, 10) for each in descriptors] for _, descriptors in right.received]
        assert texts == [[], [b"one"], [b"two"], []]

    run(work)
    assert open_descriptors() == before


@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_a_buffer_arrives_as_its_bytes(size):
    async def work(left, right):
        packed = pickle.PickleBuffer(bytes(size))
        left.channel.send(Recorded(order=1, scope=1, packed=packed, begun=0.0, ended=0.0))
        [message] = await right.messages(1)
        assert bytes(message.packed) == bytes(size)

    run(work)


def test_many_large_buffers_keep_few_descriptors():
    before = open_descriptors()
    texts = [bytes([number]) * 600_000 for number in range(80)]

    async def work(left, right):
        for text in texts:
            left.channel.send(Recorded(order=1, scope=1, packed=pickle.PickleBuffer(text), begun=0.0, ended=0.0))
        messages = await right.messages(80)
        assert [bytes(message.packed) for message in messages] == texts
        assert open_descriptors() <= before + 70

    run(work)


def test_a_large_message_arrives_where_no_memory_file_is_left(monkeypatch):
    def refuse(name):
        raise OSError(24, "too many open files")

    monkeypatch.setattr(os, "memfd_create", refuse, raising=False)

    async def work(left, right):
        left.channel.send(large(1))
        assert await right.messages(1) == [large(1)]

    run(work)


@pytest.mark.parametrize("size", [1, 2, 4, 5, 6, 7])
def test_a_message_in_pieces_is_one_message(size):
    messages = [EndLane(lane="one"), EndLane(lane="two"), Stop()]
    data = b"".join(frame_of(message) for message in messages)

    async def work(sock, end):
        sock.setblocking(False)
        for place in range(0, len(data), size):
            await asyncio.get_running_loop().sock_sendall(sock, data[place : place + size])
            await asyncio.sleep(0)  # the loop reads each piece by itself
        assert await end.messages(3) == messages

    run_raw(work)


def test_messages_in_one_piece_are_told_apart():
    messages = [EndLane(lane=str(number)) for number in range(100)]

    async def work(sock, end):
        sock.sendall(b"".join(frame_of(message) for message in messages))
        assert await end.messages(100) == messages

    run_raw(work)


def test_a_descriptor_arrives_with_its_message_and_is_closed_here():
    async def work(left, right):
        given = file_with(b"hello")
        left.channel.send(Stop())
        left.channel.send(Connect(lane="default"), [given])
        left.channel.send(Stop())
        await right.messages(3)
        assert [len(descriptors) for _, descriptors in right.received] == [0, 1, 0]
        got = right.received[1][1][0]
        assert os.read(got, 10) == b"hello"
        assert got == given or not is_open(given)

    run(work)


def test_each_of_many_descriptors_arrives_with_its_own_message():
    """More than one read takes in, with bodies larger than a socket's buffer between them."""
    count = 300

    async def work(left, right):
        for number in range(count):
            held = b"x" * (100_000 if number % 50 == 0 else number)
            left.channel.send(Connect(lane=str(number), held=held), [file_with(b"%d" % number)])
        await right.messages(count)
        for number, (message, descriptors) in enumerate(right.received):
            assert message.lane == str(number)
            assert [os.read(descriptor, 10) for descriptor in descriptors] == [b"%d" % number]
            os.close(descriptors[0])

    run(work)


def test_several_descriptors_keep_their_order():
    async def work(left, right):
        left.channel.send(Connect(lane="default"), [file_with(b"%d" % number) for number in range(10)])
        await right.messages(1)
        assert [os.read(descriptor, 1) for descriptor in right.received[0][1]] == [
            b"%d" % number for number in range(10)
        ]

    run(work)


def test_sending_never_blocks_and_all_arrives_once_the_other_end_reads():
    large = Connect(lane="default", held=b"x" * 5_000_000)

    async def work(sock, end):
        end.channel.send(large)
        for number in range(50):
            end.channel.send(EndLane(lane=str(number)))
        loop = asyncio.get_running_loop()
        reader = End(sock.dup(), loop)
        messages = await reader.messages(51)
        reader.channel.close()
        assert messages == [large, *(EndLane(lane=str(number)) for number in range(50))]

    run_raw(work)


def test_lost_is_called_once_when_the_other_end_goes():
    async def work(left, right):
        left.channel.send(Stop())
        left.channel.close()
        await right.until(lambda: right.lost)
        right.channel.send(Stop())
        right.channel.close()
        await asyncio.sleep(0)
        assert right.lost == 1
        assert [message for message, _ in right.received] == [Stop()]
        assert left.lost == 0

    run(work)


def test_lost_is_called_once_when_sending_finds_the_other_end_gone():
    async def work(sock, end):
        sock.close()
        end.channel.send(Stop())
        end.channel.send(Stop())
        await end.until(lambda: end.lost)
        await asyncio.sleep(0)
        assert end.lost == 1

    run_raw(work)


def test_a_message_cut_short_by_the_end_is_not_delivered():
    async def work(sock, end):
        sock.sendall(frame_of(Stop())[:-1])
        sock.shutdown(socket.SHUT_WR)
        await end.until(lambda: end.lost)
        assert end.received == []

    run_raw(work)


def test_closing_closes_the_descriptors_that_were_still_on_their_way():
    """Those not yet sent, those received for a message that is not complete, and those given afterwards."""

    async def work(left, right):
        unsent = [file_with(b"") for _ in range(3)]
        left.channel.send(Connect(lane="default", held=b"x" * 5_000_000))
        for descriptor in unsent:
            left.channel.send(Connect(lane="default"), [descriptor])
        left.channel.close()
        left.channel.close()
        after = file_with(b"")
        left.channel.send(Connect(lane="default"), [after])
        assert [is_open(descriptor) for descriptor in (*unsent, after)] == [False] * 4

    run(work)


def test_closing_closes_descriptors_whose_message_never_came():
    read, write = os.pipe()

    async def work(sock, end):
        socket.send_fds(sock, [struct.pack("!QB", 1000, 1)], [write])
        os.close(write)
        sock.shutdown(socket.SHUT_WR)
        await end.until(lambda: end.lost)
        # The other end's copy was the last: the pipe has ended.
        assert os.read(read, 1) == b""

    run_raw(work)
    os.close(read)


def test_nothing_is_delivered_after_a_close_in_the_middle():
    received = []

    data = frame_of(EndLane(lane="first")) + frame_of(EndLane(lane="second"))

    async def work():
        sock, theirs = socket.socketpair()
        done = asyncio.Event()

        def take(message, descriptors):
            received.append(message)
            channel.close()
            done.set()

        channel = Channel(theirs, asyncio.get_running_loop(), received=take, lost=lambda: received.append("lost"))
        with sock:
            sock.sendall(data)
            await asyncio.wait_for(done.wait(), seconds(20))
            await asyncio.sleep(0)

    asyncio.run(work())
    assert received == [EndLane(lane="first")]


@contextlib.contextmanager
def no_more_descriptors():
    factor()  # is known for the deadlines from now on: to measure it takes descriptors
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_connection_for_which_there_is_no_descriptor_is_dropped_alone():
    connect = Connect(lane="default", tls=False, authority=None)
    crowded = []

    async def work(left, right):
        right.channel.crowded = lambda: (crowded.append(1), right._changed.set())
        left.channel.send(connect, [file_with(b"a")])
        left.channel.send(Stop())
        left.channel.send(connect, [file_with(b"b")])
        with no_more_descriptors():
            await right.until(lambda: len(crowded) == 2)
        left.channel.send(connect, [file_with(b"c")])
        assert await right.messages(2) == [Stop(), connect]
        (descriptor,) = right.received[-1][1]
        assert os.read(descriptor, 9) == b"c"

    run(work)


def test_a_listener_for_which_there_is_no_descriptor_ends_the_channel():
    async def work(left, right):
        left.channel.send(Listen(lane="default", endpoint=0), [file_with(b"a")])
        with no_more_descriptors():
            await right.until(lambda: right.lost)

    run(work)
