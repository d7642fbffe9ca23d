from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from recproxy.recording import Chunk, Interaction, Recording, Request, Response, dump, load

REQUEST = Request(method="GET", url="https://example.com/")
RESPONSE = Response(status=200, reason=b"OK")


def recording(request=REQUEST, response=RESPONSE, **fields) -> Recording:
    return Recording(interactions=(Interaction(request=request, response=response, **fields),))


def request_text(**fields) -> str:
    text = dump(recording(request=dataclasses.replace(REQUEST, **fields))).decode()
    return text.removeprefix("#recproxy 2\n\n").partition("\n====\n")[0]


def response_text(**fields) -> str:
    text = dump(recording(response=dataclasses.replace(RESPONSE, **fields))).decode()
    return text.partition("\n====\n")[2].removesuffix("\n=======\n")


def test_an_interaction_is_written_with_everything_in_its_place():
    got = dump(
        Recording(
            comments=("of the file", ""),
            match_on=("method", "uri"),
            interactions=(
                Interaction(
                    comments=("of the interaction",),
                    scope="test_send",
                    recorded=dt.date(2026, 1, 31),
                    request=Request(
                        method="POST",
                        url="https://example.com/\udce9",
                        headers=((b"Host", b"example.com"), (b"X-Odd", b"\xff"), (b"X-Empty", b"")),
                        trailers=((b"X-Sum", b"1"), (b"X-Odd", b" ")),
                        encoding="gzip",
                        body=b"a\r\nb",
                        wild="ZZZ",
                    ),
                    response=Response(
                        status=200,
                        reason=b"OK",
                        headers=((b"Content-Length", b"9"),),
                        body=b"\xff",
                        framing="close",
                        delay=0.5,
                        chunks=(Chunk(size=1),),
                    ),
                ),
            ),
            closing=("at the end",),
        )
    )

    assert got.decode() == (
        "#recproxy 2\n# of the file\n#\n:match_on method uri\n\n"
        "# of the interaction\n:scope test_send\n:recorded 2026-01-31\n"
        "POST https://example.com/é HTTP/1.1\n:wild ZZZ\n:line latin-1\n"
        "Host: example.com\n:header X-Odd base64 /w==\nX-Empty:\n"
        ":trailer X-Sum: 1\n:trailer X-Odd base64 IA==\n:encoding gzip\n:body crlf\n\na\nb\n"
        "====\nHTTP/1.1 200 OK\n:framing close\n:delay 0.5\nContent-Length: 1\n:chunks 1\n:body base64\n\n/w==\n=======\n"
        "\n# at the end\n"
    )


def test_an_empty_recording_is_its_first_line():
    assert dump(Recording()) == b"#recproxy 2\n"


def test_absent_and_empty_bodies_are_one_blank_line():
    assert (
        dump(recording()) == b"#recproxy 2\n\nGET https://example.com/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n"
    )


def test_a_word_that_is_not_used_becomes_wild_where_the_traffic_holds_the_letters():
    assert request_text(wild=None, body=b"abc") == "GET https://example.com/ HTTP/1.1\n\nabc"
    assert ":wild ZZZ\n" in request_text(wild=None, body=b"XXX")
    assert ":wild ZZZ\n" in request_text(wild=None, url="https://example.com/XXX")
    assert ":wild ZZZ\n" in request_text(wild=None, headers=((b"A", b"aXXXa"),))
    assert ":wild YYY\n" in response_text(wild=None, trailers=((b"A", b"XXXZZZ"),))
    assert ":wild" not in request_text(wild="XXX", body=b"XXX")


def test_json_with_a_wildcard_without_quotes_keeps_its_lines():
    body = b'{"count": XXX[count], "text": "%s"}' % (b"x" * 80)
    lines = [":body json spaced", "", "{", '  "count": XXX[count],', f'  "text": "{"x" * 80}"', "}"]

    assert request_text(body=body).splitlines()[-6:] == lines
    assert request_text(body=body, wild=None).splitlines()[-2:] == ["", body.decode()]
    for wild in ("XXX", None):
        (back,) = load(dump(recording(request=dataclasses.replace(REQUEST, body=body, wild=wild)))).interactions
        assert back.request.body == body


def test_many_chunks_take_several_lines():
    text = response_text(chunks=tuple(Chunk(size=size, gap=size / 4) for size in range(10)))

    assert ":chunks 0 1@0.25 2@0.5 3@0.75 4@1 5@1.25 6@1.5 7@1.75\n:chunks 8@2 9@2.25\n" in text


def test_a_scope_that_is_no_plain_name_is_written_as_a_json_string():
    assert b'\n:scope "a\\nb"\n' in dump(recording(scope="a\nb"))
    assert b'\n:scope "\\"a\\""\n' in dump(recording(scope='"a"'))
    assert b'\n:scope ""\n' in dump(recording(scope=""))
    assert "\n:scope café[1 2]\n".encode() in dump(recording(scope="café[1 2]"))


def test_a_stale_content_length_is_mended():
    stale = recording(response=dataclasses.replace(RESPONSE, headers=((b"Content-Length", b"9"),), body=b"abc"))

    assert b"Content-Length: 3\n" in dump(stale)
    assert dump(load(dump(stale))) == dump(stale)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"method": "#GET"}, "not a method"),
        ({"method": "G T"}, "not a method"),
        ({"method": "GÉT"}, "not a method"),
        ({"version": "HTTP/1.1 "}, "not a method and a version"),
        ({"url": "/path"}, "not an absolute URL"),
        ({"url": "https://a/b c"}, "not an absolute URL"),
        ({"url": "https://a/\n"}, "not an absolute URL"),
        ({"url": "https://a/é"}, "ascii"),
        ({"headers": ((b"", b"a"),)}, "not a header name"),
        ({"headers": ((b"a b", b"a"),)}, "not a header name"),
        ({"trailers": ((b":path", b"a"),)}, "not a header name"),
        ({"encoding": "lzw"}, "content coding 'lzw' is none of aws-chunked, br, deflate, gzip, zstd"),
        ({"encoding": "identity"}, "not a content coding"),
        ({"encoding": "gzip\n"}, "not a content coding"),
        ({"wild": "XX"}, "not a wild word"),
        ({"wild": "X*X"}, "not a wild word"),
        ({"omitted": 3, "body": b"abc"}, "a body too large to store"),
        ({"omitted": -1}, "a body too large to store"),
    ],
)
def test_a_request_without_a_text_form_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        request_text(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"status": 99}, "not a version and a status"),
        ({"status": 1000}, "not a version and a status"),
        ({"version": "1.1"}, "not a version and a status"),
        ({"reason": b"a\nb"}, "control character in the reason"),
        ({"framing": "length"}, "not a framing"),
        ({"delay": -1.0}, "no time in seconds"),
        ({"delay": float("inf")}, "no time in seconds"),
        ({"delay": float("nan")}, "no time in seconds"),
        ({"chunks": (Chunk(size=-1),)}, "size of a chunk"),
        ({"chunks": (Chunk(size=1, gap=-1.0),)}, "no time in seconds"),
    ],
)
def test_a_response_without_a_text_form_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        response_text(**fields)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Recording(comments=("a\nb",)), "a comment is one line"),
        (Recording(closing=("a\r",)), "a comment is one line"),
        (Recording(comments=("\ud800",)), "surrogates"),
        (Recording(match_on=("a b",)), "not a name"),
        (Recording(match_on=("a,b",)), "not a name"),
        (Recording(match_on=("",)), "not a name"),
    ],
)
def test_lines_of_a_file_without_a_text_form_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        dump(wrong)
