"""What the first bytes tell."""

import pytest

from recproxy.formats import format_of, sniffing, vcrpy


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"interactions:\n- request:\n", True),
        (b"version: 1\ninteractions: []\n", True),
        (b"- request: !!python/object:vcr.request.Request\n", True),
        (b"http_interactions:\n- request:\n", False),
        (b'{"interactions": []}', False),
        (b"GET / HTTP/1.1\n\ninteractions\n", False),
        (b"\xff\xfe\x00", False),
        (b"", False),
    ],
)
def test_a_cassette_in_yaml(head, wanted):
    assert sniffing.vcrpy_yaml(head) is wanted


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        ({"meta.json", "response-0"}, True),
        ({"meta.json", "request-0", "response-0", "README.txt"}, True),
        ({"meta.json", "smtp-trace"}, True),
        ({"meta.json"}, False),
        ({"response-0"}, False),
        ({"meta.json", "response-body"}, False),
        (set(), False),
    ],
)
def test_a_capture_of_f1(names, wanted):
    assert sniffing.f1_capture(frozenset(names)) is wanted


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b'{"version": 1, "interactions": [', "vcrpy-json"),
        (b'\xef\xbb\xbf {"interactions": [', "vcrpy-json"),
        (b'[{"request": {"body"', "vcrpy-json"),
        (b'{"log": {', "har"),
        (b'{"recorded_with": "betamax", "http_interactions": [', "betamax"),
        (b'{"http_interactions": [', "betamax"),
        (b"responses:\n- response:\n", "responses"),
        (b"[[responses]]\n\n[responses.response]\n", "responses-toml"),
        (b"POST /path HTTP/1.1\r\nHost: a\r\n", "rec-2011"),
        (b"interactions:\n", "vcrpy"),
        (b"interactions:\n- request:\n    url: http://a/\n", "go-vcr"),
        (b"version: 2\ninteractions:\n", "go-vcr"),
        (b"interactions:\n- request:\n    body: |\n      url: x\n    uri: http://a/\n", "vcrpy"),
        (b"-\n    request:\n        method: GET\n", "php-vcr"),
        (b"- request:\n    body: null\n    host: a\n", "vcrpy"),
        (b'[{"request":{"method":"GET"', "php-vcr-json"),
        (b"log:\n  creator:\n    name: Polly.JS\n", "har-yaml"),
        (b'{"anything": "else"}', None),
        (b"[1]", None),
        (b"http_interactions:\n", "ruby-vcr"),
    ],
)
def test_each_format_is_told_by_its_beginning(head, wanted):
    found = format_of(head)

    assert (found and found.name) == wanted


BLANK = 20_000
BEGINNINGS = (
    b"", b"interactions", b"interactions:", b"interactions:\n- request", b"interactions:\n- request:", b"version", b"version:",
    b"interactions:\nversion: 2\n", b"log", b"log:", b"log:\n  a: b", b"- request", b"- request:", b"-", b"---", b"# a",
    b"http_interactions", b"responses", b"responses =", b"[[", b"[[responses", b"{", b'{"version":', b'{"version": 1,',
    b'{"a":', b'{"a": {', b'{"log"', b"[", b"[{", b'[{"request"', b'[{"request":', b'{"recorded_with": 1,',
    b'{"request"', b'{"url": "response"', b"GET",
)  # fmt: skip


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_blank_lines_are_looked_through_once(beginning):
    for line in (b"\n", b" \n", b"\r\n", b" ", b"\t\n"):
        head = beginning + line * BLANK

        found = format_of(head + b"x")

        assert (found and found.name) == found_name(beginning), line
        assert sniffing.unread(head) is None, line


def found_name(beginning):
    if beginning.startswith(b"interactions:"):
        return "go-vcr" if b"version: 2" in beginning else "vcrpy"
    return "vcrpy" if beginning == b"- request:" else None


def test_a_long_body_with_a_form_stays_a_cassette_of_vcrpy():
    body = b"      form: x\n      url: y\n" + b"      0123456789\n" * 5000
    cassette = (
        b"interactions:\n- request:\n    body: |\n"
        + body
        + (
            b"    headers: {}\n    method: POST\n    uri: http://a.example/\n"
            b"  response:\n    body: {string: ok}\n    headers: {}\n    status: {code: 200, message: OK}\nversion: 1\n"
        )
    )

    found, got = format_of(cassette), vcrpy.load(cassette, "a.yaml")

    assert found.name == "vcrpy"
    assert got.recording.interactions[0].request.url == "http://a.example/"


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b'{"data": {"pairs": []}, "meta": {"schemaVersion": "v5"}}', "a Hoverfly simulation"),
        (b'{"request": {"urlPath": "/a"}, "response": {"status": 200}}', "a WireMock stub mapping"),
        (b'{"mappings": []}', "a WireMock stub mapping"),
        (b'[{"request": {"method": "get", "request_body": "", "url": "http://a.example/"}', "a cassette of ExVCR"),
        (b'[{"id": "1", "httpRequest": {"path": "/a"}', "a MockServer expectation"),
        (b"{\n  meta: {\n    createdAt: '2017-09-10T23:19:27.010Z',", "a tape of talkback"),
        (b"httprr trace v1\n10 10\n", "a trace of Go's httprr"),
        (b'{\n "Entries": [', "a recording of Azure's test proxy"),
        (b'[{"scope": "https://a.example:443", "method": "GET"', "a fixture of nock"),
        (b'{"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/"', "a Postman collection"),
        (b'{"_type": "export", "__export_format": 4', "an Insomnia export"),
        (b'{"consumer": {"name": "a"}', "a Pact contract"),
        (b'{"imposters": [', "a mountebank configuration"),
        (b"1234:9:websocket;0:~8:response;", "a flow file of mitmproxy"),
        (b"--- \n- !ruby/struct:VCR::HTTPInteraction\n", "a cassette of Ruby's VCR 1"),
        (b"!tape\nname: a\n", "a tape of the Groovy Betamax"),
        (b"PK\x03\x04\x14", "a Fiddler archive or another zip file"),
        (b'{"anything": "else"}', None),
        (b"dear diary", None),
    ],
)
def test_what_is_known_and_not_read_is_named(head, wanted):
    assert format_of(head) is None
    assert sniffing.unread(head) == wanted
