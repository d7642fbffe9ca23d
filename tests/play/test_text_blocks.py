"""The text of a recording taken apart: nothing is lost, and each block stands for its interaction."""

from pathlib import Path

import pytest

from recproxy.play.text_blocks import body_place, maskable_lines, text_blocks
from recproxy.recording import load

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    *(path.read_bytes() for path in sorted(ROOT.glob("profiles/*/recproxy_*/recordings/**/*.rec"))[:60]),
    b"#recproxy 2\n# of the file\n# more\n\n# of the first\n:scope t\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n# closing\n",
    b"#recproxy 2\n# of the file\n:match_on method\n# of the file, too\n:repeat miss\n# of the first\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======",
    b"#recproxy 2\r\n\r\nGET https://a.example/ HTTP/1.1\r\n\r\n====\r\nHTTP/1.1 200 OK\r\n\r\n=======\r\n\r\nGET https://a.example/2 HTTP/1.1\r\n\r\n====\r\nHTTP/1.1 200 OK\r\n\r\n=======\r\n",
    b"\xef\xbb\xbf#recproxy 2\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n\\====\n=======\n",
    b"#recproxy 2\n# nothing else\n",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_blocks_are_the_text_and_each_is_one_interaction(text):
    recording = load(text)
    if recording.format != 2:
        pytest.skip("a recording of 2011")
    blocks = text_blocks(text, [each.line for each in recording.interactions])

    assert blocks.text == text
    assert len(blocks.blocks) == len(recording.interactions)
    for number, interaction in enumerate(recording.interactions):
        assert list(load(blocks.head + blocks.blocks[number] + blocks.tail).interactions) == [interaction]
        lines = text.decode().split("\n")
        assert lines[blocks.first_line(number) - 1].rstrip("\r") == blocks.shown(number).split("\n")[0]
        assert load(blocks.with_block(number, blocks.shown(number)).text) == recording


def test_comments_of_the_file_stay_with_the_file():
    head = text_blocks(TEXTS[-5], [7]).head
    assert head == b"#recproxy 2\n# of the file\n# more\n"
    assert text_blocks(TEXTS[-4], [7]).head.endswith(b":repeat miss\n")


def test_a_wild_word_stands_in_lines_that_traffic_has():
    block = b"""
# a comment
:scope t
POST https://a.example/ HTTP/1.1
Plain: yes
:header X-Odd base64 6Q==
:body base64

aGVsbG8=
====
HTTP/1.1 200 OK

plain text
: no directive here
=======
"""
    found = [block[start:end] for start, end in maskable_lines(block)]

    assert found == [b"POST https://a.example/ HTTP/1.1", b"Plain: yes", b"HTTP/1.1 200 OK", b"plain text", b": no directive here"]  # fmt: skip


def test_a_wild_word_stands_in_no_base64_of_a_conversation_or_a_part():
    conversation = b"SMTP smtp://a.example:25\n< 220 hi\n:base64\n> aGVs\n+ bG8=\n< 250 ok\n=======\n"
    found = [conversation[start:end] for start, end in maskable_lines(conversation)]
    assert found == [b"SMTP smtp://a.example:25", b"< 220 hi", b"< 250 ok"]

    parts = b"POST https://a.example/ HTTP/1.1\n:body parts\n\n--x\nA: b\n:body base64\n\naGVs\n--x\nC: d\n\ntext\n--x--\n====\n"
    found = [parts[start:end] for start, end in maskable_lines(parts)]
    assert b"aGVs" not in found
    assert b"text" in found


@pytest.mark.parametrize(("is_response", "body"), [(False, b"one\n\n: two"), (True, b"\\====\nthree\n")])
def test_the_body_of_each_side_is_found(is_response, body):
    block = b"# c\n\nPOST https://a.example/ HTTP/1.1\n\none\n\n: two\n====\nHTTP/1.1 200 OK\nA: b\n\n\\====\nthree\n\n=======\n# closing"
    start, end = body_place(block, is_response=is_response)
    assert block[start:end] == body


def test_a_block_without_bodies_has_none():
    block = b"GET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n======="
    assert {start == end for start, end in (body_place(block, is_response=each) for each in (False, True))} == {True}


def test_a_wild_word_stands_in_messages_of_a_websocket_and_not_around_them():
    block = b"""GET wss://a.example/ HTTP/1.1

====
HTTP/1.1 101 Switching Protocols

< {
+   "a": 1
+ }
:delay 0.5
:binary base64
> AAEC
+ AAEC
:binary
> plain
:leave 1000 bye
======="""
    found = [block[start:end] for start, end in maskable_lines(block)]
    assert found[2:] == [b"< {", b'+   "a": 1', b"+ }", b"> plain"]
