"""PHP-VCR's cassettes, old and new."""

import json

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import format_of, php_vcr

YAML = b"""
-
    request:
        method: POST
        url: 'https://a.example/posts'
        headers:
            Host: a.example
            Accept-Encoding: null
            X-A: ['1', '2']
        body: '{"title":"x"}'
    response:
        status:
            http_version: '1.1'
            code: '201'
            message: Created
        headers:
            Content-Type: application/json
            Set-Cookie: ['a=1', 'b=2']
        body: "{\\"id\\": 101}"
        curl_info:
            url: 'https://a.example/posts'
    index: 0
"""


def test_yaml_of_today():
    got = php_vcr.load(YAML, "a.yml")
    [one] = got.recording.interactions

    assert format_of(YAML).name == "php-vcr"
    assert got.notes == ()
    assert (got.recording.match_on, got.recording.repeat) == (("method", "uri", "body"), "miss")
    assert one.request.headers == ((b"Host", b"a.example"), (b"X-A", b"1"), (b"X-A", b"2"))
    assert (one.request.method, one.request.url, one.request.body) == (
        "POST",
        "https://a.example/posts",
        b'{"title":"x"}',
    )
    assert (one.response.status, one.response.reason, one.response.body) == (201, b"Created", b'{"id": 101}')
    assert [value for name, value in one.response.headers if name == b"Set-Cookie"] == [b"a=1", b"b=2"]


def values(request=(), response=(), **more):
    asked = {"method": "GET", "url": "http://a.example/"} | dict(request)
    return json.dumps(
        [{"request": asked, "response": {"status": 200, "body": "hello"} | dict(response)} | more]
    ).encode()


def test_json_with_a_status_that_is_a_number():
    data = values()
    got = php_vcr.load_json(data, "a")
    [one] = got.recording.interactions

    assert format_of(data).name == "php-vcr-json"
    assert got.recording.repeat == "last"
    assert (one.response.status, one.response.reason, one.response.body) == (200, b"OK", b"hello")


def test_what_php_vcr_takes_for_binary_is_base64():
    headers = {"Content-Type": "application/x-gzip"}
    [one] = php_vcr.load_json(values(response={"headers": headers, "body": "/wA="}), "a").recording.interactions

    assert one.response.body == b"\xff\0"


def test_a_form_is_made_of_its_fields_and_posted_files_are_lost():
    fields = {"a": "1", "b": {"c": ["2", "3"]}}
    got = php_vcr.load_json(values({"post_fields": fields, "post_files": [{"file": "/tmp/x"}]}), "a")

    assert got.recording.interactions[0].request.body == b"a=1&b%5Bc%5D%5B0%5D=2&b%5Bc%5D%5B1%5D=3"
    assert [note.kind for note in got.notes] == ["lost", "synthesized", "synthesized"]


@pytest.mark.parametrize("data", [b"[1]", b"{", b"{}", values({"url": 1}), values(response={"status": {}})])
def test_what_is_wrong_is_one_line(data):
    with pytest.raises(RecordingError, match=r"^a\.json: [^\n]+; mend the file$"):
        php_vcr.load_json(data, "a.json")
