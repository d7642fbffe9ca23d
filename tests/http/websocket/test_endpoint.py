"""Both ends of a WebSocket joined: what one says, the other hears, whole or byte by byte."""

import pytest

from recproxy.http.websocket.endpoint import HeardKind, WebSocketEnd

DEFLATE = b"permessage-deflate; client_max_window_bits=10; server_no_context_takeover"


def ends(deflate=b""):
    return WebSocketEnd(client=True, deflate=deflate), WebSocketEnd(client=False, deflate=deflate)


def heard(end, data, *, each=0):
    pieces = [data[at : at + 1] for at in range(len(data))] if each else [data]
    return [event for piece in pieces for event in end.receive(piece)]


def whole(events):
    return type(events[0].data)().join(each.data for each in events)


@pytest.mark.parametrize("deflate", [b"", DEFLATE])
@pytest.mark.parametrize("each", [0, 1])
@pytest.mark.parametrize("data", ["", "héllo", b"", b"\0\xff" * 300, "x" * 70_000])
def test_a_message_arrives_as_it_was_said(deflate, each, data):
    client, server = ends(deflate)
    if each and len(data) > 1000:
        data = data[:1000]

    for one, other in ((client, server), (server, client)):
        events = heard(other, one.message(data), each=each)
        assert [event.kind for event in events] == [HeardKind.MESSAGE] * len(events)
        assert [event.is_last for event in events] == [False] * (len(events) - 1) + [True]
        assert whole(events) == data


def test_a_bomb_comes_in_pieces_that_fit_in_memory():
    client, server = ends(DEFLATE)
    bomb = client.message(bytes(30_000_000))
    assert len(bomb) < 65_536

    sizes = [len(event.data) for event in server.receive(bomb)]

    assert sum(sizes) == 30_000_000
    assert max(sizes) < 4_000_000


def test_what_is_compressed_is_smaller():
    client, _ = ends(DEFLATE)

    assert len(client.message("x" * 10_000)) < 100


def test_pieces_are_one_message_with_a_ping_between():
    client, server = ends()

    events = heard(server, client.message("a", is_last=False) + client.ping(b"there?") + client.message("b"))

    assert [(event.kind, event.data, event.is_last) for event in events] == [
        (HeardKind.MESSAGE, "a", False),
        (HeardKind.PING, b"there?", True),
        (HeardKind.MESSAGE, "b", True),
    ]
    assert [event.kind for event in heard(client, server.pong(b"there?"))] == [HeardKind.PONG]


@pytest.mark.parametrize(("code", "reason"), [(1000, b""), (4001, "volé".encode()), (0, b"")])
def test_a_close_is_answered_and_ends_both(code, reason):
    client, server = ends()

    (event,) = heard(server, client.close(code, reason))

    assert (event.kind, event.code, event.data) == (HeardKind.CLOSE, code, reason)
    assert (server.hears, server.speaks, server.is_closed) == (False, False, False)
    heard(client, server.close(code))
    assert (client.is_closed, server.is_closed) == (True, True)
    assert client.close(1000) == server.close(1000) == b""
    assert heard(client, b"more") == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x02hi", 1002),  # not masked
        (b"\x83\x80\0\0\0\0", 1002),  # an opcode that nobody knows
        (b"\x81\x81\0\0\0\0\xff", 1007),  # no UTF-8
        (b"\xc1\x81\0\0\0\0a", 1002),  # compressed, and nothing agreed on that
        (b"\x88\x81\0\0\0\0a", 1002),  # half a close code
        (b"\x88\x82\0\0\0\0\x03\xed", 1002),  # 1005 is never sent
    ],
)
def test_what_breaks_the_protocol_has_a_code_to_close_with(data, code):
    _, server = ends()

    (event,) = heard(server, data)

    assert (event.kind, event.code, server.hears) == (HeardKind.BROKEN, code, False)
    assert heard(server, b"\x81\x80\0\0\0\0") == []
