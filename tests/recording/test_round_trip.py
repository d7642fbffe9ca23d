"""Any recording the model allows comes back from its text; any text gives a recording that does, or an error."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recproxy.errors import RecordingError
from recproxy.recording import (
    CODINGS,
    Chunk,
    Interaction,
    Recording,
    Request,
    Response,
    decode,
    dump,
    encode,
    load,
    locate,
    recorded_scopes,
    with_length,
)
from recproxy.recording.located import asked_of, line_of

pytestmark = pytest.mark.timeout(3600)  # for --thorough; the usual few take seconds

TOKEN = "!#$%&'*+-.^_`|~0123456789ABCXYZabcxyz"
LINES = st.sampled_from(
    [
        b"====",
        b"=======",
        b"\\====",
        b"\\\\=======",
        b"==== ",
        b"=" * 32,
        b"<<<<<<< HEAD",
        b">>>>>>> other",
        b"",
        b" ",
        b"#recproxy 2",
        b"# comment",
        b":body base64",
        b"XXX XXX[name]",
        b"GET https://example.com/ HTTP/1.1",
        b"HTTP/1.1 200 OK",
        b"\xc3\xa9t\xc3\xa9\t",
        b"\xff",
        b"\r",
        b'{"a": 1}',
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=15,
)


# Each strategy is made once: Hypothesis takes longer to look through one that is made for each example than to draw from it.
def json_text(value, separators, ascii_only, indent, in_capitals, closing):
    text = json.dumps(value, separators=separators, ensure_ascii=ascii_only, indent=indent)
    if in_capitals:
        text = re.sub(r"\\u([0-9a-f]{4})", lambda found: "\\u" + found[1].upper(), text).replace("/", "\\/")
    return (text + closing).encode("utf-8", "replace")


json_bodies = st.builds(
    json_text,
    values,
    st.sampled_from([(",", ":"), (", ", ": "), (" ,", ":"), None]),
    st.booleans(),
    st.none() | st.just(2),
    st.booleans(),
    st.sampled_from(["", "\n", "\n\n", " "]),
)
edges = st.sampled_from([b"x", b"y", b"xy", b"-", b"="])
ends = st.sampled_from([b"", b"\r\n", b"\n", b"x"])
fields = st.lists(st.sampled_from([b"A: b", b"Content-Type: multipart/mixed; boundary=y", b":body crlf", b"="]))


def multipart(edge, parts, end):
    body = b"".join(
        b"--%s\r\n%s\r\n%s\r\n" % (edge, b"".join(line + b"\r\n" for line in head), content) for head, content in parts
    )
    return body + b"--%s--%s" % (edge, end)


def multipart_bodies(inner):
    return st.builds(multipart, edges, st.lists(st.tuples(fields, inner), max_size=3), ends)


plain_bodies = (
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    | st.lists(LINES, max_size=8).map(b"\n".join)
    | st.lists(LINES, max_size=8).map(b"\r\n".join)
    | json_bodies
)
bodies = st.recursive(plain_bodies, multipart_bodies, max_leaves=6)
names = st.text(TOKEN, min_size=1, max_size=12).map(str.encode) | st.sampled_from(
    [b"Content-Length", b"Transfer-Encoding", b"Set-Cookie", b"content-encoding", b"X"]
)
header_values = st.binary(max_size=40) | LINES | st.sampled_from([b"", b" ", b"0", b"text/html", b"Bearer XXX"])
headers = st.lists(st.tuples(names, header_values), max_size=6).map(tuple)
trailers = st.lists(st.tuples(names, header_values), max_size=2).map(tuple)
versions = st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2"])
encodings = st.none() | st.sampled_from([*sorted(CODINGS), "gzip, br", "x-gzip", "GZIP"])
wilds = st.sampled_from(["XXX", "ZZZ", "anything", "000"])
urls = st.builds(
    lambda host, rest: (b"https://" + host + rest).decode("ascii", "surrogateescape"),
    st.sampled_from([b"example.com", b"127.0.0.1:80", b"[::1]", b"XXX"]),
    st.binary(max_size=30).map(lambda path: b"/" + bytes(byte for byte in path if byte > 0x20 and byte != 0x7F)),
)
reasons = st.binary(max_size=20).map(lambda text: bytes(byte for byte in text if byte == 9 or 0x20 <= byte != 0x7F))
seconds = st.floats(min_value=0, allow_infinity=False, allow_nan=False)


sizes = st.integers(0, 10**18 - 1)
#: Of one body in ten, its size.
omitted = st.integers(0, 9).flatmap(lambda number: st.none() if number else sizes)


def without_body(block, size):
    return block if size is None else dataclasses.replace(block, body=b"", omitted=size)


requests = st.builds(
    without_body,
    st.builds(
        Request,
        method=st.sampled_from(["GET", "POST", "HEAD", "X-ANY", "M|"]),
        url=urls,
        headers=headers,
        body=bodies,
        encoding=encodings,
        version=versions,
        trailers=trailers,
        wild=wilds,
    ),
    omitted,
)
responses = st.builds(
    without_body,
    st.builds(
        Response,
        status=st.sampled_from([200, 204, 304, 404, 599]) | st.integers(100, 999),
        reason=reasons,
        headers=headers,
        body=bodies,
        encoding=encodings,
        version=versions,
        framing=st.none() | st.just("close"),
        trailers=trailers,
        delay=st.just(0.0) | seconds,
        fault=st.none() | st.sampled_from(["reset", "reset after 7", "hang 2.5", "drip 10/s"]),
        chunks=st.lists(st.builds(Chunk, size=sizes, gap=st.just(0.0) | seconds), max_size=12).map(tuple),
        wild=wilds,
    ),
    omitted,
)


comments = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20), max_size=3).map(
    tuple
)


interactions = st.builds(
    lambda request, response, **others: Interaction(
        request=request, response=with_length(response, request.method), **others
    ),
    request=requests,
    response=responses,
    scope=st.none() | st.text(max_size=20) | st.sampled_from(["test_send", '"a"', "a b", " a"]),
    recorded=st.none() | st.dates(),
    comments=comments,
)
recordings = st.builds(
    Recording,
    interactions=st.lists(interactions, max_size=3).map(tuple),
    repeat=st.sampled_from([None, "last", "miss", "cycle"]),
    match_on=st.none() | st.lists(st.sampled_from(["method", "uri", "body", "my.matcher"]), max_size=3).map(tuple),
    comments=comments,
    closing=comments,
)
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@slow
@given(recordings, st.data())
def test_any_recording_comes_back_from_its_text(recording, data):
    """One test for all that is made of a recording: to draw one takes twenty times as long as to read its text."""
    comes_back(recording)
    for interaction in recording.interactions:
        gets_a_wild_word_that_it_does_not_hold(interaction)
    reads_or_refuses(damaged(dump(recording), data))


def comes_back(recording):
    text = dump(recording)
    got = load(text, path="a.rec")

    assert got == recording
    assert dump(got) == text
    says_where_each_block_stands(text.decode(), got)
    is_located_alike(text, got)
    assert load(text.replace(b"\n", b"\r\n")) == recording  # a checkout with CRLF


def says_where_each_block_stands(text, recording):
    lines = text.split("\n")

    for interaction in recording.interactions:
        assert lines[interaction.line - 1].startswith(f"{interaction.request.method} https://")
        assert lines[interaction.response_line - 1].startswith(f"{interaction.response.version} ")


def gets_a_wild_word_that_it_does_not_hold(interaction):
    """What was live is written with a word of its own."""
    live = dataclasses.replace(
        interaction,
        request=dataclasses.replace(interaction.request, wild=None),
        response=dataclasses.replace(interaction.response, wild=None),
    )
    [got] = load(dump(Recording(interactions=(live,)))).interactions

    for block, seen in ((got.request, live.request), (got.response, live.response)):
        assert block == dataclasses.replace(seen, wild=block.wild)
        texts = [block.body, *(value for _, value in (*block.headers, *block.trailers))]
        assert not any(block.wild.encode() in text for text in texts)
    assert got.request.wild not in got.request.url


pieces = st.sampled_from(
    [
        b"#recproxy 2\n",
        b"# words\n",
        b"\n",
        b":scope test\n",
        b":recorded 2026-01-31\n",
        b":match_on method uri\n",
        b"POST https://example.com/?q=XXX HTTP/1.1\n",
        b"GET /path\n",
        b"Host: example.com\r\n",
        b"Content-Length: 3\n",
        b":body json ascii newline\n",
        b":body crlf\n",
        b":body base64\n",
        b":body omitted 7\n",
        b":wild ZZZ\n",
        b":line latin-1\n",
        b":header X base64 6Q==\n",
        b":trailer X: 1\xc2\xa0\n",
        b":encoding gzip\n",
        b":chunks 1@0.5 2\n",
        b":delay 1e3\n",
        b":framing close\n",
        b'{"a": XXX, "b": ["\xc3\xa9"]}\n',
        b"YWJj\n",
        b"\\====\n",
        b"====\n",
        b"==== \n",
        b"=======\n",
        b"HTTP/1.1 200 OK\n",
        b"HTTP/1.0 304 \xe9\n",
        b"200 OK\r\n",
        b"<<<<<<< HEAD\n",
    ]
)
frame = st.tuples(
    st.lists(pieces, max_size=3).map(b"".join),
    st.lists(pieces, max_size=4).map(b"".join),
    st.lists(pieces, max_size=4).map(b"".join),
).map(
    lambda parts: b"#recproxy 2\n%bPUT https://x.org/ HTTP/1.1\n%b====\nHTTP/1.1 200 OK\n%b=======\n" % parts,
)
damages = st.binary(max_size=2) | pieces
texts = st.binary(max_size=200) | st.lists(pieces | st.binary(max_size=5), max_size=15).map(b"".join) | frame


def is_located_alike(text, recording):
    """What is read when it is asked for is the same, and stands in the same lines."""
    located = locate(text, path="a.rec")
    lines = [line_of(located.interactions, at) for at in range(len(located.interactions))]
    asked = [asked_of(located.interactions, at) for at in range(len(located.interactions))]
    each = recording.interactions

    assert (lines, asked) == (
        [one.line for one in each],
        [(one.request.method, one.request.url, one.request.wild) for one in each],
    )
    assert [*recorded_scopes(located.interactions)] == [one.scope for one in each]
    assert located == recording
    assert [one.line for one in located.interactions] == lines
    assert [one.response_line for one in located.interactions] == [one.response_line for one in each]


def reads_or_refuses(text):
    try:
        recording = load(text, path="a.rec")
    except RecordingError as error:
        with pytest.raises(RecordingError) as told:
            locate(text, path="a.rec")
        assert told.value.message == error.message
        assert re.fullmatch(r"a\.rec:[1-9][0-9]*: expected .+, found .+; .+", error.message)
        assert int(error.message.split(":")[1]) <= text.count(b"\n") + 1
        return
    is_located_alike(text, recording)
    if recording.format == 2:
        again = dump(recording)

        assert load(again) == recording
        assert dump(load(again)) == again


def damaged(text, data):
    """The text with a few places of it replaced: what is read of it, or why it is not, must say where."""
    changed = bytearray(text)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed)))
        changed[at : at + data.draw(st.integers(0, 12))] = data.draw(damages)
    return bytes(changed)


@slow
@given(texts)
def test_any_text_is_read_or_refused_with_its_line(text):
    reads_or_refuses(text)


@slow
@given(st.binary(max_size=2000), st.sampled_from([*sorted(CODINGS), "gzip, br", "identity", ""]))
def test_any_payload_comes_back_from_any_coding(payload, coding):
    assert decode(encode(payload, coding), coding) == payload
