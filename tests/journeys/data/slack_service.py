"""Slack's socket mode on loopback: two people type a command, the second when the first is answered.

`python slack_service.py NUMBER` serves on a listening socket with this number until its stdin ends.
"""

import asyncio
import json
import socket
import sys

from aiohttp import web

TOKEN = "xap" + "p-1-A0000000001-1234567890-" + "0a1b2c3d" * 8
TICKET = "5e0fb1a2-9c3d-4c7b-8f11-" + "2d6a7c9e0b13"
TYPED = (("ana", "http://slashdot.org/ nerdy!"), ("ben", ""))


async def open_connection(request):
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":
        return web.json_response({"ok": False, "error": "invalid_auth"})
    return web.json_response(
        {"ok": True, "url": f"wss://wss-primary.slack.com/link/?ticket={TICKET}&app_id=A0000000001"}
    )


async def link(request):
    assert request.query["ticket"] == TICKET
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    await socket.send_str(
        json.dumps({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0000000001"}})
    )
    await socket.ping(b"Ping from applink-1")
    for number, (user, text) in enumerate(TYPED, 1):
        await socket.send_str(json.dumps(envelope(number, user, text)))
        answered = await socket.receive_json()
        assert answered["envelope_id"] == envelope_id(number)
    await socket.send_str(json.dumps({"type": "disconnect", "reason": "link_disabled"}))
    await socket.receive()  # the program leaves
    return socket


def envelope(number, user, text):
    command = {
        "token": "aB3dE5gH7jK9mN1pQ3sT5vX7",
        "team_id": "T0000000001",
        "team_domain": "example",
        "channel_id": "C0000000001",
        "channel_name": "general",
        "user_id": f"U000000000{number}",
        "user_name": user,
        "command": "/share",
        "text": text,
        "response_url": f"https://hooks.slack.com/commands/T0000000001/1759320000/{number}bCdEfGhIjKlMnOpQrStUvWx",
        "trigger_id": f"1759320000.17593200.{number}f2e3d4c5b6a79880",
    }
    return {
        "envelope_id": envelope_id(number),
        "payload": command,
        "type": "slash_commands",
        "accepts_response_payload": True,
    }


def envelope_id(number):
    return f"1d3c79ab-0ffb-41f3-a080-d19e85f5364{number}"


async def serve(listener):
    service = web.Application()
    service.add_routes([web.post("/api/apps.connections.open", open_connection), web.get("/link/", link)])
    runner = web.AppRunner(service)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
