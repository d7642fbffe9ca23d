"""Messages of a WebSocket in an index: text, JSON and bytes are compared as bodies are."""

import pytest

from recproxy.matching.rules import Rules
from recproxy.matching.websocket_messages import RecordedMessage, index_of_messages, message_request
from recproxy.recording import Act, Step

SAID = [
    Step(Act.CLIENT, b'{"id": 1, "say": "XXX", "at": 5}', line=3),
    Step(Act.CLIENT, b"hello XXX[who]!", line=4),
    Step(Act.CLIENT, b"a=1&b=2", line=5),
    Step(Act.CLIENT, b"\0\1", line=6, binary=True),
    Step(Act.CLIENT, b'{"id": 1}', line=7, binary=True),
    Step(Act.CLIENT, line=8, omitted=9),
]
INDEX = index_of_messages([RecordedMessage(each, "XXX", "a.rec") for each in SAID], Rules(ignore_json=("/at",)))


@pytest.mark.parametrize(
    ("data", "binary", "found"),
    [
        (b'{"say":[1,2],"id":1,"at":77}', False, [0]),
        (b'{"say":1,"id":2}', False, []),
        (b"hello you!", False, [1]),
        (b"hello you", False, []),
        (b"a=1&b=2", False, [2]),
        (b"b=2&a=1", False, []),
        (b"\0\1", True, [3]),
        (b'{"id":1}', True, [4]),
        (b'{"id":1}', False, []),
        (b"", False, []),
    ],
)
def test_a_message_is_found_by_its_kind_and_text(data, binary, found):
    tiers = INDEX.find(message_request(data, binary=binary)).tiers

    assert [each for tier in tiers for each in tier] == found


def test_a_message_is_where_it_stands():
    assert [INDEX.where(number) for number in (0, 4)] == ["a.rec:3", "a.rec:7"]
