"""Tunnels: connections to hosts that no profile owns, joined with the real host untouched.

Only for hosts that the project lets pass, and for loopback; nothing is read, recorded or changed.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Callable, Container, Coroutine
from typing import Any

from recproxy.control.host_names import is_loopback
from recproxy.control.listening import LOOPBACK, Listening
from recproxy.control.sockets import address_elsewhere
from recproxy.http import error_response

__all__ = ["Tunnels"]

#: Loopback answers at once, unless a server's queue is full.
_CONNECT_SECONDS = 2.0


class Tunnels:
    """The tunnels of one lane; `outgoing` makes sockets on loopback where that is not this process's own.

    `own_ports` are those at which the run is reached.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        outgoing: Callable[[socket.AddressFamily], socket.socket] | None = None,
        own_ports: Container[int] = (),
        listening: Listening = LOOPBACK,
    ) -> None:
        self._loop = loop
        self._outgoing = outgoing
        self._own_ports = own_ports
        self._listening = listening
        self._tasks: set[asyncio.Task[None]] = set()

    def join(self, sock: socket.socket, host: str, port: int, greeting: bytes, first: bytes = b"") -> None:
        """Connect to the host, greet the client and let bytes pass both ways until both ends are done.

        Args:
            sock: the client.
            host: a name or an address.
            port: of the host.
            greeting: what the client gets first.
            first: what the host gets first.
        """
        self._start(self._run(sock, host, port, greeting, first))

    def joined(
        self, sock: socket.socket, far: tuple[asyncio.StreamReader, asyncio.StreamWriter], greeting: bytes
    ) -> None:
        """The same with a host that was reached already."""
        self._start(self._run_joined(sock, far, greeting))

    def probe(
        self, host: str, port: int, spoke: Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], None]
    ) -> asyncio.Task[None]:
        """Connect to a host and tell what it says first; nothing happens where it says nothing or is not there."""
        return self._start(self._probe(host, port, spoke))

    def close(self) -> None:
        """Cut them all."""
        for task in self._tasks:
            task.cancel()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _probe(
        self, host: str, port: int, spoke: Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], None]
    ) -> None:
        try:
            reader, writer = await self._reach(host, port)
        except OSError:
            return
        try:
            data = await reader.read(65536)
        except BaseException:
            writer.close()
            raise
        if data:
            spoke(reader, writer, data)
        else:
            writer.close()

    async def _run_joined(
        self, sock: socket.socket, far: tuple[asyncio.StreamReader, asyncio.StreamWriter], greeting: bytes
    ) -> None:
        reader, writer = await asyncio.open_connection(sock=sock)
        try:
            await _both_ways(reader, writer, *far, greeting)
        finally:
            writer.close()

    async def _run(self, sock: socket.socket, host: str, port: int, greeting: bytes, first: bytes) -> None:
        reader, writer = await asyncio.open_connection(sock=sock)
        try:
            try:
                far_reader, far_writer = await self._reach(host, port)
            except OSError as problem:
                if greeting or first:
                    text = f"{host}:{port} cannot be reached: {problem.strerror or problem}"
                    writer.write(error_response(502, text))
                return
            far_writer.write(first)
            await _both_ways(reader, writer, far_reader, far_writer, greeting)
        finally:
            writer.close()

    async def _reach(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if not is_loopback(host):
            if self._listening.is_wide or port in self._own_ports:
                host = await address_elsewhere(host, port, self._listening)
            return await asyncio.open_connection(host, port)
        for address in (addresses := _loopback_addresses(host)):
            try:
                if self._outgoing is None:
                    return await asyncio.open_connection(address, port)
                return await self._from_inside(self._outgoing, address, port)
            except OSError:
                if address == addresses[-1]:
                    raise
        raise AssertionError

    async def _from_inside(
        self, outgoing: Callable[[socket.AddressFamily], socket.socket], address: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        sock = outgoing(socket.AF_INET6 if ":" in address else socket.AF_INET)
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await self._loop.sock_connect(sock, (address, port))
        except BaseException as problem:
            sock.close()
            if isinstance(problem, TimeoutError) and not problem.errno:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from None
            raise
        return await asyncio.open_connection(sock=sock)


def _loopback_addresses(host: str) -> tuple[str, ...]:
    """The addresses of a loopback host. Not every system knows the names below localhost: RFC 6761 section 6.3."""
    return ("127.0.0.1", "::1") if host.endswith("localhost") else (host,)


async def _both_ways(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
    greeting: bytes,
) -> None:
    writer.write(greeting)
    try:
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
    finally:
        far_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.close()
