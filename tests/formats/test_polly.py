"""Bodies in the HAR files of Polly.js, of each version."""

import base64
import gzip
import json
import zlib

import pytest

from recproxy.errors import RecordingError
from recproxy.formats import format_of, har

CODED = gzip.compress(b'{"a": 1}')
GZIP = [{"name": "content-encoding", "value": "gzip"}]
HALVES = (CODED[:10], CODED[10:])
HEX = [each.hex() for each in HALVES]
BASE64 = [base64.b64encode(each).decode() for each in HALVES]
BUFFERS = [{"type": "Buffer", "data": list(each)} for each in HALVES]


def read(content, headers=(), creator="WebInspector"):
    entry = {
        "request": {"method": "GET", "url": "http://a.example/", "headers": []},
        "response": {"status": 200, "statusText": "OK", "headers": list(headers), "content": content},
    }
    got = har.load(json.dumps({"log": {"creator": {"name": creator}, "entries": [entry]}}).encode(), "recording.har")
    assert got.notes == ()
    return got.recording.interactions[0].response


@pytest.mark.parametrize(
    "content",
    [
        {"text": json.dumps(HEX)},
        {"text": json.dumps(HEX), "_isBinary": True},
        {"text": json.dumps(HEX), "encoding": "hex"},
        {"text": json.dumps(BASE64), "encoding": "base64"},
        {"text": json.dumps(BUFFERS), "_isBinary": True},
        {"text": HEX, "_isBinary": True},
        {"text": BASE64, "encoding": "base64"},
    ],
)
def test_a_coded_body_in_pieces(content):
    got = read(content, GZIP)

    assert (got.body, got.encoding) == (b'{"a": 1}', "gzip")


@pytest.mark.parametrize(
    "content",
    [
        {"text": "ff00", "_isBinary": True},
        {"text": "ff00", "encoding": "hex"},
        {"text": "/wA=", "encoding": "base64"},
        {"text": ["/w==", "AA=="], "encoding": "base64"},
    ],
)
def test_binary_bytes(content):
    assert read(content).body == b"\xff\0"


@pytest.mark.parametrize("text", ['["ab"]', "[1, 2]", "[", '["not hex"]'])
def test_json_that_looks_like_pieces_stays_text(text):
    assert read({"text": text}).body == text.encode()


@pytest.mark.parametrize("text", ['["5f1d7f3e2b3c4d5e6f708192"]', '["2021","2022"]', '["1f8b","0800"]'])
@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "x-unknown"])
def test_a_browser_s_list_of_hex_words_stays_json(text, coding):
    got = read({"text": text}, [{"name": "Content-Encoding", "value": coding}])

    assert got.body == text.encode()


def test_hex_without_a_beginning_of_its_own_is_read_from_polly():
    payload = zlib.compressobj(wbits=-15)
    coded = payload.compress(b"hello") + payload.flush()
    deflate = [{"name": "content-encoding", "value": "deflate"}]

    assert read({"text": json.dumps([coded.hex()])}, deflate, "Polly.JS").body == b"hello"


def test_pieces_of_text_are_joined():
    assert read({"text": ["a", "b"]}).body == b"ab"


def test_header_values_may_be_numbers_and_lists():
    headers = [{"name": "x-a", "value": 7}, {"name": "x-b", "value": ["1", "2"]}, {"name": "x-c", "value": None}]

    assert read({"text": ""}, headers).headers == (
        (b"x-a", b"7"),
        (b"x-b", b"1"),
        (b"x-b", b"2"),
        (b"x-c", b""),
    )


YAML = b"""log:
  _recordingName: a/b
  creator:
    name: Polly.JS
    version: 6.0.6
  entries:
    - request:
        method: GET
        url: http://a.example/
        headers:
          - name: x-number
            value: 5
      response:
        status: 200
        statusText: OK
        headers: []
        content:
          mimeType: text/plain
          text: hello
      startedDateTime: 2026-01-31T10:00:00.000Z
"""


def test_har_in_yaml():
    got = har.load_yaml(YAML, "recording.har.yaml")
    [one] = got.recording.interactions

    assert format_of(YAML).name == "har-yaml"
    assert (one.response.body, str(one.recorded), got.notes) == (b"hello", "2026-01-31", ())
    assert one.request.headers == ((b"x-number", b"5"),)


def test_what_is_not_hex_is_said():
    with pytest.raises(RecordingError, match=r"^recording\.har: entry 1: content is not hex, as its entry says; mend"):
        read({"text": "xyz", "_isBinary": True})
