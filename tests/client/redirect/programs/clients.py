"""Programs under test: `clients.py NAME URL...` fetches URLs with one client, set up to ignore the environment."""

import asyncio
import socket
import ssl
import sys
from urllib.parse import urlsplit


def http_client(url):
    import http.client

    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc)
    connection.request("GET", parts.path)
    body = connection.getresponse().read()
    connection.close()
    return body


def urllib_without_proxies(url):
    from urllib.request import ProxyHandler, build_opener

    with build_opener(ProxyHandler({})).open(url) as response:
        return response.read()


def urllib3(url):
    import urllib3

    with urllib3.PoolManager(retries=False) as pool:
        return pool.request("GET", url).data


def urllib3_certifi(url):
    import certifi
    import urllib3

    with urllib3.PoolManager(retries=False, ca_certs=certifi.where()) as pool:
        return pool.request("GET", url).data


def requests(url):
    import requests

    with requests.Session() as session:
        session.trust_env = False
        return session.get(url).content


def httpx(url):
    import httpx

    with httpx.Client(trust_env=False) as client:
        return client.get(url).content


def httpx_async(url):
    import httpx

    async def get():
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(url)).content

    return asyncio.run(get())


def aiohttp(url):
    import aiohttp

    async def get():
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.read()

    return asyncio.run(get())


async def _stream(url):
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    context = ssl.create_default_context() if tls else None
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or (443 if tls else 80), ssl=context)
    return await _exchange(reader, writer, parts)


async def _exchange(reader, writer, parts):
    writer.write(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    assert head.split(b" ", 2)[1] == b"200", head
    return body


async def _socket_of_its_own(url):
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    found = await loop.getaddrinfo(parts.hostname, 443 if tls else 80, type=socket.SOCK_STREAM)
    sock = socket.socket(*found[0][:3])
    sock.setblocking(False)
    await loop.sock_connect(sock, found[0][4])
    options = {"ssl": ssl.create_default_context(), "server_hostname": parts.hostname} if tls else {}
    reader, writer = await asyncio.open_connection(sock=sock, **options)
    return await _exchange(reader, writer, parts)


def asyncio_streams(url):
    return asyncio.run(_stream(url))


def asyncio_sock_connect(url):
    return asyncio.run(_socket_of_its_own(url))


def _on_uvloop(coroutine):
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(coroutine)


def uvloop_streams(url):
    return _on_uvloop(_stream(url))


def uvloop_sock_connect(url):
    return _on_uvloop(_socket_of_its_own(url))


def uvloop_aiohttp(url):
    import aiohttp

    async def get():
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.read()

    return _on_uvloop(get())


if __name__ == "__main__":
    for url in sys.argv[2:]:
        print(globals()[sys.argv[1]](url).decode())
