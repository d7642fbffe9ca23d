"""The end of a connection that goes nowhere: its answer, and then nothing that could lose that answer. Knows sockets only."""

from __future__ import annotations

import asyncio
import socket

__all__ = ["answer_and_close"]

_PIECE = 65536  # bytes read and dropped at once
#: After a refusal, read on for this long: closing a socket with unread bytes would reset it and lose the answer.
_DRAIN_SECONDS = 2.0


def answer_and_close(sock: socket.socket, data: bytes, loop: asyncio.AbstractEventLoop) -> None:
    """Answer and close; what the client still sends is read, since unread bytes would reset its answer away."""
    try:
        while sock.recv(_PIECE):
            pass
    except OSError:
        pass
    try:
        sock.send(data)
        sock.shutdown(socket.SHUT_WR)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
    except OSError:
        sock.close()
        return

    def finish() -> None:
        timer.cancel()
        loop.remove_reader(sock)
        sock.close()

    def drain() -> None:
        try:
            if sock.recv(_PIECE):
                return
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            pass
        finish()

    timer = loop.call_later(_DRAIN_SECONDS, finish)
    loop.add_reader(sock, drain)
