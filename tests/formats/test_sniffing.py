"""What the first bytes tell."""

import pytest

from recproxy.formats import format_of, sniffing


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
        (b'{"anything": "else"}', None),
        (b"[1]", None),
        (b"http_interactions:\n", "ruby-vcr"),
    ],
)
def test_each_format_is_told_by_its_beginning(head, wanted):
    found = format_of(head)

    assert (found and found.name) == wanted
