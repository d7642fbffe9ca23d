"""Betamax's cassettes, old and new."""

import json
from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import betamax

DATA = Path(__file__).parent / "data" / "betamax"


def read(name):
    path = DATA / name
    return betamax.load(path.read_bytes(), str(path))


@pytest.mark.parametrize("name", sorted(str(path.relative_to(DATA)) for path in DATA.glob("*/*.json")))
def test_each_cassette_is_read(name):
    got = read(name)

    assert got.recording.interactions
    assert {note.kind for note in got.notes} <= {"made up"}
    assert (got.recording.match_on, got.recording.repeat) == (("method", "uri"), "miss")


def test_exact_bytes_come_over():
    [got] = read("betamax/preserve_exact_bytes.json").recording.interactions

    assert got.request.body == b"a=1"
    assert json.loads(got.response.body)["form"] == {"a": "1"}


def test_a_coded_body_in_base64_is_kept_readable():
    [got] = read("github3.py/GitHub_zen.json").recording.interactions

    assert (got.response.body, got.response.encoding) == (b"Anything added dilutes everything else.", "gzip") or (
        got.response.encoding == "gzip" and got.response.body.isascii()
    )
    assert (b"server", b"GitHub.com") in got.response.headers
    assert got.response.reason == b"OK"


def test_each_cookie_is_a_header_of_its_own():
    first, _ = read("betamax/test-multiple-cookies-regression.json").recording.interactions

    assert [value for name, value in first.response.headers if name == b"set-cookie"] == [
        b"cookie1=value1; Path=/",
        b"cookie0=value0; Path=/",
        b"cookie3=value3; Path=/",
        b"cookie2=value2; Path=/",
    ]


def cassette(body):
    response = {"body": body, "headers": {}, "status": {"code": 200, "message": "OK"}}
    request = {"method": "GET", "uri": "http://a.example/", "headers": {}, "body": ""}
    return json.dumps({"http_interactions": [{"request": request, "response": response}]}).encode()


def test_text_is_written_in_its_encoding():
    got = betamax.load(cassette({"string": "é", "encoding": "latin-1"}), "a.json")

    assert got.recording.interactions[0].response.body == b"\xe9"


@pytest.mark.parametrize(
    "data",
    [
        cassette({"string": "x", "encoding": "no such"}),
        cassette({"string": "x", "encoding": "zlib"}),
        cassette({"base64_string": "!"}),
        cassette([1]),
        b'{"http_interactions": 1}',
        b'{"http_interactions": [{}]}',
        b'{"http_interactions": [',
    ],
    ids=range(7),
)
def test_whatever_is_wrong_is_one_line(data):
    with pytest.raises(RecordingError, match=r"^a\.json: [^\n]+$"):
        betamax.load(data, "a.json")
