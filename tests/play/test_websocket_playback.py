"""What a recorded server says to a client: turns in any order, repeats, conversations that were recorded twice."""

import json

import pytest

from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.matching.websocket_messages import message_request
from recproxy.play.playback import Playback
from recproxy.play.websocket_playback import WebSocketPlayback, WebSocketReplay, websocket_elsewhere
from recproxy.recording import load

ONE = """
GET wss://a.example/s HTTP/1.1

====
HTTP/1.1 101 Switching Protocols

"""


def played(*conversations, repeat="last"):
    text = "#recproxy 2\n" + "".join(f"{ONE}{each}=======\n" for each in conversations)
    playback = Playback(Index([load(text.encode())], Rules()), default=repeat)
    return WebSocketPlayback(playback)


def said(steps):
    return None if steps is None else [each.data.decode() for each in steps]


def say(replay, *messages):
    return [said(replay.say(each.encode(), binary=False)) for each in messages]


def test_a_message_is_answered_wherever_it_stands_and_again():
    replay = WebSocketReplay(played("< hello\n> a\n< 1\n> b\n> a\n< 2\n"), 0, (0,))

    assert said(replay.open()) == ["hello"]
    assert say(replay, "b", "a", "a", "a", "c") == [[], ["1"], ["2"], ["2"], None]


@pytest.mark.parametrize(("repeat", "third"), [("last", ["2"]), ("miss", None), ("cycle", ["1"])])
def test_what_follows_the_last_repeat(repeat, third):
    replay = WebSocketReplay(played("> a\n< 1\n> a\n< 2\n", repeat=repeat), 0, (0,))

    assert say(replay, "a", "a", "a") == [["1"], ["2"], third]


def test_each_connection_has_its_own_conversation_first():
    of = played("> a\n< 1\n> b\n< 1b\n", "> a\n< 2\n")
    second, first = WebSocketReplay(of, 1, (0, 1)), WebSocketReplay(of, 0, (0, 1))

    assert say(second, "a", "b") == [["2"], ["1b"]]
    assert say(first, "a", "b") == [["1"], ["1b"]]
    assert (second.borrowed, first.borrowed) == ({0}, set())


def test_a_named_place_is_echoed():
    of = played('> {"id": "XXX[id]"}\n< {"id": "XXX[id]", "n": "XXX[fresh.uuid]"}\n< XXX[id]\n')

    ((first, second),) = say(WebSocketReplay(of, 0, (0,)), '{"id": "k\\"1"}')

    assert first.startswith('{"id": "k\\"1", "n": "')
    assert second == 'k"1'
    assert of.playback.bound["id"] == b'k"1'


RPC = (
    '> {"jsonrpc":"2.0","id":1,"method":"a"}\n> {"jsonrpc":"2.0","id":2,"method":"b"}\n'
    '< {"jsonrpc": "2.0", "result": {"id": 9}, "id" : 2, "x": 1}\n< {"jsonrpc":"2.0","id":1,"result":"A"}\n'
)


def test_ids_of_json_rpc_are_the_clients_own_in_any_order():
    replay = WebSocketReplay(played(RPC), 0, (0,))

    said_b, said_a, again = say(
        replay,
        '{"jsonrpc":"2.0","id":"x","method":"b"}',
        '{"jsonrpc":"2.0","id":7,"method":"a"}',
        '{"jsonrpc":"2.0","id":8,"method":"a"}',
    )

    assert said_b == ['{"jsonrpc": "2.0", "result": {"id": 9}, "id" : "x", "x": 1}']
    assert said_a == ['{"jsonrpc":"2.0","id":7,"result":"A"}']
    assert again == ['{"jsonrpc":"2.0","id":8,"result":"A"}']
    assert say(replay, '{"jsonrpc":"2.0","id":3,"method":"c"}') == [None]


def test_ids_of_json_rpc_are_the_clients_own_beside_wildcards_without_quotes():
    recorded = RPC.replace('"method":"a"', '"method":"a","at":XXX').replace('"x": 1', '"x": XXX[x.number]')
    replay = WebSocketReplay(played(recorded), 0, (0,))

    said_a, said_b = say(
        replay, '{"jsonrpc":"2.0","id":7,"method":"a","at":5}', '{"jsonrpc":"2.0","id":"x","method":"b"}'
    )

    assert said_a == ['{"jsonrpc":"2.0","id":7,"result":"A"}']
    (answer,) = map(json.loads, said_b)
    assert (answer["id"], type(answer["x"])) == ("x", int)


def test_a_message_with_another_id_binds_its_named_places():
    recorded = RPC.replace('"method":"a"', '"method":"a","at":"XXX[at]"').replace('"x": 1', '"x": "XXX[at]"')
    of = played(recorded)
    replay = WebSocketReplay(of, 0, (0,))

    _, said_b = say(replay, '{"jsonrpc":"2.0","id":7,"method":"a","at":"now"}', '{"jsonrpc":"2.0","id":8,"method":"b"}')

    assert of.playback.bound == {"at": b"now"}
    assert said_b == ['{"jsonrpc": "2.0", "result": {"id": 9}, "id" : 8, "x": "now"}']


def test_a_subscription_ends_by_the_id_that_began_it():
    said_first = '> {"id":"1","type":"subscribe","q":"a"}\n> {"id":"2","type":"subscribe","q":"b"}\n'
    ends = '> {"id":"1","type":"complete"}\n< one\n> {"id":"2","type":"complete"}\n< two\n'
    replay = WebSocketReplay(played(said_first + ends), 0, (0,))

    found = say(
        replay,
        '{"id":"p","type":"subscribe","q":"b"}',
        '{"id":"q","type":"subscribe","q":"a"}',
        '{"id":"p","type":"complete"}',
        '{"id":"q","type":"complete"}',
    )

    assert found == [[], [], ["two"], ["one"]]


def test_a_message_is_found_in_other_recordings_of_the_same_address():
    index = played("> a\n< 1\n", "> b\n< 2\n", "> a\n> b\n").playback.index

    def found(data, url="wss://a.example/s?x=1"):
        return websocket_elsewhere(index, message_request(data, binary=False), url)

    assert (found(b"a"), found(b"b"), found(b"c"), found(b"a", "wss://b.example/s")) == ([0, 2], [1, 2], [], [])
