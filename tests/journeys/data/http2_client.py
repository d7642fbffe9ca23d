"""Asks everything of a service, over HTTP/1.1 or HTTP/2 as it is told, and prints what it got: a line each."""

import asyncio
import importlib.util
import os
import sys

import httpx

# httpcore looks for sniffio at each lock that it takes: where it is not installed, most of the time would go there.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None

BASE = "https://api.shop.example" if sys.argv[2] == "proxy" else os.environ["SHOP_BASE_URL"]
HTTP2 = sys.argv[1] == "2"
# More at once than a service takes streams. Over HTTP/1.1 all wait for the one connection, and httpcore looks through
# all that wait at each answer.
AT_ONCE = 110 if HTTP2 else 1
PIECES = [bytes([number]) * 5000 for number in range(40)]


async def pieces():
    for piece in PIECES:
        yield piece


async def main():
    limits = httpx.Limits(max_connections=1)
    trust = httpx.create_ssl_context()  # once: the client would read all roots for each way that it may take
    async with httpx.AsyncClient(verify=trust, http2=HTTP2, http1=not HTTP2, timeout=60, limits=limits) as client:
        turns = asyncio.Semaphore(AT_ONCE)

        async def ask(method, path, **more):
            async with turns:
                response = await client.request(method, BASE + path, **more)
            return f"{response.http_version} {response.status_code} {path} {response.text[:100].splitlines()}"

        print(await ask("GET", "/a", headers={"Cookie": "a=1; b=2"}))
        print(await ask("POST", "/b", content=b"posted"))
        print(await ask("GET", "/events"))
        print(await ask("GET", "/trailers", headers={"TE": "trailers"}))
        sent = await client.post(f"{BASE}/echo", content=pieces())
        print(f"{sent.http_version} {sent.status_code} {sent.content == b''.join(PIECES)}")
        many = await asyncio.gather(*(ask("GET", f"/many/{number}") for number in range(110)))
        print(len(set(many)), many[7])


asyncio.run(main())
