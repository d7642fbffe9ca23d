"""What is told of a message on a WebSocket that was not recorded."""

from dataclasses import replace

import pytest

from recproxy.matching.message_miss import MessageMiss, message_miss
from recproxy.matching.miss import RecordedFor
from recproxy.matching.rules import Rules
from recproxy.matching.ways import Ways
from recproxy.matching.websocket_messages import RecordedMessage, index_of_messages, message_request
from recproxy.recording import Act, Step

WAYS = Ways(file="shop.toml", record="recproxy run --record shop -- pytest -k test_a")


def told(data, *said, binary=False, used=None):
    index = index_of_messages([RecordedMessage(each, "XXX", "a.rec") for each in said], Rules())
    return message_miss(
        index, message_request(data, binary=binary), url="wss://a.example/s", profile="shop", test="test_a",
        ways=WAYS, bound={}, used=used,
    ).text()  # fmt: skip


def test_the_closest_message_its_difference_and_what_to_do():
    text = told(b'{"op":"buy","nonce":"7f8e9dd0c1"}', Step(Act.CLIENT, b'{"op":"buy","nonce":"0b1c2d3e4f"}', line=9))

    assert text == (
        "recproxy: no recorded message of this WebSocket of shop fits this one\n\n"
        "  websocket wss://a.example/s\n"
        '  message   {"op":"buy","nonce":"7f8e9dd0c1"}\n'
        "  test      test_a\n"
        "  closest   a.rec:9\n\n"
        "               recorded      got\n"
        '  json /nonce  "0b1c2d3e4f"  "7f8e9dd0c1"\n\n'
        "to make it match: at a.rec:9, write XXX for the value of json /nonce (keep the quotes)\n"
        "or, to ignore it in all messages and requests, in shop.toml:\n"
        "    [match]\n"
        '    ignore.json = ["/nonce"]\n'
        "or record it anew: recproxy run --record shop -- pytest -k test_a\n"
    )


@pytest.mark.parametrize(
    ("data", "binary", "said", "used", "lines"),
    [
        (b"a", False, (), None, ["recproxy: no message of a client was recorded for this WebSocket of shop", "  message   a"]),
        (b"", False, (Step(Act.CLIENT, b"b", line=2),), None, ["  message   (empty)", "  closest   a.rec:2"]),
        (b"\xff\0", True, (Step(Act.CLIENT, b"b", line=2),), None, ["  message   (2 bytes)", "  kind  text      binary"]),
        (
            b"b",
            False,
            (Step(Act.CLIENT, b"b", line=2),),
            0,
            ["recproxy: this message to shop was recorded, and is played already", "  recorded  a.rec:2", '    repeat = "last"'],
        ),
    ],
)  # fmt: skip
def test_what_else_is_told(data, binary, said, used, lines):
    text = told(data, *said, binary=binary, used=used).splitlines()

    assert [line for line in lines if line not in text] == []


def test_a_reason_is_the_headline():
    miss = MessageMiss(said="(9 bytes or more)", url="wss://a", profile="shop", test="t", reason="it is too large")

    assert miss.headline() == "recproxy: it is too large"


def test_what_another_test_recorded_is_named_with_what_to_do():
    elsewhere = RecordedFor(
        method="GET",
        url="wss://a.example/s",
        where="b.rec:3",
        test="t.old",
        recording="t/old.rec",
        rename="t/old t/new",
    )
    text = replace(
        MessageMiss(said="hi", url="wss://a.example/s", profile="shop", test="t.new", ways=WAYS), elsewhere=elsewhere
    ).text()

    assert text.splitlines() == [
        "recproxy: this message to shop was recorded for another test",
        "",
        "  websocket wss://a.example/s",
        "  message   hi",
        "  test      t.new",
        "  recorded GET wss://a.example/s",
        "           b.rec:3 by t.old, a test that is gone",
        "",
        "if the test was renamed: recproxy mv t/old t/new",
        'to replay that recording: @pytest.mark.recproxy("shop", "t/old.rec")',
        "or record it for this test: recproxy run --record shop -- pytest -k test_a",
    ]
