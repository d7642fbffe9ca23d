"""The socket module, redirected: names resolve to made-up addresses, and connections to them go to the gateway.

asyncio, ssl and every client written in Python end in these functions. Server names and Host headers stay what the
program said.
"""

from __future__ import annotations

from recproxy.client.redirect.addresses import is_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from recproxy.client.redirect.addresses import Addresses
    from recproxy.client.redirect.patches import Patches

__all__ = ["number", "patch", "redirected", "resolved"]


def patch(socket: ModuleType, addresses: Addresses, patches: Patches) -> None:
    """Redirect the socket module. `connect` is set on the Python class, which ssl's socket inherits from."""
    patches.replace(socket, "getaddrinfo", lambda original: _getaddrinfo(socket, original, addresses))
    patches.replace(socket, "gethostbyname", lambda original: _gethostbyname(original, addresses))
    patches.replace(socket, "gethostbyname_ex", lambda original: _gethostbyname_ex(original, addresses))
    patches.replace(socket.socket, "connect", lambda original: _connect(socket, original, addresses))
    patches.replace(socket.socket, "connect_ex", lambda original: _connect_ex(socket, original, addresses))


def resolved(socket: ModuleType, addresses: Addresses, host: object, port: object, flags: int) -> str | None:
    """The made-up address of a host in the forms that getaddrinfo takes; None leaves it to the system."""
    name = _text(host)
    if name is None or flags & socket.AI_NUMERICHOST:
        return None
    return addresses.resolve(name, number(socket, port))


def redirected(socket: ModuleType, addresses: Addresses, sock: Any, address: Any) -> Any:
    """The address that a socket is to connect to instead of this one; the same where it is not redirected.

    Raises:
        ConnectionRefusedError: the host is redirected, this port of it is not.
    """
    if sock.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple) or len(address) < 2:
        return address
    host, port = _text(address[0]), address[1]
    if host is None or not isinstance(port, int):
        return address
    # QUIC and other datagrams have no proxy to go to: they are refused where TCP would be redirected.
    target = addresses.target(host, port if sock.type == socket.SOCK_STREAM else -1)
    if target is None:
        return address
    return target if sock.family == socket.AF_INET else ("::ffff:" + target[0], target[1])


def _getaddrinfo(socket: ModuleType, original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def getaddrinfo(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:  # noqa: A002 - the standard library's own name
        address = resolved(socket, addresses, host, port, flags)
        if address is None:
            return original(host, port, family, type, proto, flags)
        if family == socket.AF_INET6:
            address = "::ffff:" + address
        # A machine without any network still reaches its loopback, which AI_ADDRCONFIG would deny.
        found = original(address, port, family or socket.AF_INET, type, proto, flags & ~socket.AI_ADDRCONFIG)
        return [(*entry[:3], entry[3] and _text(host), entry[4]) for entry in found]

    return getaddrinfo


def _gethostbyname(original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def gethostbyname(hostname: Any) -> Any:
        name = _text(hostname)
        return (name is not None and addresses.resolve(name, None)) or original(hostname)

    return gethostbyname


def _gethostbyname_ex(original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def gethostbyname_ex(hostname: Any) -> Any:
        name = _text(hostname)
        address = None if name is None else addresses.resolve(name, None)
        return original(hostname) if address is None else (name, [], [address])

    return gethostbyname_ex


def _connect(socket: ModuleType, original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def connect(self: Any, address: Any) -> Any:
        return original(self, redirected(socket, addresses, self, address))

    return connect


def _connect_ex(socket: ModuleType, original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def connect_ex(self: Any, address: Any) -> Any:
        try:
            address = redirected(socket, addresses, self, address)
        except ConnectionRefusedError as refused:
            return refused.errno
        return original(self, address)

    return connect_ex


def _text(host: object) -> str | None:
    """A host as text; None for what getaddrinfo takes for no host, or does not take at all."""
    if isinstance(host, (bytes, bytearray)):
        return bytes(host).decode("ascii", "replace")
    return host if isinstance(host, str) else None


def number(socket: ModuleType, port: object) -> int | None:
    """A port as a number, from the forms that getaddrinfo takes; None where it is left open."""
    if isinstance(port, int):
        return port
    text = _text(port)
    if not text:
        return None
    try:
        return int(text) if is_literal(text) else socket.getservbyname(text)
    except (OSError, ValueError):
        return None
