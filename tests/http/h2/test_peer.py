import pytest

from recproxy.http.h2.errors import Code, PeerError
from recproxy.http.h2.fields import request_fields, response_fields
from recproxy.http.h2.peer import MOST_STREAMS, Peer

GET = request_fields(b"GET", "https", b"a.example", b"/", ())


def pair():
    """A client and a server that have greeted each other."""
    client, server = Peer(lambda: 0.0, serving=False), Peer(lambda: 0.0, serving=True)
    client.begin()
    server.begin()
    exchange(client, server)
    return client, server


def exchange(client, server):
    """What both have got, until neither has more to send."""
    got = []
    while (up := client.output()) or (down := server.output()):
        if up:
            got += server.receive(up)
            continue
        got += client.receive(down)
    return [type(event).__name__ for event in got]


def test_a_message_goes_through_with_trailers():
    client, server = pair()
    stream = client.next_stream()
    client.send_head(stream, GET)
    client.send_piece(stream, b"abc")
    client.send_end(stream, ((b"A", b"b"),))

    assert exchange(client, server) == ["RequestReceived", "DataReceived", "TrailersReceived", "StreamEnded"]
    assert client.is_quiet


def test_a_body_waits_for_its_window_and_others_do_not_wait_for_it():
    client, server = pair()
    streams = []
    for _ in range(2):
        streams.append(client.next_stream())
        client.send_head(streams[-1], GET)
    client.send_piece(streams[0], b"x" * 1_000_000)
    client.send_piece(streams[1], b"y")
    exchange(client, server)

    assert (client.waiting(streams[0]) > 0, client.waiting(streams[1])) == (True, 0)
    before = client.waiting(streams[0])
    server.taken(streams[0], 1_000_000 - before)
    exchange(client, server)
    assert client.waiting(streams[0]) < before


def test_a_request_that_is_answered_need_not_be_sent_any_further():
    client, server = pair()
    stream = client.next_stream()
    client.send_head(stream, GET)
    exchange(client, server)
    server.send_head(stream, response_fields(200, ()), ends=True)

    assert exchange(client, server) == ["ResponseReceived", "StreamEnded", "StreamReset"]


def test_so_many_streams_may_be_open():
    client, _ = pair()

    assert client.most_streams == MOST_STREAMS


def test_pushes_are_refused():
    _, server = pair()
    client, _ = pair()

    with pytest.raises(PeerError) as refused:
        list(client.receive(b"\0\0\4\5\4\0\0\0\1\0\0\0\2"))
    assert refused.value.code == Code.PROTOCOL_ERROR
    assert client.output().endswith(b"\0\0\0\0\0\0\0\1Received pushed stream")


def test_what_is_sent_on_a_stream_that_is_over_is_dropped():
    client, server = pair()
    stream = client.next_stream()
    client.send_head(stream, GET)
    exchange(client, server)
    client.reset(stream, Code.CANCEL)
    exchange(client, server)
    server.send_head(stream, response_fields(200, ()))
    server.send_piece(stream, b"late")
    server.send_end(stream)

    assert exchange(client, server) == []
    assert server.is_quiet
