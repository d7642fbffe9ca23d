"""Betamax's cassettes, old and new, and those of Ruby's VCR."""

import datetime as dt
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
    assert {note.kind for note in got.notes} <= {"synthesized"}
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


RUBY = DATA.parent / "ruby-vcr" / "bitly"


@pytest.mark.parametrize("path", sorted(RUBY.glob("*.yml")), ids=lambda path: path.stem)
def test_each_cassette_of_rubys_vcr_is_read(path):
    got = betamax.load_ruby(path.read_bytes(), str(path))
    [one] = got.recording.interactions

    assert (one.request.method, one.request.url) == ("POST", "https://api-ssl.bitly.com/oauth/access_token")
    assert one.recorded == dt.date(2019, 10, 28)
    assert (got.recording.match_on, got.recording.repeat, got.notes) == (("method", "uri"), "miss", ())


def ruby(body, more=""):
    return (
        "---\nhttp_interactions:\n- request: {method: get, uri: 'http://a.example/', body: {}, headers: {}}\n"
        f"  response:\n    status: {{code: 200, message: OK}}\n    headers: {{}}\n    body:\n      {body}\n{more}"
    ).encode()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("{encoding: ASCII-8BIT, string: plain}", b"plain"),
        ("{encoding: US-ASCII, string: plain}", b"plain"),
        ("{encoding: ASCII-8BIT, string: !!binary iVBO}", b"\x89PN"),
        ("{encoding: UTF-8, base64_string: iVBO}", b"\x89PN"),
        ("{encoding: UTF-8, string: ''}", b""),
    ],
)
def test_bodies_in_rubys_encodings(body, wanted):
    [one] = betamax.load_ruby(ruby(body), "a.yml").recording.interactions

    assert one.response.body == wanted


def test_a_template_is_named():
    got = betamax.load_ruby(ruby("{string: '<%= secret %>'}"), "a.yml")

    assert [note.text for note in got.notes] == ["a template (ERB): its text is taken as it stands"]


@pytest.mark.parametrize("body", ["!ruby/object:Object {}", "{string: [}", "{encoding: KLINGON, string: x}"])
def test_what_ruby_alone_can_read_is_one_line(body):
    with pytest.raises(RecordingError, match=r"^a\.yml: [^\n]+$"):
        betamax.load_ruby(ruby(body), "a.yml")


def test_a_day_is_read_as_json_and_as_mail_have_it():
    def day(text):
        values = json.loads(cassette("x"))
        values["http_interactions"][0]["recorded_at"] = text
        return betamax.load(json.dumps(values).encode(), "a.json").recording.interactions[0].recorded

    assert day("2014-05-02T13:13:26") == day("Fri, 02 May 2014 13:13:26 GMT") == dt.date(2014, 5, 2)
    assert (day("some day"), day(None)) == (None, None)


RUBY = """http_interactions:
- request:
    method: get
    uri: https://a.example/x
    body: {encoding: US-ASCII, string: ''}
    headers: {Accept: ["*/*"]}
  response:
    status: {code: 200, message: OK}
    headers:
      X-Name: [!binary "w6k="]
      !binary "WC1B": ["1"]
      X-B: [7]
    body:
      encoding: ASCII-8BIT
      string: BODY
  recorded_at: Fri, 01 Mar 2019 10:00:00 GMT
recorded_with: VCR 4.0.0
"""


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("!binary |-\n        eyJuYW1lIjoiw6kifQ==", b'{"name":"\xc3\xa9"}'),
        ('!ruby/string:Sub "abc"', b"abc"),
        ("!ruby/string:Sub\n        str: abc\n        '@a': 1", b"abc"),
        ("!str:Sub abc", b"abc"),
    ],
)
def test_tags_of_ruby_are_read_as_plain_values(body, wanted):
    got = betamax.load_ruby(RUBY.replace("BODY", body).encode(), "a.yml")
    [one] = got.recording.interactions

    assert got.notes == ()
    assert one.response.body == wanted
    assert one.response.headers[:3] == ((b"X-Name", b"\xc3\xa9"), (b"X-A", b"1"), (b"X-B", b"7"))


def test_a_web_socket_is_left_out_and_said():
    text = cassette("").decode()
    both = json.loads(text)["http_interactions"] + json.loads(text.replace("http://a", "wss://a"))["http_interactions"]
    got = betamax.load(json.dumps({"http_interactions": both}).encode(), "a.json")

    assert len(got.recording.interactions) == 1
    assert [(note.kind, note.where, note.text) for note in got.notes] == [
        ("lost", "interaction 2", "wss://a.example/: left out, because a WebSocket cannot be replayed")
    ]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("200", b"OK"),
        ("{status_code: '200', category: Success, reason: Fine, message: 'Success: (200) Fine'}", b"Fine"),
    ],
)
def test_cassettes_of_vcr_for_r_are_read(status, reason):
    text = (
        "http_interactions:\n- request: {method: get, uri: 'https://a.example/'}\n"
        f"  response:\n    status: {status}\n    headers: {{content-type: text/plain}}\n"
        "    body: {encoding: '', file: no, string: hello}\n"
    )
    [one] = betamax.load_ruby(text.encode(), "a.yml").recording.interactions

    assert (one.response.status, one.response.reason, one.response.body) == (200, reason, b"hello")


def test_a_body_in_another_file_is_left_out_and_said():
    text = (
        "http_interactions:\n- request: {method: get, uri: 'https://a.example/'}\n"
        "  response: {status: 200, headers: {}, body: {encoding: '', file: yes, string: ../a.png}}\n"
    )
    got = betamax.load_ruby(text.encode(), "a.yml")

    assert got.recording.interactions[0].response.body == b""
    assert ("lost", "a body in another file, which is not read") in {(note.kind, note.text) for note in got.notes}
