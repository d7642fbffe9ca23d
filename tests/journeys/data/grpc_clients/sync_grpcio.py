"""The four kinds of call by grpcio: to the base URL, to the gateway itself, or by the variables of a run alone, with TLS."""

import os
import sys

sys.path.insert(0, sys.argv[1])
import grpc
from notes_messages import Note, stubs

way = sys.argv[2]
if way == "variables":
    channel = grpc.secure_channel("notes.example:443", grpc.ssl_channel_credentials())
elif way == "gateway":
    address = os.environ["HTTP_PROXY"].partition("://")[2].rstrip("/")
    options = (("grpc.default_authority", "notes.example"), ("grpc.enable_http_proxy", 0))
    channel = grpc.insecure_channel(address, options)
else:
    channel = grpc.insecure_channel(os.environ["NOTES_BASE_URL"].partition("://")[2])
with channel:
    calls = stubs(channel)
    print(calls["Send"](Note(text="hi"), timeout=20).text)
    print(calls["Upload"](iter([Note(text="a"), Note(text="b")]), timeout=20).text)
    print([each.count for each in calls["List"](Note(text="hi"), timeout=20)])
    print([each.text for each in calls["Talk"](iter([Note(text="hi"), Note(text="bye")]), timeout=20)])
    try:
        calls["Send"](Note(text="forbidden"), timeout=20)
    except grpc.RpcError as error:
        print(error.code().name, error.details().splitlines()[-1])
