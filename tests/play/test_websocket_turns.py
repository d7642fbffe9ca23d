"""What belongs to which message: by order, by keys of the profile, and by the ids of known protocols."""

import pytest

from recproxy.play.websocket_turns import websocket_turns, with_id
from recproxy.recording import Act, Step


def steps(*said):
    return [Step(Act(each[0]), each[2:].encode()) for each in said]


def shown(found):
    opening, turns = found
    return [each.data.decode() for each in opening], [
        (turn.step.data.decode(), [each.data.decode() for each in turn.answers]) for turn in turns
    ]


def test_what_the_server_says_belongs_to_what_the_client_said_last():
    found = websocket_turns(steps("< hello", "< again", "> a", "> b", "< 1", "< 2"))

    assert shown(found) == (["hello", "again"], [("a", []), ("b", ["1", "2"])])


@pytest.mark.parametrize(
    ("pointers", "said", "turns"),
    [
        (
            (),
            ('> {"jsonrpc":"2.0","id":1,"method":"a"}', '> {"jsonrpc":"2.0","id":2,"method":"b"}',
             '< {"jsonrpc":"2.0","id":2,"result":2}', '< {"jsonrpc":"2.0","id":1,"result":1}',
             '< {"jsonrpc":"2.0","method":"note"}'),
            [[3], [2, 4]],
        ),
        (
            (),
            ('> {"id":"x","type":"subscribe"}', '> {"id":"y","type":"subscribe"}', '< {"id":"x","type":"next"}',
             '> {"id":"x","type":"complete"}', '< {"id":"y","type":"next"}'),
            [[2], [4], []],
        ),
        ((), ('> {"id":1}', '> {"id":2}', '< {"id":1}'), [[], [2]]),
        (("/id",), ('> {"id":1}', '> {"id":2}', '< {"id":1}', '< {"id":3}', "< no JSON", "< {"), [[2], [3, 4, 5]]),
        (("/id", "/reply_to"), ('> {"id":1}', '> {"id":2}', '< {"id":7,"reply_to":1}'), [[2], []]),
        (("/0",), ('> ["a"]', '> ["b"]', '< ["a", 1]', '< ["b", 1]'), [[2], [3]]),
        (("/m/c",), ('> {"m":{"c":"x"}}', '> {"m":{"c":"y"}}', '< {"m":{"c":"x"}}', '< {"m":[]}'), [[2], [3]]),
        (("/id",), ('> {"id":1}', '> {"id":2}', '< {"id":"1"}', '< {"id":{"a":1}}'), [[], [2, 3]]),
    ],
)  # fmt: skip
def test_a_key_connects_messages(pointers, said, turns):
    recorded = steps(*said)

    _, found = websocket_turns(recorded, pointers)

    assert [[recorded.index(each) for each in turn.answers] for turn in found] == turns


def test_a_wildcard_without_quotes_hides_no_key():
    recorded = steps(
        '> {"jsonrpc":"2.0","id":1,"method":"a","at":XXX}', '> {"jsonrpc":"2.0","id":XXX[id],"method":"b"}',
        '< {"jsonrpc":"2.0","id":1,"result":XXX[n.number]}', '< {"jsonrpc":"2.0","id":XXX[id],"result":1}',
    )  # fmt: skip

    found = [websocket_turns(recorded, (), word)[1] for word in ("XXX", "ZZZ")]

    assert [[[recorded.index(each) for each in turn.answers] for turn in turns] for turns in found] == [
        [[2], [3]],
        [[], [2, 3]],
    ]


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ('{"at": XXX[at], "id": 1, "b": XXX}', '{"at": XXX[at], "id": 7, "b": XXX}'),
        ('{"id":XXX[id], "b": "XXX"}', '{"id":7, "b": "XXX"}'),
    ],
)
def test_an_id_is_changed_beside_wildcards_without_quotes(text, changed):
    assert with_id(text.encode(), 7, "XXX") == changed.encode()


def test_what_follows_a_close_of_the_client_is_a_turn():
    found = websocket_turns([*steps("> a"), Step(Act.LEAVE, code=1000), Step(Act.CLOSE, code=1000)])

    assert [(turn.step.act, len(turn.answers)) for turn in found[1]] == [(Act.CLIENT, 0), (Act.LEAVE, 1)]
