"""A WebSocket that is recorded again keeps the lines that mean the same; a difference names the message."""

import pytest

from recproxy.matching.rules import Rules
from recproxy.play.merging import TimedInteraction, merge
from recproxy.play.websocket_merging import same_messages, stable_messages, websocket_changes
from recproxy.recording import Recording, dump, load

HEAD = "#recproxy 2\n\nGET wss://a.example/s HTTP/1.1\n\n====\nHTTP/1.1 101 Switching Protocols\nDate: {}\n\n"
RULES = Rules(ignore_json=("/at",))


def websocket(*lines, date="1"):
    text = HEAD.format(date) + "".join(f"{line}\n" for line in lines) + "=======\n"
    return load(text.encode()).interactions[0]


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        (["> a", "< 1"], ["> a", "< 1"], ["> a", "< 1"]),
        (['> {"n":"XXX"}', "< 1"], ['> {"n":7}', "< 1"], ['> {"n":"XXX"}', "< 1"]),
        (['> {"at":1}', "< 1"], ['> {"at":2}', "< 2"], ['> {"at":1}', "< 2"]),
        (["> XXX[id]", "< got XXX[id]"], ["> k", "< got k"], ["> XXX[id]", "< got XXX[id]"]),
        (["> a", ":fault reset", "< 1"], ["> a", "< 1", "< 2"], ["> a", ":fault reset", "< 1", "< 2"]),
        (["> a", ":delay 0.5", "< 1"], ["> a", ":delay 0.7", "< 1"], ["> a", ":delay 0.5", "< 1"]),
        (["> a", ":ping x", "< 1"], ["> a", "< 1", ":ping y"], ["> a", ":ping x", "< 1"]),
        (["> a", "< 1", ":close 1000"], ["> b", "< 1", ":close 1001"], ["> b", "< 1", ":close 1001"]),
    ],
)
def test_messages_that_mean_the_same_stay(old, new, kept):
    assert stable_messages(websocket(*old), websocket(*new), RULES) == websocket(*kept).steps


def test_whether_a_client_says_the_same_is_told_without_the_server():
    old = websocket('> {"n":"XXX"}', "< 1")

    assert same_messages(old, websocket('> {"n":7}', "< 2"), RULES)
    assert not same_messages(old, websocket('> {"m":7}', "< 1"), RULES)


def test_a_recording_that_says_the_same_is_the_same_bytes():
    old = [websocket("> b", "< 2", date="1"), websocket("> a", "< 1", date="1")]
    again = [websocket("> a", "< 1", date="2"), websocket("> b", "< 2", date="2")]
    before = Recording(interactions=tuple(old))

    after = merge(before, frozenset(), [TimedInteraction(each, 0, 9) for each in again], RULES)

    assert dump(after) == dump(before)


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        (["> a", "< 1", ":ping"], ["> a", "< 1"], []),
        (['< {"p":1,"q":2}'], ['< {"p":1,"q":3}'], [("message of the server json /q", "2", "3")]),
        (["> a"], ["> a", "< 1"], [("message of the server", None, "< 1")]),
        (["> a", ":close 1000"], ["> a", ":close 1001 x"], [("close", ":close 1000", ":close 1001 x")]),
        (["< a"], [":fault reset", "< a"], [("message of the server", None, ":fault reset")]),
    ],
)
def test_a_change_names_the_message(old, new, changes):
    found = websocket_changes(websocket(*old), websocket(*new))

    assert [(each.place, each.before, each.after) for each in found] == changes
