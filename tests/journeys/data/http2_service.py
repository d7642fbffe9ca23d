"""A service over ASGI: what it says of a request, a stream of events, trailers, a body that comes back as it goes, a chat."""

import asyncio
import json


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["type"] == "websocket":
        await chat(scope, receive, send)
        return
    await {"/events": events, "/trailers": trailers, "/echo": echo}.get(scope["path"], said)(scope, receive, send)


async def chat(scope, receive, send):
    """Says over which version it is spoken to, then back what comes, until it is told to end."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "chat.v2" if "chat.v2" in scope["subprotocols"] else None})
    await send({"type": "websocket.send", "text": f"HTTP/{scope['http_version']}"})
    while (message := await receive())["type"] == "websocket.receive":
        if message.get("text") == "bye":
            await send({"type": "websocket.close", "code": 4001, "reason": "see you"})
        else:
            await send({"type": "websocket.send", "text": message.get("text"), "bytes": message.get("bytes")})


async def body(receive):
    more = True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        yield message.get("body", b"")


def head(kind, **more):
    return {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)], **more}


async def said(scope, receive, send):
    got = b"".join([piece async for piece in body(receive)])
    cookies = [value.decode() for name, value in scope["headers"] if name == b"cookie"]
    told = {"path": scope["path"], "version": scope["http_version"], "body": got.decode(), "cookies": cookies}
    await send(head(b"application/json"))
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


async def events(scope, receive, send):
    await send(head(b"text/event-stream"))
    for number in range(3):
        await send({"type": "http.response.body", "body": b"data: %d\n\n" % number, "more_body": True})
        await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


async def trailers(scope, receive, send):
    can_have = "http.response.trailers" in scope["extensions"]  # hypercorn has none over HTTP/1.1
    await send(head(b"text/plain", trailers=can_have))
    await send({"type": "http.response.body", "body": b"summed"})
    if can_have:
        await send({"type": "http.response.trailers", "headers": [(b"x-sum", b"6")], "more_trailers": False})


async def echo(scope, receive, send):
    await send(head(b"application/octet-stream"))
    async for piece in body(receive):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
