"""The four kinds of call by grpcio's asyncio."""

import asyncio
import os
import sys

sys.path.insert(0, sys.argv[1])
import grpc
from notes_messages import Note, stubs


async def said():
    if sys.argv[2] == "variables":
        channel = grpc.aio.secure_channel("notes.example:443", grpc.ssl_channel_credentials())
    else:
        channel = grpc.aio.insecure_channel(os.environ["NOTES_BASE_URL"].partition("://")[2])
    async with channel:
        calls = stubs(channel)
        print((await calls["Send"](Note(text="hi"), timeout=20)).text)
        print((await calls["Upload"](iter([Note(text="a"), Note(text="b")]), timeout=20)).text)
        print([each.count async for each in calls["List"](Note(text="hi"), timeout=20)])
        print([each.text async for each in calls["Talk"](iter([Note(text="hi"), Note(text="bye")]), timeout=20)])
        try:
            await calls["Send"](Note(text="forbidden"), timeout=20)
        except grpc.RpcError as error:
            print(error.code().name, error.details().splitlines()[-1])


asyncio.run(said())
