"""uvloop, redirected: it resolves and connects in C, past the socket module."""

from __future__ import annotations

import sys

from recproxy.client.redirect.addresses import RefusedError
from recproxy.client.redirect.sockets import allow_own, port_number, redirected, report_refusal, resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from recproxy.client.redirect.addresses import Addresses
    from recproxy.client.redirect.patches import Patches

__all__ = ["patch_uvloop"]


def patch_uvloop(uvloop: ModuleType, addresses: Addresses, patches: Patches) -> None:
    """Redirect uvloop's loop, a Python class over the one in C."""
    # Loaded by uvloop; to import it above would load it in programs that never open a socket.
    socket = sys.modules["socket"]
    patches.replace(uvloop.Loop, "create_connection", lambda original: _create_connection(socket, original, addresses))
    patches.replace(
        uvloop.Loop, "create_datagram_endpoint", lambda original: _create_datagram_endpoint(socket, original, addresses)
    )
    patches.replace(uvloop.Loop, "getaddrinfo", lambda original: _getaddrinfo(socket, original, addresses))
    patches.replace(uvloop.Loop, "sock_connect", lambda original: _sock_connect(socket, original, addresses))


def _create_connection(socket: ModuleType, original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    async def create_connection(
        self: Any, protocol_factory: Any, host: Any = None, port: Any = None, **options: Any
    ) -> Any:
        wanted = port_number(socket, port) if isinstance(host, str) else None
        try:
            target = None if wanted is None else addresses.target(host, wanted)
        except RefusedError as refused:
            report_refusal(socket, refused)
            raise
        if target is None:
            return await original(self, protocol_factory, host, port, **options)
        if options.get("ssl") and options.get("server_hostname") is None:
            options["server_hostname"] = host
        announced = addresses.literal(host) is not None or addresses.is_local(host)
        if wanted is not None and announced and not options.get("local_addr"):
            return await original(self, protocol_factory, sock=await _connected(self, socket, host, wanted), **options)
        options["family"] = socket.AF_INET
        return await original(self, protocol_factory, *target, **options)

    return create_connection


async def _connected(loop: Any, socket: ModuleType, host: str, port: int) -> Any:
    """A socket connected in the place of a literal address, which the gateway is told."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await loop.sock_connect(sock, (host, port))
    except BaseException:
        sock.close()
        raise
    return sock


def _create_datagram_endpoint(
    socket: ModuleType, original: Callable[..., Any], addresses: Addresses
) -> Callable[..., Any]:
    async def create_datagram_endpoint(
        self: Any, protocol_factory: Any, local_addr: Any = None, remote_addr: Any = None, **options: Any
    ) -> Any:
        if isinstance(remote_addr, tuple) and isinstance(remote_addr[0], str):
            try:
                addresses.target(remote_addr[0], port_number(socket, remote_addr[1]) or 0, datagram=True)
            except RefusedError as refused:
                report_refusal(socket, refused)
                raise
        return await original(self, protocol_factory, local_addr, remote_addr, **options)

    return create_datagram_endpoint


def _getaddrinfo(socket: ModuleType, original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    async def getaddrinfo(self: Any, host: Any, port: Any, **options: Any) -> Any:
        if resolved(socket, addresses, host, port, options.get("flags", 0)) is None:
            found = await original(self, host, port, **options)
            allow_own(addresses, host, *(entry[4][0] for entry in found))
            return found
        return socket.getaddrinfo(host, port, **options)

    return getaddrinfo


def _sock_connect(socket: ModuleType, original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    async def sock_connect(self: Any, sock: Any, address: Any) -> Any:
        return await original(self, sock, redirected(socket, addresses, sock, address))

    return sock_connect
