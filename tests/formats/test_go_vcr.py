"""go-vcr's cassettes, of versions 1 to 4."""

from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import format_of, go_vcr

DATA = Path(__file__).parent / "data" / "go-vcr" / "go-vcr"

VERSION_1 = b"""---
version: 1
rwmutex: {}
interactions:
- request:
    body: ""
    form:
      a: ["1", "2"]
    headers: {Content-Type: [application/x-www-form-urlencoded]}
    url: http://a.example/x
    method: POST
  response:
    body: !!binary |
      /wA=
    headers: {Content-Type: [image/png], X-A: ["1", "2"]}
    status: 201 Created
    code: 201
    duration: ""
"""


@pytest.mark.parametrize(("name", "count"), [("iana-reserved-domains", 1), ("json-content-type", 1), ("middleware", 4)])
def test_each_cassette_is_read_exactly(name, count):
    path = DATA / f"{name}.yaml"
    data = path.read_bytes()
    got = go_vcr.load(data, str(path))

    assert format_of(data).name == "go-vcr"
    assert (len(got.recording.interactions), got.notes) == (count, ())
    assert (got.recording.match_on, got.recording.repeat) == (("method", "uri"), "miss")
    assert {each.response.reason for each in got.recording.interactions} == {b"OK"}


def test_version_1_with_a_form_and_binary_bytes():
    got = go_vcr.load(VERSION_1, "a.yaml")
    [one] = got.recording.interactions

    assert format_of(VERSION_1).name == "go-vcr"
    assert (one.request.method, one.request.url, one.request.body) == ("POST", "http://a.example/x", b"a=1&a=2")
    assert (one.response.status, one.response.reason, one.response.body) == (201, b"Created", b"\xff\0")
    assert [value for name, value in one.response.headers if name == b"X-A"] == [b"1", b"2"]
    assert [(note.kind, note.text) for note in got.notes] == [("synthesized", "the request's body, from its form")]


def test_a_status_may_be_a_number():
    [one] = go_vcr.load(VERSION_1.replace(b"status: 201 Created", b"status: 201"), "a.yaml").recording.interactions

    assert (one.response.status, one.response.reason) == (201, b"Created")


def test_trailers_are_kept():
    data = VERSION_1.replace(b"    duration:", b"    trailer: {X-Sum: [abc]}\n    duration:")
    [one] = go_vcr.load(data, "a.yaml").recording.interactions

    assert one.response.trailers == ((b"X-Sum", b"abc"),)
    assert (b"Transfer-Encoding", b"chunked") in one.response.headers


def test_a_trailer_whose_name_is_none_is_left_out_and_noted():
    data = VERSION_1.replace(b"    duration:", b"    trailer: {X-Sum: [abc], 'a b': [c]}\n    duration:")
    loaded = go_vcr.load(data, "a.yaml")

    assert loaded.recording.interactions[0].response.trailers == ((b"X-Sum", b"abc"),)
    assert any("a header whose name is none: 'a...'" in note.text for note in loaded.notes)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"version: 1", b"version: 7", "version 7 of go-vcr's cassettes is not known; mend the file"),
        (b"code: 201", b"code: {}", "interaction 1: code must be a number, not dict; mend the file"),
        (
            b"url: http",
            b"url: ftp",
            "interaction 1: 'ftp://a.example/x' is not an absolute http or https URL; mend the file",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(old, new, says):
    with pytest.raises(RecordingError) as caught:
        go_vcr.load(VERSION_1.replace(old, new), "a.yaml")

    assert caught.value.message == f"a.yaml: {says}"
