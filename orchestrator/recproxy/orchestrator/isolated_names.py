"""The name server of an isolated command: it answers every name with one address, so that none is asked elsewhere.

`answer` is a function of a message's bytes (RFC 1035 section 4); NameServer serves it on sockets opened inside.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType

from recproxy.control.acceptor import Acceptor

__all__ = ["EVERY_NAME", "NameServer", "answer", "mail_addresses"]

#: Reserved for documentation (RFC 5737): no service has it, and clients do not take it for loopback.
EVERY_NAME = IPv4Address("192.0.2.1")
_LOOPBACK = {1: IPv4Address("127.0.0.1").packed, 28: IPv6Address("::1").packed}
_A = 1
_IP_PKTINFO = 8
_CONTROL_SIZE = 256  # bytes: one address, and room to spare
_MESSAGE_LIMIT = 65535  # bytes of a datagram
#: Of a name in an answer: it is where the question has it.
_SAME_NAME = b"\xc0\x0c"
_SECONDS = 1  # that a program may remember an answer, which never changes


def mail_addresses(hosts: Iterable[str]) -> dict[str, IPv4Address]:
    """An address for each mail server, by which a connection tells its host: the client waits for the server's words."""
    return {host: EVERY_NAME + number for number, host in enumerate(dict.fromkeys(hosts), 1)}


def answer(query: bytes, own: str, mail: Mapping[str, IPv4Address] = MappingProxyType({})) -> bytes | None:
    """The answer to a query; None for what is no query.

    It is EVERY_NAME for any name but for those of `mail` servers, and loopback for localhost and `own`.
    """
    if len(query) < 12 or query[2] & 0x80:
        return None
    position, labels = 12, []
    while position < len(query) and query[position]:
        size = query[position]
        labels.append(query[position + 1 : position + 1 + size].decode("ascii", "replace").lower())
        position += 1 + size
    end = position + 5
    if end > len(query) or query[4:6] != b"\0\1":
        return None
    (kind,) = struct.unpack_from("!H", query, position + 1)
    name = ".".join(labels)
    if labels[-1:] == ["localhost"] or name == own.lower():
        data = _LOOPBACK.get(kind)
    else:
        data = mail.get(name, EVERY_NAME).packed if kind == _A else None
    # A response, authoritative, with recursion as asked for and available, and without an error.
    head = query[:2] + bytes((0x84 | query[2] & 1, 0x80)) + struct.pack("!4H", 1, int(data is not None), 0, 0)
    record = b"" if data is None else _SAME_NAME + struct.pack("!HHIH", kind, 1, _SECONDS, len(data)) + data
    return head + query[12:end] + record


class NameServer:
    """Answers on these sockets; each answer comes from the address that was asked, whichever it was."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        own: str,
        loop: asyncio.AbstractEventLoop,
        mail: Mapping[str, IPv4Address] = MappingProxyType({}),
    ) -> None:
        self._loop = loop
        self._own = own
        self._mail = mail
        self._tasks: set[asyncio.Task[None]] = set()
        self._acceptors = [Acceptor(loop, sock, self._arrived) for sock in sockets if sock.type == socket.SOCK_STREAM]
        self._datagrams = [sock for sock in sockets if sock.type == socket.SOCK_DGRAM]
        for sock in self._datagrams:
            loop.add_reader(sock, self._answer, sock)

    def close(self) -> None:
        """Stop answering."""
        for task in self._tasks:
            task.cancel()
        for acceptor in self._acceptors:
            acceptor.close()
        for sock in self._datagrams:
            self._loop.remove_reader(sock)
            sock.close()

    def _answer(self, sock: socket.socket) -> None:
        try:
            query, control, _, client = sock.recvmsg(_MESSAGE_LIMIT, _CONTROL_SIZE)
            reply = answer(query, self._own, self._mail)
            if reply is not None:
                sock.sendmsg([reply], [_asked(*each) for each in control], 0, client)
        except OSError:
            return

    def _arrived(self, link: socket.socket) -> None:
        task = self._loop.create_task(self._serve(link))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, link: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=link)
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(2), "big")
                reply = answer(await reader.readexactly(size), self._own, self._mail)
                if reply is None:
                    return
                writer.write(len(reply).to_bytes(2, "big") + reply)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


def _asked(level: int, kind: int, data: bytes) -> tuple[int, int, bytes]:
    """What the kernel said of the address that was asked, as it takes it for the address to answer from."""
    if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
        _, _, address = struct.unpack("=i4s4s", data)
        return level, kind, struct.pack("=i4s4s", 0, address, b"\0" * 4)
    return level, kind, data
