"""Messages of WebSockets in HAR files, as Chrome and mitmproxy write them."""

import json

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import har, har_writing
from recproxy.recording import Act, Step, dump, load


def loaded(*messages, url="wss://a.example/s?x=1", status=101):
    entry = {
        "startedDateTime": "2026-11-29T12:00:00.000Z",
        "_resourceType": "websocket",
        "request": {
            "method": "GET",
            "url": url,
            "httpVersion": "HTTP/1.1",
            "headers": [
                {"name": "Host", "value": "a.example"},
                {"name": "Sec-WebSocket-Key", "value": "dGhlIHNhbXBsZSBub25jZQ=="},
                {"name": "Sec-WebSocket-Protocol", "value": "v2"},
                {"name": "Upgrade", "value": "websocket"},
            ],
        },
        "response": {
            "status": status,
            "statusText": "Switching Protocols",
            "headers": [
                {"name": "Sec-WebSocket-Accept", "value": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
                {"name": "Sec-WebSocket-Protocol", "value": "v2"},
            ],
            "content": {},
        },
        "_webSocketMessages": list(messages),
    }
    return har.load(json.dumps({"log": {"entries": [entry]}}).encode(), "a.har")


def message(kind, data, opcode=1):
    return {"type": kind, "time": 1.5, "opcode": opcode, "data": data}


@pytest.mark.parametrize("url", ["wss://a.example/s?x=1", "https://a.example/s?x=1"])
def test_the_messages_of_an_entry_are_those_of_a_websocket(url):
    found = loaded(message("send", "hi"), message("receive", "héllo"), message("receive", "AAEC", 2), url=url)

    (interaction,) = found.recording.interactions
    assert interaction.request.url == "wss://a.example/s?x=1"
    assert interaction.request.headers == ((b"Host", b"a.example"), (b"Sec-WebSocket-Protocol", b"v2"))
    assert interaction.response.headers == ((b"Sec-WebSocket-Protocol", b"v2"),)
    assert interaction.steps == (
        Step(Act.CLIENT, b"hi"),
        Step(Act.SERVER, "héllo".encode()),
        Step(Act.SERVER, b"\0\1\2", binary=True),
    )
    assert load(dump(found.recording)).interactions[0].steps == interaction.steps
    assert found.notes == ()


def test_what_is_neither_text_nor_binary_is_left_out_and_noted():
    found = loaded(message("send", "hi"), message("error", "x", -1))

    assert len(found.recording.interactions[0].steps) == 1
    assert [note.text for note in found.notes] == ["message 2: left out, because it is neither text nor binary"]


def test_a_damaged_message_names_itself():
    with pytest.raises(RecordingError, match="message 1 is no base64"):
        loaded(message("send", "%", 2))


def test_what_is_written_is_read_as_the_same():
    text = (
        "#recproxy 2\n\n:recorded 2026-01-31\nGET wss://a.example/s?x=1 HTTP/1.1\nHost: a.example\n\n====\n"
        'HTTP/1.1 101 Switching Protocols\nX-A: b\n\n:ping a\n< hello\n> {"id": 1}\n:binary base64\n< AAEC\n:delay 2\n'
        "< later\n:close 4001 full\n=======\n"
    )
    recording = load(text.encode())

    dumped = har_writing.dump(recording)

    (entry,) = json.loads(dumped.data)["log"]["entries"]
    messages = entry["_webSocketMessages"]
    assert (entry["_resourceType"], entry["request"]["url"]) == ("websocket", "wss://a.example/s?x=1")
    assert [(each["type"], each["opcode"], each["data"]) for each in messages] == [
        ("receive", 1, "hello"),
        ("send", 1, '{"id": 1}'),
        ("receive", 2, "AAEC"),
        ("receive", 1, "later"),
    ]
    assert messages[3]["time"] - messages[0]["time"] == 2
    assert [note.text for note in dumped.notes] == ["pings of the server", "how the WebSocket ended"]
    read, wrote = har.load(dumped.data, "a.har").recording.interactions[0], recording.interactions[0]
    assert (read.request.url, read.request.headers, read.response.headers) == (
        wrote.request.url,
        wrote.request.headers,
        wrote.response.headers,
    )
    assert [(each.act, each.data, each.binary) for each in read.steps] == [
        (each.act, each.data, each.binary) for each in wrote.steps if each.act in (Act.CLIENT, Act.SERVER)
    ]
