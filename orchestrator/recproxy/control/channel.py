"""One end of a channel: framed messages and file descriptors over a Unix stream socket, on an event loop.

Knows asyncio and sockets, not what a message means. Both ends are processes of one run and one installation, joined
by an inherited socketpair that nobody else can reach; so a message travels pickled, as a plain tuple.
"""

from __future__ import annotations

import array
import asyncio
import errno
import mmap
import os
import pickle
import socket
import struct
import sys
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from recproxy.control.messages import Connect, Message, Return
from recproxy.control.plain_messages import plain_message, restored_message

__all__ = ["Channel"]

#: The size of a message and the count of its descriptors; a scope of long bodies may be larger than 4 GB.
_HEAD = struct.Struct("!QB")
#: Set in the count where the message is not in the stream but in the memory file that is its last descriptor.
_IN_FILE = 0x80
#: In a memory file, how many parts follow: the pickled message and its buffers. Then the size of each, then the parts.
_PARTS = struct.Struct("!Q")
#: Memory files that stay mapped because a message's buffers are in them; each keeps a descriptor, so others are copied.
_MOST_MAPPED = 64
_mapped: weakref.WeakSet[mmap.mmap] = weakref.WeakSet()
#: In the place of a descriptor that was lost.
_LOST = -1
#: Bytes from which a message travels in a memory file: the stream takes some 200 KB at a time, and each piece
#: costs both processes a turn of their loops, while the client waits.
_LARGE = 1 << 19
#: Bytes read at once: a recorded interaction usually fits.
_READ = 1 << 18
#: As a plain number: `&` of a number and a flag makes a flag each time, which takes longer than the rest of a message.
_DESCRIPTORS_LOST = int(socket.MSG_CTRUNC)
#: Descriptors read at once; the kernel passes 253 in one message at most, and ours carry a few.
_MOST_DESCRIPTORS = 64
_ANCILLARY = socket.CMSG_SPACE(4 * _MOST_DESCRIPTORS)
#: Seconds until another try when the kernel has no room for descriptors in flight: nothing says when it has.
_RETRY = 0.01


class Channel:
    """Sends and receives messages; `received(message, descriptors)` owns the descriptors it is given.

    A PickleBuffer in a message arrives as bytes, or as a view of a memory file without having been copied.

    `lost()` is called once, when the other end has gone; not after `close()`. Sending never blocks: what the
    socket does not take waits its turn, descriptors included, and sent descriptors are closed here.
    """

    def __init__(
        self,
        sock: socket.socket,
        loop: asyncio.AbstractEventLoop,
        *,
        received: Callable[[Message, list[int]], None],
        lost: Callable[[], None],
    ) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._loop = loop
        self._received = received
        self._lost = lost
        #: Called when this process had no room for a connection that was sent to it.
        self.crowded: Callable[[], None] = lambda: None
        #: What is read goes here first: to make a buffer of this size for each message takes longer than all the rest.
        self._buffer = memoryview(bytearray(_READ))
        self._unread = bytearray()
        self._descriptors: deque[int] = deque()
        self._unsent: deque[tuple[memoryview, Sequence[int]]] = deque()
        self._waiting = False
        self._closed = False
        loop.add_reader(sock, self._readable)

    def send(self, message: Message, descriptors: Sequence[int] = ()) -> None:
        """Queue a message and its descriptors; they are closed here once they are on their way."""
        if self._closed:
            _close_all(descriptors)
            return
        large: list[pickle.PickleBuffer] = []
        plain = plain_message(message)
        payload = pickle.dumps(plain, protocol=5, buffer_callback=lambda buffer: not _set_aside(buffer, large))
        parts = [memoryview(payload), *(buffer.raw() for buffer in large)]
        size = sum(map(len, parts))
        file = _memory_file(parts) if size >= _LARGE else None
        if large and file is None:
            payload = pickle.dumps(plain, protocol=5)
        if file is None:
            frame = _HEAD.pack(len(payload), len(descriptors)) + payload
        else:
            descriptors = (*descriptors, file)
            frame = _HEAD.pack(size, len(descriptors) | _IN_FILE)
        self._unsent.append((memoryview(frame), descriptors))
        if not self._waiting:
            self._flush()

    def close(self) -> None:
        """Close this end and every descriptor that was still on its way; idempotent."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._sock)
        self._loop.remove_writer(self._sock)
        self._sock.close()
        _close_all(self._descriptors)
        for _, descriptors in self._unsent:
            _close_all(descriptors)
        self._unsent.clear()

    def _flush(self) -> None:
        while self._unsent:
            frame, descriptors = self._unsent[0]
            try:
                sent = (
                    socket.send_fds(self._sock, [frame], list(descriptors)) if descriptors else self._sock.send(frame)
                )
            except (BlockingIOError, InterruptedError):
                self._wait_writable()
                return
            except OSError as error:
                # Too many descriptors in flight: the kernel sets no event for "the other end took some".
                if error.errno in (errno.ETOOMANYREFS, errno.ENOBUFS):
                    self._waiting = True
                    self._loop.call_later(_RETRY, self._retry)
                    return
                self._end()
                return
            _close_all(descriptors)
            if sent < len(frame):
                self._unsent[0] = (frame[sent:], ())
            else:
                self._unsent.popleft()

    def _retry(self) -> None:
        self._waiting = False
        if not self._closed:
            self._flush()

    def _wait_writable(self) -> None:
        if not self._waiting:
            self._waiting = True
            self._loop.add_writer(self._sock, self._writable)

    def _writable(self) -> None:
        self._loop.remove_writer(self._sock)
        self._waiting = False
        self._flush()

    def _readable(self) -> None:
        try:
            count, ancillary, flags, _ = self._sock.recvmsg_into([self._buffer], _ANCILLARY)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._end()
            return
        arrived = 0
        for level, kind, raw in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                numbers = array.array("i")
                numbers.frombytes(raw[: len(raw) - len(raw) % numbers.itemsize])
                self._descriptors.extend(numbers)
                arrived += len(numbers)
        if not count:
            self._end()
            return
        start = len(self._unread)
        self._unread += self._buffer[:count]
        if flags & _DESCRIPTORS_LOST:
            self._mark_lost(start, arrived)
        self._deliver()

    def _mark_lost(self, start: int, arrived: int) -> None:
        """This process had no room for descriptors: put marks in their places, in the message that begins at `start`."""
        at = expected = 0
        while at + _HEAD.size <= len(self._unread):
            size, count = _HEAD.unpack_from(self._unread, at)
            if at >= start and count & ~_IN_FILE:
                expected = count & ~_IN_FILE
            at += _HEAD.size + (0 if count & _IN_FILE else size)
        self._descriptors.extend([_LOST] * (expected - arrived))

    def _deliver(self) -> None:
        while not self._closed and len(self._unread) >= _HEAD.size:
            size, count = _HEAD.unpack_from(self._unread)
            in_file = bool(count & _IN_FILE)
            end = _HEAD.size + (0 if in_file else size)
            if len(self._unread) < end:
                return
            descriptors = [self._descriptors.popleft() for _ in range(count & ~_IN_FILE)]
            if _LOST in descriptors:
                if not self._go_on_without(descriptors, end, in_file=in_file):
                    return
                continue
            message = (
                _unpickled_file(descriptors.pop())
                if in_file
                else _unpickled(memoryview(self._unread)[_HEAD.size : end])
            )
            del self._unread[:end]
            self._received(message, descriptors)

    def _go_on_without(self, descriptors: Sequence[int], end: int, *, in_file: bool) -> bool:
        """A message lost descriptors: without its connection it is dropped, and without anything else this is the end."""
        _close_all([each for each in descriptors if each != _LOST])
        if in_file or not isinstance(_unpickled(memoryview(self._unread)[_HEAD.size : end]), Connect | Return):
            self._end()
            return False
        del self._unread[:end]
        self.crowded()
        return True

    def _end(self) -> None:
        if not self._closed:
            self.close()
            self._lost()


def _set_aside(buffer: pickle.PickleBuffer, large: list[pickle.PickleBuffer]) -> bool:
    """Whether a buffer is large enough to stay out of the pickled message; then it is added to `large`."""
    if buffer.raw().nbytes < _LARGE:
        return False
    large.append(buffer)
    return True


def _memory_file(parts: Sequence[memoryview]) -> int | None:
    """The parts of a message in a file that exists in memory only; None where there are none, or none more."""
    if sys.platform != "linux":
        return None
    try:
        file = os.memfd_create("recproxy")
    except OSError:
        return None
    sizes = struct.pack(f"!{1 + len(parts)}Q", len(parts), *map(len, parts))
    try:
        for part in (memoryview(sizes), *parts):
            view = part
            while view:
                view = view[os.write(file, view) :]
    except OSError:
        os.close(file)
        return None
    return file


def _unpickled(payload: memoryview, buffers: Sequence[memoryview | bytes] = ()) -> Message:
    return restored_message(pickle.loads(payload, buffers=buffers))  # noqa: S301 - see above


def _unpickled_file(file: int) -> Message:
    try:
        mapping = mmap.mmap(file, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(file)
    view = memoryview(mapping)
    (count,) = _PARTS.unpack_from(view)
    sizes = struct.unpack_from(f"!{count}Q", view, _PARTS.size)
    payload, *buffers = _slices(view, _PARTS.size * (1 + count), sizes)
    if len(_mapped) >= _MOST_MAPPED:
        return _unpickled(payload, [bytes(buffer) for buffer in buffers])
    _mapped.add(mapping)
    return _unpickled(payload, buffers)


def _slices(view: memoryview, at: int, sizes: Sequence[int]) -> Iterator[memoryview]:
    for size in sizes:
        yield view[at : at + size]
        at += size


def _close_all(descriptors: Sequence[int] | deque[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
