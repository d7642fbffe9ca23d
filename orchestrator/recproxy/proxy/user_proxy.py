"""The proxy of the user's own environment, which leads to the real services: who is it, and what does its URL say."""

from __future__ import annotations

import asyncio
import base64
import os
from dataclasses import field
from urllib.parse import unquote, urlsplit

from recproxy.http import DEFAULT_PORTS, bracketed
from recproxy.lazy.dataclass import dataclass

__all__ = ["UserProxy", "connect_request", "goes_past", "open_tunnel", "read_user_proxy", "refusal", "user_proxies"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserProxy:
    """Where it is, whether TLS is spoken with it, and the value of Proxy-Authorization, empty where it wants none."""

    host: str
    port: int
    secure: bool = False
    authorization: bytes = field(default=b"", repr=False)


def read_user_proxy(url: str) -> UserProxy:
    """The proxy of a URL as it stands in HTTPS_PROXY, with or without a scheme; ValueError says what is wrong with it."""
    address = urlsplit(url if "//" in url else f"http://{url}")
    if address.scheme not in DEFAULT_PORTS:
        raise ValueError(f"a proxy of the kind {address.scheme} is not supported, use one of http or https")
    if not address.hostname:
        raise ValueError("the proxy of the environment has no host")
    authorization = b""
    if address.username:
        login = f"{unquote(address.username)}:{unquote(address.password or '')}"
        authorization = b"Basic " + base64.b64encode(login.encode())
    return UserProxy(
        host=address.hostname,
        port=address.port or DEFAULT_PORTS[address.scheme],
        secure=address.scheme == "https",
        authorization=authorization,
    )


def connect_request(host: str, port: int, authorization: bytes) -> bytes:
    """The request for a tunnel to a host."""
    authority = f"{bracketed(host)}:{port}".encode()
    login = b"Proxy-Authorization: %s\r\n" % authorization if authorization else b""
    return b"CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (authority, authority, login)


def refusal(head: bytes) -> str:
    """What is wrong with a proxy's answer to that, by its head; empty where the tunnel is open."""
    line = head.partition(b"\r\n")[0]
    return "" if line.split(b" ", 2)[1:2] == [b"200"] else f"it answered {line.decode('latin-1')!r}"


async def open_tunnel(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int, authorization: bytes
) -> None:
    """Have a proxy connect to a host. Raises OSError where it refuses."""
    writer.write(connect_request(host, port, authorization))
    if refused := refusal(await reader.readuntil(b"\r\n\r\n")):
        raise ConnectionError(refused)


def user_proxies() -> dict[str, str]:
    """The proxies that the environment names, by scheme."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies_environment  # noqa: PLC0415 - slow, seldom

    proxies: dict[str, str] = getproxies_environment()
    return proxies


def goes_past(host: str, proxies: dict[str, str]) -> bool:
    """Whether NO_PROXY lists a host."""
    from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # noqa: PLC0415 - slow, seldom

    return bool(proxy_bypass_environment(host, proxies))
