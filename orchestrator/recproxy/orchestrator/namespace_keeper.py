"""Makes the namespaces of an isolated command and keeps them: a program of its own, run with `python -I -S`.

In the network there is only loopback, and every address is on it. Over a socket it takes orders, one JSON message
each: open listeners and other sockets there, and bind files over others. When the socket ends, it kills whoever is left
in the network, and ends. Imports nothing of recproxy, and knows nothing of proxies.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import sys
import time

__all__ = ["keep_namespaces"]

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWNS = 0x00020000
_MS_BIND = 0x1000
_MS_REC = 0x4000
_MS_SLAVE = 0x80000
# linux/if.h, linux/rtnetlink.h
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_RTM_NEWROUTE, _NLM_F_REQUEST_ACK_CREATE = 24, 0x405
_RT_TABLE_LOCAL, _RTPROT_STATIC, _RT_SCOPE_HOST, _RTN_LOCAL = 255, 4, 254, 2
_RTA_OIF = 4
_LOOPBACK_INDEX = 1  # of lo, which is the first interface of every network namespace
_IP_PKTINFO = 8
_ORDER_LIMIT = 1 << 18  # bytes: an order names the files to mount and the ports to open

_libc = ctypes.CDLL(None, use_errno=True)


def keep_namespaces(descriptor: int, *, maps_itself: bool) -> None:
    """Make the namespaces, report on the socket, and obey until it ends."""
    orders = socket.socket(fileno=descriptor)
    try:
        _make_namespaces(orders, maps_itself=maps_itself)
    except OSError as problem:
        orders.send(json.dumps({"problem": str(problem)}).encode())
        return
    orders.send(b'{"ready": true}')
    try:
        while data := orders.recv(_ORDER_LIMIT):
            _obey(orders, json.loads(data))
    except OSError:
        pass
    finally:
        _kill_all()


def _make_namespaces(orders: socket.socket, *, maps_itself: bool) -> None:
    user, group = os.geteuid(), os.getegid()
    with _step("a user, network and mount namespace"):
        _check(_libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWNS))
    if maps_itself:
        with _step("the user's own number in its namespace"):
            for name, text in (
                ("setgroups", "deny"),
                ("uid_map", f"{user} {user} 1"),
                ("gid_map", f"{group} {group} 1"),
            ):
                _write(f"/proc/self/{name}", text)
    else:
        orders.send(b'{"map": true}')
        orders.recv(_ORDER_LIMIT)
    with _step("the loopback interface"):
        _raise_loopback()
    with _step("a route of all addresses"):
        _route_all(socket.AF_INET)
        with contextlib.suppress(OSError):  # a kernel without IPv6
            _route_all(socket.AF_INET6)
    with _step("private mounts"):
        _mount(None, "/", _MS_REC | _MS_SLAVE)


@contextlib.contextmanager
def _step(what: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - typing would be one more import at the start
    """Name what could not be done."""
    try:
        yield
    except OSError as problem:
        raise OSError(problem.errno, f"{what}: {problem.strerror}") from None


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:  # noqa: PTH123 - pathlib would be one more import at the start
        file.write(text)


def _mount(source: str | None, target: str, flags: int) -> None:
    _check(_libc.mount((source or "none").encode(), os.fsencode(target), None, ctypes.c_ulong(flags), None))


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(sock, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _route_all(family: int) -> None:
    """Have every address of a family be this machine's: `ip route add local default dev lo`."""
    body = struct.pack("=8BI", family, 0, 0, 0, _RT_TABLE_LOCAL, _RTPROT_STATIC, _RT_SCOPE_HOST, _RTN_LOCAL, 0)
    body += struct.pack("=HHI", 8, _RTA_OIF, _LOOPBACK_INDEX)
    message = struct.pack("=IHHII", 16 + len(body), _RTM_NEWROUTE, _NLM_F_REQUEST_ACK_CREATE, 1, 0) + body
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as sock:
        sock.sendto(message, (0, 0))
        number = -struct.unpack_from("=i", sock.recv(4096), 16)[0]
    if number:
        raise OSError(number, os.strerror(number))


def _obey(orders: socket.socket, order: dict) -> None:  # type: ignore[type-arg] # typing would be one more import at the start
    opened: list[socket.socket] = []
    problem = ""
    try:
        for source, target in order.get("bind", ()):
            with _step(target):
                _mount(source, target, _MS_BIND | _MS_REC)
        for kind, address, port in order.get("listen", ()):
            with _step(f"{address}:{port}"):
                opened.append(_open(kind, address, int(port)))
        opened += (socket.socket(socket.AF_INET6 if v6 else socket.AF_INET) for v6 in order.get("ipv6", ()))
    except OSError as error:
        problem = str(error)
        for sock in opened:
            sock.close()
        opened = []
    reply = json.dumps({"problem": problem}).encode()
    socket.send_fds(orders, [reply], [sock.fileno() for sock in opened])
    for sock in opened:
        sock.close()


def _open(kind: str, address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == "udp":  # the answer must come from the address that was asked
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            else:
                sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        sock.bind((address, port))
        if kind == "tcp":
            sock.listen(4096)
    except OSError:
        sock.close()
        raise
    return sock


def _kill_all() -> None:
    """Kill whoever is in this network, until nobody is: a process may fork while others are killed."""
    ours = os.stat("/proc/self/ns/net").st_ino  # noqa: PTH116 - see above
    for _ in range(1000):
        found = False
        for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib is not imported here
            if not name.isdigit() or int(name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                if os.stat(f"/proc/{name}/ns/net").st_ino == ours:  # noqa: PTH116 - see above
                    os.kill(int(name), signal.SIGKILL)
                    found = True
        if not found:
            return
        time.sleep(0.005)


if __name__ == "__main__":
    keep_namespaces(int(sys.argv[1]), maps_itself=sys.argv[2] == "itself")
