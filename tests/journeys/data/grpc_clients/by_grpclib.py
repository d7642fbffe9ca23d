"""The four kinds of call by grpclib, to the base URL."""

import asyncio
import os
import sys
from urllib.parse import urlsplit

sys.path.insert(0, sys.argv[1])
from grpclib import GRPCError
from grpclib.client import (
    Channel,
    StreamStreamMethod,
    StreamUnaryMethod,
    UnaryStreamMethod,
    UnaryUnaryMethod,
)
from notes_messages import Note, Reply


async def said():
    address = urlsplit(os.environ["NOTES_BASE_URL"])
    async with Channel(address.hostname, address.port) as channel:

        def method(kind, name):
            return kind(channel, f"/notes.v1.Notes/{name}", Note, Reply)

        send = method(UnaryUnaryMethod, "Send")
        print((await send(Note(text="hi"), timeout=20)).text)
        print((await method(StreamUnaryMethod, "Upload")([Note(text="a"), Note(text="b")], timeout=20)).text)
        print([each.count for each in await method(UnaryStreamMethod, "List")(Note(text="hi"), timeout=20)])
        talk = method(StreamStreamMethod, "Talk")
        print([each.text for each in await talk([Note(text="hi"), Note(text="bye")], timeout=20)])
        try:
            await send(Note(text="forbidden"), timeout=20)
        except GRPCError as error:
            print(error.status.name, error.message.splitlines()[-1])


asyncio.run(said())
