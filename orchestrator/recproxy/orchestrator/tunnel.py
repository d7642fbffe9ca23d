"""Tunnels: connections to hosts that no profile owns, joined with the real host untouched.

Only for hosts that the project lets pass; nothing is read, recorded or changed.
"""

from __future__ import annotations

import asyncio
import socket

from recproxy.http import error_response

__all__ = ["Tunnels"]


class Tunnels:
    """The tunnels of one lane."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()

    def join(self, sock: socket.socket, host: str, port: int, greeting: bytes) -> None:
        """Connect to the host, greet the client and let bytes pass both ways until both ends are done."""
        task = self._loop.create_task(self._run(sock, host, port, greeting))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Cut them all."""
        for task in self._tasks:
            task.cancel()

    async def _run(self, sock: socket.socket, host: str, port: int, greeting: bytes) -> None:
        reader, writer = await asyncio.open_connection(sock=sock)
        try:
            try:
                far_reader, far_writer = await asyncio.open_connection(host, port)
            except OSError as problem:
                if greeting:
                    text = f"{host}:{port} cannot be reached: {problem.strerror or problem}"
                    writer.write(error_response(502, text))
                return
            writer.write(greeting)
            try:
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
            finally:
                far_writer.close()
        finally:
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.close()
