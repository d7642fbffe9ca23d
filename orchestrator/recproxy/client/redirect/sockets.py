"""The socket module, redirected: names resolve to made-up addresses, and connections to them go to the gateway.

asyncio, ssl and every client written in Python end in these functions. Server names and Host headers stay what the
program said.
"""

from __future__ import annotations

from recproxy.client.redirect.addresses import RefusedError, is_literal, normal_host

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from recproxy.client.redirect.addresses import Addresses
    from recproxy.client.redirect.patches import Patches

__all__ = [
    "allow_own",
    "patch_class",
    "patch_names",
    "patch_socket",
    "port_number",
    "redirected",
    "report_refusal",
    "resolved",
]

#: The gateway answers at once; where it has gone, the program must not wait for it.
_GATEWAY_SECONDS = 2.0
#: The port of plain HTTP, whose Host header says where a request goes.
_HTTP_PORT = 80


def patch_socket(socket: ModuleType, addresses: Addresses, patches: Patches) -> None:
    """Redirect the socket module. `connect` is set on the Python class, which ssl's socket inherits from."""
    addresses.allow(socket.gethostname())
    patch_names(socket, socket, addresses, patches)
    patch_class(socket, socket.socket, addresses, patches)


def patch_names(socket: ModuleType, module: ModuleType, addresses: Addresses, patches: Patches) -> None:
    """Redirect the functions of a module that resolve names as those of `socket` do."""
    patches.replace(module, "getaddrinfo", lambda original: _getaddrinfo(socket, original, addresses))
    patches.replace(module, "gethostbyname", lambda original: _gethostbyname(original, addresses))
    patches.replace(module, "gethostbyname_ex", lambda original: _gethostbyname_ex(original, addresses))


def patch_class(socket: ModuleType, owner: type, addresses: Addresses, patches: Patches) -> None:
    """Redirect a class whose methods are those of `socket.socket`, or some of them."""
    for name, wrap in (("connect", _connect), ("connect_ex", _connect_ex), ("sendto", _sendto), ("sendmsg", _sendmsg)):
        if hasattr(owner, name):
            patches.replace(owner, name, lambda original, wrap=wrap: wrap(socket, original, addresses))


def resolved(socket: ModuleType, addresses: Addresses, host: object, port: object, flags: int) -> str | None:
    """The made-up address of a host in the forms that getaddrinfo takes; None leaves it to the system."""
    name = _text(host)
    if name is None or flags & socket.AI_NUMERICHOST:
        return None
    return addresses.resolve(name, port_number(socket, port))


def redirected(socket: ModuleType, addresses: Addresses, sock: Any, address: Any) -> Any:
    """The address that a socket is to connect to instead of this one; the same where it is not redirected.

    Raises:
        RefusedError: it may not be reached.
    """
    if sock.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple) or len(address) < 2:
        return address
    host, port = _text(address[0]), address[1]
    if host is None or not isinstance(port, int):
        return address
    try:
        target = addresses.target(host, port, datagram=sock.type != socket.SOCK_STREAM)
    except RefusedError as refused:
        report_refusal(socket, refused)
        raise
    if target is None:
        return address
    literal = addresses.literal(host)
    if addresses.is_local(host):
        _announce(socket, sock, literal or normal_host(host) or "localhost", target, port)
    elif literal is not None and port != _HTTP_PORT:
        _announce(socket, sock, literal, target)
    return target if sock.family == socket.AF_INET else ("::ffff:" + target[0], target[1])


def allow_own(addresses: Addresses, host: object, *found: str) -> None:
    """Allow the addresses that were found for a host, if it is this machine."""
    name = _text(host)
    if name is not None and addresses.allowed(name):
        for address in found:
            addresses.allow(address)


def report_refusal(socket: ModuleType, refused: RefusedError) -> None:
    """Ask the gateway for a host that it will refuse, so that the run fails even if the program goes on."""
    if refused.gateway is None:
        return
    host = f"[{refused.host}]" if ":" in refused.host else refused.host
    _tell(socket, refused.gateway, f"CONNECT {host}:{refused.port} HTTP/1.1\r\nHost: {host}:{refused.port}\r\n\r\n")


def _announce(socket: ModuleType, sock: Any, host: str, gateway: tuple[str, int], to: int = 0) -> None:
    """Tell the gateway where a socket is about to connect to, by the port that it comes from.

    TLS sends no server name for an address, so the connection itself does not say where it was to go; and what speaks no
    HTTP on this machine goes on `to` its port.
    """
    try:
        if not sock.getsockname()[1]:
            sock.bind((gateway[0] if sock.family == socket.AF_INET else "::ffff:" + gateway[0], 0))
        port = sock.getsockname()[1]
    except OSError:  # the connection fails or not by itself
        return
    place = f"To: {to}\r\n" if to else ""
    _tell(socket, gateway, f"RECPROXY {host} HTTP/1.1\r\nPort: {port}\r\n{place}\r\n")


def _tell(socket: ModuleType, gateway: tuple[str, int], text: str) -> None:
    """Send the gateway a request, and wait until it has noted it: it does so before it answers."""
    try:
        with socket.create_connection(gateway, _GATEWAY_SECONDS) as link:
            link.sendall(text.encode())
            link.recv(1)
    except OSError:
        return


def _getaddrinfo(socket: ModuleType, original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def getaddrinfo(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:  # noqa: A002 - the standard library's own name
        address = resolved(socket, addresses, host, port, flags)
        if address is None:
            found = original(host, port, family, type, proto, flags)
            allow_own(addresses, host, *(entry[4][0] for entry in found))
            return found
        if family == socket.AF_INET6:
            address = "::ffff:" + address
        # A machine without any network still reaches its loopback, which AI_ADDRCONFIG would deny.
        found = original(address, port, family or socket.AF_INET, type, proto, flags & ~socket.AI_ADDRCONFIG)
        return [(*entry[:3], entry[3] and _text(host), entry[4]) for entry in found]

    return getaddrinfo


def _gethostbyname(original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def gethostbyname(hostname: Any) -> Any:
        name = _text(hostname)
        address = None if name is None else addresses.resolve(name, None)
        if address is None:
            address = original(hostname)
            allow_own(addresses, hostname, address)
        return address

    return gethostbyname


def _gethostbyname_ex(original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def gethostbyname_ex(hostname: Any) -> Any:
        name = _text(hostname)
        address = None if name is None else addresses.resolve(name, None)
        if address is not None:
            return name, [], [address]
        found = original(hostname)
        allow_own(addresses, hostname, *found[2])
        return found

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


def _sendto(socket: ModuleType, original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def sendto(self: Any, data: Any, *rest: Any) -> Any:
        if not rest:
            return original(self, data)
        return original(self, data, *rest[:-1], redirected(socket, addresses, self, rest[-1]))

    return sendto


def _sendmsg(socket: ModuleType, original: Callable[..., Any], addresses: Addresses) -> Callable[..., Any]:
    def sendmsg(self: Any, buffers: Any, ancdata: Any = (), flags: int = 0, address: Any = None) -> Any:
        if address is None:
            return original(self, buffers, ancdata, flags)
        return original(self, buffers, ancdata, flags, redirected(socket, addresses, self, address))

    return sendmsg


def _text(host: object) -> str | None:
    """A host as text; None for what getaddrinfo takes for no host, or does not take at all."""
    if isinstance(host, (bytes, bytearray)):
        return bytes(host).decode("ascii", "replace")
    return host if isinstance(host, str) else None


def port_number(socket: ModuleType, port: object) -> int | None:
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
